"""The recording-status request: take the recording from Twilio, have the engine judge it, and write down what it means.

Nobody listens to this request: the caller hears the next phrase meanwhile, or waits in a request of their own. It may
take as long as Twilio waits for an answer (15 s), and stays below that.
"""

from __future__ import annotations

from chalicelib import audit
from chalicelib.clock import Deadline, milliseconds
from chalicelib.conditional_write import Write
from chalicelib.errors import RecordingMissing, Unavailable
from chalicelib.handoff import Note, Verdict
from chalicelib.voice import dialogue, profile, verdicts
from chalicelib.voice.dialogue import Standing
from chalicelib.voice.engine import Outcome
from chalicelib.voice.leg_parts import LegParts
from chalicelib.voice.profile import Purpose, Task
from chalicelib.voice.recordings import AlreadyTaken

STATUS_SECONDS = 13.0
FETCH_SECONDS = 5.0
ENGINE_SECONDS = 8.0
_WRITE_SECONDS = 1.5


def score(parts: LegParts, standing: Standing, call: str, recording_sid: str) -> None:
    """Judge one recording; `standing` is the one in which it was asked for."""
    deadline = Deadline.after(STATUS_SECONDS, parts.clock)
    try:
        recording = parts.recordings.take(recording_sid, deadline.at_most(FETCH_SECONDS))
    except AlreadyTaken:
        audit.record("recording_taken_already")
        return
    except RecordingMissing:
        recording = None
    except Unavailable as trouble:
        _give_up(parts, standing, call, trouble, deadline)
        return
    try:
        outcome, enrolments = _judge(parts, standing, recording, deadline)
    except Unavailable as trouble:
        _give_up(parts, standing, call, trouble, deadline)
        return
    audit.record("voice_scored", purpose=standing.task.purpose, outcome=outcome)
    _write_down(parts, standing, call, outcome, enrolments, deadline)


def _give_up(parts: LegParts, standing: Standing, call: str, trouble: Unavailable, deadline: Deadline) -> None:
    """Tell the log, and a caller who waits; one who is already speaking again is told with the last recording."""
    audit.record("voice_trouble", code=trouble.code, reason=str(trouble))
    if standing.due:
        return
    verdicts.report(parts, standing, call, Verdict.INCONCLUSIVE, None, deadline)


def _judge(
    parts: LegParts, standing: Standing, recording: bytes | None, deadline: Deadline
) -> tuple[Outcome, int | None]:
    """What the engine makes of it and, where the dialogue will need it, how many enrolments it has now."""
    task = standing.task
    within = Deadline(deadline.ends - _WRITE_SECONDS, deadline.now).at_most(ENGINE_SECONDS)
    verify = task.purpose is Purpose.VERIFY
    outcome = Outcome.UNCLEAR
    if recording is not None:
        judge = parts.engine.verify if verify else parts.engine.enrol
        outcome = judge(task.engine_user, recording, task.phrase, task.content_language, within)
    if outcome is Outcome.DISSIMILAR and not verify:
        parts.engine.clear(task.engine_user, within)
    if verify or standing.due:
        return outcome, None
    return outcome, parts.engine.enrolments(task.engine_user, within) or 0


def _write_down(
    parts: LegParts, standing: Standing, call: str, outcome: Outcome, enrolments: int | None, deadline: Deadline
) -> None:
    judgement = dialogue.judged(standing, outcome, enrolments or 0)
    if judgement.verdict is not None:
        change = _profile_change(standing.task, judgement.verdict, outcome)
        verdicts.report(parts, standing, call, judgement.verdict, change, deadline)
    elif judgement.note is not None:
        at = milliseconds(parts.clock.now())
        note = Note(call, at, standing.recording, judgement.note, enrolments)
        parts.legs.take(note, standing.leg, deadline)


def _profile_change(task: Task, verdict: Verdict, outcome: Outcome) -> Write | None:
    if verdict is Verdict.ENROLLED:
        return profile.enrolled(task.engine_user)
    if outcome is Outcome.TOO_FEW_ENROLMENTS:
        return profile.unfinished(task.engine_user)
    return None
