"""What is known of a contact when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from local.telephone import Ended


class Ending(Enum):
    """How a contact ended."""

    AGENT = "reached an agent"
    DISCONNECTED = "the flow hung up"
    CALLER_HUNG_UP = "the caller hung up"
    THIRD_PARTY = "given to a third party for good"
    DEFECT = "the flow had nowhere to go"


@dataclass(frozen=True)
class Step:
    """One action: which branch it took ("next", an error type, "Equals verified", or how it ended), and nothing secret.

    `note` counts what it must not show, such as "10 digits". `logged` and `recorded` say whether flow logging and call
    recording were on while it ran. `at` is when it began, in virtual seconds since the epoch.
    """

    flow: str
    action: str
    type: str
    branch: str
    note: str = ""
    logged: bool = False
    recorded: bool = False
    at: float = field(default=0.0, repr=False)


@dataclass(frozen=True)
class Made:
    """Something that a flow made, or set, for somebody outside the call: `what` is the type of the action."""

    what: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class ContactRun:
    """`queue` is the agent's queue when one was reached; `defect` says what was wrong with the flow, if anything.

    `flow_log` are the lines that the service would have written to CloudWatch, where logging was on. `made` is what was
    made for somebody outside the call: callbacks, tasks, cases, criteria of routing.
    """

    contact_id: str
    ending: Ending
    attributes: Mapping[str, str]
    trace: tuple[Step, ...]
    queue: str | None = None
    defect: str | None = None
    flow_log: tuple[str, ...] = ()
    made: tuple[Made, ...] = ()

    @property
    def ended(self) -> Ended:
        """The same, for whoever dialled."""
        return Ended.CALLER_HUNG_UP if self.ending is Ending.CALLER_HUNG_UP else Ended.FAR_END_HUNG_UP
