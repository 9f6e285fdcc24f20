"""The form of a piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flows.document import Action
from local.connect.execution import Execution
from local.connect.kinds import EVERY, Kind
from local.connect.outcomes import Outcome


@dataclass(frozen=True)
class Piece:
    """Executes one type of action.

    `understands` are the parameters that it honours: all that `flows.language` has of the type, except those that it
    holds to be beyond a call. `only_in` are the kinds of flow that may hold the action.
    """

    type: str
    run: Callable[[Action, Execution], Outcome]
    understands: frozenset[str] = frozenset()
    only_in: frozenset[Kind] = EVERY
