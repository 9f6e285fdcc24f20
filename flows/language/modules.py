"""Actions that call a module and return from one."""

from __future__ import annotations

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR
from flows.language.action_type import EQUALS_ANYTHING, TERMINAL, ActionType, branches
from flows.language.shapes import Anything, MapOf, Record, Text

INVOKE_FLOW_MODULE = ActionType(
    "InvokeFlowModule",
    Record({"FlowModuleId": Text()}, {"Input": MapOf(Anything())}),
    branches(NO_MATCHING_ERROR, may=(NO_MATCHING_CONDITION,), conditions=EQUALS_ANYTHING),
)

END_FLOW_MODULE_EXECUTION = ActionType(
    "EndFlowModuleExecution",
    Record(optional={"Result": Text(), "ResultData": MapOf(Anything())}),
    TERMINAL,
)

ACTIONS = (INVOKE_FLOW_MODULE, END_FLOW_MODULE_EXECUTION)
