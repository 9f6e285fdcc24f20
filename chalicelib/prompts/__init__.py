"""Everything that a caller can hear from us on a voice leg, in the languages we offer.

Connect speaks its own prompts from its flows. `CONSENT_VERSION` names the wording of the consent question; it is kept
with each answer, so change it whenever that wording changes in any language.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

CONSENT_VERSION = "2026-11"

LANGUAGES = ("en-GB", "sv-SE", "nl-NL")

VOICES: Mapping[str, str] = {
    "en-GB": "Polly.Amy-Neural",
    "en-US": "Polly.Joanna-Neural",
    "sv-SE": "Polly.Elin-Neural",
    "nl-NL": "Polly.Laura-Neural",
}
"""Twilio's name of the voice that speaks a language; languages that are not here get Twilio's own choice."""


def text(language: str, prompt: str) -> str:
    """What is said for a prompt in one of `LANGUAGES`. Raises KeyError for a prompt that no catalogue has."""
    return catalogue(language)[prompt]


def catalogue(language: str) -> Mapping[str, str]:
    """All prompts of one of `LANGUAGES`; only the language that a call needs is loaded."""
    module = import_module(f"{__name__}.{language.lower().replace('-', '_')}")
    prompts: Mapping[str, str] = module.PROMPTS
    return prompts
