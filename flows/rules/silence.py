"""A caller is told before the line goes dead."""

from __future__ import annotations

from collections.abc import Iterator

from flows.document import Flow
from flows.findings import Finding, Severity

_SPEAKS = frozenset({"MessageParticipant", "GetParticipantInput", "ConnectParticipantWithLexBot"})


def nobody_is_cut_off_without_a_word(flow: Flow) -> Iterator[Finding]:
    hang_ups = {action.identifier for action in flow.actions if action.type == "DisconnectParticipant"}
    for action in flow.actions:
        if action.type in _SPEAKS:
            continue
        for branch in action.branches():
            if branch.target in hang_ups:
                message = f"The branch {branch.name} hangs up on the caller without a word"
                yield Finding(Severity.WARNING, message, action.identifier)
