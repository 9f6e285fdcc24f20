"""Making a caller known to the engine, while they wait for the next question.

The engine makes a user, and the profile takes it down together with the consent. Whoever comes second, a repeated
request or another person, leaves no user behind.
"""

from __future__ import annotations

from chalicelib import audit
from chalicelib.clock import Deadline, milliseconds
from chalicelib.errors import EngineUnavailable
from chalicelib.table import keys
from chalicelib.table.items import Stood, Written
from chalicelib.voice import dialogue, profile
from chalicelib.voice.dialogue import Move, Standing
from chalicelib.voice.leg_parts import LegParts

ENGINE_SECONDS = 1.0


def agreed(parts: LegParts, standing: Standing, deadline: Deadline) -> Move:
    """The caller consents: nothing is recorded before that is written down."""
    try:
        fresh = parts.engine.create(deadline.at_most(ENGINE_SECONDS))
    except EngineUnavailable as trouble:
        return engine_failed(standing, trouble)
    write = profile.agreed(standing.task, fresh, milliseconds(parts.clock.now()))
    done = parts.items.write(keys.caller(standing.task.caller), write, deadline)
    audit.record("voice_consent", result="given")
    return _with_user(parts, standing, fresh, done, deadline)


def renewed(parts: LegParts, standing: Standing, deadline: Deadline) -> Move:
    """The engine has lost the caller: make them a new user, and begin again. Raises EngineUnavailable."""
    lost = standing.task.engine_user
    fresh = parts.engine.create(deadline.at_most(ENGINE_SECONDS))
    done = parts.items.write(keys.caller(standing.task.caller), profile.renewed(lost, fresh), deadline)
    return _with_user(parts, standing, fresh, done, deadline)


def engine_failed(standing: Standing, trouble: EngineUnavailable) -> Move:
    """Say so, and go back to the flow."""
    audit.record("voice_trouble", code=trouble.code, reason=str(trouble))
    return dialogue.failed(standing)


def _with_user(parts: LegParts, standing: Standing, fresh: str, done: Written | Stood, deadline: Deadline) -> Move:
    """Go on with the user that the profile holds now, which is another one when this request is a repetition.

    It may also be somebody else's: two people who call from one number, or seem to, answer the question at once. The
    second one's voice must not end up in the profile of the first.
    """
    if isinstance(done, Written):
        return dialogue.consented(standing, fresh, 0)
    kept = str(done.record.get("engine_user", ""))
    if kept != fresh:
        _delete_surplus(parts, fresh, deadline)
    if not kept or done.record.get("subject") != standing.task.subject:
        return dialogue.failed(standing)
    return dialogue.consented(standing, kept, 0)


def _delete_surplus(parts: LegParts, user: str, deadline: Deadline) -> None:
    try:
        parts.engine.delete(user, deadline)
    except EngineUnavailable as trouble:
        audit.record("voice_trouble", code=trouble.code, reason="an unused engine user could not be deleted")
