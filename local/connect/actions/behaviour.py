"""Actions that set how the rest of the contact goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Done, Fails, Outcome
from local.connect.record import Made

_TRANSFERS = frozenset({"TRANSFER", "QUEUE_TRANSFER"})


def _logging(action: Action, execution: Execution) -> Outcome:
    execution.contact.logging = action.parameters["FlowLoggingBehavior"] == "Enabled"
    return Done()


def _recording(action: Action, execution: Execution) -> Outcome:
    """What is analysed is heard by nobody on the line."""
    _record(action.parameters["RecordingBehavior"], execution)
    return Done()


def _recording_and_analytics(action: Action, execution: Execution) -> Outcome:
    """What is said of chats is for another channel."""
    parameters = action.parameters
    if "ChatBehavior" in parameters:
        return Fails("ChannelMismatch")
    voice = parameters.get("VoiceBehavior", {})
    if "VoiceRecordingBehavior" in voice:
        _record(voice["VoiceRecordingBehavior"], execution)
    return Done()


def _record(behaviour: Mapping[str, Any], execution: Execution) -> None:
    automated = behaviour.get("IVRRecordingBehavior") == "Enabled"
    execution.contact.recording = automated or bool(behaviour.get("RecordedParticipants"))


def _stream(action: Action, execution: Execution) -> Outcome:
    """Where the audio would be read; nobody reads it here."""
    contact, now = execution.contact, str(int(execution.clock.now() * 1000))
    if action.parameters["MediaStreamingState"] == "Enabled":
        arn = f"arn:aws:kinesisvideo:{contact.region}:111122223333:stream/{contact.id}/1"
        audio = {"StreamARN": arn, "StartTimestamp": now, "StopTimestamp": None, "StartFragmentNumber": "1"}
    else:
        started = contact.found.get("MediaStreams", {}).get("Customer", {}).get("Audio")
        if started is None:
            return Fails(note="nothing is streamed")
        audio = {**started, "StopTimestamp": now}
    contact.found["MediaStreams"] = {"Customer": {"Audio": audio}}
    return Done()


def _hold_previous(action: Action, execution: Execution) -> Outcome:
    """For flows that an agent transfers a caller into while staying on the call."""
    if execution.contact.initiation not in _TRANSFERS:
        return Fails(note="no agent is on the call")
    execution.contact.made.append(Made(action.type, dict(action.parameters)))
    return Done()


def _speaker(action: Action, execution: Execution) -> Outcome:
    speaker = execution.text(action.parameters["TextToSpeechVoice"])
    if not speaker:
        return Fails()
    execution.contact.speaker = speaker
    return Done()


PIECES = (
    Piece("UpdateFlowLoggingBehavior", _logging, frozenset({"FlowLoggingBehavior"})),
    Piece("UpdateContactRecordingBehavior", _recording, frozenset({"RecordingBehavior", "AnalyticsBehavior"})),
    Piece(
        "UpdateContactRecordingAndAnalyticsBehavior",
        _recording_and_analytics,
        frozenset({"VoiceBehavior", "ChatBehavior", "ScreenRecordingBehavior"}),
    ),
    Piece(
        "UpdateContactMediaStreamingBehavior",
        _stream,
        frozenset({"MediaStreamingState", "MediaStreamType", "Participants"}),
    ),
    Piece("UpdatePreviousContactParticipantState", _hold_previous, frozenset({"PreviousContactParticipantState"})),
    Piece(
        "UpdateContactTextToSpeechVoice",
        _speaker,
        frozenset({"TextToSpeechVoice", "TextToSpeechEngine", "TextToSpeechStyle"}),
    ),
)
