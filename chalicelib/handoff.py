"""The hand-off: how the verdict of a voice leg gets back to the contact that asked for it.

    issue (Connect)  ->  claim (Twilio)  ->  report (Twilio)  ->  redeem (Connect)

Each step is one conditional write on the leg's record, with no read before it. This module says, for each step, the
condition and what is written (`write_for`), what the step answers when the condition held (`accepted`), and what it
answers when it did not, from the record that stood in the way (`refused`). The table adapter turns the same conditions
into DynamoDB expressions; `transition` applies them to a plain mapping, which is what the tests explore exhaustively.

What holds, whatever is retried, duplicated, lost, late or interleaved, with clocks up to `SKEW_MS` apart:

H1  only the contact that issued a leg redeems it; a hand-back code, only the first contact that types it
H2  a verdict is redeemed once; the same contact asking again within `REPLAY_MS` gets the same answer
H3  a leg is claimed by one call; a repeat of that call gets the same answer, any other call is refused
H4  a verdict counts only within its life, a code only within its own, and nothing from the future beyond the skew
H5  no step is skipped
H6  whatever is unreadable or unexpected is not "verified"

Times are whole milliseconds since the epoch. Codes last a minute because the network needs seconds to put a call
through; verdicts ten seconds because nothing is spoken between report and hang-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.clock import SKEW_MS
from chalicelib.conditional_write import (
    Absent,
    AllOf,
    AnyOf,
    Between,
    Condition,
    CopyOf,
    First,
    Is,
    Record,
    Scalar,
    Write,
    applied,
    holds,
)

REPLAY_MS = 10_000
LEG_LIFE_MS = 300_000
HAND_BACK_LIFE_MS = 30_000


class Kind(StrEnum):
    """What a record is: the leg itself, or, where Connect cannot resume, the verdict under a second code."""

    LEG = "leg"
    HAND_BACK = "hand_back"


class Verdict(StrEnum):
    """What a leg found."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    INCONCLUSIVE = "inconclusive"
    ENROLLED = "enrolled"
    OPTED_OUT = "opted_out"


class Word(StrEnum):
    """What a contact is told that gets no verdict."""

    EXPIRED = "expired"
    ABANDONED = "abandoned"
    UNAVAILABLE = "unavailable"


# --- steps ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Issue:
    """A contact makes a leg. `facts` travel with it to whoever claims it."""

    owner: str
    at: int
    facts: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A call that typed the leg code takes the leg."""

    call: str
    at: int
    code_life: int


@dataclass(frozen=True)
class Note:
    """The call's recording number `number` came to something that is not yet a verdict."""

    call: str
    at: int
    number: int
    outcome: str
    enrolments: int | None = None


@dataclass(frozen=True)
class Report:
    """The call's verdict. `by_code`: it is handed back under a second code, so the leg itself is closed with it."""

    call: str
    at: int
    verdict: Verdict
    by_code: bool = False


@dataclass(frozen=True)
class HandBack:
    """The verdict under a second code, for the first contact that types it. Written together with the report."""

    at: int
    verdict: Verdict
    facts: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Redeem:
    """A contact asks for the verdict: of its own leg, or `by_code` of whichever leg the code stands for."""

    contact: str
    at: int
    life: int
    by_code: bool = False


@dataclass(frozen=True)
class Close:
    """The contact has been told `word`; a late report must not turn it."""

    contact: str
    at: int
    word: Word
    by_code: bool = False


Step = Issue | Claim | Note | Report | HandBack | Redeem | Close


# --- what a step comes to ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """The step took effect, or had taken effect before; `record` is what stands now."""

    record: Record


class Reason(StrEnum):
    """Why a step was refused; for counting and for the log, never for the caller."""

    UNKNOWN = "unknown"
    TAKEN = "taken"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True)
class Refused:
    """The step did not take effect."""

    reason: Reason


@dataclass(frozen=True)
class Answered:
    """What the contact is told, and keeps being told while it asks again in time."""

    answer: str
    record: Record


@dataclass(frozen=True)
class MustClose:
    """There is nothing to redeem: `word` has to be fixed by a `Close` before the contact is told."""

    word: Word


Outcome = Done | Refused | Answered | MustClose


def transition(step: Step, record: Record) -> tuple[Record, Outcome]:
    """The whole hand-off as one function: the record afterwards and what the step answers."""
    write = write_for(step)
    if not holds(write.condition, record):
        return record, refused(step, record)
    after = applied(write, record)
    return after, accepted(step, after)


def write_for(step: Step) -> Write:
    """The one conditional write of a step."""
    match step:
        case Issue(owner, at, facts):
            return Write(Absent("kind"), {**facts, "kind": Kind.LEG, "owner": owner, "issued_at": at})
        case Claim(call, at, code_life):
            unclaimed = AllOf((Absent("call"), _between("issued_at", at, code_life)))
            return Write(
                AllOf((Is("kind", Kind.LEG), Absent("answer"), AnyOf((Is("call", call), unclaimed)))),
                {"call": call, "claimed_at": First(at)},
            )
        case Note(call, at, number, outcome, enrolments):
            count = {} if enrolments is None else {"enrolments": enrolments}
            return Write(AllOf((_claimed_by(call, at), Absent(heard(number)))), {heard(number): outcome, **count})
        case Report(call, at, verdict, by_code):
            closed: dict[str, Scalar] = {"answer": Word.EXPIRED, "answered_at": at} if by_code else {}
            return Write(_claimed_by(call, at), {"verdict": verdict, "reported_at": at, **closed})
        case HandBack(at, verdict, facts):
            return Write(Absent("kind"), {**facts, "kind": Kind.HAND_BACK, "verdict": verdict, "reported_at": at})
        case Redeem(contact, at, life, by_code):
            fresh = _between("reported_at", at, life)
            return Write(
                AllOf((_askable_by(contact, by_code), Absent("answer"), fresh)),
                {"owner": contact, "answer": CopyOf("verdict"), "answered_at": at},
            )
        case Close(contact, at, word, by_code):
            return Write(
                AllOf((_askable_by(contact, by_code), Absent("answer"))),
                {"owner": contact, "answer": word, "answered_at": at},
            )


def heard(number: int) -> str:
    """The field that says what became of a leg's recording."""
    return f"heard_{number}"


def _between(name: str, at: int, life: int) -> Condition:
    return Between(name, at - life, at + SKEW_MS)


def _claimed_by(call: str, at: int) -> Condition:
    """Claimed by this call, not too long ago, and nothing final has been said."""
    return AllOf((Is("call", call), _between("claimed_at", at, LEG_LIFE_MS), Absent("answer"), Absent("verdict")))


def _askable_by(contact: str, by_code: bool) -> Condition:
    """H1. A leg belongs to the contact that issued it; a hand-back to nobody, until a contact has typed its code."""
    if by_code:
        return AllOf((Is("kind", Kind.HAND_BACK), AnyOf((Absent("owner"), Is("owner", contact)))))
    return AllOf((Is("kind", Kind.LEG), Is("owner", contact)))


def accepted(step: Step, record: Record) -> Outcome:
    """What a step answers when its write took effect; `record` is the one after the write."""
    if isinstance(step, Redeem | Close):
        return Answered(str(record["answer"]), record)
    return Done(record)


def refused(step: Step, record: Record) -> Outcome:
    """What a step answers when its condition did not hold; `record` is the one that stood in the way, {} for none."""
    match step:
        case Issue(owner, at):
            # The code is random: a record that is ours to the millisecond is the one that a lost reply left behind.
            mine = record.get("owner") == owner and record.get("issued_at") == at and "call" not in record
            return Done(record) if mine else Refused(Reason.TAKEN)
        case Claim(call) | Note(call) | Report(call):
            # The first word stands, and its repetition is told that all is well; a claim's, that there is a verdict.
            said = heard(step.number) if isinstance(step, Note) else "verdict"
            mine = record.get("call") == call
            return Done(record) if mine and said in record else Refused(_why_not_claimed(call, record))
        case HandBack(at, verdict):
            mine = record.get("verdict") == verdict and record.get("reported_at") == at
            return Done(record) if mine else Refused(Reason.TAKEN)
        case Redeem(contact, at, _, by_code) | Close(contact, at, _, by_code):
            if not holds(_askable_by(contact, by_code), record):
                return Refused(Reason.TAKEN if record else Reason.UNKNOWN)
            if "answer" not in record:
                return MustClose(_nothing_to_redeem(record))
            return Answered(_said_again(record, at), record)


def _why_not_claimed(call: str, record: Record) -> Reason:
    if record.get("kind") != Kind.LEG:
        return Reason.UNKNOWN
    if "answer" in record or "verdict" in record:
        return Reason.CLOSED
    return Reason.TAKEN if record.get("call", call) != call else Reason.EXPIRED


def _nothing_to_redeem(record: Record) -> Word:
    if "verdict" in record:
        return Word.EXPIRED
    return Word.ABANDONED if "call" in record else Word.UNAVAILABLE


def _said_again(record: Record, at: int) -> str:
    """H2: the same answer to the same contact, for as long as Connect may still be repeating its question."""
    in_time = holds(_between("answered_at", at, REPLAY_MS), record)
    return str(record["answer"]) if in_time else Word.EXPIRED
