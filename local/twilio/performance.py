"""How a document is performed on a call, verb by verb."""

from __future__ import annotations

from local.telephone import Ended
from local.twilio import verbs
from local.twilio.dial import dial
from local.twilio.faults import RequestKind
from local.twilio.gather import gather
from local.twilio.leg import CallOver, Document, Leg
from local.twilio.record import record
from local.twilio.sounds import sound


def perform(leg: Leg, document: Document) -> Document:
    """Perform a document's verbs in order; the document to go on with. Raises CallOver at the end of the call."""
    for verb in document.verbs:
        leg.step()
        if leg.answered_at is None and _still_rings(leg, verb):
            continue
        following = _perform(leg, document, verb)
        if following:
            return following
    leg.answer()
    leg.note("the document ends")
    raise leg.finished()


def _perform(leg: Leg, document: Document, verb: verbs.Verb) -> Document | None:
    match verb:
        case verbs.Say() | verbs.Play() | verbs.Pause():
            sound(leg, verb, None)
        case verbs.Gather():
            return gather(leg, document, verb)
        case verbs.Record():
            return record(leg, document, verb)
        case verbs.Dial():
            return dial(leg, document, verb)
        case verbs.Redirect():
            leg.let_react()
            return leg.follow(RequestKind.REDIRECT, document, verb.url, verb.method, {})
        case verbs.Hangup():
            raise leg.finished()
        case verbs.Reject():
            leg.note(f"rejects the call as {verb.reason}")
            raise CallOver(Ended.FAILED)
    return None


def _still_rings(leg: Leg, verb: verbs.Verb) -> bool:
    """Answer, unless the call is rejected; whether that was all: a leading Pause is spent ringing."""
    leg.wait(leg.equipment.times.ringing)
    if isinstance(verb, verbs.Reject):
        return False
    if isinstance(verb, verbs.Pause):
        leg.wait(verb.length)
    leg.answer()
    return isinstance(verb, verbs.Pause)
