"""The flows of a tool's run, as one instance: the main flow and those that it names, by every name that is used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from flows.document import Action, Flow
from flows.files import UnreadableError, read_json
from flows.references import is_reference
from flows.together import Together, shown
from local.connect.flow_set import FlowSet


class Flows:
    """`main` is the name of the flow that the call begins in; `documents` are by each name that a flow may use, `files`
    by the one that they have in traces.

    That is what the operator gave them, or else their file's. Raises UnreadableError,
    and FlowRefusedError for what the service or the runner does not take.
    """

    def __init__(self, main: Path, others: Mapping[str, Path]) -> None:
        self.main = main.stem
        files = {**others, self.main: main}
        named = {name: _named(name, file) for name, file in files.items()}
        found = Together({name: read_json(file) for name, file in files.items()}).aliases()
        self.documents = {**named, **{alias: named[name] for alias, name in found.items() if alias not in named}}
        self._parsed = FlowSet(named)
        self.files = {name: file.resolve() for name, file in files.items()}

    def named(self, name: str) -> Flow:
        flow = self._parsed.named(name)
        assert flow is not None  # only names of this set are asked for
        return flow

    def block(self, name: str, identifier: str) -> Action | None:
        return self.named(name).by_identifier.get(identifier)

    def arns(self, name: str, parameters: Collection[str]) -> frozenset[str]:
        """The ARNs in these parameters that are meant by `name`; `name` itself, where it is no such name.

        It may be the last part of an ARN, a function's version or alias left out, or what the console shows for it.
        """
        return frozenset(arn for arn, names in self._named_arns(parameters) if name in names) or frozenset({name})

    def strangers(self, names: Iterable[str], parameters: Collection[str]) -> tuple[str, ...]:
        """Those of the names that no flow has in these parameters; none where a flow takes one from a reference."""
        found = list(self._named_arns(parameters))
        if any(is_reference(arn) for arn, _ in found):
            return ()
        return tuple(name for name in names if not any(name in (arn, *known) for arn, known in found))

    def _named_arns(self, parameters: Collection[str]) -> Iterator[tuple[str, tuple[str, str]]]:
        """Each ARN with its last part and what the console shows for it."""
        for name, flow in zip(self.files, self.flows, strict=True):
            for action in flow.actions:
                for parameter, value in action.parameters.items():
                    if parameter in parameters and isinstance(value, str):
                        yield value, (_last(value), shown(self.documents[name], action.identifier, parameter))

    @property
    def flows(self) -> tuple[Flow, ...]:
        return tuple(self.named(name) for name in self.files)

    @property
    def begins_in_a_module(self) -> bool:
        return self.named(self.main).is_module


def _last(arn: str) -> str:
    """The name at the end of an ARN."""
    _, function, name = arn.partition(":function:")
    return name.partition(":")[0] if function else arn.rpartition("/")[2]


def _named(name: str, file: Path) -> dict[str, Any]:
    document = read_json(file)
    if not isinstance(document, dict):
        raise UnreadableError(f"{file}: not a flow: not a JSON object")
    metadata = document.get("Metadata")
    return {**document, "Metadata": {**(metadata if isinstance(metadata, dict) else {}), "name": name}}
