"""What an action comes to; which branch that means is for the runner to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.document import NO_MATCHING_ERROR, Flow
from local.connect.queues import Queue
from local.connect.record import Ending

NO_FLOW = "no such flow was given"
NO_MODULE = "no such module was given"
A_FLOW = "a flow, and no module"
A_MODULE = "a module, and no flow"
TOO_DEEP = "modules are nested too deep"
MISTAKES = frozenset({NO_FLOW, NO_MODULE, A_FLOW, A_MODULE, TOO_DEEP})
"""Notes of what an instance should never come to, although its error branch leads on."""


class FlowDefectError(Exception):
    """The flow left the contact with nowhere to go; the message says where."""


@dataclass(frozen=True)
class Done:
    """Succeeded; `NextAction` follows. `note` goes into the trace."""

    note: str = ""


@dataclass(frozen=True)
class Yields:
    """Succeeded with a result that the conditions test. `value` may be secret and is never shown."""

    value: object
    note: str = ""


@dataclass(frozen=True)
class Fails:
    """Took an error branch: `error`, or `NoMatchingError` where the flow does not name it."""

    error: str = NO_MATCHING_ERROR
    note: str = ""


@dataclass(frozen=True)
class Moves:
    """The contact leaves this flow for another."""

    flow: Flow


@dataclass(frozen=True)
class Returns:
    """A module is over: the branch that its caller takes, and the data that it may read."""

    result: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Over:
    """The contact is over as far as flows go."""

    ending: Ending
    queue: str | None = None


@dataclass(frozen=True)
class Queues:
    """The contact leaves its flows for a queue."""

    queue: Queue


@dataclass(frozen=True)
class Ends:
    """The flow is over and the contact is not: it goes on waiting, or is joined to its agent."""


Left = Over | Returns | Queues | Ends
"""How a contact left a flow."""

Outcome = Done | Yields | Fails | Moves | Left
