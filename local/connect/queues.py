"""Queues, and the agents behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.telephone import Asked, Stay


@dataclass(frozen=True)
class Screen:
    """What an agent sees of a caller: the contact attributes and the endpoints, nothing else of the flow."""

    contact_id: str
    queue: str
    caller: str | None
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class View:
    """What a guide showed beside it: the view's id, and its data with references filled in (None where not set)."""

    contact_id: str
    id: str
    version: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the agent does with a view, `after_seconds`: an action of the view, with data; None looks on and on."""

    action: str | None
    data: Mapping[str, Any] = field(default_factory=dict)
    after_seconds: float = 0.0


@dataclass
class Agent:
    """Takes every call of its queues and notes what the screen showed, oldest call first.

    `views` are what the guides showed, `heard` what only the agent heard. `answers` are given to the views, one after
    the other; a view that finds none left stays on the screen. `works` is what the agent does with what their screen
    shows of a call. The agent talks for `talks_seconds`, in which each of `holds_seconds` is one time that the caller
    is put on hold, and hangs up.
    """

    name: str = "agent"
    screens: list[Screen] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    talks_seconds: float = 0.0
    holds_seconds: tuple[float, ...] = ()
    works: Callable[[Screen], object] = lambda screen: None

    def reacts(self, heard: str, asked: Asked) -> Stay:
        self.heard.append(heard)
        return Stay()


@dataclass(frozen=True)
class Queue:
    """`arn` is what a flow names, or that of an agent whose own queue it is.

    After `wait_seconds` an agent is free; until then the caller hears the customer queue flow, or music. A full queue
    takes nobody. `metrics` are what CheckMetricData and GetMetricData read of it, by metric type.
    """

    arn: str
    name: str
    agent: Agent = field(default_factory=Agent)
    wait_seconds: float = 3.0
    full: bool = False
    outbound_number: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
