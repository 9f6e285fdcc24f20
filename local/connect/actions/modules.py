"""Actions that call a module and return from one."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import A_FLOW, NO_MODULE, TOO_DEEP, Done, Fails, Outcome, Returns, Yields

DEEPEST_MODULE = 5


def _invoke_module(action: Action, execution: Execution) -> Outcome:
    module = execution.flow_named(execution.text(action.parameters["FlowModuleId"]))
    depth = len(execution.contact.visits)
    if module is None or not module.is_module:
        return Fails(note=NO_MODULE if module is None else A_FLOW)
    if depth > DEEPEST_MODULE:
        return Fails(note=TOO_DEEP)
    outcome = execution.play(execution, module, execution.value(action.parameters.get("Input", {})))
    if not isinstance(outcome, Returns):
        return outcome
    visit = execution.contact.visit
    visit.module_result, visit.module_data = outcome.result, outcome.data
    return Done() if outcome.result is None else Yields(outcome.result)


def _end_module(action: Action, execution: Execution) -> Outcome:
    result = execution.value(action.parameters.get("Result"))
    return Returns(result, execution.value(action.parameters.get("ResultData", {})))


PIECES = (
    Piece("InvokeFlowModule", _invoke_module, frozenset({"FlowModuleId", "Input"})),
    Piece("EndFlowModuleExecution", _end_module, frozenset({"Result", "ResultData"})),
)
