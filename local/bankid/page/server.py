"""Serves the page, and lets its buttons be pressed: by a browser on this machine, or by the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

from local.bankid.api import BankID
from local.bankid.app import BankIDApp
from local.bankid.order import NotNow
from local.bankid.page.phones import page, phones
from local.bankid.page.words import WORDS
from local.web import Request, Response, WebServer

BUTTONS: Mapping[str, Callable[[BankIDApp], None]] = {
    "open": BankIDApp.open,
    "confirm": BankIDApp.confirm_call,
    "decline": BankIDApp.decline_call,
    "code": BankIDApp.enter_code,
    "wrong": BankIDApp.wrong_code,
    "cancel": BankIDApp.cancel,
    "approve": BankIDApp.approve,
}
_FILES = {"/page.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8"}
_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors"
_GUARDED = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


class Page:
    """The page of `bankid` on a `server` of its own, plain HTTP on loopback. `framed_by` may show it in a frame."""

    def __init__(self, bankid: BankID, port: int = 0, framed_by: str = "'none'") -> None:
        self.server = WebServer(self._guarded, port=port)
        self._bankid = bankid
        self._policy = ("Content-Security-Policy", f"{_POLICY} {framed_by}")

    @property
    def url(self) -> str:
        return self.server.url

    def _guarded(self, request: Request) -> Response:
        response = self._respond(request)
        return replace(response, headers=(self._policy, *response.headers))

    def _respond(self, request: Request) -> Response:
        if not self._asked_from_here(request):
            return _plain(403, "Only for pages of this address.")
        if request.method == "POST":
            return self._press(request)
        return self._get(request)

    def _asked_from_here(self, request: Request) -> bool:
        """Another site's page may send a browser here, under this name or under one of its own."""
        here = {f"{name}:{self.server.port}" for name in ("localhost", "127.0.0.1")}
        origin = request.header("Origin")
        return request.header("Host") in here and (origin is None or origin.removeprefix("http://") in here)

    def _get(self, request: Request) -> Response:
        if request.path in _FILES:
            return _answer(200, _FILES[request.path], (Path(__file__).parent / request.path[1:]).read_bytes())
        written = {"/": page, "/phones": phones}.get(request.path)
        if written is None:
            return _plain(404, "There is no such page.")
        apps = [self._bankid.app_of(holder.personal_number) for holder in self._bankid.holders]
        return _answer(200, "text/html; charset=utf-8", written(apps, _language(request)).encode())

    def _press(self, request: Request) -> Response:
        button = BUTTONS.get(parse_qs(request.body.decode("ascii", "replace")).get("do", [""])[0])
        number = request.path[1:]
        if button is None or number not in {holder.personal_number for holder in self._bankid.holders}:
            return _plain(404, "There is no such person, or no such button.")
        try:
            button(self._bankid.app_of(number))
        except NotNow as reason:
            return _plain(409, f"Not now: {reason}.")
        return Response(303, (*_GUARDED, ("Location", f"/?language={_language(request)}")))


def _language(request: Request) -> str:
    """As the address says, else as the browser prefers."""
    asked = parse_qs(request.query).get("language", [""])[0]
    if asked in WORDS:
        return asked
    return "sv" if (request.header("Accept-Language") or "").lower().startswith("sv") else "en"


def _plain(status: int, text: str) -> Response:
    return _answer(status, "text/plain; charset=utf-8", f"{text}\n".encode())


def _answer(status: int, content_type: str, body: bytes) -> Response:
    return Response(status, (*_GUARDED, ("Content-Type", content_type)), body)
