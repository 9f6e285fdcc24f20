"""The flows and modules of an instance, read and refused at the door.

What the service would refuse is refused here, and so is what no call is played with, as the checker says it: an action
type or a parameter that is not executed is named, never skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.check import refusals
from flows.document import Flow, parse
from flows.findings import Severity
from flows.rules.actions import can_all_be_played


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
        found = [str(replace(finding, severity=Severity.ERROR)) for finding in can_all_be_played(flow)]
        if not found:
            return flow
    raise FlowRefusedError(f"{name}:\n" + "\n".join(found))
