"""A flow (or a module) in the Flow language, Version 2019-10-30, as values that can be walked.

Older exports write empty `Errors` and `Conditions`, newer ones leave them out, and `Parameters` may be absent: all are
read. `Metadata` only tells the console where to draw the blocks and is ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

VERSION = "2019-10-30"
NO_MATCHING_ERROR = "NoMatchingError"
NO_MATCHING_CONDITION = "NoMatchingCondition"


class NotAFlowError(ValueError):
    """The document is no flow in the current format; the message says what is wrong with it."""


@dataclass(frozen=True)
class Condition:
    """One tested branch: `operator` as in the Flow language, its operands, and where it leads."""

    operator: str
    operands: tuple[str, ...]
    target: str

    def __str__(self) -> str:
        return f"{self.operator} {' '.join(self.operands)}"


@dataclass(frozen=True)
class Branch:
    """A way out of an action: "next", an error type, or a condition as text."""

    name: str
    target: str
    condition: Condition | None = None


@dataclass(frozen=True)
class Action:
    """One block. `index` is its place in `Actions`, which the service's messages name."""

    index: int
    identifier: str
    type: str
    parameters: Mapping[str, Any]
    next_action: str | None
    errors: Mapping[str, str]
    conditions: tuple[Condition, ...]

    @property
    def path(self) -> str:
        return f"Actions[{self.index}]"

    def branches(self) -> Iterator[Branch]:
        if self.next_action is not None:
            yield Branch("next", self.next_action)
        for error, target in self.errors.items():
            yield Branch(error, target)
        for condition in self.conditions:
            yield Branch(str(condition), condition.target, condition)


@dataclass(frozen=True)
class Flow:
    """A parsed document. `settings` is what only a module has."""

    start: str
    actions: tuple[Action, ...]
    settings: Mapping[str, Any] | None = None
    name: str = field(default="", compare=False)

    @cached_property
    def by_identifier(self) -> Mapping[str, Action]:
        return {action.identifier: action for action in self.actions}

    @property
    def is_module(self) -> bool:
        return self.settings is not None


def parse(document: object) -> Flow:
    """The flow in `document` (parsed JSON). Raises NotAFlowError."""
    top = _mapping(document, "the document")
    if "modules" in top and "Actions" not in top:
        raise NotAFlowError(
            "this is the export format of before 2021: open the flow in the console, save it, and export it again"
        )
    if "Version" not in top and "Actions" not in top:
        raise NotAFlowError("this is no flow: it has neither Version nor Actions")
    if top.get("Version") != VERSION:
        raise NotAFlowError(f'Invalid Version: it must be "{VERSION}"')
    settings = top.get("Settings")
    metadata = top.get("Metadata")
    return Flow(
        start=_text(top.get("StartAction"), "StartAction"),
        actions=tuple(_action(index, raw) for index, raw in enumerate(_list(top.get("Actions"), "Actions"))),
        settings=None if settings is None else _mapping(settings, "Settings"),
        name=str(metadata.get("name", "")) if isinstance(metadata, Mapping) else "",
    )


def _action(index: int, raw: object) -> Action:
    path = f"Actions[{index}]"
    action = _mapping(raw, path)
    transitions = _mapping(action.get("Transitions") or {}, f"{path}.Transitions")
    following = transitions.get("NextAction")
    return Action(
        index=index,
        identifier=_text(action.get("Identifier"), f"{path}.Identifier"),
        type=_text(action.get("Type"), f"{path}.Type"),
        parameters=_mapping(action.get("Parameters") or {}, f"{path}.Parameters"),
        next_action=None if following is None else _text(following, f"{path}.Transitions.NextAction"),
        errors=_errors(transitions.get("Errors") or [], f"{path}.Transitions.Errors"),
        conditions=tuple(_conditions(transitions.get("Conditions") or [], f"{path}.Transitions.Conditions")),
    )


def _errors(raw: object, path: str) -> Mapping[str, str]:
    errors: dict[str, str] = {}
    for number, item in enumerate(_list(raw, path)):
        error = _mapping(item, f"{path}[{number}]")
        name = _text(error.get("ErrorType"), f"{path}[{number}].ErrorType")
        if name in errors:
            raise NotAFlowError(f"{path}: {name} stands twice")
        errors[name] = _text(error.get("NextAction"), f"{path}[{number}].NextAction")
    return errors


def _conditions(raw: object, path: str) -> Iterator[Condition]:
    for number, item in enumerate(_list(raw, path)):
        here = f"{path}[{number}]"
        branch = _mapping(item, here)
        condition = _mapping(branch.get("Condition"), f"{here}.Condition")
        operands = _list(condition.get("Operands"), f"{here}.Condition.Operands")
        yield Condition(
            operator=_text(condition.get("Operator"), f"{here}.Condition.Operator"),
            operands=tuple(_text(operand, f"{here}.Condition.Operands") for operand in operands),
            target=_text(branch.get("NextAction"), f"{here}.NextAction"),
        )


def _mapping(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotAFlowError(f"{path} must be an object")
    return value


def _list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotAFlowError(f"{path} must be a list")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise NotAFlowError(f"{path} must be a string")
    return value
