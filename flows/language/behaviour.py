"""Actions that set how the rest of the contact goes: logs, recordings, the voice, event flows, priority."""

from __future__ import annotations

from flows.document import NO_MATCHING_ERROR
from flows.language.action_type import LEADS_ON, ActionType, branches
from flows.language.shapes import Anything, ListOf, MapOf, Record, Text, Whole, choice

_ON_OR_OFF = choice("Enabled", "Disabled")

UPDATE_FLOW_LOGGING_BEHAVIOR = ActionType(
    "UpdateFlowLoggingBehavior", Record({"FlowLoggingBehavior": _ON_OR_OFF}), LEADS_ON
)

UPDATE_CONTACT_RECORDING_BEHAVIOR = ActionType(
    "UpdateContactRecordingBehavior",
    Record(
        {
            "RecordingBehavior": Record(
                optional={
                    "RecordedParticipants": ListOf(choice("Agent", "Customer")),
                    "ScreenRecordedParticipants": ListOf(choice("Agent")),
                    "IVRRecordingBehavior": _ON_OR_OFF,
                }
            )
        },
        {"AnalyticsBehavior": Anything()},
    ),
    LEADS_ON,
)

UPDATE_CONTACT_TEXT_TO_SPEECH_VOICE = ActionType(
    "UpdateContactTextToSpeechVoice",
    Record(
        {"TextToSpeechVoice": Text()},
        {
            "TextToSpeechEngine": choice(
                "standard", "neural", "long-form", "generative", "Standard", "Neural", "Long-Form", "Generative"
            ),
            "TextToSpeechStyle": choice("None", "Conversational", "Newscaster"),
        },
    ),
    branches(may=(NO_MATCHING_ERROR,)),  # newer exports declare it, older ones do not
)

UPDATE_CONTACT_EVENT_HOOKS = ActionType(
    "UpdateContactEventHooks",
    Record(
        optional={"EventHooks": MapOf(Text()), "EventHooksConfiguration": Anything()},
        one_of=(frozenset({"EventHooks", "EventHooksConfiguration"}),),
    ),
)

UPDATE_CONTACT_ROUTING_BEHAVIOR = ActionType(
    "UpdateContactRoutingBehavior",
    Record(optional={"QueuePriority": Whole(0, 999_999_999), "QueueTimeAdjustmentSeconds": Text()}),
    LEADS_ON,
)

ACTIONS = (
    UPDATE_FLOW_LOGGING_BEHAVIOR,
    UPDATE_CONTACT_RECORDING_BEHAVIOR,
    UPDATE_CONTACT_TEXT_TO_SPEECH_VOICE,
    UPDATE_CONTACT_EVENT_HOOKS,
    UPDATE_CONTACT_ROUTING_BEHAVIOR,
)
