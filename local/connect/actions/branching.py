"""Actions that only choose a way."""

from __future__ import annotations

from collections.abc import Mapping

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Done, Fails, Outcome, Yields

_OF_THE_QUEUE = {"Size": "NumberOfContactsInQueue", "OldestContactAge": "OldestContactInQueueAgeSeconds"}
_OF_AGENTS = {
    "Online": "NumberOfAgentsOnline",
    "Available": "NumberOfAgentsAvailable",
    "Staffed": "NumberOfAgentsStaffed",
}


def _compare(action: Action, execution: Execution) -> Outcome:
    return Yields(execution.value(action.parameters["ComparisonValue"]))


def _loop(action: Action, execution: Execution) -> Outcome:
    """Continues `LoopCount` times, is then done once, and starts over: counted per action and stay in the flow."""
    rounds = int(execution.number(action.parameters["LoopCount"]))
    loops = execution.contact.visit.loops
    taken = loops.get(action.identifier, 0)
    if taken < rounds:
        loops[action.identifier] = taken + 1
        return Yields("ContinueLooping")
    loops[action.identifier] = 0
    return Yields("DoneLooping")


def _hours(action: Action, execution: Execution) -> Outcome:
    """Those that are named, or the target queue's, for which "" stands; nobody knows others."""
    named = execution.text(action.parameters.get("HoursOfOperationId"))
    is_open = execution.circumstances.open_hours.get(named)
    return Fails(note="no such hours of operation") if is_open is None else Yields(str(is_open))


def _check_metric(action: Action, execution: Execution) -> Outcome:
    value = _metrics(action, execution).get(execution.text(action.parameters["MetricType"]))
    return Fails(note="no such metric") if value is None else Yields(value)


def _get_metrics(action: Action, execution: Execution) -> Outcome:
    """What is known can be read at `$.Metrics`, for calls; nothing is known of other channels."""
    known = _metrics(action, execution)
    if not known or execution.text(action.parameters.get("QueueChannel", "Voice")) != "Voice":
        return Fails(note="no such metrics")
    queue = {name: known.get(metric) for name, metric in _OF_THE_QUEUE.items()}
    agents = {name: {"Count": known.get(metric)} for name, metric in _OF_AGENTS.items()}
    execution.contact.found["Metrics"] = {"Queue": queue, "Agents": agents}
    return Done()


def _metrics(action: Action, execution: Execution) -> Mapping[str, float]:
    """Of the queue or agent that is named, or of the target queue; what it does not say is the same for all."""
    named = execution.text(action.parameters.get("QueueId", action.parameters.get("AgentId")))
    queue = execution.queues.get(named) if named else execution.contact.queue
    return {**execution.circumstances.metrics, **(queue.metrics if queue else {})}


def _draw(action: Action, execution: Execution) -> Outcome:
    """A number from 0 to 100 that the conditions compare with their thresholds; no draw is the remainder."""
    draws, contact = execution.circumstances.draws, execution.contact
    contact.draws += 1
    return Yields(draws[min(contact.draws, len(draws)) - 1] if draws else None)


PIECES = (
    Piece("Compare", _compare, frozenset({"ComparisonValue"})),
    Piece("Loop", _loop, frozenset({"LoopCount"})),
    Piece("CheckHoursOfOperation", _hours, frozenset({"HoursOfOperationId"})),
    Piece("CheckMetricData", _check_metric, frozenset({"MetricType", "QueueId", "AgentId"})),
    Piece("GetMetricData", _get_metrics, frozenset({"QueueId", "AgentId", "QueueChannel"})),
    Piece("DistributeByPercentage", _draw),
)
