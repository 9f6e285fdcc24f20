"""The action that names flows for later moments: waiting, whispers, hold, the agent's screen, afterwards."""

from __future__ import annotations

from flows.language.action_type import ActionType
from flows.language.shapes import BOOLEAN, OneOf, Record, Text

HOOKS = (
    "CustomerQueue",
    "CustomerHold",
    "CustomerWhisper",
    "AgentWhisper",
    "AgentHold",
    "CustomerRemaining",
    "DefaultAgentUI",
)

UPDATE_CONTACT_EVENT_HOOKS = ActionType(
    "UpdateContactEventHooks",
    Record(
        optional={
            "EventHooks": OneOf(dict.fromkeys(HOOKS, Text())),
            "EventHooksConfiguration": OneOf(dict.fromkeys(HOOKS, Record({"DisableExecution": BOOLEAN}))),
        },
        one_of=(frozenset({"EventHooks", "EventHooksConfiguration"}),),
    ),
)

ACTIONS = (UPDATE_CONTACT_EVENT_HOOKS,)
