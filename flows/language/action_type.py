"""What the language says about one type of action: its parameters, and which branches it must and may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.document import NO_MATCHING_ERROR, Action, Condition
from flows.language.shapes import Record, Shape

NUMERIC = frozenset({"NumberGreaterThan", "NumberGreaterOrEqualTo", "NumberLessThan", "NumberLessOrEqualTo"})
OPERATORS = NUMERIC | {"Equals", "TextStartsWith", "TextEndsWith", "TextContains", "KeyExists"}


@dataclass(frozen=True)
class Conditions:
    """Which conditions an action takes. `words` None: any operand; `always`: operands that must have a branch."""

    operators: frozenset[str] = frozenset()
    words: frozenset[str] | None = None
    always: frozenset[str] = frozenset()

    def accepts(self, condition: Condition) -> bool:
        return condition.operator in self.operators and (
            self.words is None or all(operand in self.words for operand in condition.operands)
        )


NO_CONDITIONS = Conditions()
ANY_CONDITION = Conditions(OPERATORS)
EQUALS_ANYTHING = Conditions(frozenset({"Equals"}))


def equals(*words: str, always: bool = False) -> Conditions:
    """Only `Equals` one of `words`; with `always`, a branch for each of them."""
    return Conditions(frozenset({"Equals"}), frozenset(words), frozenset(words) if always else frozenset())


@dataclass(frozen=True)
class Branches:
    """The errors that must be declared, those that may be too, the conditions, and whether the action leads on."""

    errors: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    conditions: Conditions = NO_CONDITIONS
    terminal: bool = False
    next_required: bool = True

    @property
    def allowed(self) -> frozenset[str]:
        return self.errors | self.may


def branches(*errors: str, may: tuple[str, ...] = (), conditions: Conditions = NO_CONDITIONS) -> Branches:
    return Branches(frozenset(errors), frozenset(may), conditions)


LEADS_ON = Branches()
CAN_FAIL = branches(NO_MATCHING_ERROR)
TERMINAL = Branches(terminal=True, next_required=False)


def _no_more_rules(action: Action) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class ActionType:
    """One piece of the language.

    `branches` may depend on the parameters (`branches_for`). `also` yields what the service says about the action as a
    whole that no single parameter shows. `beyond` are parameters that the service knows and no call is played with,
    each with the reason; a dot leads into a parameter.
    """

    name: str
    parameters: Shape = field(default_factory=Record)
    branches: Branches | Callable[[Mapping[str, Any]], Branches] = CAN_FAIL
    also: Callable[[Action], Iterator[str]] = _no_more_rules
    beyond: Mapping[str, str] = field(default_factory=dict)

    def branches_for(self, parameters: Mapping[str, Any]) -> Branches:
        return self.branches if isinstance(self.branches, Branches) else self.branches(parameters)

    def given_beyond(self, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Those of `beyond` that are among the parameters, with the reasons."""
        return ((path, why) for path, why in self.beyond.items() if _is_given(parameters, path))


def _is_given(parameters: object, path: str) -> bool:
    name, _, rest = path.partition(".")
    if not isinstance(parameters, Mapping) or name not in parameters:
        return False
    return not rest or _is_given(parameters[name], rest)
