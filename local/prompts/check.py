"""What is wrong with prompts: with the texts themselves, and with how flows put them together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from flows.contract import RESULT_WORDS
from flows.prompts import catalogue
from local.prompts.spoken import LANGUAGES, Prompt

LONGEST = 3_000
"""Characters that Amazon Polly speaks in one request, as Connect makes it: Polly's "Quotas", `SynthesizeSpeech`."""

ORDINARY = frozenset({"busy", "enough", "high", "locked", "low", "none", "ok", "open", "started", "unknown", "waiting"})
"""Result words that anybody says."""

INTERNAL = frozenset({"assurance", "ciphertext", "consumer", "contact", "engine", "handle", "hash", "lambda", "leg"})
INTERNAL |= {"parameter", "payload", "queue", "session", "subject", "timeout", "token", "verdict", "voiceit", "webhook"}
"""Words of ours that mean nothing to a caller, or something else. The hash key is one that callers have."""

KEYS = {
    "en-GB": ("star", "hash"),
    "sv-SE": ("stjärna", "fyrkant"),
    "nl-NL": ("sterretje", "hekje"),
}
"""What the keys * and # are called."""

_RESULTS = frozenset(word for words in RESULT_WORDS.values() for word in words) - ORDINARY
_KEPT = re.compile(r"\{\{[^{}]*\}\}|\{\w*\}|\$\.[\w.]+|%\w")
_SPOKEN_ALONE = frozenset({"$.External.given_name"})
"""What the call fills in that is a word; anything else is a code, and spoken digit by digit."""
_ONE_BY_ONE = frozenset({"digits", "characters", "spell-out"})
_TAGS = frozenset({"break", "lang", "p", "prosody", "s", "say-as", "speak", "sub"})


def wrong_texts(prompts: Iterable[Prompt]) -> Iterator[str]:
    """One line for each fault: `key, language: fault`."""
    for prompt in prompts:
        if not prompt.where:
            yield f"{prompt.key}: no flow has it"
        for language, text in prompt.texts.items():
            english = prompt.texts[LANGUAGES[0]]
            if text and _keys(text, language) != _keys(english, LANGUAGES[0]):
                yield f"{prompt.key}, {language}: other keys to press than in English"
            for fault in _faults(text, english):
                yield f"{prompt.key}, {language}: {fault}"


def _faults(text: str, english: str) -> Iterator[str]:
    if not text:
        yield "there is none"
        return
    if sorted(_KEPT.findall(text)) != sorted(_KEPT.findall(english)):
        yield "other placeholders than in English"
    if re.search("[0-9]{2}", text):
        yield "digits that are read as one number"
    if len(text) > LONGEST:
        yield f"longer than {LONGEST} characters"
    if "<" in text or "&" in text:
        yield from _wrong_markup(f"<speak>{text}</speak>")
    for word in sorted(_words(text) & (_RESULTS | INTERNAL)):
        yield f"says {word}"


def _keys(text: str, language: str) -> list[str]:
    """The keys that a text names, as they stand on a telephone."""
    named = [sign for sign, name in zip("*#", KEYS[language], strict=True) if re.search(rf"\b{name}", text)]
    return sorted([*re.findall("[0-9]", text), *named])


def _words(text: str) -> set[str]:
    """Words in small letters, those with an underscore whole; the name of the key that closes input left out."""
    return set(re.findall(r"[^\W\d]+", text.lower().replace("hash key", "")))


def _wrong_markup(ssml: str) -> Iterator[str]:
    try:
        tree = ET.fromstring(ssml)  # noqa: S314 (our own catalogues and templates)
    except ET.ParseError as error:
        yield f"no XML: {error}"
        return
    yield from (f"Polly does not know <{one.tag}>" for one in tree.iter() if one.tag not in _TAGS)
    for parent, text in _pieces(tree):
        for name in re.findall(r"\$\.[\w.]*\w", text):
            if name not in _SPOKEN_ALONE and parent.get("interpret-as") not in _ONE_BY_ONE:
                yield f"{name} is not spoken digit by digit"


def _pieces(tree: ET.Element) -> Iterator[tuple[ET.Element, str]]:
    """Each piece of text, with the element that it stands in."""
    for element in tree.iter():
        yield element, element.text or ""
        yield from ((element, one.tail or "") for one in element)


def wrong_actions(name: str, actions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with what the actions of a template say, in any language: `template, action, language: fault`."""
    for action in actions:
        given = action["Parameters"]
        for language in LANGUAGES:
            for fault in _wrong_speech(str(given.get("Text", "")), str(given.get("SSML", "")), language):
                yield f"{name}, {action['Identifier']}, {language}: {fault}"


def _wrong_speech(text: str, ssml: str, language: str) -> Iterator[str]:
    prompts = catalogue(language).prompts
    filled = re.sub(r"\{\{prompt:([\w.]+)\}\}", lambda found: prompts.get(found[1], ""), text or ssml)
    if len(filled) > LONGEST:
        yield f"longer than {LONGEST} characters"
    # Text is spoken as it is: nothing in it can be spoken digit by digit.
    yield from _wrong_markup(filled if ssml else f"<speak>{filled.replace('&', '&amp;').replace('<', '&lt;')}</speak>")
