"""What happened, as one JSON line per event in CloudWatch Logs, with a count that CloudWatch makes a metric of.

The line follows the CloudWatch embedded metric format, so counting costs no call. Events say what was done and how it
came out, and never who: no number, code, name or digits.
"""

from __future__ import annotations

import json
import sys
import time

NAMESPACE = "Countersign"


def record(event: str, **facts: str) -> None:
    """Write one event. Values are short words from closed lists, or opaque ids such as a contact's."""
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [["event"]], "Metrics": [{"Name": "Events", "Unit": "Count"}]}
            ],
        },
        "event": event,
        "Events": 1,
        **facts,
    }
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
