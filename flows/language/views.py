"""The action that shows something on an agent's screen."""

from __future__ import annotations

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR
from flows.language.action_type import EQUALS_ANYTHING, ActionType, branches
from flows.language.shapes import Anything, ListOf, MapOf, Record, Text, Whole, choice

SHOW_VIEW = ActionType(
    "ShowView",
    Record(
        {"ViewResource": Record({"Id": Text()}, {"Version": Text()})},
        {
            # The one parameter that may hold real booleans, numbers and lists.
            "ViewData": MapOf(Anything()),
            "InvocationTimeLimitSeconds": Whole(1, 604_800),
            "SensitiveDataConfiguration": Record({"HideResponseOn": ListOf(choice("TRANSCRIPT"))}),
        },
    ),
    branches(NO_MATCHING_CONDITION, NO_MATCHING_ERROR, "TimeLimitExceeded", conditions=EQUALS_ANYTHING),
)

ACTIONS = (SHOW_VIEW,)
