"""What happens in a call, in the order in which it happens, for a page that asks for what is new."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

from local.transcript import Transcript

NOTICED_SECONDS = 1.0
"""A shorter silence is nobody's business."""

_WAITS_SECONDS = 20.0
_LOOKS_EVERY_SECONDS = 0.25
_LONG = re.compile(r"[A-Za-z0-9_-]{40,}")


class Feed:
    """The events of the newest call, numbered over all calls. Safe to share between threads."""

    def __init__(self) -> None:
        self._number = 0
        self._began = 0.0
        self._events: list[dict[str, Any]] = []
        self._changed = threading.Condition()

    def begin(self, at: float, **told: object) -> None:
        """Another call: what was before is forgotten. `at` is in virtual seconds since the epoch, as everywhere."""
        with self._changed:
            self._events.clear()
            self._began = at
        self.add("ringing", at, **told)

    def add(self, kind: str, at: float, **told: object) -> None:
        """Something happens: `told` is what the page gets of it, besides its seconds since the call began."""
        with self._changed:
            self._number += 1
            seconds = round(max(at - self._began, 0.0), 1)
            self._events.append({"number": self._number, "kind": kind, "at": seconds, **told})
            self._changed.notify_all()

    def since(
        self, number: int, stopped: Callable[[], bool] = lambda: False, patience: float = _WAITS_SECONDS
    ) -> list[dict[str, Any]]:
        """The events after that one, as soon as there are any; none after `patience` seconds, which are real."""
        until = time.monotonic() + patience
        with self._changed:
            while True:
                new = [event for event in self._events if event["number"] > number]
                left = until - time.monotonic()
                if new or left <= 0 or stopped():
                    return new
                self._changed.wait(min(left, _LOOKS_EVERY_SECONDS))


class ToldTranscript(Transcript):
    """A transcript that tells each line as it is written, and each silence as it ends.

    Nothing more than the transcript says goes to the page, and less of what is long and says nothing to anybody, such
    as tickets. `more` is what there is to add to a line, by who it is about.
    """

    def __init__(self, feed: Feed, more: Callable[[str], str] = lambda who: "") -> None:
        super().__init__()
        self._feed = feed
        self._more = more
        self._heard_until: float | None = None

    def add(self, at: float, who: str, what: str) -> None:
        super().add(at, who, what)
        self._feed.add("line", at, who=who, what=_LONG.sub("…", what), more=self._more(who))

    def heard(self, start: float, end: float) -> None:
        super().heard(start, end)
        self._noise(start, end)

    def busy(self, start: float, end: float) -> None:
        super().busy(start, end)
        self._noise(start, end)

    def call_begins(self, at: float) -> None:
        """From now on, what is not heard is silence."""
        self._heard_until = at

    def call_is_over(self, at: float) -> None:
        self._noise(at, at)
        self._heard_until = None

    def _noise(self, start: float, end: float) -> None:
        if self._heard_until is None:
            return
        if start - self._heard_until >= NOTICED_SECONDS:
            self._feed.add("silence", self._heard_until, seconds=round(start - self._heard_until, 1))
        self._heard_until = max(self._heard_until, end)
