"""Touch-tones on their way to a line that may or may not be listening."""

from __future__ import annotations

from dataclasses import dataclass

_ROUNDING = 1e-5  # seconds: sums of fractions on a clock that counts from 1970
_PAUSES = {",": 0.75, "w": 0.5}  # seconds


@dataclass(frozen=True, order=True)
class Tone:
    """A key that sounds at `at`, virtual seconds since the epoch."""

    at: float
    key: str


class Tones:
    """Tones in the order in which they will sound. What sounds while nobody listens is lost."""

    def __init__(self) -> None:
        self._coming: list[Tone] = []

    def __bool__(self) -> bool:
        return bool(self._coming)

    def send(self, digits: str, start: float, tone_seconds: float) -> int:
        """Schedule `0-9*#`, with `,` and `w` for silence; how many keys that is. Raises ValueError for other signs."""
        at, sent = start, []
        for sign in digits:
            if sign in _PAUSES:
                at += _PAUSES[sign]
            elif sign in "0123456789*#":
                at += tone_seconds
                sent.append(Tone(at, sign))
            else:
                raise ValueError(f"no such key: {sign!r}")
        self._coming = sorted(self._coming + sent)
        return len(sent)

    def lose_until(self, at: float) -> int:
        """Forget the tones that have sounded by now; how many they were."""
        kept = [tone for tone in self._coming if tone.at > at]
        lost = len(self._coming) - len(kept)
        self._coming = kept
        return lost

    def next_until(self, at: float) -> Tone | None:
        """The next tone, if it sounds by then. It stays to be taken."""
        return self._coming[0] if self._coming and self._coming[0].at <= at + _ROUNDING else None

    def take(self) -> Tone:
        return self._coming.pop(0)


def counted(keys: int) -> str:
    """How many touch-tones, in words; which ones is nobody's business."""
    return "one key" if keys == 1 else f"{keys} keys"
