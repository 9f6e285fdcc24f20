"""What is fuzzed, and what must hold of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


class Broken(Exception):
    """A promise was not kept. The text holds nothing of a key."""


@dataclass(frozen=True)
class Target:
    """`check` returns what came of an input, in one of few words, or raises for one that shows a fault: Broken, or
    whatever escaped from the product. `longest` is in bytes, of an input; `share` is the target's part of the time.
    """

    check: Callable[[bytes], str]
    seeds: Iterable[bytes]
    longest: int
    share: float


def must(kept: bool, promise: str) -> None:
    if not kept:
        raise Broken(promise)
