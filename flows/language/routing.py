"""Actions that set how the contact is routed."""

from __future__ import annotations

from flows.language.action_type import LEADS_ON, ActionType
from flows.language.shapes import Anything, MapOf, Record, Text, Whole

UPDATE_CONTACT_ROUTING_BEHAVIOR = ActionType(
    "UpdateContactRoutingBehavior",
    Record(optional={"QueuePriority": Whole(0, 999_999_999), "QueueTimeAdjustmentSeconds": Text()}),
    LEADS_ON,
)

UPDATE_CONTACT_ROUTING_CRITERIA = ActionType(
    "UpdateContactRoutingCriteria", Record({"RoutingCriteria": MapOf(Anything())})
)

ACTIONS = (UPDATE_CONTACT_ROUTING_BEHAVIOR, UPDATE_CONTACT_ROUTING_CRITERIA)
