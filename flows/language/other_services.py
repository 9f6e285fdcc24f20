"""Actions that ask other services: bots, cases, customer profiles, tasks, the agent's assistant."""

from __future__ import annotations

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR
from flows.language.action_type import EQUALS_ANYTHING, ActionType, branches
from flows.language.shapes import BOOLEAN, Anything, MapOf, Record, Text, Whole
from flows.language.speech import PROMPT

CONNECT_PARTICIPANT_WITH_LEX_BOT = ActionType(
    "ConnectParticipantWithLexBot",
    Record(
        optional={
            **PROMPT,
            "LexV2Bot": Record({"AliasArn": Text()}),
            "LexBot": Record({"Name": Text(), "Region": Text(), "Alias": Text()}),
            "LexSessionAttributes": MapOf(Text()),
            "LexInitializationData": Anything(),
            "LexTimeoutSeconds": Anything(),
        },
        one_of=(frozenset({"LexV2Bot", "LexBot"}),),
    ),
    branches(NO_MATCHING_CONDITION, NO_MATCHING_ERROR, conditions=EQUALS_ANYTHING),
)

CREATE_TASK = ActionType(
    "CreateTask",
    Record(
        {"Name": Text()},
        {
            "ContactFlowId": Text(),
            "Description": Text(),
            "Attributes": MapOf(Text()),
            "References": MapOf(Anything()),
            "DelaySeconds": Whole(1, 518_400),
            "ScheduledTime": Text(),
            "TaskTemplateId": Text(),
            "PreviousContactId": Text(),
            "Queue": Anything(),
        },
    ),
)

CREATE_CASE = ActionType(
    "CreateCase",
    Record({"CaseTemplateId": Text()}, {"LinkContactToCase": BOOLEAN, "CaseRequestFields": MapOf(Anything())}),
    branches(NO_MATCHING_ERROR, may=("ContactNotLinked",)),
)

GET_CASE = ActionType(
    "GetCase",
    Record(
        {"CaseRequestFields": MapOf(Anything())},
        {"LinkContactToCase": BOOLEAN, "GetLastUpdatedCase": BOOLEAN, "CaseResponseFields": Anything()},
    ),
    branches(NO_MATCHING_ERROR, "MultipleFound", "NoneFound", may=("ContactNotLinked",)),
)

_PROFILE = Record({"ProfileRequestData": MapOf(Anything())}, {"ProfileResponseData": Anything()})

GET_CUSTOMER_PROFILE = ActionType(
    "GetCustomerProfile", _PROFILE, branches(NO_MATCHING_ERROR, "MultipleFoundError", "NoneFoundError")
)
CREATE_CUSTOMER_PROFILE = ActionType("CreateCustomerProfile", _PROFILE)
CREATE_WISDOM_SESSION = ActionType("CreateWisdomSession", Record({"WisdomAssistantArn": Text()}))

ACTIONS = (
    CONNECT_PARTICIPANT_WITH_LEX_BOT,
    CREATE_TASK,
    CREATE_CASE,
    GET_CASE,
    GET_CUSTOMER_PROFILE,
    CREATE_CUSTOMER_PROFILE,
    CREATE_WISDOM_SESSION,
)
