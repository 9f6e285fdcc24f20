"""Branches to nowhere, actions that nothing leads to, and rounds without a way out."""

from __future__ import annotations

from collections.abc import Iterator

from flows.document import Action, Flow
from flows.findings import Finding, Severity
from flows.language import ACTIONS
from flows.rules.walk import reached

# Messages that are repeated play until an agent is free.
_LEAVES_THE_FLOW = frozenset({"TransferContactToQueue", "TransferToFlow", "MessageParticipantIteratively"})


def branches_lead_somewhere(flow: Flow) -> Iterator[Finding]:
    for action in flow.actions:
        for branch in action.branches():
            if branch.target not in flow.by_identifier:
                place = "NextAction" if branch.name == "next" else f"{branch.name}.NextAction"
                message = f"Invalid Action property value. Path: {action.path}.Transitions.{place}: {branch.target}"
                yield Finding(Severity.ERROR, message, action.identifier)


def every_action_is_reached(flow: Flow) -> Iterator[Finding]:
    found = _reachable(flow)
    for action in flow.actions:
        if action.identifier not in found:
            yield Finding(Severity.WARNING, "Nothing leads to this action", action.identifier)


def every_way_ends(flow: Flow) -> Iterator[Finding]:
    """Where no branch leads to an end any more, a caller goes round until they hang up."""
    leads_out = {action.identifier for action in flow.actions if _ends(action)}
    grown = True
    while grown:
        more = {
            action.identifier
            for action in flow.actions
            if any(branch.target in leads_out for branch in action.branches())
        }
        grown = not more <= leads_out
        leads_out |= more
    found = _reachable(flow)
    for action in flow.actions:
        if action.identifier in found - leads_out:
            yield Finding(Severity.WARNING, "No branch from here ever ends the call or the flow", action.identifier)


def _ends(action: Action) -> bool:
    known = ACTIONS.get(action.type)
    return action.type in _LEAVES_THE_FLOW or (known is not None and known.branches_for(action.parameters).terminal)


def _reachable(flow: Flow) -> set[str]:
    return {action.identifier for action, _, _ in reached(flow, None, lambda action, state: state)}
