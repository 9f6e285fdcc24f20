"""How awkward the service is today: faults around Lambda functions, and what its documentation leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from flows.document import Action


class Fault(Enum):
    """What goes wrong with one attempt to invoke a function."""

    THROTTLED = "throttled before the function ran"
    SERVICE_ERROR = "5xx from the Lambda service before the function ran"
    RAISES = "the function raises before it does anything"
    RAISES_AFTER_COMMIT = "the function does its work, then raises"
    TIMES_OUT_BEFORE_COMMIT = "the time runs out before the function does anything"
    TIMES_OUT_AFTER_COMMIT = "the function does its work, its answer never arrives"
    LATE_DUPLICATE = "the answer arrives, and the same event is delivered again later"

    @property
    def leaves_no_answer(self) -> bool:
        """Whether the time is up afterwards, so that nothing is tried again."""
        return self in (Fault.TIMES_OUT_BEFORE_COMMIT, Fault.TIMES_OUT_AFTER_COMMIT)


@dataclass(frozen=True)
class LambdaFaults:
    """Faults by the number of the attempt in its contact, from 1; a retry is an attempt of its own.

    `functions` hold those of one function each, by its ARN and the number of the attempt at that function.
    """

    attempts: Mapping[int, Fault] = field(default_factory=dict)
    functions: Mapping[str, Mapping[int, Fault]] = field(default_factory=dict)
    duplicate_after_seconds: float = 2.0


@dataclass(frozen=True)
class Reply:
    """What a service beside Connect (a bot, cases, customer profiles) says to a block: an error's name, or data."""

    data: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


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

    `initiation` is how the contact began, in the service's word. `open_hours` are hours of operation by their id (""
    for those of the target queue), `metrics` what CheckMetricData reads by its type, `draws` what
    DistributeByPercentage draws one after the other, the last for ever. `failing` are actions that fail, by identifier
    or type, with their errors. `replies` are what other services say, by the identifier of the action that asks, one
    after the other, the last for ever. `sip_headers` are those of the call, as far as carriers pass them on.
    """

    faults: LambdaFaults = field(default_factory=LambdaFaults)
    unset: Unset = Unset.ABSENT
    resume_delays_seconds: tuple[float, ...] = ()
    encrypts_nothing_typed: bool = False
    initiation: str = "INBOUND"
    open_hours: Mapping[str, bool] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    draws: tuple[float, ...] = ()
    failing: Mapping[str, str] = field(default_factory=dict)
    replies: Mapping[str, tuple[Reply, ...]] = field(default_factory=dict)
    sip_headers: Mapping[str, str] = field(default_factory=dict)

    def failing_with(self, action: Action) -> str | None:
        """The error with which an action is made to fail, its own before that of its type."""
        return self.failing.get(action.identifier) or self.failing.get(action.type)
