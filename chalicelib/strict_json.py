"""JSON that says one thing, whoever reads it."""

from __future__ import annotations

import json
from typing import Any


class NamedTwice(ValueError):
    """Python's parser would take the last of two, others take the first."""


def parsed(text: str) -> Any:
    """The value in `text`, each object with every name once, and no number that JSON does not know.

    Raises:
        ValueError: it is no such JSON; NamedTwice, if that is because of a name. The text quotes nothing.
        RecursionError: it is nested deeper than anybody means it.
    """
    return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NamedTwice("a field is there twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError("a number that JSON does not know")
