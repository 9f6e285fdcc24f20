"""What happened in a call, as a person would tell it; and how long the caller heard nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One thing that happened, `at` virtual seconds since the epoch. `who` is a column of the printed transcript."""

    at: float
    who: str  # "caller", "connect", "lambda", "twilio", "webhook", "table", "voiceit", "bankid", "app", "agent"
    what: str


class Transcript:
    """Collects lines from every part of the centre, in the order they happened; safe to share between threads.

    The caller *hears* prompts, music and tones (`heard`) and makes sound (`busy`: speaking, typing); all else on an
    open call is silence. `longest_silence` is the longest stretch, inside an open call, that is neither.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._sound: list[tuple[float, float]] = []
        self._open: list[tuple[float, float]] = []
        self._lock = threading.Lock()

    def add(self, at: float, who: str, what: str) -> None:
        with self._lock:
            self.lines.append(Line(at, who, what))

    def heard(self, start: float, end: float) -> None:
        """The caller heard something (a prompt, music, a beep) from `start` to `end`."""
        with self._lock:
            self._sound.append((start, end))

    def busy(self, start: float, end: float) -> None:
        """The caller was speaking or typing, or was given time to: not silence imposed on them."""
        with self._lock:
            self._sound.append((start, end))

    def call_was_open(self, start: float, end: float) -> None:
        """The caller was on the line from `start` to `end`."""
        with self._lock:
            self._open.append((start, end))

    def forget(self) -> None:
        """Begin anew: what happened so far was only to set the scene."""
        with self._lock:
            self.lines.clear()
            self._sound.clear()
            self._open.clear()

    def longest_silence(self) -> float:
        """Seconds."""
        return max((end - start for start, end in self.silences()), default=0.0)

    def silences(self) -> list[tuple[float, float]]:
        """From when to when the caller, on an open call, neither heard anything nor made a sound."""
        found: list[tuple[float, float]] = []
        for opened, closed in _outermost(self._open):
            reached = opened
            for start, end in sorted(self._sound):
                if end > opened and start < closed:
                    found.append((reached, start))
                    reached = max(reached, end)
            found.append((reached, closed))
        return [(start, end) for start, end in found if end > start]


def _outermost(calls: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Those that are not part of a longer one: a leg lies inside the caller's own call."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(calls, key=lambda call: (call[0], -call[1])):
        if not found or end > found[-1][1]:
            found.append((start, end))
    return found
