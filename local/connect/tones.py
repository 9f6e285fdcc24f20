"""Touch-tones on their way into a flow, and the buffer that may keep them until a block asks.

As the administrator guide tells under "Touchtone buffering in Amazon Connect": at most 30 keys are kept, further ones
are ignored, and each leaves the buffer when a block takes it, first in, first out. Without the buffer, what comes while
no block waits for input is lost.
"""

from __future__ import annotations

from collections import deque

from local.telephone import Press

MOST_BUFFERED = 30
_PAUSES = {",": 0.75, "w": 0.5}


class Tones:
    """Those that will come, by virtual time, and those that are kept. `buffering` says whether any are."""

    def __init__(self) -> None:
        self._coming: deque[tuple[float, str]] = deque()
        self._kept: deque[str] = deque()
        self.buffering = False

    def send(self, press: Press, now: float) -> None:
        """Let the keys of `press` come from now on."""
        at = now + press.after_seconds
        tones = list(self._coming)
        for key in press.keys:
            at += _PAUSES.get(key, press.apart_seconds)
            if key not in _PAUSES:
                tones.append((at, key))
        self._coming = deque(sorted(tones, key=lambda tone: tone[0]))

    def settle(self, now: float) -> None:
        """What came before now is kept or lost."""
        while self._coming and self._coming[0][0] < now:
            _, key = self._coming.popleft()
            if self.buffering and len(self._kept) < MOST_BUFFERED:
                self._kept.append(key)

    def lose(self, now: float) -> None:
        """What came before now is lost, buffer or not; what is in the buffer stays."""
        while self._coming and self._coming[0][0] < now:
            self._coming.popleft()

    def any_kept(self) -> bool:
        return bool(self._kept)

    def kept(self) -> str | None:
        """Take the first key of the buffer; None when it is empty."""
        return self._kept.popleft() if self._kept else None

    def clear(self) -> str:
        """Empty the buffer; what was in it."""
        keys = "".join(self._kept)
        self._kept.clear()
        return keys

    def next_at(self) -> float | None:
        """When the next key comes, if any will."""
        return self._coming[0][0] if self._coming else None

    def take(self) -> str:
        """The key that comes next."""
        return self._coming.popleft()[1]
