"""Actions after which nothing follows."""

from __future__ import annotations

from flows.language.action_type import TERMINAL, ActionType
from flows.language.shapes import Record

DISCONNECT_PARTICIPANT = ActionType("DisconnectParticipant", Record(), TERMINAL)
END_FLOW_EXECUTION = ActionType("EndFlowExecution", Record(), TERMINAL)

ACTIONS = (DISCONNECT_PARTICIPANT, END_FLOW_EXECUTION)
