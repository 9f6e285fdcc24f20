"""What happened in a call, one record for each thing, in order: the lines of a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flows.document import Action
from local.connect.record import ContactRun, Step
from local.flowtool.masking import Mask
from local.transcript import Transcript

Event = dict[str, Any]


class Recorder(Transcript):
    """A transcript that also keeps events; `done` takes each action as soon as it is over. Times count from `start`.

    `branches_of` finds an action's block, to tell errors from other branches.
    """

    def __init__(self, start: float, block: Callable[[str, str], Action | None]) -> None:
        super().__init__()
        self._start, self._block = start, block
        self.events: list[Event] = []

    def add(self, at: float, who: str, what: str) -> None:
        super().add(at, who, what)
        event = _told(who, what)
        if event is not None:
            self._keep(at, event)

    def done(self, step: Step) -> None:
        block = self._block(step.flow, step.action)
        failed = block is not None and step.branch in block.errors and step.branch != "NoMatchingCondition"
        event = {"what": "action", "flow": step.flow, "block": step.action, "type": step.type, "branch": step.branch}
        if failed:
            event["error"] = step.branch
        if step.note:
            event["note"] = step.note
        self._keep(step.at, event)

    def over(self, at: float, run: ContactRun) -> None:
        event: Event = {"what": "end", "ending": run.ending.name.lower(), "attributes": sorted(run.attributes)}
        if run.queue:
            event["queue"] = run.queue
        if run.defect:
            event["defect"] = run.defect
        self._keep(at, event)

    def masked(self, mask: Mask) -> list[Event]:
        """The events without what was typed."""
        return [{name: _masked(value, mask) for name, value in event.items()} for event in self.events]

    def _keep(self, at: float, event: Event) -> None:
        self.events.append({"at": round(at - self._start, 3), **event})


def _masked(value: Any, mask: Mask) -> Any:
    if isinstance(value, list):
        return [mask(item) for item in value]
    return mask(value) if isinstance(value, str) else value


def _told(who: str, what: str) -> Event | None:
    """The event in a line of the transcript. What an action or the end tells anyway is left out."""
    if who == "lambda":
        call, _, result = what.partition(": ")
        function, _, step = call.partition(" ")
        return {"what": "lambda", "function": function, "step": step, "result": result}
    if what.startswith("says: "):
        return {"what": "prompt", "says": what.removeprefix("says: ")}
    if what.startswith("to the agent, says: "):
        return {"what": "agent", "hears": what.removeprefix("to the agent, says: ")}
    if who == "agent" and what.startswith(("is shown", "chooses", "puts ")):
        return {"what": "agent", "does": what}
    if who == "caller":
        return {"what": "caller", "does": what}
    if what.startswith(("does not encrypt", "dials ", "leg over")):
        return {"what": "connect", "does": what}
    return None
