"""Serves the page and takes what is done there: from a browser on this machine, and from this page alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local import callers, wav
from local.centre import (
    BANKID_NUMBER,
    CONNECT_NUMBER,
    ORGANISATION,
    PAYMENT_NUMBER,
    TWILIO_NUMBER,
    WEB_LOGIN_NUMBER,
)
from local.phone.faults import SWITCHES, Board
from local.phone.live_centre import LiveCentre
from local.phone.switchboard import Busy, Switchboard
from local.phone.website import PURPOSES, VISITORS, NoVisit, Website
from local.web import Request, Response, WebServer, json_response
from local.web_login import CoreFailed

NUMBERS: Mapping[str, str] = {
    CONNECT_NUMBER: "by voice",
    BANKID_NUMBER: "with BankID",
    WEB_LOGIN_NUMBER: "with a code from the website",
    PAYMENT_NUMBER: "a card number, typed in confidence",
}
OWN_NUMBER, OTHERS_NUMBER = "+46701740606", "+46701740605"
"""From the numbers that the Swedish regulator keeps for fiction."""

_CALLER_ID = re.compile(r"\+[1-9][0-9]{6,14}")
_KEYS = re.compile(r"[0-9*#]{1,40}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_LARGEST = 2_000_000
_PAGE = Path(__file__).parent / "page"
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_SCRIPTS = ("phone", "call", "asking", "microphone", "recorder", "besides")
_FILES: Mapping[str, tuple[str, str]] = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/style.css": ("style.css", _STYLE),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    **{f"/{name}.js": (f"{name}.js", _SCRIPT) for name in _SCRIPTS},
}

Act = Callable[[dict[str, Any]], object]


class Wrong(Exception):
    """What was asked for cannot be; the text is for whoever asked."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(told)
        self.status = status


class PhoneServer:
    """Plain HTTP on loopback: its name is `localhost` and nothing else, so no other site's name can lead here.

    `board` is what goes wrong in the `centre`.
    """

    def __init__(self, centre: LiveCentre, switchboard: Switchboard, server: WebServer) -> None:
        self.centre = centre
        self._switchboard = switchboard
        self.board = Board(centre)
        self._website = Website(centre)
        self._spoken: dict[str, int] = {}
        self._acts: Mapping[str, Act] = {
            "/dial": self._dial,
            "/keys": self._keys,
            "/hang-up": lambda asked: self._switchboard.hang_up(),
            "/speaking": lambda asked: self._handset().begin_to_speak(),
            "/voice": self._voice,
            "/fault": self._fault,
            "/website": self._come,
            "/login": self._log_in,
        }
        self.server = server
        server.handler = self._respond
        server.largest_body = _LARGEST

    @property
    def url(self) -> str:
        return self.server.url

    # --- who asks -------------------------------------------------------------------------------------------------

    def _respond(self, request: Request) -> Response:
        if request.header("Host") != self.url.removeprefix("http://"):
            return self._plain(403, f"This page is at {self.url}/ and under no other name.")
        if request.method == "POST":
            return self._act(request)
        return self._get(request)

    def _get(self, request: Request) -> Response:
        if request.path in _FILES:
            name, content_type = _FILES[request.path]
            return self._answer(200, content_type, (_PAGE / name).read_bytes())
        if request.path == "/events":
            after = parse_qs(request.query).get("after", ["0"])[0]
            new = self.centre.feed.since(int(after) if _NUMBER.fullmatch(after) else 0, self.server.stopped.is_set)
            return self._json(200, new)
        if request.path == "/settings":
            return self._json(200, self._settings())
        caller = re.fullmatch(r"/takes/([a-z_]+)/([0-9]{1,3})", request.path)
        if caller and caller[1] in (*callers.CALLERS, *callers.BAD):
            takes = _takes(caller[1])
            return self._answer(200, "audio/wav", wav.linear(wav.read(takes[int(caller[2]) % len(takes)].read_bytes())))
        return self._plain(404, "There is no such page.")

    def _act(self, request: Request) -> Response:
        """Only for this page: another one's browser says where it comes from."""
        if request.header("Origin") != self.url:
            return self._plain(403, "Only for the page of this address.")
        try:
            if request.path == "/recording":
                self._recording(request.body)
                return self._json(200, {})
            act, asked = self._acts.get(request.path), json.loads(request.body or b"{}")
            if act is None or not isinstance(asked, dict):
                raise Wrong(404, "There is no such thing to do.")
            return self._json(200, act(asked) or {})
        except Wrong as wrong:
            return self._json(wrong.status, {"sorry": str(wrong)})
        except ValueError:
            return self._json(400, {"sorry": "That could not be read."})

    # --- what is done ---------------------------------------------------------------------------------------------

    def _dial(self, asked: dict[str, Any]) -> None:
        number, caller_id = asked.get("number"), asked.get("caller_id") or None
        if number not in (*NUMBERS, TWILIO_NUMBER):
            raise Wrong(404, "Nobody has that number here.")
        if caller_id is not None and not _CALLER_ID.fullmatch(str(caller_id)):
            raise Wrong(400, "A caller id begins with + and a country's code, and has digits alone.")
        digits = self._code() if asked.get("types_code") else ""
        try:
            self._switchboard.dial(str(number), caller_id, digits)
        except Busy:
            raise Wrong(409, "You are on the phone already. Hang up first.") from None

    def _code(self) -> str:
        try:
            return self._website.dialled
        except NoVisit:
            raise Wrong(409, "The website has shown no code yet.") from None

    def _handset(self) -> Any:
        handset = self._switchboard.handset
        if handset is None:
            raise Wrong(409, "Nobody is on the phone.")
        return handset

    def _keys(self, asked: dict[str, Any]) -> None:
        keys = str(asked.get("keys"))
        if not _KEYS.fullmatch(keys):
            raise Wrong(400, "A telephone has the keys 0 to 9, * and #.")
        self._handset().press(keys)

    def _voice(self, asked: dict[str, Any]) -> dict[str, object]:
        """A shipped caller says the next of their takes, and after the last one the first again."""
        name = str(asked.get("caller"))
        if name not in (*callers.CALLERS, *callers.BAD):
            raise Wrong(404, "There is no such caller.")
        take = self._spoken[name] = self._spoken.get(name, -1) + 1
        takes = _takes(name)
        self._handset().play(takes[take % len(takes)])
        return {"take": take % len(takes)}

    def _recording(self, sound: bytes) -> None:
        """From the microphone: kept until the call is over, in a folder that goes with it."""
        self._handset().speak(sound)

    def _fault(self, asked: dict[str, Any]) -> None:
        name = str(asked.get("name"))
        if name not in SWITCHES:
            raise Wrong(404, "There is no such fault.")
        self.board.turn(name, bool(asked.get("on")))

    def _come(self, asked: dict[str, Any]) -> dict[str, str]:
        purpose = str(asked.get("purpose"))
        if purpose not in PURPOSES:
            raise Wrong(404, "There is no such purpose.")
        try:
            shown = self._website.come(purpose)
        except CoreFailed as failed:
            raise Wrong(502, f"The website sees an error: {failed}.") from None
        return {"number": shown.number, "code": shown.code}

    def _log_in(self, asked: dict[str, Any]) -> dict[str, int]:
        name = asked.get("person")
        if name is not None and str(name) not in VISITORS:
            raise Wrong(404, "There is no such visitor.")
        try:
            return {"status": self._website.fail() if name is None else self._website.log_in(name)}
        except NoVisit:
            raise Wrong(409, "Nobody has come to the website yet.") from None

    # --- what is told ---------------------------------------------------------------------------------------------

    def _settings(self) -> dict[str, object]:
        centre = self.centre
        return {
            "organisation": ORGANISATION,
            "language": centre.language,
            "numbers": NUMBERS,
            "own": OWN_NUMBER,
            "others": OTHERS_NUMBER,
            "web_login_number": WEB_LOGIN_NUMBER,
            "phrase": callers.PHRASE,
            "callers": {name: name.capitalize() for name in callers.CALLERS}
            | {name: name.replace("_", " ") for name in callers.BAD},
            "faults": [
                {"name": name, "told": switch.told, "on": name in self.board.on} for name, switch in SWITCHES.items()
            ],
            "visitors": {name: visitor.attributes["fullname"] for name, visitor in VISITORS.items()},
            "purposes": PURPOSES,
            "phones": f"{centre.phones.url}/?language={'sv' if centre.language.startswith('sv') else 'en'}",
            "workspace": f"{centre.workspace.origin}/",
            "busy": self._switchboard.handset is not None,
        }

    def _json(self, status: int, value: object) -> Response:
        plain = json_response(status, value)
        return Response(status, (*self._guarded(), *plain.headers), plain.body)

    def _plain(self, status: int, text: str) -> Response:
        return self._answer(status, "text/plain; charset=utf-8", f"{text}\n".encode())

    def _answer(self, status: int, content_type: str, body: bytes) -> Response:
        return Response(status, (*self._guarded(), ("Content-Type", content_type)), body)

    def _guarded(self) -> tuple[tuple[str, str], ...]:
        frames = f"{self.centre.phones.url} {self.centre.workspace.origin}"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
            f"media-src 'self'; frame-src {frames}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return (
            ("Content-Security-Policy", policy),
            ("Permissions-Policy", "microphone=(self), camera=(), geolocation=()"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        )


def _takes(name: str) -> tuple[Path, ...]:
    return callers.takes(name) if name in callers.CALLERS else (callers.bad(name),)
