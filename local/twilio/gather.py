"""Gather: keys, from the calling machine or from the person."""

from __future__ import annotations

from local import telephone
from local.telephone import Asked, Ended
from local.twilio import verbs
from local.twilio.faults import RequestKind
from local.twilio.leg import CallOver, Document, Leg
from local.twilio.sounds import sound
from local.twilio.tones import counted


def gather(leg: Leg, document: Document, verb: verbs.Gather) -> Document | None:
    """Prompt, collect, and go on with the action's document; None to go on with the next verb."""
    leg.lose_tones()
    leg.stops_for_keys = True
    digits, finished_on = _gathered(leg, verb)
    leg.stops_for_keys = False
    leg.note(f"has gathered {counted(len(digits))}")
    if not digits and not verb.action_on_empty_result:
        return None
    extra = {"Digits": digits, "FinishedOnKey": finished_on, "msg": "Gather End"}
    return leg.follow(RequestKind.GATHER, document, verb.action, verb.method, extra)


def _gathered(leg: Leg, verb: verbs.Gather) -> tuple[str, str]:
    """Prompt, and collect: the digits, and the key that ended them."""
    for nested in verb.nested:
        coming = leg.tones.next_until(float("inf"))
        sound(leg, nested, coming.at if coming else None)
        if leg.tones.next_until(leg.now()):
            break
    start, from_person = leg.now(), not leg.tones
    if from_person:
        _ask_for_keys(leg)
    digits, finished_on = _collect(leg, verb)
    if from_person:
        leg.equipment.transcript.busy(start, leg.now())
    return digits, finished_on


def _ask_for_keys(leg: Leg) -> None:
    reaction, leaves = leg.ask(Asked.KEYS)
    if leaves:
        raise CallOver(Ended.CALLER_HUNG_UP)
    if isinstance(reaction, telephone.Press):
        times = leg.equipment.times
        leg.equipment.transcript.add(leg.now(), "caller", f"types {counted(len(reaction.keys))}")
        leg.tones.send(reaction.keys, leg.now() + times.first_key - times.tone, times.tone)


def _collect(leg: Leg, verb: verbs.Gather) -> tuple[str, str]:
    """The digits, and the key that ended them (empty when it was something else)."""
    digits = ""
    while verb.num_digits is None or len(digits) < verb.num_digits:
        tone = leg.tones.next_until(leg.now() + verb.timeout)
        if tone is None:
            leg.wait(verb.timeout)
            if not leg.tones.next_until(leg.now()):
                break
            continue
        leg.wait(tone.at - leg.now())
        key = leg.tones.take().key
        if key == verb.finish_on_key:
            return digits, key
        digits += key
    return digits, ""
