"""How TwiML is written: for each element its attributes, their values, and what may stand inside.

One entry of `RULES` is all there is to a verb. Codes are those of Twilio's error dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from local.twilio import verbs

SCHEMA = 12200  # anything that the schema does not know
SSML = {
    "break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w",
}  # fmt: skip
# The language of the named voices whose name does not say it: those that have been seen in use for our languages.
_VOICE_LANGUAGES = {
    "Polly.Astrid": "sv-SE", "Polly.Elin-Neural": "sv-SE", "Polly.Amy": "en-GB", "Polly.Amy-Neural": "en-GB",
    "Polly.Emma": "en-GB", "Polly.Brian": "en-GB", "Polly.Joanna": "en-US", "Polly.Lotte": "nl-NL",
    "Polly.Ruben": "nl-NL", "Polly.Laura-Neural": "nl-NL",
}  # fmt: skip


Value = object
Read = Callable[[str], Value]  # raises ValueError


@dataclass(frozen=True)
class Attribute:
    """How an attribute's value is read, and Twilio's code for one that cannot be."""

    read: Read
    code: int = SCHEMA


@dataclass(frozen=True)
class Rule:
    """How one element is written. `text` names the field that its text fills, `nests` what may stand inside."""

    make: Callable[..., object]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    text: tuple[str, Attribute] | None = None
    nests: tuple[str, ...] = ()
    nested_field: str = ""
    nesting_code: int = SCHEMA


def _matching(pattern: str) -> Read:
    def read(value: str) -> Value:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not {pattern}")
        return value

    return read


def _whole(least: int, most: int) -> Read:
    def read(value: str) -> Value:
        if not re.fullmatch(r"[0-9]+", value) or not least <= int(value) <= most:
            raise ValueError(f"{value!r} is not a whole number from {least} to {most}")
        return int(value)

    return read


def _url(value: str) -> Value:
    parts = urlsplit(value)  # raises ValueError itself for some
    if re.search(r"\s", value) or parts.scheme not in {"", "http", "https"} or bool(parts.scheme) != bool(parts.netloc):
        raise ValueError(f"{value!r} is not a URL")
    return value


def _needed_url(value: str) -> Value:
    if not value:
        raise ValueError("no URL")
    return _url(value)


def _spoken(value: str) -> Value:
    text = " ".join(value.split())
    if not text:
        raise ValueError("nothing to say")
    return text


def _events(value: str) -> Value:
    listed = tuple(value.split())
    if not listed or not set(listed) <= {"in-progress", "completed", "absent"}:
        raise ValueError(f"{value!r} is not a list of events")
    return listed


def _flag(value: str) -> Value:
    return {"true": True, "false": False}[value] if value in {"true", "false"} else _matching("true|false")(value)


_METHOD = _matching("GET|POST")
_LANGUAGE = _matching(r"[a-z]{2,3}(-[A-Za-z]{4})?-([A-Z]{2}|[0-9]{3})")
_VOICE = _matching(r"man|woman|alice|(Polly|Google)\.[A-Za-z0-9-]+")
RULES: dict[str, Rule] = {
    "Say": Rule(
        verbs.Say,
        {
            "voice": Attribute(_VOICE, 13511),
            "language": Attribute(_LANGUAGE, 13512),
            "loop": Attribute(_whole(0, 1000), 13510),
        },
        text=("text", Attribute(_spoken, 13520)),
    ),
    "Play": Rule(
        verbs.Play,
        {"loop": Attribute(_whole(0, 1000), 13410), "digits": Attribute(_matching("[0-9*#wW]+"))},
        text=("url", Attribute(_url, 11100)),
    ),
    "Pause": Rule(verbs.Pause, {"length": Attribute(_whole(1, 14400), 13910)}),
    "Gather": Rule(
        verbs.Gather,
        {
            "action": Attribute(_url, 11100),
            "method": Attribute(_METHOD, 13312),
            "timeout": Attribute(_whole(1, 3600), 13313),
            "finishOnKey": Attribute(_matching("[0-9*#]?"), 13310),
            "numDigits": Attribute(_whole(1, 1000), 13314),
            "actionOnEmptyResult": Attribute(_flag),
            "input": Attribute(_matching("dtmf|speech|dtmf speech|speech dtmf")),
            "language": Attribute(_LANGUAGE, 13512),
            "hints": Attribute(_matching("(?s).{0,6000}"), 13330),
            "speechTimeout": Attribute(_matching("auto|[1-9][0-9]*"), 13327),
            "bargeIn": Attribute(_flag),
        },
        nests=("Say", "Play", "Pause"),
        nested_field="nested",
        nesting_code=13320,
    ),
    "Record": Rule(
        verbs.Record,
        {
            "action": Attribute(_url, 11100),
            "method": Attribute(_METHOD, 13610),
            "timeout": Attribute(_whole(0, 14400), 13611),
            "maxLength": Attribute(_whole(2, 14400), 13612),
            "finishOnKey": Attribute(_matching("[0-9*#]*"), 13613),
            "transcribe": Attribute(_flag, 13614),
            "playBeep": Attribute(_flag, 13616),
            "trim": Attribute(_matching("trim-silence|do-not-trim")),
            "recordingStatusCallback": Attribute(_url, 11100),
            "recordingStatusCallbackMethod": Attribute(_METHOD, 13610),
            "recordingStatusCallbackEvent": Attribute(_events, 13621),
        },
    ),
    "Redirect": Rule(
        verbs.Redirect, {"method": Attribute(_METHOD, 13710)}, text=("url", Attribute(_needed_url, 11100))
    ),
    "Dial": Rule(
        verbs.Dial,
        {
            "action": Attribute(_url, 11100),
            "method": Attribute(_METHOD, 13210),
            "timeout": Attribute(_whole(1, 600), 13212),
            "hangupOnStar": Attribute(_flag, 13213),
            "callerId": Attribute(_matching(r"\+[1-9][0-9]{6,14}"), 13214),
            "timeLimit": Attribute(_whole(1, 86400), 13216),
            "record": Attribute(_matching("do-not-record|record-from-(answer|ringing)(-dual)?"), 13217),
            "answerOnBridge": Attribute(_flag),
        },
        nests=("Number",),
        nested_field="numbers",
        nesting_code=13215,
    ),
    "Number": Rule(
        verbs.Number,
        {"sendDigits": Attribute(_matching("[0-9*#wW]+"), 13222)},
        text=("number", Attribute(_matching(r"\+[1-9][0-9]{6,14}"), 13223)),
    ),
    "Hangup": Rule(verbs.Hangup),
    "Reject": Rule(verbs.Reject, {"reason": Attribute(_matching("rejected|busy"))}),
}
TOP = tuple(name for name in RULES if name != "Number")


def voice_language(voice: str) -> str | None:
    """The language that a voice speaks, None for one that speaks several or is not known here."""
    named = re.match(r"Google\.([a-z]{2,3}-[A-Z]{2})-", voice)
    return named[1] if named else _VOICE_LANGUAGES.get(voice)
