"""What the flows say, one catalogue for each language: the same keys in each, and the voice that speaks them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
LANGUAGES = ("en-GB", "nl-NL", "sv-SE")


class UnknownLanguageError(ValueError):
    """There is no catalogue for that language."""


@dataclass(frozen=True)
class Catalogue:
    """`language` is a BCP 47 tag; `speaker` and `engine` are Amazon Polly's names, as Connect writes them."""

    language: str
    speaker: str
    engine: str
    prompts: Mapping[str, str]


@cache
def catalogue(language: str) -> Catalogue:
    """Raises UnknownLanguageError."""
    if language not in LANGUAGES:
        raise UnknownLanguageError(f"no prompts in {language!r}; there are {', '.join(LANGUAGES)}")
    content = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return Catalogue(language, content["speaker"], content["engine"], content["prompts"])
