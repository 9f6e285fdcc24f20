"""Actions that set how the rest of the contact goes: logs, recordings, the voice, media streams, who is on hold."""

from __future__ import annotations

from flows.document import NO_MATCHING_ERROR
from flows.language.action_type import LEADS_ON, ActionType, branches
from flows.language.shapes import Anything, ListOf, Record, Text, choice

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

_VOICE = Record(
    optional={
        "VoiceRecordingBehavior": Record(
            {"RecordedParticipants": ListOf(choice("Agent", "Customer"))}, {"IVRRecordingBehavior": _ON_OR_OFF}
        ),
        "VoiceAnalyticsBehavior": Anything(),
    }
)

UPDATE_CONTACT_RECORDING_AND_ANALYTICS_BEHAVIOR = ActionType(
    "UpdateContactRecordingAndAnalyticsBehavior",
    Record(
        optional={
            "VoiceBehavior": _VOICE,
            "ChatBehavior": Anything(),
            "ScreenRecordingBehavior": Record({"ScreenRecordedParticipants": ListOf(choice("Agent"))}),
        },
    ),
    branches(NO_MATCHING_ERROR, may=("ChannelMismatch", "InFlightRedactionConfigurationFailed")),
)

UPDATE_CONTACT_MEDIA_STREAMING_BEHAVIOR = ActionType(
    "UpdateContactMediaStreamingBehavior",
    Record(
        {
            "MediaStreamingState": _ON_OR_OFF,
            "MediaStreamType": choice("Audio"),
            "Participants": ListOf(
                Record({"ParticipantType": choice("Customer"), "MediaDirections": ListOf(choice("From", "To"))})
            ),
        }
    ),
)

UPDATE_PREVIOUS_CONTACT_PARTICIPANT_STATE = ActionType(
    "UpdatePreviousContactParticipantState",
    Record({"PreviousContactParticipantState": choice("AgentOnHold", "CustomerOnHold", "OffHold")}),
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

ACTIONS = (
    UPDATE_FLOW_LOGGING_BEHAVIOR,
    UPDATE_CONTACT_RECORDING_BEHAVIOR,
    UPDATE_CONTACT_TEXT_TO_SPEECH_VOICE,
    UPDATE_CONTACT_RECORDING_AND_ANALYTICS_BEHAVIOR,
    UPDATE_CONTACT_MEDIA_STREAMING_BEHAVIOR,
    UPDATE_PREVIOUS_CONTACT_PARTICIPANT_STATE,
)
