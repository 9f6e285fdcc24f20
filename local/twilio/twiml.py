"""A strict reader of TwiML: what Twilio would only warn about is an error here too.

Twilio's recovery from a warning is not specified, so a document that needs it is broken. Each error carries the code of
Twilio's error dictionary and the place in the document.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from local.twilio import verbs
from local.twilio.grammar import RULES, SCHEMA, SSML, TOP, Attribute, Rule, Value, voice_language
from local.twilio.verbs import Verb

_LARGEST = 64 * 1024
_LONGEST_SAY = 4096


class TwimlError(Exception):
    """A document that Twilio refuses or warns about: `code` of its dictionary, `place` such as `Gather/Say@loop`."""

    def __init__(self, code: int, place: str, why: str) -> None:
        super().__init__(f"{code} at {place}: {why}")
        self.code = code
        self.place = place


def parse(body: bytes) -> tuple[Verb, ...]:
    """The verbs of a document, in order. Raises TwimlError."""
    if len(body) > _LARGEST:
        raise TwimlError(11750, "body", f"{len(body)} bytes")
    if not body.strip():
        raise TwimlError(11770, "body", "empty")
    try:
        root = ET.fromstring(body)  # noqa: S314 -- the product's own answer, on the laptop
    except ET.ParseError as error:
        raise TwimlError(12100, "body", str(error)) from error
    if root.tag != "Response":
        raise TwimlError(12102, root.tag, "the root is not <Response>")
    if root.attrib:
        raise TwimlError(SCHEMA, "Response", "has no attributes")
    _no_loose_text(root, "Response")
    found = tuple(_element(child, child.tag, TOP, SCHEMA) for child in root)
    if any(isinstance(verb, verbs.Reject) for verb in found[1:]):
        raise TwimlError(SCHEMA, "Reject", "only as the first verb")
    return found  # type: ignore[return-value]  # the rules of TOP make nothing but verbs


def _element(element: ET.Element, place: str, allowed: tuple[str, ...], nesting_code: int) -> object:
    if element.tag not in allowed:
        raise TwimlError(nesting_code if element.tag in RULES else SCHEMA, place, "does not belong here")
    rule = RULES[element.tag]
    values = {_python_name(name): _attribute(rule, name, text, place) for name, text in element.attrib.items()}
    if rule.text:
        name, text = rule.text
        values[name] = _read(text, _text(element, place), place)
    else:
        _no_loose_text(element, place)
        nested = tuple(_element(child, f"{place}/{child.tag}", rule.nests, rule.nesting_code) for child in element)
        values |= {rule.nested_field: nested} if nested else {}
    made = rule.make(**values)
    _check(made, place)
    return made


def _attribute(rule: Rule, name: str, text: str, place: str) -> Value:
    if name not in rule.attributes:
        raise TwimlError(SCHEMA, f"{place}@{name}", "unknown attribute")
    return _read(rule.attributes[name], text, f"{place}@{name}")


def _read(attribute: Attribute, text: str, place: str) -> Value:
    try:
        return attribute.read(text)
    except ValueError as error:
        raise TwimlError(attribute.code, place, str(error)) from error


def _text(element: ET.Element, place: str) -> str:
    """The text, of a Say also what its SSML elements hold."""
    for inside in element.iter():
        if inside is not element and (element.tag != "Say" or inside.tag not in SSML):
            raise TwimlError(SCHEMA, f"{place}/{inside.tag}", "does not belong here")
    return "".join(element.itertext()).strip()


def _no_loose_text(element: ET.Element, place: str) -> None:
    pieces = [element.text, *(child.tail for child in element)]
    if any(piece and piece.strip() for piece in pieces):
        raise TwimlError(SCHEMA, place, "text between elements")


def _check(made: object, place: str) -> None:
    """The rules that no single attribute shows."""
    match made:
        case verbs.Say(text=text) if len(text) > _LONGEST_SAY:
            raise TwimlError(13521, place, f"{len(text)} characters")
        case verbs.Say(voice=voice, language=str(language)) if voice_language(voice) not in {None, language}:
            raise TwimlError(13512, place, f"{voice} does not speak {language}")
        case verbs.Play(url="", digits=""):
            raise TwimlError(11100, place, "nothing to play")
        case verbs.Dial(numbers=numbers) if not 1 <= len(numbers) <= 10:
            raise TwimlError(13223, place, f"{len(numbers)} numbers")
        case _:
            pass


def _python_name(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)
