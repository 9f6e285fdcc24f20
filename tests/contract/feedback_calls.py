"""A contact whose caller logged in on the web, and the website that wants to hear of it."""

from __future__ import annotations

import itertools
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib import agent_view
from chalicelib.clock import Deadline, SystemClock
from chalicelib.conditional_write import Absent, Record, Scalar, Write
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items
from chalicelib.web_login import session, telling
from chalicelib.web_login.feedback import Feedback
from chalicelib.web_login.parts import LoginParts
from chalicelib.web_login.telling import TellingParts
from local.web import Request, Response, WebServer
from tests.contract.wiring import SteppingClock

_serial = itertools.count(1)


def soon() -> Deadline:
    return Deadline.after(30, SystemClock())


class Noting(Feedback):
    """Notes what is asked, and asks nobody."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def ask(self, contact: str, type: str) -> None:  # noqa: A002 (as the real one has it)
        self.asked.append((contact, type))


@dataclass
class Website:
    """Keeps what is posted to it; `answer` may be exchanged."""

    tls: ssl.SSLContext
    answer: Callable[[], Response] = lambda: Response(200)
    posted: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = WebServer(self._take, self.tls)

    @property
    def host(self) -> str:
        return f"localhost:{self.server.port}"

    @property
    def told(self) -> list[str]:
        """Path and query of each post."""
        return [f"{one.path}?{one.query}" for one in self.posted]

    def _take(self, request: Request) -> Response:
        self.posted.append(request)
        return self.answer()


class LoggedIn:
    """A contact of its own with a login, and the function `session_feedback` where `hosts` are allowed."""

    def __init__(self, items: Items, config: Settings, clock: SteppingClock, hosts: str) -> None:
        self.items, self.clock = items, clock
        hashes = KeyedHash("contract-test-" * 3)
        self.login = LoginParts(config, clock, hashes, items, Seal(hashes, session.RESULTS))
        self.parts = TellingParts(self.login, telling.sites(hosts))
        number = next(_serial)
        self.contact, self.handle = f"33333333-cccc-4000-8000-{number:012}", f"session-{number}"

    def put(self, key: str, **fields: Scalar) -> None:
        self.items.write(key, Write(Absent("none"), fields), soon())

    def links(self, address: str | None, segment: str = "", **changes: Scalar) -> None:
        """The login's result has come, and the session is linked, in the part `segment` of the call (the first part).

        `address` is its `session_url`.
        """
        told = json.dumps({"attributes": {"fullname": "Test Testsson"}, "session_url": address})
        result = {"result": "succeeded", "sealed": self.login.seal.close(told, self.handle), "contact": self.contact}
        self.put(keys.session(self.handle), **{**result, **changes})
        self.gives_view(segment, login=self.handle)

    def gives_view(self, segment: str = "", **fields: Scalar) -> None:
        view: Any = agent_view.given_out(self.login.hashes, self.contact, segment or self.contact, self.login.now())
        self.put(keys.contact(self.contact), **view, **fields)

    def tell(self, kind: str) -> None:
        telling.tell(self.parts, {"contact": self.contact, "type": kind}, soon())

    def session(self) -> Record:
        return self.items.read(keys.session(self.handle), soon())

    def record(self) -> Record:
        return self.items.read(keys.contact(self.contact), soon())
