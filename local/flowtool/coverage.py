"""Which branches of flows no call has taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.document import NO_MATCHING_CONDITION, Action, Flow
from flows.language import ACTIONS
from flows.language.transfers import resumes
from local.flowtool.playing import Played

Taken = tuple[str, str]
"""Block and branch."""

_LEAVES = frozenset({"TransferContactToQueue"})


@dataclass(frozen=True)
class Coverage:
    """The branches of a flow, in its order, and those of them that were never taken."""

    flow: str
    file: Path
    branches: tuple[Taken, ...]
    missed: tuple[Taken, ...]

    def lines(self) -> Iterator[str]:
        """One for the flow, and one below it for each branch that was not taken."""
        taken = len(self.branches) - len(self.missed)
        yield f"{self.flow}: {taken} of {len(self.branches)} branches taken"
        yield from (f"  never taken: {block}: {branch}" for block, branch in self.missed)


def of(calls: Iterable[Played]) -> tuple[Coverage, ...]:
    """Of each flow that one of the calls had, by its file: calls may have different flows, and names for them.

    Where two have one name, those of their files stand for it.
    """
    calls = tuple(calls)
    found = {call.flows.files[name]: call.flows.named(name) for call in reversed(calls) for name in call.flows.files}
    done = {
        (call.flows.files[step.flow], step.action, step.branch)
        for call in calls
        for run in call.runs
        for step in run.trace
    }
    files = dict.fromkeys(file for call in calls for file in call.flows.files.values())
    uses = Counter(found[file].name for file in files)
    return tuple(
        _coverage(
            found[file],
            file,
            file.stem if uses[found[file].name] > 1 else found[file].name,
            {(block, branch) for of_file, block, branch in done if of_file == file},
        )
        for file in files
    )


def percent(found: Iterable[Coverage]) -> float:
    """Of all branches of all flows, those that were taken."""
    found = tuple(found)
    branches = sum(len(one.branches) for one in found)
    return 100.0 - 100.0 * sum(len(one.missed) for one in found) / branches if branches else 100.0


def _coverage(flow: Flow, file: Path, name: str, done: set[Taken]) -> Coverage:
    branches = [(action.identifier, name) for action in flow.actions for name in _branches(action)]
    return Coverage(name, file, tuple(branches), tuple(branch for branch in branches if branch not in done))


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
