"""Every prompt of the flows that ship, and of the voice leg, with where it is heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import prompts as leg
from flows import prompts as flow
from flows import templates
from flows.render import placeholders

LANGUAGES = leg.LANGUAGES
LEG = "voice leg"
_SHOWN = "ShowView"


@dataclass(frozen=True)
class Prompt:
    """`texts` by language, "" where there is none. `where`: templates, or `LEG`; `shown`: an agent reads it instead."""

    key: str
    texts: Mapping[str, str]
    where: tuple[str, ...]
    shown: bool = False


def every() -> list[Prompt]:
    """Those of the flows, then those of the leg, each in the order of the English catalogue."""
    return [*_of_flows(), *(Prompt(key, texts, (LEG,)) for key, texts in _side_by_side(leg.catalogue).items())]


def _of_flows() -> Iterator[Prompt]:
    used = {name: templates.load(name)["Actions"] for name in templates.NAMES}
    for key, texts in _side_by_side(lambda language: flow.catalogue(language).prompts).items():
        actions = [(name, one) for name, found in used.items() for one in found if f"prompt:{key}" in placeholders(one)]
        shown = bool(actions) and all(one["Type"] == _SHOWN for _, one in actions)
        yield Prompt(key, texts, tuple(dict.fromkeys(name for name, _ in actions)), shown)


def _side_by_side(catalogue: Any) -> Mapping[str, Mapping[str, str]]:
    found = {language: catalogue(language) for language in LANGUAGES}
    keys = dict.fromkeys(key for texts in found.values() for key in texts)
    return {key: {language: texts.get(key, "") for language, texts in found.items()} for key in keys}
