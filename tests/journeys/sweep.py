"""Looks for what callers typed, and what logins told of them, in everything that comes out of a centre.

Every journey is played on a `SweptStage`, so whatever a person types in one is looked for without being named anywhere,
in clear and in simple disguises. At most the last four digits of it may be seen. What a login tells of a person, their
name for one, is for the agent's view alone; and the handle that opens it is for a flow and its contact's attributes.
Every event in the log has the fields that docs/audit.schema.json gives it, and no others.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote

from local.centre import Centre, Hosted
from local.connect.functions import Function
from local.demo.stage import Stage
from tests.journeys import log_schema
from tests.journeys.table import content

SHOWN = 4
"""That many of the last digits may be seen, and shorter input cannot be told from other numbers."""

LONG = 8
"""From that many digits on, a coincidence is out of the question, also inside other text."""

# Ids, tokens and ciphertext: by chance they hold any five digits. What is longer is looked for in them too.
_OPAQUE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[A-Za-z_-])[0-9A-Za-z+/_=-]{20,}")
_BETWEEN = r"[^0-9A-Za-z]{0,4}"


class TypedDigitsLeaked(Exception):
    """Names the outputs, and in which form; never the digits, since this too is an output."""


class SomethingPersonalLeaked(Exception):
    """What a login told, or a handle: names the outputs, and never what stands there."""


@dataclass
class SweptCentre(Centre):
    """Keeps what the functions that others invoke answer and raise."""

    answers: list[str] = field(default_factory=list)

    def host(self) -> Hosted:
        hosted = super().host()
        return replace(
            hosted,
            voice=self._kept(hosted.voice),
            secure_input=self._kept(hosted.secure_input),
            web_login=self._kept(hosted.web_login),
            assurance=self._kept(hosted.assurance),
            contact_ended=self._kept(hosted.contact_ended),
            session_feedback=self._kept(hosted.session_feedback),
        )

    def _kept(self, function: Function) -> Function:
        def kept(event: dict[str, Any]) -> object:
            try:
                answer = function(event)
            except Exception as error:
                self.answers.append("".join(traceback.format_exception(error)))
                raise
            self.answers.append(repr(answer))
            return answer

        return kept


@dataclass
class SweptStage(Stage):
    """A stage whose centres are swept when they close."""

    @contextmanager
    def centre(self, settings: Mapping[str, str] | None = None, *, language: str = "en-GB") -> Iterator[Centre]:
        with super().centre(settings, language=language) as centre:
            yield centre
            sweep(centre)


def sweep(centre: Centre) -> None:
    """Raises TypedDigitsLeaked, SomethingPersonalLeaked or UnknownEvent."""
    told = outputs(centre)
    found = {
        f"{where}: {form}"
        for where, text in told.items()
        for person in centre.people
        for keys in person.typed
        for form in leaks(keys, text)
    }
    if found:
        raise TypedDigitsLeaked(", ".join(sorted(found)))
    personal = {value for visitor in centre.core.login.people for value in visitor.attributes.values()}
    handles = {run.attributes.get("auth_view", "none") for run in centre.connect.runs} - {"none"}
    where = {f"{name}: told by a login" for name, text in told.items() if _holds(text, personal)}
    where |= {f"{name}: a handle" for name, text in told.items() if name not in _FOR_HANDLES and _holds(text, handles)}
    if where:
        raise SomethingPersonalLeaked(", ".join(sorted(where)))
    log_schema.check(centre.log.lines)


_FOR_HANDLES = frozenset({"answers", "attributes", "screens"})
"""A flow is given a handle, sets it as an attribute, and whoever sees the contact in Connect sees it."""


def _holds(text: str, words: Iterable[str]) -> bool:
    seen = text.lower()
    return any(form.lower() in seen for word in words for form in _written(word))


@cache
def _written(word: str) -> tuple[str, ...]:
    """A word as it is, and as JSON, URLs, hexadecimal digits and base64 have it."""
    raw = word.encode()
    coded = [base64.b64encode(bytes(start) + raw).decode().rstrip("=") for start in range(3)]
    inner = [whole[(0, 2, 3)[start] : len(whole) - 1] for start, whole in enumerate(coded)]
    return (word, json.dumps(word)[1:-1], quote(word), raw.hex(), *inner)


def outputs(centre: Centre) -> dict[str, str]:
    """Everything that leaves the product and is kept or read by others, as text."""
    runs, consumers = centre.connect.runs, (centre.consumers.payments, centre.consumers.archive)
    return {
        "log": "\n".join(centre.log.lines),
        "answers": "\n".join(getattr(centre, "answers", ())),
        "screens": repr([agent.screens for agent in centre.agents.values()]),
        "attributes": repr([run.attributes for run in runs]),
        "traces": repr([(run.trace, run.defect) for run in runs]),
        "flow log": "\n".join(line for run in runs for line in run.flow_log),
        "transcript": "\n".join(line.what for line in centre.transcript.lines),
        "requests to the table": "\n".join(centre.tap.bodies),
        "table": repr(content(centre)),
        "posts to consumers": repr([(post.headers, post.body) for one in consumers for post in one.posts]),
        "answers of the API": "\n".join(_answered(centre)),
        "webhooks": "\n".join(f"{request.url}\n{request.answer.decode()}" for request in centre.line.requests),
    }


def _answered(centre: Centre) -> Iterator[str]:
    """Headers and bodies of every HTTP answer but two: an agent's view, and the code to the core, who shows it."""
    for answer in centre.core.login.posts.answers:
        yield repr(answer.headers) + answer.body.decode()
    for answer in (*centre.core.posts.answers, *centre.posts.answers):
        yield repr(answer.headers) + ("" if answer.status == 200 else answer.body.decode())


def leaks(keys: str, text: str) -> list[str]:
    """In which forms the digits of `keys` stand in `text`: whole, or more of their end than may be seen."""
    digits = "".join(re.findall("[0-9]", keys))
    if len(digits) <= SHOWN:
        return []
    told, loose = text.lower(), _OPAQUE.sub(" ", text)
    return sorted({form for form, pattern, short in _patterns(digits) if pattern.search(loose if short else told)})


@cache
def _patterns(digits: str) -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    """Form, pattern, and whether it is too short to be looked for in opaque words."""
    found = []
    for length in range(SHOWN + 1, len(digits) + 1):
        end = digits[-length:]
        name = "whole" if length == len(digits) else f"last {length}"
        short = length < LONG
        for form, one in ((name, end), (f"{name} reversed", end[::-1])):
            found.append((form, re.compile(rf"(?<![0-9]){one}(?![0-9])" if short else one), short))
        if not short:
            found += [(f"{name} {form}", re.compile(pattern), False) for form, pattern in _disguises(end)]
    return tuple(found)


def _disguises(digits: str) -> Iterable[tuple[str, str]]:
    """Patterns over text in small letters; base64 as it comes out at each of the three places in a group."""
    raw = digits.encode()
    yield "spaced", _BETWEEN.join(digits)
    yield "reversed and spaced", _BETWEEN.join(digits[::-1])
    yield "in hex", raw.hex()
    yield "url-encoded", "".join(f"%{byte:02x}" for byte in raw)
    if not digits.startswith("0"):
        yield "as a hex number", f"(?<![0-9a-f]){int(digits):x}(?![0-9a-f])"
    for start in range(3):
        # The first and last letters also depend on the neighbours.
        whole = base64.b64encode(bytes(start) + raw).decode().rstrip("=").lower()
        yield "in base64", re.escape(whole[(0, 2, 3)[start] : len(whole) - (1 if (start + len(raw)) % 3 else 0)])
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, raw, usedforsecurity=False).digest()
        yield f"as {name}", digest.hex()
        yield f"as {name}", re.escape(base64.urlsafe_b64encode(digest).decode().rstrip("=").lower())
        yield f"as {name}", re.escape(base64.b64encode(digest).decode().rstrip("=").lower())
