"""What the service asks of each action: known type, known parameters, the branches of its type, no empty text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flows.document import Action, Flow
from flows.findings import Finding, Severity
from flows.language import ACTIONS, BEYOND
from flows.language.action_type import Branches

_PLACEHOLDER = re.compile(r"\{\{[^}]*\}\}")


def speak_the_language(flow: Flow) -> Iterator[Finding]:
    for action in flow.actions:
        if action.type in BEYOND:
            continue
        known = ACTIONS.get(action.type)
        if known is None:
            yield _error(action, f"Invalid Action type. Path: {action.path}.Type: {action.type}")
            continue
        for message in known.parameters.problems(action.parameters, f"{action.path}.Parameters"):
            yield _error(action, message)
        for message in known.also(action):
            yield _error(action, message)


def can_all_be_played(flow: Flow) -> Iterator[Finding]:
    """The service would take them; no call can be played through them, so the runner refuses what is found here."""
    for action in flow.actions:
        if action.type in BEYOND:
            yield _warning(action, f"{action.type} is not played: {BEYOND[action.type]}")
        elif action.type in ACTIONS:
            for path, why in ACTIONS[action.type].given_beyond(action.parameters):
                yield _warning(action, f"{path} of {action.type} is not played: {why}")


def have_their_branches(flow: Flow) -> Iterator[Finding]:
    for action in flow.actions:
        if action.type in ACTIONS:
            wanted = ACTIONS[action.type].branches_for(action.parameters)
            yield from _next(action, wanted)
            yield from _errors(action, wanted)
            yield from _conditions(action, wanted)


def _next(action: Action, wanted: Branches) -> Iterator[Finding]:
    path = f"{action.path}.Transitions.NextAction"
    if wanted.next_required and action.next_action is None:
        yield _error(action, f"Action is missing required property. Path: {path}")
    if wanted.terminal and action.next_action is not None:
        yield _error(action, f"Invalid Action property name. Path: {path}")


def _errors(action: Action, wanted: Branches) -> Iterator[Finding]:
    for name in sorted(wanted.errors - action.errors.keys()):
        yield _error(action, f"Action is missing required error. Error: {name}, Path: {action.path}")
    for name in sorted(action.errors.keys() - wanted.allowed):
        yield _error(action, f"Invalid Action error. Error: {name}, Path: {action.path}")


def _conditions(action: Action, wanted: Branches) -> Iterator[Finding]:
    for number, condition in enumerate(action.conditions):
        if "" in condition.operands:
            yield _error(action, f"Invalid branch. Path: {action.index}.Evaluate")
        elif len(condition.operands) != 1 or not wanted.conditions.accepts(condition):
            path = f"{action.path}.Transitions.Conditions[{number}].Condition"
            yield _error(action, f"Invalid Action property value. Path: {path}")
    tested = {operand for condition in action.conditions for operand in condition.operands}
    for word in sorted(wanted.conditions.always - tested):
        yield _error(action, f"Action is missing required condition. Condition: {word}, Path: {action.path}")


def hold_no_empty_text(flow: Flow) -> Iterator[Finding]:
    for action in flow.actions:
        for path, text in texts(action.parameters, "Parameters"):
            if text == "":
                in_attributes = path.startswith("Parameters.Attributes.")
                yield _error(
                    action,
                    "Empty value in Parameters.Attributes"
                    if in_attributes
                    else f"Invalid Action property value. Path: {action.index}.Parameter",
                )


def hold_no_placeholder(flow: Flow) -> Iterator[Finding]:
    for action in flow.actions:
        for path, text in texts(action.parameters, f"{action.path}.Parameters"):
            for found in _PLACEHOLDER.findall(text):
                yield _error(action, f"The placeholder {found} is not filled: render the template first. Path: {path}")


def texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text in a parameter, with the path to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from texts(item, f"{path}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, f"{path}[{number}]")


def _warning(action: Action, message: str) -> Finding:
    return Finding(Severity.WARNING, message, action.identifier)


def _error(action: Action, message: str) -> Finding:
    return Finding(Severity.ERROR, message, action.identifier)
