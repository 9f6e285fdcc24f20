"""A session: one login on the web, its result, and the contact whose caller typed its code.

    start (ID Contact's core)  ->  result (the login)  ->  link (Connect)
                               ->  link (Connect)      ->  result (the login)

A session is kept under the keyed hash of its code. Each step is one conditional write, with no read before it; a result
is used together with the memory that its token was (`spent`), both or neither. A core that has a result already starts
the session with it.

| step            | condition                                 | writes                   | answer                    |
|-----------------|-------------------------------------------|--------------------------|---------------------------|
| start           | nothing under this code                   | started at, secret's     | done; if `taken`, again   |
|                 |                                           | hash, facts, any result  | with another code         |
| result (secret) | this session's secret, no result yet,     | result, when, its token, | done, to the same token   |
|                 | started within the code's life            | what it says, sealed     | again too; else refused   |
| spent (token)   | not spent before                          | session                  | part of start and result  |
| link (contact)  | linked to this contact; or to nobody, and | contact                  | `linked`, `waiting` or    |
|                 | started within the code's life            |                          | `not_authenticated`       |
| link, otherwise |                                           | nothing                  | `unknown`, whatever the   |
|                 |                                           |                          | reason; counted: `budget` |

What holds, whatever is retried, duplicated, lost, late or interleaved, with clocks up to `SKEW_MS` apart:

W1  a code links one contact, the first that types it; to any other it is as unknown as one that never was
W2  a contact that asks again gets the same answer, or, after `waiting`, what its session has come to meanwhile
W3  a session has one result, from whoever has its address; a token's result counts in one session
W4  a code links, and a result comes, within `CODE_LIFE_MS` of the start, and nothing from the future beyond the skew
W5  `linked` is said of a login that succeeded, and of nothing else

A late result cannot turn a `not_authenticated`: of a session without a result it is said only when by every clock none
is taken any more, and none can be on its way. Until then such a session is `waiting`.

Times are whole milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.clock import SKEW_MS
from chalicelib.conditional_write import Absent, AllOf, AnyOf, Between, Is, Record, Scalar, Write

CODE_LIFE_MS = 600_000
RESULTS = "web login result"
"""The purpose under which what a result says is sealed (`sealing.Seal`)."""

_WRITTEN_WITHIN_MS = 10_000  # of a clock's reading; no function of ours runs for longer
_SWEPT_AFTER_SECONDS = 3_600
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
class Outcome:
    """What a session's record keeps of a result: the handle of its token, and, sealed, what it says of a person."""

    succeeded: bool
    token: str
    sealed: str = field(repr=False)


@dataclass(frozen=True)
class Start:
    """A session begins. `secret` is the hash of its address's; `facts`, such as the purpose, stay with it."""

    at: int
    secret: str
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Result:
    """Somebody who has the address posts a result, which was verified before."""

    at: int
    secret: str
    outcome: Outcome


@dataclass(frozen=True)
class Link:
    """The caller of a contact (its InitialContactId) typed the code."""

    at: int
    contact: str


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
    """What the contact is told."""

    word: Word


@dataclass(frozen=True)
class Refused:
    """Nothing was written."""

    reason: Reason


Answer = Done | Answered | Refused


def write_for(step: Step) -> Write:
    """A step's conditional write on its session."""
    match step:
        case Start(at, secret, facts, outcome):
            swept = {"expires_at": at // 1000 + _SWEPT_AFTER_SECONDS}
            told = {} if outcome is None else _told(outcome, at)
            return Write(Absent("started_at"), {**facts, **swept, **told, "started_at": at, "secret": secret})
        case Result(at, secret, outcome):
            return Write(AllOf((Is("secret", secret), Absent("result"), _alive(at))), _told(outcome, at))
        case Link(at, contact):
            free = AllOf((Absent("contact"), _alive(at)))
            return Write(AnyOf((Is("contact", contact), free)), {"contact": contact})


def spent(handle: str, until: int) -> Write:
    """Remember, on the token's own record, that its result counts in the session `handle`. Written together with it.

    `until` is when the token expires, in seconds since the epoch. Refused when it has counted before.
    """
    return Write(Absent("session"), {"session": handle, "expires_at": until + _REMEMBERED_LONGER_SECONDS})


def accepted(step: Step, record: Record) -> Answer:
    """What a step answers when its write took effect; `record` is the one after the write."""
    return Answered(standing(record, step.at)) if isinstance(step, Link) else Done()


def refused(step: Step, record: Record) -> Answer:
    """What a step answers when it was refused. `record` stood in the way; {} for none, or for the token's own."""
    match step:
        case Start(at, secret):
            # The secret is random: a session that has it is the one that a lost reply left behind.
            mine = (record.get("secret"), record.get("started_at")) == (secret, at)
            return Done() if mine else Refused(Reason.TAKEN if record else Reason.SPENT)
        case Result(_, secret, outcome):
            if record.get("secret") != secret:
                return Refused(Reason.UNKNOWN)
            if "result" not in record:
                return Refused(Reason.EXPIRED)
            return Done() if record.get("token") == outcome.token else Refused(Reason.ANSWERED)
        case Link():
            if not record:
                return Refused(Reason.UNKNOWN)
            return Refused(Reason.TAKEN if "contact" in record else Reason.EXPIRED)


def standing(record: Record, at: int) -> Word:
    """What the contact that a session is linked to is told of it at `at`."""
    match record.get("result"):
        case "succeeded":
            return Word.LINKED
        case "failed":
            return Word.NOT_AUTHENTICATED
    over = at > int(record["started_at"]) + CODE_LIFE_MS + SKEW_MS + _WRITTEN_WITHIN_MS
    return Word.NOT_AUTHENTICATED if over else Word.WAITING


def _alive(at: int) -> Between:
    return Between("started_at", at - CODE_LIFE_MS, at + SKEW_MS)


def _told(outcome: Outcome, at: int) -> dict[str, Scalar]:
    """A failed login leaves no person behind."""
    result = {"result": "succeeded" if outcome.succeeded else "failed", "token": outcome.token, "result_at": at}
    return {**result, "sealed": outcome.sealed} if outcome.succeeded else result
