"""Actions that only choose a way."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Outcome, Yields


def _compare(action: Action, execution: Execution) -> Outcome:
    return Yields(execution.value(action.parameters["ComparisonValue"]))


def _loop(action: Action, execution: Execution) -> Outcome:
    """Continues `LoopCount` times, is then done once, and starts over: counted per action and stay in the flow."""
    rounds = int(execution.text(action.parameters["LoopCount"]))
    loops = execution.contact.visit.loops
    taken = loops.get(action.identifier, 0)
    if taken < rounds:
        loops[action.identifier] = taken + 1
        return Yields("ContinueLooping")
    loops[action.identifier] = 0
    return Yields("DoneLooping")


PIECES = (
    Piece("Compare", _compare, frozenset({"ComparisonValue"})),
    Piece("Loop", _loop, frozenset({"LoopCount"})),
)
