"""The form of a piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flows.document import Action
from local.connect.execution import Execution
from local.connect.kinds import EVERY, Kind
from local.connect.outcomes import Outcome


def _refuses_nothing(parameters: Mapping[str, Any]) -> str | None:
    return None


@dataclass(frozen=True)
class Piece:
    """Executes one type of action.

    `understands` are the parameters that it honours; any other is refused when the flow is loaded. `refuses` names a
    form of the action that is not executed, or is None. `only_in` are the kinds of flow that may hold the action.
    """

    type: str
    run: Callable[[Action, Execution], Outcome]
    understands: frozenset[str] = frozenset()
    refuses: Callable[[Mapping[str, Any]], str | None] = _refuses_nothing
    only_in: frozenset[Kind] = EVERY
