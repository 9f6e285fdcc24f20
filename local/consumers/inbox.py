"""A consumer's side of the delivery protocol: checks who posts, knows what it has already, reads, answers."""

from __future__ import annotations

import hashlib
import hmac
import re
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from local.consumers.reading import Reader
from local.transcript import Transcript
from local.web import CloseWithoutAnswer, Request, Response, WebServer

OLDEST_SECONDS = 300
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
_SIGNED = ("Idempotency-Key", "Countersign-Consumer", "Countersign-Contact", "Countersign-Kind")
PATH = "/input"


@dataclass(frozen=True)
class Received:
    """One input that the consumer took. `digits` is what it was all for."""

    id: str
    contact: str
    kind: str
    digits: str = field(repr=False)


@dataclass
class Inbox:
    """An HTTPS server that takes posts to `/input`, signed under `secret`; none but signed ones, if there is one.

    `answers` come first, one for each post, instead of its own: a status, or None to close the connection; before that
    it takes the post, if `takes_first`. `posts` has what came, `received` what was taken.
    """

    name: str
    read: Reader
    now: Callable[[], float]
    tls: ssl.SSLContext
    secret: str = field(default="", repr=False)
    transcript: Transcript | None = None
    answers: list[int | None] = field(default_factory=list)
    takes_first: bool = False
    posts: list[Request] = field(default_factory=list)
    received: dict[str, Received] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server = WebServer(self._answer, self.tls)

    @property
    def address(self) -> str:
        return f"{self.server.url}{PATH}"

    def _answer(self, request: Request) -> Response:
        self.posts.append(request)
        if not self.answers:
            return self._told(self._taken(request))
        planned = self.answers.pop(0)
        if self.takes_first:
            self._taken(request)
        if planned is None:
            self._say("closes the connection without an answer")
            raise CloseWithoutAnswer
        return self._told(planned)

    def _told(self, status: int) -> Response:
        self._say(f"answers a post: HTTP {status}")
        return Response(status)

    def _taken(self, request: Request) -> int:
        if (request.method, request.path) != ("POST", PATH):
            return 404
        if self.secret and not self._is_genuine(request):
            return 401
        delivery = request.header("Idempotency-Key") or ""
        if delivery not in self.received:
            try:
                digits = self.read(request.body.decode("ascii"))
            except Exception:  # noqa: BLE001 (each library has its own tree; a message that does not open is just that)
                return 422
            contact, kind = request.header("Countersign-Contact") or "", request.header("Countersign-Kind") or ""
            self.received[delivery] = Received(delivery, contact, kind, digits)
        return 204

    def _is_genuine(self, request: Request) -> bool:
        found = _SIGNATURE.fullmatch(request.header("Countersign-Signature") or "")
        if not found or abs(self.now() - int(found[1])) > OLDEST_SECONDS:
            return False
        if request.header("Countersign-Consumer") != self.name:
            return False
        lines: Iterable[str] = (found[1], *(request.header(name) or "" for name in _SIGNED), request.body.decode())
        made = hmac.new(self.secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(made, found[2])

    def _say(self, what: str) -> None:
        if self.transcript:
            self.transcript.add(self.now(), "consumer", f"{self.name} {what}")
