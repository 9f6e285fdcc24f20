"""Actions that hand the caller on: to another number, a queue, an agent, another flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.document import NO_MATCHING_ERROR
from flows.language.action_type import CAN_FAIL, TERMINAL, ActionType, Branches, branches
from flows.language.beyond import VOICE_CONNECTOR
from flows.language.shapes import BOOLEAN, Anything, Pattern, Record, Text, Whole

QUEUE_AT_CAPACITY = "QueueAtCapacity"


def resumes(parameters: Mapping[str, Any]) -> bool:
    return str(parameters.get("ContinueFlowExecution", "")).lower() == "true"


def _third_party_branches(parameters: Mapping[str, Any]) -> Branches:
    """How the call failed matters only to a flow that goes on; otherwise the service refuses those two branches."""
    if resumes(parameters):
        return branches("CallFailed", "ConnectionTimeLimitExceeded", NO_MATCHING_ERROR)
    return CAN_FAIL


TRANSFER_PARTICIPANT_TO_THIRD_PARTY = ActionType(
    "TransferParticipantToThirdParty",
    Record(
        {"ThirdPartyConnectionTimeLimitSeconds": Whole(0, 600), "ContinueFlowExecution": BOOLEAN},
        {
            "ThirdPartyPhoneNumber": Text(),
            "ThirdPartyDTMFDigits": Pattern(r"[0-9,*#]{1,50}"),
            "CallerId": Record(optional={"Number": Text(), "Name": Pattern(r"[^;/?:@&=+$,]+")}),
            "VoiceConnector": Anything(),
        },
        (frozenset({"ThirdPartyPhoneNumber", "VoiceConnector"}),),
    ),
    _third_party_branches,
    beyond={"VoiceConnector": VOICE_CONNECTOR},
)

_QUEUE_OR_AGENT = {"QueueId": Text(), "AgentId": Text()}

UPDATE_CONTACT_TARGET_QUEUE = ActionType(
    "UpdateContactTargetQueue",
    Record(optional=_QUEUE_OR_AGENT, one_of=(frozenset(_QUEUE_OR_AGENT),)),
    branches(may=(NO_MATCHING_ERROR,)),  # a few real exports lack it
)

TRANSFER_CONTACT_TO_QUEUE = ActionType(
    "TransferContactToQueue", Record(), branches(QUEUE_AT_CAPACITY, NO_MATCHING_ERROR)
)

DEQUEUE_CONTACT_AND_TRANSFER_TO_QUEUE = ActionType(
    "DequeueContactAndTransferToQueue",
    Record(optional=_QUEUE_OR_AGENT, one_of=(frozenset(_QUEUE_OR_AGENT),)),
    branches(QUEUE_AT_CAPACITY, NO_MATCHING_ERROR),
)

TRANSFER_CONTACT_TO_AGENT = ActionType("TransferContactToAgent", Record(), TERMINAL)

TRANSFER_TO_FLOW = ActionType("TransferToFlow", Record({"ContactFlowId": Text()}))

ACTIONS = (
    TRANSFER_PARTICIPANT_TO_THIRD_PARTY,
    UPDATE_CONTACT_TARGET_QUEUE,
    TRANSFER_CONTACT_TO_QUEUE,
    DEQUEUE_CONTACT_AND_TRANSFER_TO_QUEUE,
    TRANSFER_CONTACT_TO_AGENT,
    TRANSFER_TO_FLOW,
)
