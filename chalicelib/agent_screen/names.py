"""What purposes and attributes are called on the screen, as the operator's file of names has it.

    {"purposes": {"report_move": {"en": "Report a move", "sv": "Flyttanmälan"}}, "attributes": {...}}

A name that stands nowhere is shown as it is: an agent can do without these names, and not without the caller.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from chalicelib import audit
from chalicelib.clock import Clock
from chalicelib.errors import Misconfigured, SecretsUnavailable
from chalicelib.held import Held, Source, damaged
from chalicelib.held import Names as Parameter

LANGUAGES = ("en", "sv", "nl")
PAUSE_SECONDS = 15.0
"""For so long SSM is not asked again after it did not answer."""

_MOST_NAMES, _LONGEST = 1_000, 200
_WHAT = "screen_names"

File = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By kind, by name, by language."""


class Kind(StrEnum):
    """What has a name."""

    PURPOSE = "purposes"
    ATTRIBUTE = "attributes"


Shown = Callable[[Kind, str], str]
"""What a kind and a name are called."""


class Names:
    """The names in the parameter `name`; without one there are none."""

    def __init__(self, name: str, source: Source, clock: Clock) -> None:
        self._name, self._clock, self._quiet_until = name, clock, float("-inf")
        self._held = Held(Parameter(name, "{}", ""), source, parsed, _WHAT, clock)

    def shown_in(self, language: str) -> Shown:
        """What is shown in one of `LANGUAGES`, or else in English, or else the name itself."""
        file = self._file()

        def shown(kind: Kind, name: str) -> str:
            called = file.get(kind, {}).get(name, {})
            return called.get(language) or called.get("en") or name

        return shown

    def _file(self) -> File:
        if not self._name or self._clock.now() < self._quiet_until:
            return {}
        try:
            return self._held.of("") or {}
        except SecretsUnavailable as trouble:
            audit.record("screen_names_unavailable", code=trouble.code)
            self._quiet_until = self._clock.now() + PAUSE_SECONDS
            return {}


def parsed(text: str, name: str) -> File:
    """The file in the parameter `name`; an empty one, and an event, for text that is no such file."""
    try:
        found = json.loads(text)
        for kind in _checked(found, set(Kind)).values():
            for called in _checked(kind).values():
                if not all(isinstance(one, str) and 0 < len(one) <= _LONGEST for one in _checked(called).values()):
                    raise ValueError("no name")
        json.dumps(found, ensure_ascii=False).encode()  # half a character (\ud83d alone) would spoil the answer
    except (ValueError, RecursionError):
        wanted = '{"purposes" or "attributes": {name: {language: text}}}'
        damaged(_WHAT, Misconfigured(f"the parameter {name} must hold {wanted} in JSON"))
        return {}
    file: File = found
    return file


def _checked(given: Any, keys: set[Kind] | None = None) -> dict[str, Any]:
    """An object of few entries, with these keys alone if any are said."""
    if not isinstance(given, dict) or len(given) > _MOST_NAMES or not (keys is None or given.keys() <= keys):
        raise ValueError("no such object")
    return given
