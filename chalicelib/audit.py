"""What happened, as one JSON line per event in CloudWatch Logs, with a count that CloudWatch makes a metric of.

The line follows the CloudWatch embedded metric format, so counting costs no call. Events say what was done and how it
came out, and never who: no number, code, name or digits.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

NAMESPACE = "Countersign"
_EVENTS = {"Name": "Events", "Unit": "Count"}


def record(event: str, **facts: str) -> None:
    """Write one event. Values are short words from closed lists, or opaque ids such as a contact's."""
    _write({"event": event, "Events": 1, **facts}, [_metric(_EVENTS, ["event"])])


def count(event: str, by: str, **facts: str) -> None:
    """Write one event that is counted for each value of the fact `by` besides. There must be few such values."""
    _write({"event": event, "Events": 1, **facts}, [_metric(_EVENTS, ["event"], ["event", by])])


def measure(event: str, by: str, metric: str, value: int, **facts: str) -> None:
    """Write one event with a number: the metric `metric`, over all such events and for each value of the fact `by`."""
    directives = [_metric(_EVENTS, ["event"]), _metric({"Name": metric}, ["event"], ["event", by])]
    _write({"event": event, "Events": 1, metric: value, **facts}, directives)


def _metric(metric: Mapping[str, str], *dimensions: list[str]) -> dict[str, Any]:
    return {"Namespace": NAMESPACE, "Dimensions": list(dimensions), "Metrics": [metric]}


def _write(values: Mapping[str, str | int], directives: list[dict[str, Any]]) -> None:
    line = {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directives}, **values}
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
