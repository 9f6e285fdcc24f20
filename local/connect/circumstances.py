"""How awkward the service is today: faults around Lambda functions, and what its documentation leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Fault(Enum):
    """What goes wrong with one attempt to invoke a function."""

    THROTTLED = "throttled before the function ran"
    SERVICE_ERROR = "5xx from the Lambda service before the function ran"
    RAISES = "the function raises before it does anything"
    RAISES_AFTER_COMMIT = "the function does its work, then raises"
    TIMES_OUT_AFTER_COMMIT = "the function does its work, its answer never arrives"
    LATE_DUPLICATE = "the answer arrives, and the same event is delivered again later"


@dataclass(frozen=True)
class LambdaFaults:
    """Faults by the number of the attempt in its contact, from 1; a retry is an attempt of its own."""

    attempts: Mapping[int, Fault] = field(default_factory=dict)
    duplicate_after_seconds: float = 2.0


class Unset(Enum):
    """How a Lambda parameter whose reference has no value arrives; the service does not say."""

    ABSENT = "absent"
    NULL = "null"
    EMPTY = "empty"


@dataclass(frozen=True)
class Circumstances:
    """`resume_delays_seconds` pass in silence between a third party's hang-up and the next action.

    One number for each leg of a contact, from the first; legs beyond them resume at once. Where input is encrypted,
    `encrypts_nothing_typed` says whether the word for "nothing typed" is, too; the service does not tell.
    """

    faults: LambdaFaults = field(default_factory=LambdaFaults)
    unset: Unset = Unset.ABSENT
    resume_delays_seconds: tuple[float, ...] = ()
    encrypts_nothing_typed: bool = False
