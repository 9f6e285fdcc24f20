"""Several flows as one instance: whether what they name of each other is there, and fits.

A flow names others by id or ARN. An export does not say its own id, so a file is also known by its name without the
ending, by the name in its `Metadata`, and by the display name that the console writes beside an ARN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.document import Action, Flow, NotAFlowError, parse
from flows.findings import Finding, Severity
from flows.language.hooks import HOOKS
from flows.references import is_reference

DEEPEST_MODULE = 5
_NAMES_ANOTHER = {
    "InvokeFlowModule": ("FlowModuleId",),
    "TransferToFlow": ("ContactFlowId",),
    "UpdateContactEventHooks": tuple(f"EventHooks.{hook}" for hook in HOOKS),
}
"""By type, where in the parameters the id stands."""


@dataclass(frozen=True)
class Link:
    """An action that names another flow: by `id`, which the console shows as `shown`; "" where it does not."""

    action: Action
    id: str
    shown: str

    @property
    def to_a_module(self) -> bool:
        return self.action.type == "InvokeFlowModule"


class Together:
    """Documents (parsed JSON) by name; what is no flow is left out."""

    def __init__(self, documents: Mapping[str, object]) -> None:
        self._documents = documents
        self._flows = dict(_readable(documents))
        self._links = {name: tuple(_links(flow, documents[name])) for name, flow in self._flows.items()}

    def find(self, identifier: str, shown: str = "") -> str | None:
        """The name of the document that is meant by an id or ARN, with or without a version."""
        last = identifier.rpartition("/")[2]
        for wanted in (identifier, identifier.rpartition(":")[0], last, last.partition(":")[0], shown):
            for name, flow in self._flows.items():
                if wanted and wanted in (name, flow.name):
                    return name
        return None

    def aliases(self) -> dict[str, str]:
        """The names of documents by every id under which one of the others names them."""
        found = ((link.id, self.find(link.id, link.shown)) for links in self._links.values() for link in links)
        return {identifier: name for identifier, name in found if name is not None}

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """What does not fit, each with the name of its document."""
        for name, links in self._links.items():
            for link in links:
                for severity, message in self._problems(link):
                    yield name, Finding(severity, message, link.action.identifier)
            if self._nests_too_deep(name):
                message = (
                    f"Modules are nested more than {DEEPEST_MODULE} deep from here, or call each other in a circle"
                )
                yield name, Finding(Severity.ERROR, message)

    def _problems(self, link: Link) -> Iterator[tuple[Severity, str]]:
        found = self.find(link.id, link.shown)
        if found is None:
            yield Severity.WARNING, f"{link.shown or link.id} is not among the files: what it does was not checked"
            return
        flow = self._flows[found]
        if flow.is_module != link.to_a_module:
            is_a, needs = ("a module", "a flow") if flow.is_module else ("a flow", "a module")
            yield Severity.ERROR, f"{found} is {is_a}, and {needs} is needed here"
        elif link.to_a_module:
            yield from _branches(link.action, found, flow)

    def _nests_too_deep(self, name: str) -> bool:
        """Whether there are still modules below the deepest that the service allows, `name` being the first, if one."""
        level = {name}
        for _ in range(DEEPEST_MODULE + (not self._flows[name].is_module)):
            level = {module for one in level for module in self._called(one)}
        return bool(level)

    def _called(self, name: str) -> Iterator[str]:
        for link in self._links[name]:
            found = self.find(link.id, link.shown) if link.to_a_module else None
            if found is not None:
                yield found


def _readable(documents: Mapping[str, object]) -> Iterator[tuple[str, Flow]]:
    for name, document in documents.items():
        try:
            yield name, parse(document)
        except NotAFlowError:
            continue


def _links(flow: Flow, document: Any) -> Iterator[Link]:
    for action in flow.actions:
        for parameter in _NAMES_ANOTHER.get(action.type, ()):
            identifier = _at(action.parameters, *parameter.split("."))
            if isinstance(identifier, str) and identifier and not is_reference(identifier):
                yield Link(action, identifier, shown(document, action.identifier, parameter))


def shown(document: Any, block: str, parameter: str) -> str:
    """The display name beside a parameter, in what the console writes for itself."""
    shown = _at(document, "Metadata", "ActionMetadata", block, "parameters", *parameter.split("."), "displayName")
    return shown if isinstance(shown, str) else ""


def _at(here: Any, *steps: str) -> Any:
    for step in steps:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def _branches(action: Action, module: str, flow: Flow) -> Iterator[tuple[Severity, str]]:
    """The branches that a module can take, against those that its caller has conditions for."""
    returned = {str(end.parameters["Result"]) for end in flow.actions if "Result" in end.parameters}
    tested = {operand for condition in action.conditions for operand in condition.operands}
    for word in sorted(tested - returned):
        yield Severity.WARNING, f"{module} never ends in {word}, so this branch is never taken"
    for word in sorted(returned - tested):
        yield Severity.WARNING, f"{module} can end in {word}, and there is no branch for it"
