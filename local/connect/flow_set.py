"""The flows and modules of an instance, read and refused at the door.

What the service would refuse is refused here, and so is what this runner cannot execute: an action type or a parameter
without a piece is named, never skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.check import refusals
from flows.document import Flow, parse
from flows.language import BEYOND
from local.connect.actions import PIECES


class FlowRefusedError(ValueError):
    """A flow that the service, or this runner, does not take; the message has a line for each reason."""


class FlowSet:
    """Parsed flows by id or ARN. Raises FlowRefusedError when made."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._flows = {name: _accepted(name, document) for name, document in documents.items()}

    def named(self, name: str) -> Flow | None:
        """The flow called `name`; a version or alias after a colon (`id:$LATEST`) is passed over."""
        return self._flows.get(name) or self._flows.get(name.rpartition(":")[0])


def _accepted(name: str, document: Mapping[str, Any]) -> Flow:
    found = [str(finding) for finding in refusals(document)]
    if not found:
        flow = parse(document)
        found = list(_beyond_this_runner(flow))
        if not found:
            return flow
    raise FlowRefusedError(f"{name}:\n" + "\n".join(found))


def _beyond_this_runner(flow: Flow) -> Iterator[str]:
    for action in flow.actions:
        piece = PIECES.get(action.type)
        if piece is None:
            why = f" ({BEYOND[action.type]})" if action.type in BEYOND else ""
            yield f"this runner does not execute {action.type}{why} [{action.identifier}]"
            continue
        for parameter in sorted(action.parameters.keys() - piece.understands):
            yield f"this runner does not know the parameter {parameter} of {action.type} [{action.identifier}]"
        reason = piece.refuses(action.parameters)
        if reason:
            yield f"this runner does not execute {reason} [{action.identifier}]"
