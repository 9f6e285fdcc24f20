"""Actions that hand the caller on, or hang up."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.document import Action
from flows.language.transfers import QUEUE_AT_CAPACITY, resumes
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.kinds import CALLS, EVERY, LISTENING, Kind
from local.connect.outcomes import (
    A_MODULE,
    NO_FLOW,
    Done,
    Ends,
    Fails,
    FlowDefectError,
    Moves,
    Outcome,
    Over,
    Queues,
)
from local.connect.queues import Queue
from local.connect.record import Ending
from local.telephone import Call, Ended

_TRANSFERS = frozenset({"TRANSFER", "QUEUE_TRANSFER"})
_TOUCH_TONES = re.compile(r"[0-9,*#]{0,50}")
_NOT_CONNECTED = {Ended.FAILED: "CallFailed", Ended.NO_ANSWER: "ConnectionTimeLimitExceeded"}


def _to_third_party(action: Action, execution: Execution) -> Outcome:
    """The flow goes on when the far end hangs up first; when the caller does, the contact is over."""
    leg = _leg(action, execution)
    if not leg.to or not _TOUCH_TONES.fullmatch(leg.digits):
        return Fails(note="no number" if not leg.to else "touch-tones that cannot be sent")
    note = f"{sum(tone != ',' for tone in leg.digits)} touch-tones"
    execution.tell("connect", f"dials {leg.to} with {note}")
    ended = execution.exchange.dial(leg)
    execution.line.lose_keys()
    execution.tell("connect", f"leg over: {ended.value}")
    if ended in _NOT_CONNECTED:
        return Fails(_NOT_CONNECTED[ended], note)
    if ended is Ended.CALLER_HUNG_UP:
        return Over(Ending.CALLER_HUNG_UP)
    if not resumes(action.parameters):
        return Over(Ending.THIRD_PARTY)
    _resume(execution)
    return Done(note)


def _resume(execution: Execution) -> None:
    contact, delays = execution.contact, execution.circumstances.resume_delays_seconds
    if contact.legs_resumed < len(delays):
        execution.clock.sleep(delays[contact.legs_resumed])
    contact.legs_resumed += 1


def _leg(action: Action, execution: Execution) -> Call:
    parameters = action.parameters
    # Without a caller id of its own, the service presents the caller's number.
    caller_id = execution.value(parameters.get("CallerId", {}).get("Number")) or execution.contact.caller
    return Call(
        to=execution.text(parameters["ThirdPartyPhoneNumber"]),
        caller_id=caller_id,
        person=execution.call.person,
        digits=execution.text(parameters.get("ThirdPartyDTMFDigits")),
        hangs_up_at=execution.call.hangs_up_at,
        ring_limit_seconds=execution.number(parameters["ThirdPartyConnectionTimeLimitSeconds"]),
    )


def _set_queue(action: Action, execution: Execution) -> Outcome:
    queue = _named(action, execution)
    if queue is None:
        return Fails(note="no such queue")
    execution.contact.queue = queue
    return Done()


def _to_queue(action: Action, execution: Execution) -> Outcome:
    queue = execution.contact.queue
    if queue is None:
        return Fails(note="no queue set")
    return Fails(QUEUE_AT_CAPACITY) if queue.full else Queues(queue)


def _to_another_queue(action: Action, execution: Execution) -> Outcome:
    """The caller waits for an agent of the other queue from now on, and the queue flow goes on."""
    contact, queue = execution.contact, _named(action, execution)
    if queue is None or contact.until_agent is None:
        return Fails(note="no such queue")
    if queue.full:
        return Fails(QUEUE_AT_CAPACITY)
    execution.tell("connect", f"queue {queue.name}")
    contact.queue = queue
    contact.until_agent.at = execution.clock.now() + queue.wait_seconds
    return Done()


def _named(action: Action, execution: Execution) -> Queue | None:
    """A queue, or an agent's own, by what the action says."""
    return execution.queues.get(execution.text(action.parameters.get("QueueId", action.parameters.get("AgentId"))))


def _to_agent(action: Action, execution: Execution) -> Outcome:
    """To the agent who was set as the target. Nobody waits for one: whoever cannot be had at once is not there."""
    contact, agent = execution.contact, execution.contact.queue
    if contact.initiation not in _TRANSFERS:
        raise FlowDefectError(f"{action.identifier}: only in a flow that a transfer begins in")
    if agent is None:
        raise FlowDefectError(f"{action.identifier}: no agent is set")
    return Over(Ending.DISCONNECTED) if agent.full else Queues(replace(agent, wait_seconds=0.0))


def _to_flow(action: Action, execution: Execution) -> Outcome:
    flow = execution.flow_named(execution.text(action.parameters["ContactFlowId"]))
    if flow is None or flow.is_module:
        return Fails(note=NO_FLOW if flow is None else A_MODULE)
    return Moves(flow)


def _end_flow(action: Action, execution: Execution) -> Outcome:
    return Ends()


def _disconnect(action: Action, execution: Execution) -> Outcome:
    return Over(Ending.DISCONNECTED)


_QUEUE_OR_AGENT = frozenset({"QueueId", "AgentId"})

PIECES = (
    Piece(
        "TransferParticipantToThirdParty",
        _to_third_party,
        frozenset(
            {
                "ThirdPartyPhoneNumber",
                "ThirdPartyConnectionTimeLimitSeconds",
                "ContinueFlowExecution",
                "ThirdPartyDTMFDigits",
                "CallerId",
            }
        ),
        only_in=CALLS | {Kind.CUSTOMER_QUEUE},
    ),
    Piece("UpdateContactTargetQueue", _set_queue, _QUEUE_OR_AGENT),
    Piece("TransferContactToQueue", _to_queue, only_in=CALLS),
    Piece(
        "DequeueContactAndTransferToQueue",
        _to_another_queue,
        _QUEUE_OR_AGENT,
        only_in=frozenset({Kind.CUSTOMER_QUEUE}),
    ),
    Piece("TransferContactToAgent", _to_agent, only_in=CALLS),
    Piece("TransferToFlow", _to_flow, frozenset({"ContactFlowId"}), only_in=LISTENING),
    Piece("DisconnectParticipant", _disconnect, only_in=LISTENING),
    Piece("EndFlowExecution", _end_flow, only_in=EVERY - CALLS),
)
