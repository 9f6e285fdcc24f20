"""The login's `session_url`: where it wants to hear that somebody is still there, and that they have gone."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from local.transcript import Transcript
from local.web import Request, Response, WebServer

_PATH = "/session/"
_TYPES = frozenset({"user_active", "logout"})


@dataclass(frozen=True)
class Told:
    """What a session's address heard, at virtual seconds since the epoch."""

    at: float
    session: str
    type: str


@dataclass
class SessionPages:
    """An HTTPS server that starts when the first address is asked for. `answers` come first, instead of its own."""

    now: Callable[[], float]
    tls: ssl.SSLContext
    transcript: Transcript
    told: list[Told] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    _started: bool = False

    def __post_init__(self) -> None:
        self.server = WebServer(self._answer, self.tls)

    @property
    def host(self) -> str:
        """With the port."""
        return self.server.url.removeprefix("https://")

    def address(self, session: str, query: str = "") -> str:
        """The `session_url` of a session; it may have a query of its own."""
        if not self._started:
            self.server.start()
            self._started = True
        return f"{self.server.url}{_PATH}{session}{query}"

    def _answer(self, request: Request) -> Response:
        [kind] = parse_qs(request.query).get("type", [""])
        if request.method != "POST" or request.body or kind not in _TYPES or not request.path.startswith(_PATH):
            return Response(400)
        self.told.append(Told(self.now(), request.path.removeprefix(_PATH), kind))
        self.transcript.add(self.now(), "login", f"is told {kind}")
        return Response(self.answers.pop(0) if self.answers else 200)
