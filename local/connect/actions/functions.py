"""Actions around Lambda functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.circumstances import Unset
from local.connect.event import invocation_event
from local.connect.execution import Execution
from local.connect.functions import InvocationFailedError
from local.connect.outcomes import Done, Fails, Outcome

Asked = tuple[str, Mapping[str, Any], float, str]
"""The function's ARN, its event, the time limit in seconds, and the form that its answer must have."""


def _invoke(action: Action, execution: Execution) -> Outcome:
    arn = execution.text(action.parameters["LambdaFunctionARN"])
    parameters = _parameters(action, execution)
    event = invocation_event(execution.contact, parameters)
    limit = execution.number(action.parameters["InvocationTimeLimitSeconds"])
    validation = action.parameters.get("ResponseValidation", {})
    call = f"{arn.rpartition(':')[2]} {parameters.get('step', '')}".rstrip()
    started = action.parameters.get("InvocationType") == "ASYNCHRONOUS"
    invoke = _start if started else _wait_for
    try:
        return invoke(execution, call, (arn, event, limit, validation.get("ResponseType", "STRING_MAP")))
    except InvocationFailedError as failure:
        execution.tell("lambda", f"{call}: {failure}")
        return Fails(note=str(failure))


def _start(execution: Execution, call: str, asked: Asked) -> Outcome:
    """`$.External` stays as it is until the answer is loaded."""
    invocation = execution.invoker.start(*asked)
    execution.contact.visit.found["LambdaInvocation"] = {"InvocationId": invocation}
    execution.tell("lambda", f"{call}: started")
    return Done()


def _wait_for(execution: Execution, call: str, asked: Asked) -> Outcome:
    answer = execution.invoker.invoke(*asked)
    # Replaced whole: nothing of an earlier answer is left.
    execution.contact.visit.external = answer
    execution.tell("lambda", f"{call}: {answer.get('result', 'answers')}")
    return Done()


def _parameters(action: Action, execution: Execution) -> dict[str, object]:
    given = execution.value(action.parameters.get("LambdaInvocationAttributes", {}))
    unset = execution.circumstances.unset
    if unset is Unset.ABSENT:
        return {name: value for name, value in given.items() if value is not None}
    return {name: ("" if value is None and unset is Unset.EMPTY else value) for name, value in given.items()}


def _load(action: Action, execution: Execution) -> Outcome:
    """The answer of an invocation that was only started takes the place of an earlier one."""
    try:
        answer = execution.invoker.result(execution.text(action.parameters["LambdaInvocationId"]))
    except InvocationFailedError as failure:
        return Fails(note=str(failure))
    if answer is None:
        return Fails("InProgress")
    execution.contact.visit.external = answer
    return Done()


_UNDERSTANDS = frozenset(
    {
        "LambdaFunctionARN",
        "InvocationTimeLimitSeconds",
        "InvocationType",
        "LambdaInvocationAttributes",
        "ResponseValidation",
    }
)

PIECES = (
    Piece("InvokeLambdaFunction", _invoke, _UNDERSTANDS),
    Piece("LoadLambdaFunctionResult", _load, frozenset({"LambdaInvocationId"})),
)
