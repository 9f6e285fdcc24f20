"""Actions around calls that the contact centre places itself. `ConnectInstance.call_back` places them."""

from __future__ import annotations

import re

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.kinds import CALLS, LISTENING
from local.connect.outcomes import Done, Fails, FlowDefectError, Outcome
from local.connect.record import Made

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_PLACED = frozenset({"OUTBOUND", "CALLBACK"})


def _set_number(action: Action, execution: Execution) -> Outcome:
    """Whether a country may be dialled is the instance's to say: `failing` can take the other error branch."""
    number = execution.text(action.parameters["CallbackNumber"])
    if not _E164.fullmatch(number):
        return Fails("InvalidCallbackNumber")
    execution.contact.callback_number = number
    return Done()


def _create(action: Action, execution: Execution) -> Outcome:
    """For the queue that is named, or the target queue, to the number that was set, or the caller's own."""
    contact = execution.contact
    named = execution.text(action.parameters.get("QueueId", action.parameters.get("AgentId")))
    queue = execution.queues.get(named) if named else contact.queue
    number = contact.callback_number or contact.caller
    if queue is None or number is None:
        return Fails(note="no such queue" if queue is None else "no number to call")
    contact.made.append(Made(action.type, {**execution.value(action.parameters), "number": number, "queue": queue.arn}))
    return Done()


def _complete(action: Action, execution: Execution) -> Outcome:
    """Whoever is called answers at once, within any `ConnectionTimeLimitSeconds`."""
    if execution.contact.initiation not in _PLACED:
        raise FlowDefectError(f"{action.identifier}: only where the contact centre places the call")
    return Done()


_WHEN = frozenset({"InitialCallDelaySeconds", "MaximumConnectionAttempts", "RetryDelaySeconds"})

PIECES = (
    Piece("UpdateContactCallbackNumber", _set_number, frozenset({"CallbackNumber"}), only_in=LISTENING),
    Piece("CreateCallbackContact", _create, _WHEN | {"QueueId", "AgentId", "CallerId"}, only_in=LISTENING),
    Piece("CompleteOutboundCall", _complete, frozenset({"CallerId", "ConnectionTimeLimitSeconds"}), only_in=CALLS),
)
