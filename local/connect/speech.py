"""What a prompt sounds like: its words, and how long they take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.connect.contact import Contact
from local.connect.references import interpolated

CHARACTERS_PER_SECOND = 14.0
_BREAK = re.compile(r"<break[^>]*\btime=[\"']([0-9.]+)(ms|s)[\"'][^>]*/?>")
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Speech:
    """`text` is what the caller hears; `written` is the same as the flow has it, its references not filled in.

    Only `written` may be shown: `text` can hold a name or a code. `pauses` are seconds of silence inside.
    """

    text: str
    written: str
    pauses: float = 0.0

    @property
    def seconds(self) -> float:
        return len(self.text) / CHARACTERS_PER_SECOND + self.pauses


SILENCE = Speech("", "")


def speech(parameters: Mapping[str, Any], contact: Contact) -> Speech:
    """The prompt in an action's parameters: `Text`, `SSML`, `PromptId` or `Media`; silence when there is none."""
    if "Text" in parameters:
        return Speech(interpolated(parameters["Text"], contact).strip(), parameters["Text"].strip())
    if "SSML" in parameters:
        markup = parameters["SSML"]
        return Speech(_words(interpolated(markup, contact)), _words(markup), _pauses(markup))
    for name in ("PromptId", "Media"):
        if name in parameters:
            return Speech("(a recorded prompt)", "(a recorded prompt)")
    return SILENCE


def _words(markup: str) -> str:
    return " ".join(_TAG.sub(" ", markup).split())


def _pauses(markup: str) -> float:
    return sum(float(time) / (1000 if unit == "ms" else 1) for time, unit in _BREAK.findall(markup))
