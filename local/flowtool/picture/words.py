"""How much room words take. A picture is made without the fonts it will be seen in, so this is near, not exact."""

from __future__ import annotations

from dataclasses import dataclass

_NARROW = frozenset("ijltfrI.,:;'|!()[]- ")
_WIDE = frozenset("mwMW@%")


@dataclass(frozen=True)
class Face:
    """A way of writing: its class in the style, its size in pixels, and the height of a line of it."""

    name: str
    size: float
    line: float
    bold: bool = False


TITLE = Face("t", 13.0, 17.0, bold=True)
TYPE = Face("y", 11.0, 15.0)
NOTE = Face("n", 11.0, 15.0)
ERROR = Face("n e", 11.0, 15.0)


def width(text: str, face: Face) -> float:
    """In pixels, about as Helvetica and its likes write it."""
    ems = sum(_ems(letter) for letter in text)
    return ems * face.size * (1.06 if face.bold else 1.0)


def fitted(text: str, face: Face, widest: float) -> str:
    """The text, cut to what fits."""
    if width(text, face) <= widest:
        return text
    longest = int(widest / (0.3 * face.size))
    return next((cut for end in range(longest, 0, -1) if width(cut := text[:end] + "\u2026", face) <= widest), "\u2026")


def _ems(letter: str) -> float:
    if letter in _NARROW:
        return 0.32
    if letter in _WIDE:
        return 0.86
    return 0.68 if letter.isupper() else 0.56
