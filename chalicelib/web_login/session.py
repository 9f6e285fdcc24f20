"""A session: one login on the web, its result, and the contact whose caller typed its code.

    start (ID Contact's core)  ->  result (the login)  ->  link (Connect)
                               ->  link (Connect)      ->  result (the login)

A session is kept under the keyed hash of its code, its *handle*. A step writes to several records, all or none: to the
session; to the token's own, so that it counts once; and to the contact's, so that a session which is linked and has
succeeded has its proof there, whichever came last.

| step            | condition                                 | writes                   | answer                    |
|-----------------|-------------------------------------------|--------------------------|---------------------------|
| start           | nothing under this code; the token not    | started at, secret's     | done; if `taken`, again   |
|                 | used before                               | hash, facts, any result  | with another code         |
| result (secret) | this session's secret, no result yet,     | result, when, its token, | done, to the same token   |
|                 | started within the code's life; linked to | whom it is of, and what  | again too; else refused   |
|                 | nobody; the token not used before         | it says, sealed          |                           |
| result, linked  | the same, but linked to this contact      | the same; the contact's  | the same                  |
|                 |                                           | proof and login          |                           |
| link (contact)  | linked to nobody, started within the      | contact; the contact's   | `linked`, `waiting` or    |
|                 | code's life; result and contact as read   | login and proof          | `not_authenticated`       |
| link, otherwise | linked to this contact                    | nothing                  | one of these              |
|                 | else                                      | nothing                  | `unknown`, whatever the   |
|                 |                                           |                          | reason; counted: `budget` |

A result is written with no read before it, as if nobody had typed the code; if somebody has, the refusal names the
contact, and it is written once more, with the proof (`Again`). A link reads first, and once more if anything that it
relied on has changed before it writes (`LookAgain`).

A contact has one proof by web login, of the newest result among its sessions: an older one never replaces it, one about
somebody else does, and is noted. Its *login* is the session that the proof is of; without a proof that counts, the one
that was linked last.

What holds, whatever is retried, duplicated, lost, late or interleaved, with clocks up to `SKEW_MS` apart:

W1  a code links one contact, the first that types it; to any other it is as unknown as one that never was
W2  a contact that asks again gets the same answer, or what has come of it meanwhile: after `waiting` a result, after
    `linked` that the proof is over, or that another login has taken its place
W3  a session has one result, from whoever has its address; a token's result counts in one session
W4  a code links, and a result comes, within `CODE_LIFE_MS` of the start, and nothing from the future beyond the skew
W5  `linked` is said of a login that succeeded, while the contact's proof is of its subject and counts; of nothing else
W6  a contact's proof is there exactly when a session is linked to it and has succeeded, and is of the newest of these;
    while it counts, the login is its session; and one about another subject than the last is never taken for the same

A late result cannot turn a `not_authenticated`: of a session without a result it is said only when by every clock none
is taken any more, and none can be on its way. Until then such a session is `waiting`.

Times are whole milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum

from chalicelib import assurance
from chalicelib.assurance import Level, Method, Proof
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
    holds,
)

CODE_LIFE_MS = 600_000
RESULTS = "web login result"
"""The purpose under which what a result says is sealed (`sealing.Seal`)."""

_WRITTEN_WITHIN_MS = 10_000  # of a clock's reading; no function of ours runs for longer
_SWEPT_AFTER_SECONDS = 3_600
_PROVED_AT, _PROVED_OF = f"{Method.WEB_LOGIN}_at", f"{Method.WEB_LOGIN}_subject"  # of a contact's proof
_REMEMBERED_LONGER_SECONDS = 60  # than a token is valid, since clocks differ and a write may take its time


class Word(StrEnum):
    """What a contact is told. The rules say the first five; the others say that they were never asked."""

    LINKED = "linked"
    WAITING = "waiting"
    NOT_AUTHENTICATED = "not_authenticated"
    UNKNOWN = "unknown"
    LOCKED = "locked"
    NO_INPUT = "no_input"
    UNDECRYPTABLE = "undecryptable"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Worth:
    """How sure a login makes us, and for how long after its result."""

    level: Level
    life_ms: int


@dataclass(frozen=True)
class Outcome:
    """What is kept of a result: the handle of its token, until when that is valid (seconds since the epoch), whom it is
    of, and, sealed, what it says of them.
    """

    succeeded: bool
    token: str
    until: int
    subject: str
    sealed: str = field(repr=False)


@dataclass(frozen=True)
class Start:
    """A session begins. `secret` is the hash of its address's; `facts`, such as the purpose, stay with it."""

    at: int
    secret: str
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    outcome: Outcome | None = None


class Meeting(Enum):
    """How a result's proof meets the one that the contact may have; tried in this order."""

    AGREES = 1  # there is none, or an older one about the same subject
    REPLACES = 2  # an older one about another subject
    YIELDS = 3  # a newer one, which stays


@dataclass(frozen=True)
class Linked:
    """The contact that a result's session turned out to be linked to."""

    contact: str
    meeting: Meeting = Meeting.AGREES


@dataclass(frozen=True)
class Result:
    """Somebody who has the address posts a result, which was verified before. `linked` is for the rules to say."""

    at: int
    secret: str
    outcome: Outcome
    worth: Worth
    linked: Linked | None = None


@dataclass(frozen=True)
class Link:
    """The caller of a contact (its InitialContactId) typed the code. `facts` are for the contact's record."""

    at: int
    contact: str
    worth: Worth
    facts: Mapping[str, Scalar | First] = field(default_factory=dict)


Step = Start | Result | Link


class Reason(StrEnum):
    """Why a step was refused, for our own log: whoever is refused is told the same each time."""

    TAKEN = "taken"  # start: another session has this code; link: another contact has this session
    UNKNOWN = "unknown"  # no such session, or another address; or the token's result counted in another session
    EXPIRED = "expired"
    ANSWERED = "answered"  # the session has a result
    SPENT = "spent"  # start: the token's result counted in another session


@dataclass(frozen=True)
class Done:
    """A start or a result took effect, now or in an earlier delivery."""


@dataclass(frozen=True)
class Answered:
    """What the contact is told; with `linked`, the proof that it has."""

    word: Word
    proof: Proof | None = None


@dataclass(frozen=True)
class Refused:
    """Nothing was written."""

    reason: Reason


@dataclass(frozen=True)
class Again:
    """Nothing was written: somebody got there first. To be tried once more as `step`."""

    step: Result


@dataclass(frozen=True)
class LookAgain:
    """The same of a link, which has to read again."""


@dataclass(frozen=True)
class Writes:
    """Conditional writes, all or none: on the session; on its token's record, by handle; on its contact's, by id."""

    session: Write
    token: tuple[str, Write] | None = None
    contact: tuple[str, Write] | None = None


@dataclass(frozen=True)
class Linking:
    """What a link writes, and its answer if that takes effect; if not, look again.

    `subject_changed`: the contact has had a login of somebody else.
    """

    writes: Writes
    answer: Answered
    subject_changed: bool


def writes_for(step: Start | Result, handle: str) -> Writes:
    """What a start or a result writes; `handle` is its session's."""
    match step:
        case Start(at, secret, facts, outcome):
            swept = {"expires_at": at // 1000 + _SWEPT_AFTER_SECONDS}
            told = {} if outcome is None else _told(outcome, at)
            session = Write(Absent("started_at"), {**facts, **swept, **told, "started_at": at, "secret": secret})
            return Writes(session, None if outcome is None else _spent(outcome, handle))
        case Result(at, secret, outcome, worth, linked):
            wanted = (Is("secret", secret), Absent("result"), _alive(at))
            # A failed login has nothing for a contact, so whether there is one does not matter.
            whose = (Absent("contact") if linked is None else Is("contact", linked.contact),)
            meets = AllOf((*wanted, *(whose if outcome.succeeded else ())))
            proof = _proof(outcome.subject, at, worth)
            contact = _brought(proof, handle, linked) if linked and outcome.succeeded else None
            return Writes(Write(meets, _told(outcome, at)), _spent(outcome, handle), contact)


def refused(step: Start | Result, record: Record) -> Done | Refused | Again:
    """What a start or a result answers when it was refused.

    `record` is the session that stood in the way; {} when there is none, or when it was one of the other records.
    """
    match step:
        case Start(at, secret):
            # The secret is random: a session that has it is the one that a lost reply left behind.
            mine = (record.get("secret"), record.get("started_at")) == (secret, at)
            return Done() if mine else Refused(Reason.TAKEN if record else Reason.SPENT)
        case Result(_, secret, outcome, _, linked):
            if linked is None and "contact" in record and "result" not in record:
                return Again(replace(step, linked=Linked(str(record["contact"]))))
            if not record and linked and linked.meeting is not Meeting.YIELDS:
                return Again(replace(step, linked=Linked(linked.contact, Meeting(linked.meeting.value + 1))))
            if record.get("secret") != secret:
                return Refused(Reason.UNKNOWN)
            if "result" not in record:
                return Refused(Reason.EXPIRED)
            return Done() if record.get("token") == outcome.token else Refused(Reason.ANSWERED)


def look(step: Link, handle: str, session: Record, contact: Record) -> Linking | Answered | Refused | LookAgain:
    """What a link has to do, by the records as they were read; {} for each that is not there."""
    if "started_at" not in session:
        return Refused(Reason.UNKNOWN)
    proof = _proof_on(contact)
    if session.get("contact") == step.contact:
        # Both are written together, so a session without its proof was read before that, or the contact was.
        torn = session.get("result") == "succeeded" and (proof is None or proof.at < int(session["result_at"]))
        return LookAgain() if torn else _standing(session, proof, step.at)
    if "contact" in session:
        return Refused(Reason.TAKEN)
    if not holds(_alive(step.at), session):
        return Refused(Reason.EXPIRED)
    return _linking(step, handle, session, contact)


def _linking(step: Link, handle: str, session: Record, contact: Record) -> Linking:
    before, new = _proof_on(contact), None
    stays = before is not None and _counts(before, step.at)
    if session.get("result") == "succeeded":
        new = _proof(str(session["subject"]), int(session["result_at"]), step.worth)
        stays = before is not None and before.at > new.at
    free = AllOf((Absent("contact"), _as_read(session, "started_at"), _as_read(session, "result")))
    swept = {"expires_at": step.at // 1000 + assurance.SWEPT_AFTER_SECONDS}  # both, since one leads to the other
    sets = {**({} if stays else _pointed(handle, new)), **step.facts, **swept}
    on_contact = Write(_as_read(contact, _PROVED_AT), sets)
    writes = Writes(Write(free, {"contact": step.contact, **swept}), contact=(step.contact, on_contact))
    changed = before is not None and new is not None and before.subject != new.subject
    return Linking(writes, _standing(session, before if stays else new, step.at), changed)


def _standing(session: Record, proof: Proof | None, at: int) -> Answered:
    """What the contact that a session is linked to is told of it at `at`. `proof` is the contact's."""
    match session.get("result"):
        case "succeeded":
            if proof is not None and proof.subject == session["subject"] and _counts(proof, at):
                return Answered(Word.LINKED, proof)
            return Answered(Word.NOT_AUTHENTICATED)
        case "failed":
            return Answered(Word.NOT_AUTHENTICATED)
    over = at > int(session["started_at"]) + CODE_LIFE_MS + SKEW_MS + _WRITTEN_WITHIN_MS
    return Answered(Word.NOT_AUTHENTICATED if over else Word.WAITING)


def _alive(at: int) -> Between:
    return Between("started_at", at - CODE_LIFE_MS, at + SKEW_MS)


def _as_read(record: Record, name: str) -> Condition:
    return Is(name, record[name]) if name in record else Absent(name)


def _told(outcome: Outcome, at: int) -> dict[str, Scalar]:
    """A failed login leaves no person behind."""
    told = {"result": "succeeded" if outcome.succeeded else "failed", "token": outcome.token, "result_at": at}
    return {**told, "subject": outcome.subject, "sealed": outcome.sealed} if outcome.succeeded else told


def _spent(outcome: Outcome, handle: str) -> tuple[str, Write]:
    """Remember, on the token's own record, that its result counts in this session; refused when it has before."""
    swept = {"expires_at": outcome.until + _REMEMBERED_LONGER_SECONDS}
    return outcome.token, Write(Absent("session"), {"session": handle, **swept})


def _proof(subject: str, at: int, worth: Worth) -> Proof:
    return Proof(Method.WEB_LOGIN, worth.level, subject, at, at + worth.life_ms)


def _proof_on(contact: Record) -> Proof | None:
    return next((proof for proof in assurance.proofs(contact) if proof.method is Method.WEB_LOGIN), None)


def _counts(proof: Proof, at: int) -> bool:
    return bool(assurance.living([proof], at))


def _pointed(handle: str, proof: Proof | None) -> dict[str, Scalar | CopyOf | First]:
    """What makes a session the contact's login, with its proof where it has one."""
    return {**(assurance.recorded(proof).sets if proof else {}), "login": handle}


def _brought(proof: Proof, handle: str, linked: Linked) -> tuple[str, Write] | None:
    """What a result that comes after the link writes on the contact."""
    if linked.meeting is Meeting.YIELDS:  # a newer proof is never gone again, so nothing has to be made sure of
        return None
    older = Between(_PROVED_AT, 0, proof.at)
    same = AnyOf((Absent(_PROVED_AT), AllOf((older, Is(_PROVED_OF, proof.subject)))))
    return linked.contact, Write(same if linked.meeting is Meeting.AGREES else older, _pointed(handle, proof))
