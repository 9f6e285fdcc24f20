"""Queues, and the agents behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Screen:
    """What an agent sees of a caller: the contact attributes and the endpoints, nothing else of the flow."""

    contact_id: str
    queue: str
    caller: str | None
    attributes: Mapping[str, str]


@dataclass
class Agent:
    """Takes every call of its queues and notes what the screen showed, oldest call first."""

    name: str = "agent"
    screens: list[Screen] = field(default_factory=list)


@dataclass(frozen=True)
class Queue:
    """`arn` is what a flow names. The caller hears music for `wait_seconds`; a full queue takes nobody."""

    arn: str
    name: str
    agent: Agent = field(default_factory=Agent)
    wait_seconds: float = 3.0
    full: bool = False
    outbound_number: str | None = None
