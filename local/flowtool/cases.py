"""Several calls in one script: each case says in what it differs from the rest of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.flowtool.fields import ScriptError


def each_case(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the whole script of each case; without cases, the document itself, as "". Raises ScriptError."""
    shared = {name: value for name, value in document.items() if name != "cases"}
    cases = document.get("cases", {"": {}})
    if not isinstance(cases, Mapping) or not cases:
        raise ScriptError("cases must be a table of cases")
    for name, differs in cases.items():
        if not isinstance(differs, Mapping):
            raise ScriptError(f"cases.{name} must be a table")
        yield name, _over(shared, differs)


def _over(shared: Mapping[str, Any], differs: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are laid over each other; anything else, a list too, takes the place of what was there."""
    merged = dict(shared)
    for name, value in differs.items():
        below = merged.get(name)
        merged[name] = _over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
