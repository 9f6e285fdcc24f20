"""Actions around calls that the contact centre places itself."""

from __future__ import annotations

from flows.language.action_type import LEADS_ON, ActionType, branches
from flows.language.beyond import VOICE_CONNECTOR
from flows.language.shapes import Anything, Record, Reference, Text, Whole

UPDATE_CONTACT_CALLBACK_NUMBER = ActionType(
    "UpdateContactCallbackNumber",
    Record({"CallbackNumber": Reference()}),
    branches("InvalidCallbackNumber", "CallbackNumberNotDialable"),
)

CREATE_CALLBACK_CONTACT = ActionType(
    "CreateCallbackContact",
    Record(
        {
            "InitialCallDelaySeconds": Whole(0, 999_999_999),
            "MaximumConnectionAttempts": Whole(1, 999_999_999),
            "RetryDelaySeconds": Whole(0, 999_999_999),
        },
        {
            "QueueId": Text(),
            "AgentId": Text(),
            "ContactFlowId": Text(),
            "CallerId": Record(optional={"Number": Text(), "Name": Text()}),
        },
    ),
    beyond={"ContactFlowId": "a callback's own flow runs while nobody is on the line, and only calls are played"},
)

COMPLETE_OUTBOUND_CALL = ActionType(
    "CompleteOutboundCall",
    Record(
        optional={
            "CallerId": Record({"Number": Text()}, {"Name": Text()}),
            "VoiceConnector": Anything(),
            "ConnectionTimeLimitSeconds": Whole(0, 600),
        }
    ),
    LEADS_ON,
    beyond={"VoiceConnector": VOICE_CONNECTOR},
)

ACTIONS = (UPDATE_CONTACT_CALLBACK_NUMBER, CREATE_CALLBACK_CONTACT, COMPLETE_OUTBOUND_CALL)
