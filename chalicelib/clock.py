"""Time, as something that is handed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

ANSWER_SECONDS = 6.5
"""What a function may take from the moment it is called, whatever hangs behind it: Lambda ends it after seven."""

ROUTE_SECONDS = 4.0
"""The same of a route: ID Contact's core waits for five, and a function that is still starting needs some of them."""

SKEW_MS = 2_000
"""What the clocks of two machines may differ by; a time that lies further ahead is none to rely on."""


class Clock(Protocol):
    """Where a function gets its time from."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own clock."""

    now = staticmethod(time.time)
    sleep = staticmethod(time.sleep)


def milliseconds(seconds: float) -> int:
    """Times are kept in the table as whole milliseconds since the epoch."""
    return int(seconds * 1000)


def utc(at: int) -> str:
    """`at`, in milliseconds since the epoch, as flows are told it: `2040-01-01T12:00:00Z`."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Deadline:
    """When an answer must be out; every outside call on the way asks how long it may still take."""

    ends: float
    now: Callable[[], float]

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        return cls(clock.now() + seconds, clock.now)

    def remaining(self) -> float:
        """Seconds, never negative."""
        return max(0.0, self.ends - self.now())

    def at_most(self, seconds: float) -> Deadline:
        """The same deadline, or a nearer one."""
        return Deadline(min(self.ends, self.now() + seconds), self.now)
