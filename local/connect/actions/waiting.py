"""Wait, in the form that callers can meet: until a function that runs meanwhile has answered.

What the branch `Continue` does at run time is documented thinly. Here it is carried out while the function runs, and
whatever it plays stops when the function returns, or when the time is up; without it, the caller hears nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flows.document import Action
from flows.language.waiting import CONTINUE, LAMBDA_RETURNED, WAIT_COMPLETED, waits_for_a_function
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.interruption import Interrupted, Interruption
from local.connect.kinds import CALLS
from local.connect.outcomes import FlowDefectError, Outcome, Yields


def _wait(action: Action, execution: Execution) -> Outcome:
    waiting = execution.contact.visit.waiting
    if action.identifier in waiting:
        # The branch came back to where it began: there is nothing left to do but to wait.
        execution.line.silence(math.inf)
    if waiting:
        raise FlowDefectError(f"{action.identifier}: a Wait begins while another goes on")
    now = execution.clock.now()
    least = now + execution.number(action.parameters.get("MinimumWaitTimeSeconds", "0"))
    awaited = action.parameters["InterruptibleEvents"]["LambdaReturned"]["AsyncLambdaCompletionEvent"]["Identifier"]
    invocation = execution.text(awaited)

    def returned() -> bool:
        return execution.clock.now() >= least and execution.invoker.returned(invocation)

    until = Interruption(now + execution.number(action.parameters["TimeLimitSeconds"]), returned)
    waiting.add(action.identifier)
    try:
        with execution.line.until(until):
            meanwhile = _continues_at(action)
            if meanwhile is not None:
                return execution.go_on(execution, meanwhile)
            execution.line.silence(math.inf)
    except Interrupted:
        pass
    finally:
        waiting.discard(action.identifier)
    return Yields(LAMBDA_RETURNED if returned() else WAIT_COMPLETED)


def _continues_at(action: Action) -> str | None:
    if action.parameters.get("ContinueExecution") != "TRUE":
        return None
    return next((test.target for test in action.conditions if test.operands == (CONTINUE,)), None)


def _refuses(parameters: Mapping[str, Any]) -> str | None:
    return None if waits_for_a_function(parameters) else "Wait for a participant of a chat"


_UNDERSTANDS = frozenset({"TimeLimitSeconds", "ContinueExecution", "MinimumWaitTimeSeconds", "InterruptibleEvents"})

PIECES = (Piece("Wait", _wait, _UNDERSTANDS, _refuses, CALLS),)
