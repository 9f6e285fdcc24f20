"""The state of one contact while its flows run, with the scope that the service gives each kind of value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.document import Flow
from local.connect.interruption import Interruption
from local.connect.queues import Agent, Queue
from local.connect.record import Made

INSTANCE_ARN = "arn:aws:connect:eu-central-1:111122223333:instance/99999999-8888-7777-6666-555555555555"


@dataclass
class Visit:
    """One stay in a flow or module.

    Everything here is gone when it ends. A module has its own: the flow that calls it keeps its Lambda results, stored
    input and flow attributes, and sees of the module only the result and its data. `found` are further values by the
    root of their references; `waiting` are the actions that wait while others are carried out.
    """

    flow: Flow
    module_input: Mapping[str, Any] = field(default_factory=dict)
    flow_attributes: dict[str, str] = field(default_factory=dict)
    external: Mapping[str, Any] = field(default_factory=dict)
    stored_input: str | None = None
    loops: dict[str, int] = field(default_factory=dict)
    module_result: str | None = None
    module_data: Mapping[str, Any] = field(default_factory=dict)
    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)


@dataclass
class Contact:
    """`caller` is None for a withheld number. `logging` and `recording` say what is kept of the call right now.

    `hooks` are flows by the moment at which they are played, `disabled_hooks` the moments at which none is, not even
    the instance's own. `found` are values by the root of their references, `made` is what was made for somebody outside
    the call, `until_agent` when an agent of the queue is free. An agent's guide is a contact, too: a chat with the
    caller's contact as its `related` one.
    """

    id: str
    caller: str | None
    dialled: str
    instance_arn: str = INSTANCE_ARN
    attributes: dict[str, str] = field(default_factory=dict)
    language: str = "en-US"
    speaker: str = "Joanna"
    name: str | None = None
    description: str | None = None
    customer_id: str | None = None
    logging: bool = True
    recording: bool = False
    queue: Queue | None = None
    legs_resumed: int = 0
    draws: int = 0
    initiation: str = "INBOUND"
    channel: str = "VOICE"
    related: Contact | None = None
    agent: Agent | None = None
    until_agent: Interruption | None = None
    callback_number: str | None = None
    hooks: dict[str, str] = field(default_factory=dict)
    disabled_hooks: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    found: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    replies: dict[str, int] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)

    @property
    def visit(self) -> Visit:
        return self.visits[-1]

    @property
    def region(self) -> str:
        return self.instance_arn.split(":")[3]
