"""How many wrong codes are borne: of a contact, of a caller's number, of the whole system.

A code of eight digits, a hundred of them alive, is guessed once in a million tries; so tries are counted, and nothing
that is started anew, no code and no login, takes one back. A right code costs nothing.

| record | holds | full when |
|---|---|---|
| contact | each wrong code's `attempt` (`codes.attempt`): `wrong_1`, `wrong_2`, ... | `Limits.contact` stand there |
| caller | `wrong` and `wrong_since`: how many since when | `Limits.caller` within `WINDOW_MS` of the first |
| system | the same | `Limits.system` within `WINDOW_MS` of the first |

One wrong code is written to all three together, all or none, each on the condition that its record is as it was read.
So of two that count at once one must read and count anew, and Connect asking again with the same digits finds its
attempt and is not counted twice, anywhere. Asking comes before counting: who makes many calls at once gets, beyond the
limits of caller and system, one try for each call that is already asking.

A caller who withholds their number has no record of their own: they would all share one, and one of them could lock it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.conditional_write import Absent, AllOf, Condition, Is, Record, Scalar, Write
from chalicelib.web_login.session import Word

WINDOW_MS = 3_600_000
_SWEPT_AFTER_SECONDS = 86_400


@dataclass(frozen=True)
class Limits:
    """Wrong codes that are borne; the next attempt is not looked at."""

    contact: int = 3
    caller: int = 10
    system: int = 200


@dataclass(frozen=True)
class Budgets:
    """The records as they were read, {} for each that is not there; `caller` is None for a withheld number."""

    contact: Record
    caller: Record | None
    system: Record


@dataclass(frozen=True)
class Wrong:
    """The writes that count a wrong code, in the order of `Budgets`; `caller` is None where there is none to write."""

    contact: Write
    caller: Write | None
    system: Write


def barred(budgets: Budgets, attempt: str, at: int, limits: Limits) -> Word | None:
    """What the contact is told without a look at the code; None when the code may be looked at.

    `at` in milliseconds since the epoch, here and below. A wrong code is never looked at again for the same contact,
    and told as before: so Connect's repetition gets the same answer, and nobody waits for a code to come alive.
    """
    attempts = _attempts(budgets.contact)
    if attempt in attempts:
        return Word.UNKNOWN
    caller = budgets.caller or {}
    full = _full(caller, at, limits.caller) or _full(budgets.system, at, limits.system)
    return Word.LOCKED if full or len(attempts) >= limits.contact else None


def wrong(budgets: Budgets, attempt: str, at: int) -> Wrong | None:
    """Count a wrong code; None when this very attempt is counted."""
    attempts = _attempts(budgets.contact)
    if attempt in attempts:
        return None
    as_read: list[Condition] = [Is(_field(number), known) for number, known in enumerate(attempts, 1)]
    free = _field(len(attempts) + 1)
    contact = Write(AllOf((*as_read, Absent(free))), {free: attempt, "expires_at": at // 1000 + _SWEPT_AFTER_SECONDS})
    caller = None if budgets.caller is None else _one_more(budgets.caller, at)
    return Wrong(contact, caller, _one_more(budgets.system, at))


def _field(number: int) -> str:
    return f"wrong_{number}"


def _attempts(contact: Record) -> Sequence[str]:
    found: list[str] = []
    while (name := _field(len(found) + 1)) in contact:
        found.append(str(contact[name]))
    return found


def _full(record: Record, at: int, limit: int) -> bool:
    return _in_window(record, at) and int(record["wrong"]) >= limit


def _in_window(record: Record, at: int) -> bool:
    """Clocks that go back do not open a new window: only time that has passed does."""
    return "wrong_since" in record and at <= int(record["wrong_since"]) + WINDOW_MS


def _one_more(record: Record, at: int) -> Write:
    swept: dict[str, Scalar] = {"expires_at": at // 1000 + _SWEPT_AFTER_SECONDS}
    if not record:
        return Write(Absent("wrong_since"), {"wrong": 1, "wrong_since": at, **swept})
    as_read = AllOf((Is("wrong", record["wrong"]), Is("wrong_since", record["wrong_since"])))
    if _in_window(record, at):
        return Write(as_read, {"wrong": int(record["wrong"]) + 1, **swept})
    return Write(as_read, {"wrong": 1, "wrong_since": at, **swept})
