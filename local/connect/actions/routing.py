"""Actions that set how the contact is routed. How soon an agent is free is not the flow's to see."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Done, Outcome
from local.connect.record import Made


def _set_priority(action: Action, execution: Execution) -> Outcome:
    return Done()


def _set_criteria(action: Action, execution: Execution) -> Outcome:
    execution.contact.made.append(Made(action.type, execution.value(action.parameters)))
    return Done()


PIECES = (
    Piece("UpdateContactRoutingBehavior", _set_priority, frozenset({"QueuePriority", "QueueTimeAdjustmentSeconds"})),
    Piece("UpdateContactRoutingCriteria", _set_criteria, frozenset({"RoutingCriteria"})),
)
