"""Dial: somebody else joins the call, through the exchange."""

from __future__ import annotations

from dataclasses import replace

from local.telephone import Ended
from local.twilio import verbs
from local.twilio.faults import RequestKind
from local.twilio.leg import CallOver, Document, Leg

_DIAL_STATUS = {
    Ended.FAR_END_HUNG_UP: "completed",
    Ended.CALLER_HUNG_UP: "completed",
    Ended.NO_ANSWER: "no-answer",
    Ended.FAILED: "failed",
}
_ANSWERED = {Ended.FAR_END_HUNG_UP, Ended.CALLER_HUNG_UP}
_NO_PAUSES = str.maketrans("", "", "wW")


def dial(leg: Leg, document: Document, verb: verbs.Dial) -> Document | None:
    """Connect, and then go on with the action's document; None, without an action, to go on with the next verb."""
    leg.let_react()
    started = leg.now()
    ended = _first_answer(leg, verb)
    leg.note(f"the dialled call is over: {ended.value}")
    if ended is Ended.CALLER_HUNG_UP:
        leg.status = "completed"
    following = None
    if verb.action:
        extra = _dial_outcome(leg, ended, leg.now() - started)
        following = leg.follow(RequestKind.DIAL, document, verb.action, verb.method, extra)
    if ended is Ended.CALLER_HUNG_UP:
        raise CallOver(ended)
    return following


def _dial_outcome(leg: Leg, ended: Ended, seconds: float) -> dict[str, str]:
    if ended not in _ANSWERED:
        return {"DialCallStatus": _DIAL_STATUS[ended], "DialBridged": "false"}
    sid = leg.call_sid[:-4] + "d1a1"
    bridged = {"DialCallSid": sid, "DialCallDuration": str(round(seconds)), "DialBridged": "true"}
    return bridged | {"DialCallStatus": _DIAL_STATUS[ended]}


def _first_answer(leg: Leg, verb: verbs.Dial) -> Ended:
    """Real lines ring all the numbers at once; here they ring in turn."""
    caller_id, ended = verb.caller_id or leg.call.caller_id, Ended.FAILED
    if caller_id not in {leg.call.caller_id, leg.equipment.number.number}:
        leg.failed(f"13214: callerId {caller_id} is neither the call's nor the account's")
        return ended
    for number in verb.numbers:
        leg.note(f"dials {number.number}, to send {len(number.send_digits.translate(_NO_PAUSES))} keys")
        digits = number.send_digits.replace("W", "ww")
        call = replace(leg.call, to=number.number, caller_id=caller_id, digits=digits, ring_limit_seconds=verb.timeout)
        ended = leg.equipment.exchange.dial(call)
        if ended in _ANSWERED:
            break
    return ended
