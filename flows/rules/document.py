"""What the service asks of a document as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from flows.document import Flow
from flows.findings import Finding, Severity

MOST_ACTIONS = 250
MOST_MODULE_BRANCHES = 8
_LONGEST_IDENTIFIER = 50
_FORBIDDEN = frozenset("%:(\\/)=$,;[]{}")
_OF_JAVASCRIPT = frozenset(
    [
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
    ]
)


def has_a_start(flow: Flow) -> Iterator[Finding]:
    if flow.start not in flow.by_identifier:
        yield Finding(Severity.ERROR, f"Invalid Action property value. Path: StartAction: {flow.start}")


def is_small_enough(flow: Flow) -> Iterator[Finding]:
    if len(flow.actions) > MOST_ACTIONS:
        yield Finding(Severity.ERROR, f"{len(flow.actions)} actions, and a flow holds at most {MOST_ACTIONS}")


def identifiers_are_legal(flow: Flow) -> Iterator[Finding]:
    uses = Counter(action.identifier for action in flow.actions)
    for action in flow.actions:
        name = action.identifier
        legal = 0 < len(name) <= _LONGEST_IDENTIFIER and not _FORBIDDEN & set(name) and name not in _OF_JAVASCRIPT
        if not legal or uses[name] > 1:
            yield Finding(Severity.ERROR, f"Invalid Action property value. Path: {action.path}.Identifier", name)


def settings_belong_to_modules(flow: Flow) -> Iterator[Finding]:
    """A module declares its branches in `Settings`, and returns only by one of those."""
    ends = [action for action in flow.actions if action.type == "EndFlowModuleExecution"]
    if flow.settings is None:
        if ends:
            yield Finding(Severity.ERROR, "JSON field is missing or null for field name: settings")
        return
    for name in ("InputParameters", "OutputParameters", "Transitions"):
        if not isinstance(flow.settings.get(name), list):
            yield Finding(Severity.ERROR, f"JSON field is missing or null for field name: settings.{name}")
    declared = _declared_branches(flow.settings)
    if len(declared) > MOST_MODULE_BRANCHES:
        yield Finding(Severity.ERROR, f"{len(declared)} branches, and a module has at most {MOST_MODULE_BRANCHES}")
    for end in ends:
        result = end.parameters.get("Result", "")
        if "Result" in end.parameters and not (isinstance(result, str) and result in declared):
            message = f"Invalid Action property value. Path: {end.path}.Parameters.Result"
            yield Finding(Severity.ERROR, message, end.identifier)


def _declared_branches(settings: Mapping[str, object]) -> frozenset[str]:
    transitions = settings.get("Transitions")
    if not isinstance(transitions, list):
        return frozenset()
    names = [item.get("ReferenceName") for item in transitions if isinstance(item, Mapping)]
    return frozenset(name for name in names if isinstance(name, str))
