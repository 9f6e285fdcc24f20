"""How often somebody who guesses session codes at full speed hits one: computed, and measured over the shipped rules.

`python -m tests.model.guessing` prints both, for 500 logins that wait for their call at any time.

The attacker has as many telephone numbers as they like, and as many calls at once as the instance takes. Each call
types codes until it is told to stop; when the whole system is full they wait until it is not, and begin again. A call
is asked, and counted, as `web_login.linking` does it: who is asked at the same moment is counted one after the other.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.assurance import Level
from chalicelib.conditional_write import Record, Write, applied, holds
from chalicelib.keyed_hash import KeyedHash
from chalicelib.web_login import budget, codes, session
from chalicelib.web_login.budget import WINDOW_MS, Budgets, Limits
from chalicelib.web_login.session import CODE_LIFE_MS, Link, Linking, Start, Word, Worth

HOUR_MS = 3_600_000
_BEGIN_MS = 2_222_222_222_000
_WORTH = Worth(Level.SUBSTANTIAL, HOUR_MS)
_HASHES = KeyedHash("an attack that is only played " * 2)


@dataclass(frozen=True)
class Guesses:
    """What came of so many hours: how many codes were looked at, and how many of them were somebody's."""

    hours: int
    looked_at: int
    hits: int


def looked_at_per_hour(limits: Limits, at_once: int) -> int:
    """The most that anybody can have looked at: asking comes before counting, for each call that is asking."""
    return limits.system + at_once - 1


def chance_per_hour(live: int, length: int, limits: Limits, at_once: int) -> float:
    """Of one hit or more."""
    of_one = live / float(10**length)
    return 1.0 - float((1.0 - of_one) ** looked_at_per_hour(limits, at_once))


@dataclass
class Attack:
    """`live` codes of `length` digits wait at any time; the attacker has `at_once` calls."""

    seed: int
    live: int = 500
    length: int = codes.DTMF_LENGTH
    at_once: int = 10
    limits: Limits = field(default_factory=Limits)
    system: Record = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._calls = 0
        self._chance = random.Random(self.seed)  # noqa: S311 (a simulation)

    def goes_on_for(self, hours: int) -> Guesses:
        """So many hours, beginning anew in each as soon as the rules look at a code again."""
        looked_at = hits = 0
        for hour in range(hours):
            at = _BEGIN_MS + hour * (WINDOW_MS + 1)
            waiting = dict(self._waiting(at))
            for found in self._burst(at, waiting):
                looked_at += 1
                hits += found
        return Guesses(hours, looked_at, hits)

    def _waiting(self, at: int) -> Iterator[tuple[str, Record]]:
        """The sessions whose codes link at this moment."""
        for _ in range(self.live):
            started_at = at - self._chance.randrange(CODE_LIFE_MS)
            begun = session.writes_for(Start(started_at, "secret"), "handle").session
            yield codes.session_handle(_HASHES, self._code()), applied(begun, {})

    def _code(self) -> str:
        return codes.new_code(self._chance.randrange, self.length)

    def _burst(self, at: int, waiting: dict[str, Record]) -> Iterator[bool]:
        """Every code that is looked at until the system is full: whether it was somebody's."""
        calls = [self._call() for _ in range((self.limits.system - 1) % self.at_once)]  # so that all ask at the limit
        while self._call().may_try(self.system, at):
            calls = [call if call.may_try(self.system, at) else self._call() for call in calls]
            # All calls are asked by the same records, before any of them is counted.
            asked = [(call, code) for call in calls if call.barred(code := self._code(), self.system, at) is None]
            for call, code in asked:
                hit = _links(waiting, code, call.contact, at)
                if not hit:
                    self._count(call, code, at)
                yield hit
            calls += [self._call() for _ in range(self.at_once - len(calls))]

    def _call(self) -> _Call:
        """Another call, from another number."""
        self._calls += 1
        return _Call(f"contact {self._calls}", self.limits)

    def _count(self, call: _Call, code: str, at: int) -> None:
        wrong = budget.wrong(Budgets(call.on_contact, call.on_caller, self.system), call.attempt(code), at)
        assert wrong is not None
        assert wrong.caller is not None
        call.on_contact = _written(wrong.contact, call.on_contact)
        call.on_caller = _written(wrong.caller, call.on_caller)
        self.system = _written(wrong.system, self.system)


@dataclass
class _Call:
    """One contact, and what is counted of it and of its caller's number."""

    contact: str
    limits: Limits
    on_contact: Record = field(default_factory=dict)
    on_caller: Record = field(default_factory=dict)

    def attempt(self, code: str) -> str:
        return codes.attempt(_HASHES, self.contact, code)

    def barred(self, code: str, system: Record, at: int) -> Word | None:
        return budget.barred(Budgets(self.on_contact, self.on_caller, system), self.attempt(code), at, self.limits)

    def may_try(self, system: Record, at: int) -> bool:
        return self.barred("another", system, at) is None


def _links(waiting: dict[str, Record], code: str, contact: str, at: int) -> bool:
    """Whether the code links a session to the contact; it links no other from then on."""
    handle = codes.session_handle(_HASHES, code)
    found = session.look(Link(at, contact, _WORTH), handle, waiting.get(handle, {}), {})
    if not isinstance(found, Linking):
        return False
    waiting[handle] = _written(found.writes.session, waiting[handle])
    return True


def _written(write: Write, record: Record) -> Record:
    assert holds(write.condition, record)
    return applied(write, record)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.model.guessing", description=__doc__)
    parser.add_argument("--live", type=int, default=500, help="logins that wait for their call at any time")
    parser.add_argument("--length", type=int, default=codes.DTMF_LENGTH, help="digits of a code")
    parser.add_argument("--calls", type=int, default=10, help="calls that the instance takes at once")
    parser.add_argument("--hours", type=int, default=20_000, help="how long the attack is played")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    limits, began = Limits(), time.monotonic()
    chance = chance_per_hour(given.live, given.length, limits, given.calls)
    print(f"{given.live} codes of {given.length} digits alive, {given.calls} calls at once, limits {limits}")
    print(f"computed: {looked_at_per_hour(limits, given.calls)} codes looked at in an hour, ", end="")
    print(f"a hit with a chance of {chance:.2e} in an hour, {1 - (1 - chance) ** 24:.2%} in a day")
    attack = Attack(given.seed, given.live, given.length, given.calls, limits)
    found = attack.goes_on_for(given.hours)
    print(f"measured: {found.looked_at / found.hours:.1f} codes looked at in an hour, ", end="")
    print(f"{found.hits} hits in {found.hours} hours, {found.hits / found.hours:.2e} in an hour", end="")
    print(f" ({given.hours * chance:.0f} expected; {time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
