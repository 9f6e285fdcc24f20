"""Logging and recording are off wherever the caller types a number or speaks to a third party.

With logging on, what is typed stands in the flow log in clear; with recording on, its tones stand in the audio, because
Connect does not strip them. With a touch-tone buffer, a number may be typed long before the block that stores it. What
an earlier flow or a called module left switched on is not known here, so only an explicit "off" before the input
counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows.document import Action, Flow
from flows.findings import Finding, Severity
from flows.language.keys import buffers, stores
from flows.rules.walk import reached


@dataclass(frozen=True)
class Kept:
    """What may be kept of the call at some point of the flow."""

    logged: bool = True
    recorded: bool = True


def input_is_neither_logged_nor_recorded(flow: Flow) -> Iterator[Finding]:
    leaks: dict[tuple[str, str], None] = {}
    stored = any(_takes_something_private(action) for action in flow.actions)
    for action, kept, _ in reached(flow, Kept(), _after):
        private = _takes_something_private(action)
        if private and kept.logged:
            leaks[action.identifier, "Flow logging"] = None
        if kept.recorded and (private or (stored and _takes_it_ahead(action))):
            leaks[action.identifier, "Recording"] = None
    for identifier, what in leaks:
        yield Finding(Severity.WARNING, f"{what} may be on here: switch it off before this action", identifier)


def _takes_something_private(action: Action) -> bool:
    if action.type == "GetParticipantInput":
        return stores(action.parameters)
    return action.type == "TransferParticipantToThirdParty"


def _takes_it_ahead(action: Action) -> bool:
    return action.type == "GetParticipantInput" and buffers(action.parameters)


def _after(action: Action, kept: Kept) -> Kept:
    if action.type == "UpdateFlowLoggingBehavior":
        return replace(kept, logged=action.parameters.get("FlowLoggingBehavior") != "Disabled")
    if action.type == "UpdateContactRecordingBehavior":
        return replace(kept, recorded=_records(action.parameters.get("RecordingBehavior")))
    if action.type == "UpdateContactRecordingAndAnalyticsBehavior":
        voice = action.parameters.get("VoiceBehavior")
        behaviour = voice.get("VoiceRecordingBehavior") if isinstance(voice, Mapping) else None
        return kept if behaviour is None else replace(kept, recorded=_records(behaviour))
    return kept


def _records(behaviour: Any) -> bool:
    if not isinstance(behaviour, Mapping):
        return True
    # The recording of the automated part is a switch of its own, which stays as it was unless it is named.
    return bool(behaviour.get("RecordedParticipants")) or behaviour.get("IVRRecordingBehavior") != "Disabled"
