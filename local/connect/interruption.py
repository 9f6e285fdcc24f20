"""What stops whatever is being played: an agent is free, a function has answered, it is time for something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Interrupted(Exception):
    """What the line was waiting for has come, or its time is up: whatever is being played stops."""


@dataclass(eq=False)
class Interruption:
    """Stops what is played at `at` (virtual seconds since the epoch), or as soon as `happened` says so.

    `at` may be moved meanwhile.
    """

    at: float
    happened: Callable[[], bool] | None = None

    def is_due(self, now: float) -> bool:
        return now >= self.at or (self.happened is not None and self.happened())
