"""What is said and asked next on a leg: a pure function of where the dialogue stands and what just happened.

    claimed --verify--> ask phrase -> recorded -> wait ... poll: match -> hand back
        |                   ^                        |  not judged, tries left
        |                   +------------------------+
        +--enrol--> consent -> phrase, phrase, phrase (back to back) -> wait ... poll: enough -> hand back

Enrolment asks for all missing recordings back to back, since each is judged in its own request while the caller is
already speaking the next; only after the last does the caller wait. Whatever ends a leg without a verdict is spoken
first and reported after: nothing is spoken between a report and the hang-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from chalicelib.conditional_write import Record
from chalicelib.handoff import Verdict, heard
from chalicelib.voice.engine import MISMATCHES, Outcome
from chalicelib.voice.profile import NEEDED_ENROLMENTS, Purpose, Task

VERIFICATION_TRIES = 3
ENROLMENT_TRIES = 8
SILENCES = 3
CONSENT_QUESTIONS = 2
POLLS = 9
POLLS_BETWEEN_WORDS = 3


@dataclass(frozen=True)
class Standing:
    """Where a leg's dialogue stands; sealed into the webhook addresses of the leg's own call.

    `recording` numbers the recordings asked for so far; `due` of them still follow the current one back to back.
    `tried`, `mismatches` count what the engine has judged, `silences` what was never recorded, `polls` the waiting.
    """

    leg: str
    task: Task
    recording: int = 0
    due: int = 0
    first_of_batch: int = 1
    tried: int = 0
    mismatches: int = 0
    silences: int = 0
    polls: int = 0


@dataclass(frozen=True)
class Line:
    """One thing to say: a key of the prompt catalogue, or the phrase itself."""

    prompt: str


PHRASE = Line("")


class Then(StrEnum):
    """What follows the words."""

    ASK_CONSENT = "ask_consent"
    RECORD = "record"
    WAIT = "wait"
    END = "end"
    HAND_BACK = "hand_back"


@dataclass(frozen=True)
class Move:
    """What to say, what follows, and where the dialogue stands then. `verdict` is what END reports."""

    says: tuple[Line, ...]
    then: Then
    standing: Standing
    verdict: Verdict | None = None


# --- from the caller -----------------------------------------------------------------------------------------


def claimed(standing: Standing, enrolments: int) -> Move:
    """The leg code was right. `enrolments`: how many the engine has; 0 for a caller who has not consented yet."""
    if standing.task.purpose is Purpose.VERIFY:
        return _ask(standing, ("voice.verify",), 1)
    if not standing.task.engine_user:
        return Move((Line("voice.consent"),), Then.ASK_CONSENT, standing)
    return _ask(standing, ("voice.resume",), _missing(enrolments))


def consented(standing: Standing, engine_user: str, enrolments: int) -> Move:
    """The caller agreed, and the engine knows them."""
    known = replace(standing, task=replace(standing.task, engine_user=engine_user), silences=0)
    return _ask(known, ("voice.enrol",), _missing(enrolments))


def consent_not_understood(standing: Standing) -> Move:
    """No key, or one that was not offered."""
    asked_again = replace(standing, silences=standing.silences + 1)
    if asked_again.silences >= CONSENT_QUESTIONS:
        return _end(asked_again, "voice.nothing_heard_end")
    return Move((Line("voice.consent_again"),), Then.ASK_CONSENT, asked_again)


def recorded(standing: Standing) -> Move:
    """A recording was made and is being judged elsewhere."""
    if standing.due:
        return _next_phrase(replace(standing, due=standing.due - 1), ("voice.once_more",))
    return Move((Line("voice.one_moment"),), Then.WAIT, standing)


def nothing_recorded(standing: Standing) -> Move:
    """The caller said nothing after the tone."""
    again = replace(standing, silences=standing.silences + 1)
    if again.silences >= SILENCES:
        return _end(again, "voice.nothing_heard_end")
    return _next_phrase(replace(again, recording=again.recording - 1), ("voice.nothing_heard",))


# --- while the caller waits ----------------------------------------------------------------------------------


def polled(standing: Standing, leg: Record) -> Move:
    """The caller has waited a moment; `leg` is the leg's record as it stands."""
    if "verdict" in leg:
        return Move((), Then.HAND_BACK, standing)
    if heard(standing.recording) in leg:
        return _after_judgement(standing, leg)
    waited = replace(standing, polls=standing.polls + 1)
    if waited.polls >= POLLS:
        return failed(waited)
    speaks = waited.polls % POLLS_BETWEEN_WORDS == 0
    return Move((Line("voice.still_checking"),) if speaks else (), Then.WAIT, waited)


def failed(standing: Standing) -> Move:
    """Something that the leg needs does not work, or takes too long."""
    return _end(standing, "voice.trouble")


def _after_judgement(standing: Standing, leg: Record) -> Move:
    """The last recording asked for was judged, and that was not the end: ask again, saying what was wrong."""
    batch = range(standing.first_of_batch, standing.recording + 1)
    outcomes = [Outcome(str(leg[heard(number)])) for number in batch if heard(number) in leg]
    wrong = [outcome for outcome in outcomes if outcome is not Outcome.ENROLLED]
    judged = replace(
        standing,
        polls=0,
        tried=standing.tried + len(batch),
        mismatches=standing.mismatches + sum(outcome in MISMATCHES for outcome in outcomes),
    )
    hint = f"voice.hint.{wrong[-1]}" if wrong else "voice.hint.unclear"
    if standing.task.purpose is Purpose.VERIFY:
        return _ask(judged, (hint,), 1)
    missing = _missing(int(leg.get("enrolments", 0)))
    if judged.tried + missing > ENROLMENT_TRIES:
        return _end(judged, "voice.enrolment_end")
    return _ask(judged, (hint,), missing)


def _missing(enrolments: int) -> int:
    """How many recordings to ask for: at least one, and whatever the engine counts, no more than a new caller's."""
    return min(max(1, NEEDED_ENROLMENTS - enrolments), NEEDED_ENROLMENTS)


def _ask(standing: Standing, prompts: Sequence[str], count: int) -> Move:
    """Ask for `count` recordings back to back, beginning with one now."""
    batch = replace(standing, due=count - 1, first_of_batch=standing.recording + 1)
    return _next_phrase(batch, prompts)


def _next_phrase(standing: Standing, prompts: Sequence[str]) -> Move:
    lines = (*(Line(prompt) for prompt in prompts), Line("voice.say_after_tone"), PHRASE)
    return Move(lines, Then.RECORD, replace(standing, recording=standing.recording + 1))


def _end(standing: Standing, prompt: str) -> Move:
    return Move((Line(prompt),), Then.END, standing, Verdict.INCONCLUSIVE)


# --- in the request that judges a recording ------------------------------------------------------------------


@dataclass(frozen=True)
class Judgement:
    """What one recording comes to: a verdict, or a note for the waiting caller, or (both None) nothing to tell yet."""

    verdict: Verdict | None = None
    note: Outcome | None = None


def judged(standing: Standing, outcome: Outcome, enrolments: int) -> Judgement:
    """`standing` is the one in which the recording was asked for; `enrolments` counts those the engine has now."""
    if standing.task.purpose is Purpose.VERIFY:
        return _verification(standing, outcome)
    if enrolments >= NEEDED_ENROLMENTS:
        return Judgement(verdict=Verdict.ENROLLED)
    if outcome is Outcome.ENROLLED and standing.due:
        return Judgement()
    return Judgement(note=outcome)


def _verification(standing: Standing, outcome: Outcome) -> Judgement:
    if outcome is Outcome.MATCH:
        return Judgement(verdict=Verdict.VERIFIED)
    if outcome is Outcome.TOO_FEW_ENROLMENTS:
        return Judgement(verdict=Verdict.INCONCLUSIVE)
    if standing.tried + 1 < VERIFICATION_TRIES:
        return Judgement(note=outcome)
    against = standing.mismatches + (outcome in MISMATCHES)
    return Judgement(verdict=Verdict.NOT_VERIFIED if against else Verdict.INCONCLUSIVE)
