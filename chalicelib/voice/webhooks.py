"""What Twilio asks on a leg, one function per webhook: each turns a signed form into TwiML.

All of them are waited for by a caller and answer within three seconds of the request's arrival, whatever hangs behind
them, except `recording_status`, which nobody listens to. The same request again gets the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib import audit
from chalicelib.clock import Deadline, milliseconds
from chalicelib.errors import BadWebhook, EngineUnavailable, Misconfigured, Unavailable
from chalicelib.handoff import Claim, Done, Refused, Verdict
from chalicelib.voice import codes, dialogue, enrolment, profile, scoring, twiml, verdicts
from chalicelib.voice.dialogue import Move, Standing, Then
from chalicelib.voice.leg_parts import LegParts
from chalicelib.voice.profile import NEEDED_ENROLMENTS, Purpose, Task

ANSWER_SECONDS = 2.5

AGREE, REFUSE = "1", "2"

_CALL_SID = re.compile(r"CA[0-9a-f]{32}")


@dataclass(frozen=True)
class Webhook:
    """One signed request: the posted fields, and the ticket from its path ("" before a leg is claimed).

    `received`, in seconds of the clock, is when it arrived: fetching the secrets may have taken a part of the time.
    """

    fields: Mapping[str, str]
    received: float
    ticket: str = ""

    @property
    def call(self) -> str:
        call = self.fields.get("CallSid", "")
        if not _CALL_SID.fullmatch(call):
            raise BadWebhook("CallSid is missing or malformed")
        return call


def answer(parts: LegParts, webhook: Webhook) -> str:
    """The Twilio number rings."""
    del webhook
    return twiml.listen_for_code(parts.settings.public_base_url)


def no_code(parts: LegParts, webhook: Webhook) -> str:
    """Nobody typed a code: this call was not handed over by Connect."""
    del webhook
    return _unknown_code(parts, "none")


def claim(parts: LegParts, webhook: Webhook) -> str:
    """Digits were typed. A leg code that is live makes the call the leg's call."""
    deadline = _deadline(parts, webhook)
    code = codes.typed(webhook.fields.get("Digits", ""))
    if not code:
        return _unknown_code(parts, "malformed")
    handle = codes.leg_handle(parts.hashes, code)
    at = milliseconds(parts.clock.now())
    outcome = parts.legs.take(Claim(webhook.call, at, parts.settings.code_life_seconds * 1000), handle, deadline)
    if not isinstance(outcome, Done):
        return _unknown_code(parts, outcome.reason if isinstance(outcome, Refused) else "refused")
    standing = Standing(handle, Task.of(outcome.record))
    if standing.task.dials_back and not parts.settings.connect_number:
        raise Misconfigured("HAND_BACK is dial in connect_app, and CONNECT_NUMBER is not set in twilio_app")
    if "verdict" in outcome.record:
        return _say(parts, webhook.call, Move((), Then.HAND_BACK, standing))
    return _say(parts, webhook.call, _first_move(parts, webhook.call, standing, deadline))


def _first_move(parts: LegParts, call: str, standing: Standing, deadline: Deadline) -> Move:
    """An interrupted enrolment is taken up where it stopped; how far it came is asked of the engine."""
    task = standing.task
    if task.purpose is Purpose.VERIFY or not task.engine_user:
        return dialogue.claimed(standing, 0)
    try:
        enrolments = parts.engine.enrolments(task.engine_user, deadline.at_most(enrolment.ENGINE_SECONDS))
        if enrolments is None:
            return enrolment.renewed(parts, standing, deadline)
    except EngineUnavailable as trouble:
        return enrolment.engine_failed(standing, trouble)
    if enrolments < NEEDED_ENROLMENTS:
        return dialogue.claimed(standing, enrolments)
    verdicts.report(parts, standing, call, Verdict.ENROLLED, profile.enrolled(task.engine_user), deadline)
    return Move((), Then.HAND_BACK, standing)


def consent(parts: LegParts, webhook: Webhook) -> str:
    """The caller pressed a key when asked for consent. No recording is asked for before the answer is written down."""
    standing = _standing(parts, webhook)
    deadline = _deadline(parts, webhook)
    key = webhook.fields.get("Digits", "")
    if key == AGREE:
        return _say(parts, webhook.call, enrolment.agreed(parts, standing, deadline))
    if key == REFUSE:
        change = profile.declined(standing.task, milliseconds(parts.clock.now()))
        verdicts.report(parts, standing, webhook.call, Verdict.OPTED_OUT, change, deadline)
        return _say(parts, webhook.call, Move((), Then.HAND_BACK, standing))
    return no_key(parts, webhook)


def no_key(parts: LegParts, webhook: Webhook) -> str:
    """The consent question got no answer that was offered."""
    return _say(parts, webhook.call, dialogue.consent_not_understood(_standing(parts, webhook)))


def recorded(parts: LegParts, webhook: Webhook) -> str:
    """A recording was made; it is judged in a request of its own."""
    return _say(parts, webhook.call, dialogue.recorded(_standing(parts, webhook)))


def silence(parts: LegParts, webhook: Webhook) -> str:
    """Nothing was said after the tone."""
    return _say(parts, webhook.call, dialogue.nothing_recorded(_standing(parts, webhook)))


def wait(parts: LegParts, webhook: Webhook) -> str:
    """The caller waits for the recording to be judged."""
    standing = _standing(parts, webhook)
    leg = parts.legs.look(standing.leg, _deadline(parts, webhook))
    return _say(parts, webhook.call, dialogue.polled(standing, leg))


def end(parts: LegParts, webhook: Webhook) -> str:
    """The caller has heard why there is no verdict: report that, and hand back at once."""
    standing = _standing(parts, webhook)
    verdicts.report(parts, standing, webhook.call, Verdict.INCONCLUSIVE, None, _deadline(parts, webhook))
    return _say(parts, webhook.call, Move((), Then.HAND_BACK, standing))


def recording_status(parts: LegParts, webhook: Webhook) -> str:
    """A recording is complete: judge it. One that belongs to no leg is deleted all the same."""
    if webhook.fields.get("RecordingStatus", "") != "completed":
        return twiml.nothing()
    recording_sid = webhook.fields.get("RecordingSid", "")
    try:
        standing = _standing(parts, webhook)
    except BadWebhook:
        parts.recordings.discard(recording_sid)
        raise
    scoring.score(parts, standing, webhook.call, recording_sid)
    return twiml.nothing()


def fallback(parts: LegParts, webhook: Webhook) -> str:
    """Twilio could not use an earlier answer of ours."""
    audit.record("voice_fallback", code=re.sub(r"[^0-9]", "", webhook.fields.get("ErrorCode", ""))[:5] or "none")
    return twiml.apology(parts.settings.default_language, "voice.fallback")


WEBHOOKS: Mapping[str, Callable[[LegParts, Webhook], str]] = {
    "answer": answer,
    "no-code": no_code,
    "claim": claim,
    "consent": consent,
    "no-key": no_key,
    "recorded": recorded,
    "silence": silence,
    "wait": wait,
    "end": end,
    "recording-status": recording_status,
    "fallback": fallback,
}
"""By the last segment of their path."""


def twiml_for(parts: LegParts, step: str, webhook: Webhook) -> str:
    """The one place where anything unexpected ends: it is counted, and the caller hears an apology and goes back."""
    try:
        return WEBHOOKS[step](parts, webhook)
    except (BadWebhook, Misconfigured, Unavailable) as trouble:
        audit.record("webhook_failed", step=step, code=trouble.code, reason=str(trouble))
        return twiml.apology(parts.settings.default_language, "voice.trouble")
    except Exception as error:  # noqa: BLE001 (last resort: whatever it is, the caller is not verified)
        known = step if step in WEBHOOKS else "none"
        audit.record("webhook_failed", step=known, code="unexpected", reason=type(error).__name__)
        return twiml.apology(parts.settings.default_language, "voice.fallback")


def _deadline(parts: LegParts, webhook: Webhook) -> Deadline:
    return Deadline(webhook.received + ANSWER_SECONDS, parts.clock.now)


def _standing(parts: LegParts, webhook: Webhook) -> Standing:
    return parts.seal.open(webhook.ticket, webhook.call)


def _say(parts: LegParts, call: str, move: Move) -> str:
    ticket = parts.seal.close(move.standing, call)
    base_url = parts.settings.public_base_url

    def address(step: str) -> str:
        return f"{base_url}/voice/{ticket}/{step}"

    dial = None
    if move.then is Then.HAND_BACK and move.standing.task.dials_back:
        dial = (parts.settings.connect_number, codes.hand_back_code(parts.hashes, move.standing.leg, call))
    return twiml.of(move, address, dial)


def _unknown_code(parts: LegParts, reason: str) -> str:
    """Whoever guesses learns nothing: every refusal sounds the same. Each one is counted."""
    audit.record("leg_code_refused", reason=reason)
    return twiml.apology(parts.settings.default_language, "voice.unknown_code")
