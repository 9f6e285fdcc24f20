"""Actions that only choose a way."""

from __future__ import annotations

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR
from flows.language.action_type import ANY_CONDITION, NUMERIC, ActionType, Branches, Conditions, branches, equals
from flows.language.shapes import Record, Reference, Text, Whole, choice

COMPARE = ActionType(
    "Compare",
    Record({"ComparisonValue": Reference()}),
    branches(NO_MATCHING_CONDITION, conditions=ANY_CONDITION),
)

LOOP = ActionType(
    "Loop",
    Record({"LoopCount": Whole(0, 100)}),
    Branches(conditions=equals("ContinueLooping", "DoneLooping", always=True)),
)

DISTRIBUTE_BY_PERCENTAGE = ActionType(
    "DistributeByPercentage",
    Record(),
    branches(NO_MATCHING_CONDITION, conditions=Conditions(frozenset({"NumberLessThan"}))),
)

CHECK_HOURS_OF_OPERATION = ActionType(
    "CheckHoursOfOperation",
    Record(optional={"HoursOfOperationId": Text()}),
    branches(NO_MATCHING_ERROR, conditions=equals("True", "False", always=True)),
)

CHECK_METRIC_DATA = ActionType(
    "CheckMetricData",
    Record(
        {
            "MetricType": choice(
                "NumberOfAgentsAvailable",
                "NumberOfAgentsStaffed",
                "NumberOfAgentsOnline",
                "OldestContactInQueueAgeSeconds",
                "NumberOfContactsInQueue",
            )
        },
        {"QueueId": Text(), "AgentId": Text()},
    ),
    branches(NO_MATCHING_ERROR, NO_MATCHING_CONDITION, conditions=Conditions(NUMERIC)),
)

GET_METRIC_DATA = ActionType(
    "GetMetricData", Record(optional={"QueueId": Text(), "AgentId": Text(), "QueueChannel": Text()})
)

ACTIONS = (COMPARE, LOOP, DISTRIBUTE_BY_PERCENTAGE, CHECK_HOURS_OF_OPERATION, CHECK_METRIC_DATA, GET_METRIC_DATA)
