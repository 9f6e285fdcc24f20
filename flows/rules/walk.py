"""Walking a flow from its start: which actions can be reached, and in which state of affairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from flows.document import Action, Branch, Flow

State = TypeVar("State")


def reached(
    flow: Flow,
    start: State,
    after: Callable[[Action, State], State],
    follow: Callable[[Action, Branch], bool] = lambda action, branch: True,
) -> Iterator[tuple[Action, State, tuple[Branch, ...]]]:
    """Each action that the start leads to, once for every state in which it is entered, with the branches taken there.

    `after` is the state that an action leaves behind; branches that `follow` denies are not taken.
    """
    waiting: list[tuple[str, State, tuple[Branch, ...]]] = [(flow.start, start, ())]
    seen: set[tuple[str, State]] = set()
    while waiting:
        identifier, state, way = waiting.pop(0)
        action = flow.by_identifier.get(identifier)
        if action is None or (identifier, state) in seen:
            continue
        seen.add((identifier, state))
        yield action, state, way
        left = after(action, state)
        waiting.extend((branch.target, left, (*way, branch)) for branch in action.branches() if follow(action, branch))
