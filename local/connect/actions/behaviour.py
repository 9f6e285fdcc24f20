"""Actions that set how the rest of the contact goes."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Done, Fails, Outcome


def _logging(action: Action, execution: Execution) -> Outcome:
    execution.contact.logging = action.parameters["FlowLoggingBehavior"] == "Enabled"
    return Done()


def _recording(action: Action, execution: Execution) -> Outcome:
    behaviour = action.parameters["RecordingBehavior"]
    automated = behaviour.get("IVRRecordingBehavior") == "Enabled"
    execution.contact.recording = automated or bool(behaviour.get("RecordedParticipants"))
    return Done()


def _speaker(action: Action, execution: Execution) -> Outcome:
    speaker = execution.text(action.parameters["TextToSpeechVoice"])
    if not speaker:
        return Fails()
    execution.contact.speaker = speaker
    return Done()


def _routing(action: Action, execution: Execution) -> Outcome:
    """How soon an agent is free is not the flow's to see."""
    return Done()


PIECES = (
    Piece("UpdateFlowLoggingBehavior", _logging, frozenset({"FlowLoggingBehavior"})),
    Piece("UpdateContactRecordingBehavior", _recording, frozenset({"RecordingBehavior"})),
    Piece("UpdateContactRoutingBehavior", _routing, frozenset({"QueuePriority", "QueueTimeAdjustmentSeconds"})),
    Piece(
        "UpdateContactTextToSpeechVoice",
        _speaker,
        frozenset({"TextToSpeechVoice", "TextToSpeechEngine", "TextToSpeechStyle"}),
    ),
)
