"""Nobody is verified by default: only a branch that tests for the word leads to "verified"."""

from __future__ import annotations

from collections.abc import Iterator

from flows.contract import SUCCESSES, VERIFIED
from flows.document import Action, Branch, Flow
from flows.findings import Finding, Severity
from flows.rules.walk import reached

_PROVING = frozenset({"Compare", "InvokeFlowModule"})


def nobody_is_verified_by_default(flow: Flow) -> Iterator[Finding]:
    """Every way to an action that says "verified" passes a condition on a word of success; a way around is an error."""
    for action, _, way in reached(flow, None, lambda action, state: state, _proves_nothing):
        if _says_verified(action):
            by = way[-1].name if way else "StartAction"
            message = f'Leads to "verified" without a condition that tests for it (by the branch {_telling(way) or by})'
            yield Finding(Severity.ERROR, message, action.identifier)


def _proves_nothing(action: Action, branch: Branch) -> bool:
    condition = branch.condition
    return not (
        action.type in _PROVING
        and condition is not None
        and condition.operator == "Equals"
        and len(condition.operands) == 1
        and condition.operands[0].lower() in SUCCESSES
    )


def _telling(way: tuple[Branch, ...]) -> str | None:
    """The last branch of the way that was a choice: where to look for the mistake."""
    return next((branch.name for branch in reversed(way) if branch.name != "next"), None)


def _says_verified(action: Action) -> bool:
    if action.type == "EndFlowModuleExecution":
        return str(action.parameters.get("Result", "")).lower() == VERIFIED
    if action.type == "UpdateContactAttributes":
        return VERIFIED in [str(value).lower() for value in action.parameters.get("Attributes", {}).values()]
    return False
