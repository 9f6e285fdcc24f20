"""What an HTTP route gets and gives, without the framework that carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """`headers` by their names in lower case; `body` as it came."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Response:
    """A whole answer; `body` is text."""

    status: int
    body: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(status: int, content: Mapping[str, Any], **headers: str) -> Response:
    """`headers` with _ for -; nobody may keep the answer."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Response(
        status,
        json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        {"Content-Type": "application/json", "Cache-Control": "no-store", **named},
    )


_REFUSALS = {400: "BadRequest", 401: "Unauthorized", 404: "NotFound", 500: "InternalServerError", 503: "Unavailable"}


def refusal(status: int) -> Response:
    """The one answer of each status, whatever the reason: ID Contact's `{"error": ...}`, without its `detail`."""
    return json_response(status, {"error": _REFUSALS[status]})
