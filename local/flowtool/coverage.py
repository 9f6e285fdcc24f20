"""Which branches of flows no call has taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.document import NO_MATCHING_CONDITION, Action, Flow
from flows.language import ACTIONS
from flows.language.transfers import resumes
from local.connect.record import ContactRun

Taken = set[tuple[str, str, str]]
"""Flow, block and branch."""

_LEAVES = frozenset({"TransferContactToQueue", "DequeueContactAndTransferToQueue"})


def taken(runs: Iterable[ContactRun]) -> Taken:
    return {(step.flow, step.action, step.branch) for run in runs for step in run.trace}


def report(flows: Iterable[Flow], done: Taken) -> Iterator[str]:
    """A line for each flow, and one below it for each branch that was not taken."""
    for flow in flows:
        branches = [(action, name) for action in flow.actions for name in _branches(action)]
        missed = [(action, name) for action, name in branches if (flow.name, action.identifier, name) not in done]
        yield f"{flow.name}: {len(branches) - len(missed)} of {len(branches)} branches taken"
        yield from (f"  never taken: {action.identifier}: {name}" for action, name in missed)


def _branches(action: Action) -> Iterator[str]:
    """Those that can be taken: an end is one, and a NextAction that only mirrors another branch is none."""
    if action.type in _LEAVES or _never_leads_on(action):
        yield "end"
    for branch in action.branches():
        if branch.name != "next" or not _mirrors(action):
            yield branch.name


def _never_leads_on(action: Action) -> bool:
    if action.type == "TransferParticipantToThirdParty":
        return not resumes(action.parameters)
    return ACTIONS[action.type].branches_for(action.parameters).terminal


def _mirrors(action: Action) -> bool:
    conditions = ACTIONS[action.type].branches_for(action.parameters).conditions
    if conditions.always or (action.conditions and NO_MATCHING_CONDITION in action.errors):
        return True
    return action.type in _LEAVES or _never_leads_on(action)
