"""Voices to call with: recordings of a few synthetic people, 8 kHz mono mu-law.

Karin, Erik, Anna and Mallory each say the phrase several times, never twice alike (`takes`); `bad` has what goes wrong
at a microphone. `make.py` made them.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
PHRASE = "Never forget tomorrow is a new day"
CALLERS = ("karin", "erik", "anna", "mallory")
BAD = ("too_quiet", "too_short", "silence", "wrong_phrase", "noise")


def takes(caller: str) -> tuple[Path, ...]:
    """The caller's takes of the phrase, in order. Raises KeyError for somebody unknown."""
    if caller not in CALLERS:
        raise KeyError(caller)
    return tuple(sorted((_HERE / caller).glob("*.wav")))


def bad(kind: str) -> Path:
    """A recording that should not do, one of `BAD`. Raises KeyError for another kind."""
    if kind not in BAD:
        raise KeyError(kind)
    return _HERE / "bad" / f"{kind}.wav"
