"""In what a call is not as its script expects: lines for a person, `-` what was expected and `+` what was."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence

from local.connect.outcomes import MISTAKES
from local.connect.queues import Agent, View
from local.connect.record import ContactRun, Ending
from local.flowtool.script import Expected

_MOST_SHOWN = 40
ANYTHING = "..."
"""In a path: any blocks, or none."""


def differences(
    expected: Expected, run: ContactRun, heard: Sequence[str], agents: Sequence[Agent] = ()
) -> Iterator[str]:
    """A flow that had nowhere to go, or that names what was not given, is as expected only if the script says so."""
    yield from _mistakes(run)
    if expected.ending not in (None, run.ending) or (expected.ending is None and run.ending is Ending.DEFECT):
        yield from _two("ending", expected.ending.name.lower() if expected.ending else "any but", _ending(run))
    if expected.queue not in (None, run.queue or False):
        yield from _two("queue", expected.queue or None, run.queue)
    for name, value in expected.attributes.items():
        wanted = None if value is False else value
        if run.attributes.get(name) != wanted:
            yield from _two(f"attribute {name}", wanted, run.attributes.get(name))
    yield from _missing("says", expected.says, expected.never_says, heard)
    yield from _missing("agent_hears", expected.agent_hears, (), [words for agent in agents for words in agent.heard])
    yield from _missing("shows", expected.shows, (), [shown(view) for agent in agents for view in agent.views])
    yield from _missing("made", expected.made, (), [made.what for made in run.made])
    path = [step.action for step in run.trace]
    if expected.path and not _follows(expected.path, path):
        yield "path:"
        yield from (f"  {line}" for line in _diff(expected.path, path))


def _mistakes(run: ContactRun) -> Iterator[str]:
    """A call may seem right only because something was forgotten, whose error branch leads on all the same.

    A block that `fails` makes fail has another note.
    """
    made = dict.fromkeys((step.action, step.branch, step.note) for step in run.trace if step.note in MISTAKES)
    for block, branch, note in made:
        yield f"block {block}:"
        yield f"  + {branch}: {note}"


def _two(what: str, wanted: object, got: object) -> Iterator[str]:
    yield f"{what}:"
    yield f"  - {'(not set)' if wanted is None else wanted}"
    yield f"  + {'(not set)' if got is None else got}"


def _ending(run: ContactRun) -> str:
    return f"{run.ending.name.lower()}: {run.defect}" if run.defect else run.ending.name.lower()


def shown(view: View) -> str:
    """What `expect.shows` is compared with."""
    return f"{view.id} {json.dumps(view.data, ensure_ascii=False)}"


def _missing(what: str, wanted: Sequence[str], unwanted: Sequence[str], heard: Sequence[str]) -> Iterator[str]:
    """Words must be there in the order in which they stand, with anything in between."""
    left = iter(heard)
    missing = next((words for words in wanted if not any(words in prompt for prompt in left)), None)
    never = [words for words in unwanted if any(words in prompt for prompt in heard)]
    if missing is None and not never:
        return
    yield f"{what}:"
    if missing is not None:
        yield f"  - {missing}"
    yield from (f"  - (never) {words}" for words in never)
    yield from shortened([f"  + {prompt}" for prompt in heard])


def shortened(told: Sequence[str]) -> list[str]:
    """The beginning and the end: a call that goes round comes to the same thousands of times."""
    half = _MOST_SHOWN // 2
    left_out = len(told) - 2 * half
    return list(told) if left_out <= 0 else [*told[:half], f"  ({left_out} more)", *told[-half:]]


def _diff(wanted: Sequence[str], path: Sequence[str]) -> Iterator[str]:
    lines = difflib.unified_diff(wanted, path, n=len(path), lineterm="")
    return (f"{line[0]} {line[1:]}" for line in lines if not line.startswith(("---", "+++", "@@")))


def _follows(wanted: Sequence[str], path: Sequence[str]) -> bool:
    reached = {0}
    for block in wanted:
        if block == ANYTHING:
            reached = set(range(min(reached, default=len(path) + 1), len(path) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(path) and path[at] == block}
    return len(path) in reached
