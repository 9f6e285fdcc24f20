"""Actions that hand the caller on, or hang up."""

from __future__ import annotations

import re

from flows.document import Action
from flows.language.transfers import QUEUE_AT_CAPACITY, resumes
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Done, Fails, Moves, Outcome, Over
from local.connect.queues import Screen
from local.connect.record import Ending
from local.telephone import Call, Ended

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
    queue = execution.queues.get(execution.text(action.parameters["QueueId"]))
    if queue is None:
        return Fails(note="no such queue")
    execution.contact.queue = queue
    return Done()


def _to_queue(action: Action, execution: Execution) -> Outcome:
    contact, queue = execution.contact, execution.contact.queue
    if queue is None:
        return Fails(note="no queue set")
    if queue.full:
        return Fails(QUEUE_AT_CAPACITY)
    execution.tell("connect", f"queue {queue.name}")
    execution.line.music(queue.wait_seconds)
    queue.agent.screens.append(Screen(contact.id, queue.name, contact.caller, dict(contact.attributes)))
    seen = ", ".join(f"{key}={value}" for key, value in sorted(contact.attributes.items()))
    execution.tell("agent", f"{queue.agent.name} answers and sees {seen or 'no attributes'}")
    return Over(Ending.AGENT, queue.name)


def _to_flow(action: Action, execution: Execution) -> Outcome:
    flow = execution.flow_named(execution.text(action.parameters["ContactFlowId"]))
    return Fails(note="no such flow") if flow is None or flow.is_module else Moves(flow)


def _disconnect(action: Action, execution: Execution) -> Outcome:
    return Over(Ending.DISCONNECTED)


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
    ),
    Piece("UpdateContactTargetQueue", _set_queue, frozenset({"QueueId"})),
    Piece("TransferContactToQueue", _to_queue),
    Piece("TransferToFlow", _to_flow, frozenset({"ContactFlowId"})),
    Piece("DisconnectParticipant", _disconnect),
)
