"""Fills a template: the placeholders in its strings become the ARNs, prompts and settings of one instance and language.

| placeholder | filled from |
|---|---|
| `{{language}}`, `{{speaker}}`, `{{engine}}`, `{{prompt:key}}` | the catalogue of the language |
| `{{lambda:x}}`, `{{queue:x}}`, `{{flow:x}}`, `{{module:x}}`, `{{hours:x}}` | ARNs or ids of the instance |
| `{{setting:x}}`, `{{security_key_id}}`, `{{security_key_certificate_pem}}` | what the operator chose |

A placeholder that is unknown or not filled is an error that names it: a flow is published whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flows.prompts import catalogue

_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_KINDS = frozenset({"lambda", "queue", "flow", "module", "hours", "setting", "prompt"})
_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[\w-]+(:[\w$-]+)?", re.ASCII)
_ARN_OR_ID = re.compile(r"[\w:/.-]+", re.ASCII)
# What a value of a kind looks like, and how to say so. A name from the console fills a placeholder and finds nothing.
_EXPECTED = {
    "lambda": (_FUNCTION, "the ARN of a Lambda function, arn:aws:lambda:<region>:<account>:function:<name>"),
    **dict.fromkeys(("queue", "flow", "module", "hours"), (_ARN_OR_ID, "an ARN or an id, not a display name")),
}
_SINGLE = frozenset({"language", "speaker", "engine", "security_key_id", "security_key_certificate_pem"})


class RenderError(ValueError):
    """A template cannot be rendered. Never raised directly."""


class UnknownPlaceholderError(RenderError):
    """A placeholder of no kind that the renderer knows, or braces that are no placeholder."""


class UnfilledPlaceholderError(RenderError):
    """A known placeholder for which no value, or an empty one, was given."""


class UnusableValueError(RenderError):
    """A value that cannot be what its placeholder stands for."""


def render(template: Mapping[str, Any], language: str, fillings: Mapping[str, str]) -> dict[str, Any]:
    """The flow document for one language.

    `template` is parsed JSON. `fillings` are the values by placeholder without braces: `{"lambda:voice": "arn:..."}`;
    those that the template does not ask for are passed over. Raises UnknownLanguageError, UnknownPlaceholderError,
    UnfilledPlaceholderError, naming all that are missing, and UnusableValueError.
    """
    values = {**fillings, **_spoken(language)}
    wanted = placeholders(template)
    missing = sorted(name for name in wanted if not values.get(name))
    if missing:
        raise UnfilledPlaceholderError("not filled: " + ", ".join(f"{{{{{name}}}}}" for name in missing))
    for name in sorted(wanted):
        _check_value(name, values[name])
    rendered: dict[str, Any] = _filled(template, values)
    return rendered


def placeholders(template: object) -> frozenset[str]:
    """What `template` asks for, without the braces. Raises UnknownPlaceholderError."""
    return frozenset(name for text in _texts(template) for name in _names(text))


def to_be_given(template: object) -> tuple[str, ...]:
    """As `placeholders`, in order, without what the catalogue of each language fills."""
    spoken = frozenset({"language", "speaker", "engine"})
    return tuple(sorted(name for name in placeholders(template) - spoken if not name.startswith("prompt:")))


def _check_value(name: str, value: str) -> None:
    kind, _, _ = name.partition(":")
    if kind in _EXPECTED and not _EXPECTED[kind][0].fullmatch(value):
        raise UnusableValueError(f"{name} must be {_EXPECTED[kind][1]}; it is {value!r}")


def _spoken(language: str) -> dict[str, str]:
    speech = catalogue(language)
    prompts = {f"prompt:{key}": text for key, text in speech.prompts.items()}
    return {"language": speech.language, "speaker": speech.speaker, "engine": speech.engine, **prompts}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _names(text: str) -> Iterator[str]:
    for name in _PLACEHOLDER.findall(text):
        kind, colon, rest = name.partition(":")
        if not (name in _SINGLE or (kind in _KINDS and colon and rest)):
            raise UnknownPlaceholderError(f"unknown placeholder {{{{{name}}}}}")
        yield name
    without = _PLACEHOLDER.sub("", text)
    if "{{" in without or "}}" in without:
        raise UnknownPlaceholderError(f"braces that are no placeholder: {text!r}")


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {name: _filled(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    return value
