"""Wait, in the forms that callers can meet: until a function that runs meanwhile has answered, or for a time.

The administrator guide has it for calls only while a function or the branch `Continue` runs; without both, a Wait takes
its error branch.
What the branch `Continue` does at run time is documented thinly. Here it is carried out while the function runs, and
whatever it plays stops when the function returns, or when the time is up; without it, the caller hears nothing.
"""

from __future__ import annotations

import math

from flows.document import Action
from flows.language.waiting import CONTINUE, LAMBDA_RETURNED, WAIT_COMPLETED, waits_for_a_function
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.interruption import Interrupted, Interruption
from local.connect.kinds import CALLS
from local.connect.outcomes import Fails, FlowDefectError, Outcome, Yields


def _wait(action: Action, execution: Execution) -> Outcome:
    meanwhile = _continues_at(action)
    if meanwhile is None and not waits_for_a_function(action.parameters):
        return Fails(note="a call waits only for a function, or with the branch Continue")
    waiting = execution.contact.visit.waiting
    if action.identifier in waiting:
        # The branch came back to where it began: there is nothing left to do but to wait.
        execution.line.silence(math.inf)
    if waiting:
        raise FlowDefectError(f"{action.identifier}: a Wait begins while another goes on")
    now = execution.clock.now()
    least = now + execution.number(action.parameters.get("MinimumWaitTimeSeconds", "0"))
    invocation = _awaited(action, execution)

    def returned() -> bool:
        if invocation is None:
            return False
        return execution.clock.now() >= least and execution.invoker.returned(invocation)

    until = Interruption(now + execution.number(action.parameters["TimeLimitSeconds"]), returned)
    waiting.add(action.identifier)
    try:
        with execution.line.until(until):
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


def _awaited(action: Action, execution: Execution) -> str | None:
    """The invocation; no customer comes back and no bot leaves in a call."""
    if not waits_for_a_function(action.parameters):
        return None
    event = action.parameters["InterruptibleEvents"]["LambdaReturned"]["AsyncLambdaCompletionEvent"]
    return execution.text(event["Identifier"])


_UNDERSTANDS = frozenset(
    {"TimeLimitSeconds", "Events", "ContinueExecution", "MinimumWaitTimeSeconds", "InterruptibleEvents"}
)

PIECES = (Piece("Wait", _wait, _UNDERSTANDS, CALLS),)
