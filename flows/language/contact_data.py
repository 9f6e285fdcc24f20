"""Actions that write down something about the contact."""

from __future__ import annotations

from flows.document import NO_MATCHING_ERROR
from flows.language.action_type import ActionType, branches
from flows.language.beyond import VOICE_ID_ENDED
from flows.language.shapes import Anything, ListOf, MapOf, Record, Text, choice

_CURRENT_OR_RELATED = choice("Current", "Related")

UPDATE_CONTACT_ATTRIBUTES = ActionType(
    "UpdateContactAttributes",
    Record({"Attributes": MapOf(Text())}, {"TargetContact": _CURRENT_OR_RELATED}),
)

UPDATE_FLOW_ATTRIBUTES = ActionType(
    "UpdateFlowAttributes",
    Record({"FlowAttributes": MapOf(Record({"Value": Text()}, {"Type": choice("String")}))}),
)

_CONTACT_DATA = ("Name", "Description", "LanguageCode", "CustomerId", "WisdomSessionArn")

_OF_VOICE_ID = (
    "IsVoiceIdStreamingEnabled",
    "IsVoiceAuthenticationEnabled",
    "IsFraudDetectionEnabled",
    "VoiceAuthenticationThreshold",
    "VoiceAuthenticationResponseTime",
    "FraudDetectionThreshold",
    "WatchlistId",
)

UPDATE_CONTACT_DATA = ActionType(
    "UpdateContactData",
    Record(
        optional={
            **dict.fromkeys(_CONTACT_DATA, Text()),
            **dict.fromkeys(_OF_VOICE_ID, Anything()),
            "TargetContact": _CURRENT_OR_RELATED,
        }
    ),
    beyond=dict.fromkeys(_OF_VOICE_ID, VOICE_ID_ENDED),
)

TAG_CONTACT = ActionType("TagContact", Record({"Tags": MapOf(Text())}))
UNTAG_CONTACT = ActionType("UntagContact", Record({"TagKeys": ListOf(Text())}), branches(NO_MATCHING_ERROR))

ACTIONS = (
    UPDATE_CONTACT_ATTRIBUTES,
    UPDATE_FLOW_ATTRIBUTES,
    UPDATE_CONTACT_DATA,
    TAG_CONTACT,
    UNTAG_CONTACT,
)
