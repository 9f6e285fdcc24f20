"""What was typed never shows, wherever it has got to."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_DIGITS = re.compile(r"[0-9]{2,}")
_TOO_LONG_FOR_CHANCE = 4


@dataclass(frozen=True)
class Mask:
    """`typed` are runs of keys. A single digit is a choice in a menu, and shows."""

    typed: Collection[str]

    def __call__(self, text: str) -> str:
        """`text` with every run of digits that was typed, or is part or whole of one, replaced by its length."""
        return _DIGITS.sub(lambda found: f"({len(found[0])} digits)" if self._was_typed(found[0]) else found[0], text)

    def _was_typed(self, digits: str) -> bool:
        # Pauses, stars and terminators may stand between digits that arrive as one number.
        runs = [re.sub(r"[^0-9]", "", keys) for keys in (*self.typed, "".join(self.typed))]
        return any(digits in run or (len(run) >= _TOO_LONG_FOR_CHANCE and run in digits) for run in runs)
