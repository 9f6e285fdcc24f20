"""What the product writes to its log, caught in this process as CloudWatch would get it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from local.clock import VirtualClock
from local.transcript import Transcript

_PLUMBING = frozenset({"_aws", "Events", "event"})


class Log(io.TextIOBase):
    """Standard output while a centre is open: `lines` as written, and told to the transcript where they are events."""

    def __init__(self, clock: VirtualClock, transcript: Transcript) -> None:
        self.lines: list[str] = []
        self._clock = clock
        self._transcript = transcript

    def write(self, text: str, /) -> int:
        for line in text.splitlines():
            self.lines.append(line)
            self._transcript.add(self._clock.now(), "log", _told(line))
        return len(text)


@contextmanager
def caught(clock: VirtualClock, transcript: Transcript) -> Iterator[Log]:
    log = Log(clock, transcript)
    with redirect_stdout(log):
        yield log


def _told(line: str) -> str:
    try:
        event = json.loads(line)
    except ValueError:
        return line
    if not isinstance(event, dict):
        return line
    facts = ", ".join(f"{name} {value}" for name, value in event.items() if name not in _PLUMBING)
    return f"{event.get('event')}: {facts}"
