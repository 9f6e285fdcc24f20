"""What an action has at hand while it runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.document import Flow
from local.connect.circumstances import Circumstances
from local.connect.contact import Contact
from local.connect.functions import Invoker
from local.connect.kinds import Kind
from local.connect.line import Clock, Line
from local.connect.outcomes import Left
from local.connect.queues import Queue
from local.connect.record import Step
from local.connect.references import resolved, resolved_text
from local.connect.security_keys import SecurityKeys
from local.telephone import Call, Exchange
from local.transcript import Transcript

Play = Callable[["Execution", Flow, Mapping[str, Any]], Left]
GoOn = Callable[["Execution", str], Left]


class NotANumberError(ValueError):
    """Where the action needs a number, its parameter, with its references filled in, is none."""


@dataclass(frozen=True)
class Execution:
    """One contact on its way, in a flow of some `kind`.

    `flow_named` finds a flow or module by id or ARN; `play` runs one to its end; `go_on` runs the one that the contact
    is in from the action with an identifier.
    """

    contact: Contact
    call: Call
    line: Line
    invoker: Invoker
    exchange: Exchange
    clock: Clock
    transcript: Transcript
    circumstances: Circumstances
    queues: Mapping[str, Queue]
    security_keys: SecurityKeys
    flow_named: Callable[[str], Flow | None]
    play: Play
    go_on: GoOn
    on_step: Callable[[Step], object]
    new_contact_id: Callable[[], str]
    kind: Kind = Kind.CONTACT
    on_begin: Callable[[Step], object] = lambda step: None
    trace: list[Step] = field(default_factory=list)
    flow_log: list[str] = field(default_factory=list)

    def value(self, parameter: Any) -> Any:
        """A parameter with its references replaced; None where the only one is not set."""
        return resolved(parameter, self.contact)

    def text(self, parameter: Any) -> str:
        """The same as text, "" for what is not set."""
        return resolved_text(parameter, self.contact)

    def number(self, parameter: Any) -> float:
        """The same as a number. Raises NotANumberError."""
        try:
            number = float(self.text(parameter))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise NotANumberError("a parameter is no number")
        return number

    def note(self, step: Step) -> None:
        """Write down an action that is done."""
        self.trace.append(step)
        self.on_step(step)

    def tell(self, who: str, what: str) -> None:
        self.transcript.add(self.clock.now(), who, what)
