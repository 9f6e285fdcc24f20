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


def _invoke(action: Action, execution: Execution) -> Outcome:
    arn = execution.text(action.parameters["LambdaFunctionARN"])
    parameters = _parameters(action, execution)
    event = invocation_event(execution.contact, parameters)
    limit = execution.number(action.parameters["InvocationTimeLimitSeconds"])
    validation = action.parameters.get("ResponseValidation", {})
    call = f"{arn.rpartition(':')[2]} {parameters.get('step', '')}".rstrip()
    try:
        answer = execution.invoker.invoke(arn, event, limit, validation.get("ResponseType", "STRING_MAP"))
    except InvocationFailedError as failure:
        execution.tell("lambda", f"{call}: {failure}")
        return Fails(note=str(failure))
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


def _refuses(parameters: Mapping[str, Any]) -> str | None:
    return "InvokeLambdaFunction ASYNCHRONOUS" if parameters.get("InvocationType") == "ASYNCHRONOUS" else None


_UNDERSTANDS = frozenset(
    {
        "LambdaFunctionARN",
        "InvocationTimeLimitSeconds",
        "InvocationType",
        "LambdaInvocationAttributes",
        "ResponseValidation",
    }
)

PIECES = (Piece("InvokeLambdaFunction", _invoke, _UNDERSTANDS, _refuses),)
