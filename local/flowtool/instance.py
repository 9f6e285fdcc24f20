"""The flows of a tool's run, as one instance: the main flow and those that it names, by every name that is used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.document import Action, Flow
from flows.files import UnreadableError, read_json
from flows.together import Together
from local.connect.flow_set import FlowSet


class Flows:
    """`main` is the name of the flow that the call begins in; `documents` are by each name that a flow may use.

    In traces and coverage a flow has one name: what the operator gave it, or else its file's. Raises UnreadableError,
    and FlowRefusedError for what the service or the runner does not take.
    """

    def __init__(self, main: Path, others: Mapping[str, Path]) -> None:
        self.main = main.stem
        files = {**others, self.main: main}
        named = {name: _named(name, file) for name, file in files.items()}
        found = Together({name: read_json(file) for name, file in files.items()}).aliases()
        self.documents = {**named, **{alias: named[name] for alias, name in found.items() if alias not in named}}
        self._parsed = FlowSet(named)
        self.names = tuple(named)

    def named(self, name: str) -> Flow:
        flow = self._parsed.named(name)
        assert flow is not None  # only names of this set are asked for
        return flow

    def block(self, name: str, identifier: str) -> Action | None:
        return self.named(name).by_identifier.get(identifier)

    @property
    def begins_in_a_module(self) -> bool:
        return self.named(self.main).is_module


def _named(name: str, file: Path) -> dict[str, Any]:
    document = read_json(file)
    if not isinstance(document, dict):
        raise UnreadableError(f"{file}: not a flow: not a JSON object")
    metadata = document.get("Metadata")
    return {**document, "Metadata": {**(metadata if isinstance(metadata, dict) else {}), "name": name}}
