"""When something that ends is due, and what can be the matter with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

DUE_DAYS = 60
"""From so many days before the end there is an event every day: time enough to make, upload and publish another."""
_DAY_SECONDS = 86_400


class Fault(StrEnum):
    """What the watch cannot pass over in silence. The values never change once published."""

    DAMAGED = "damaged"  # it is there and cannot be read
    MISSING = "missing"  # an uploaded key without a certificate of its own beside it
    NOT_UPLOADED = "not_uploaded"  # a certificate for a key id that the instance does not list
    OTHER_KEY = "other_key"  # a certificate over another key than the uploaded one; a leaf of a CA would be that too


@dataclass(frozen=True)
class Ending:
    """`thing` is a kind and an opaque id, `where` the place it was found; `at` is in seconds since the epoch."""

    thing: str
    where: str
    at: float


@dataclass(frozen=True)
class Trouble:
    """Something that should be watched and cannot be trusted."""

    thing: str
    where: str
    fault: Fault


def days_left(at: float, now: float) -> int:
    """Whole days; negative when it is over."""
    return math.floor((at - now) / _DAY_SECONDS)
