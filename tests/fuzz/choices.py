"""Bytes as a row of choices: whatever they are, they mean something, so that no mutation of them is wasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Choices:
    """Reads `data` from its beginning. When it is used up, every number is 0 and every run of bytes is empty."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, below: int) -> int:
        """A whole number from 0."""
        return int.from_bytes(self._take(-(-(below - 1).bit_length() // 8))) % below

    def one_of(self, things: Sequence[_T]) -> _T:
        return things[self.number(len(things))]

    def some_bytes(self, longest: int) -> bytes:
        return self._take(self.number(longest + 1))

    def rest(self) -> bytes:
        return self._take(len(self._data))

    def patch(self) -> Callable[[bytes], bytes]:
        """Overwrites a few bytes of a part, cuts some off and puts some behind; all of it is chosen now."""
        places = [(self.number(65_536), self.number(256)) for _ in range(self.number(4))]
        cut, behind = self.number(4), self.some_bytes(3)

        def patched(part: bytes) -> bytes:
            changed = bytearray(part)
            for at, value in places if changed else ():
                changed[at % len(changed)] = value
            return bytes(changed[: max(0, len(changed) - cut)]) + behind

        return patched

    def _take(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        self._at += len(taken)
        return taken
