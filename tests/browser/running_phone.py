"""The phone, running beside the test in a thread of its own, on a clock that is faster than the real one."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.aws.ministack import MiniStack
from local.phone.command import serve
from local.phone.live_centre import LiveCentre
from local.phone.server import PhoneServer
from local.phone.switchboard import Switchboard
from local.tls import Certificates

SPEED = 10.0
_AT_ONCE = 20_000.0
_PATIENCE = 60.0  # seconds, on whatever machine this runs


@dataclass
class Phone:
    server: PhoneServer
    switchboard: Switchboard

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def centre(self) -> LiveCentre:
        return self.server.centre

    def ask(self, method: str, path: str, asked: object = None, **headers: str) -> tuple[int, Any]:
        """As the page does, or, with other headers, somebody else: the status, and what the JSON says."""
        port = self.server.server.port
        connection = http.client.HTTPConnection("localhost", port, timeout=_PATIENCE)
        sent = {"Host": f"localhost:{port}", "Origin": self.url, **headers}
        body = asked if isinstance(asked, bytes) else json.dumps(asked).encode() if asked is not None else None
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value})
            got = connection.getresponse()
            said = got.read()
        finally:
            connection.close()
        return got.status, json.loads(said) if said.startswith((b"{", b"[")) else said.decode("latin-1")

    def events_until(self, kind: str, **told: object) -> list[dict[str, Any]]:
        """What the newest call has told, up to such an event."""
        last, seen = 0, list[dict[str, Any]]()
        for _ in range(100):
            _, new = self.ask("GET", f"/events?after={last}")
            for event in new:
                seen.append(event)
                if event["kind"] == kind and told.items() <= event.items():
                    return seen
            last = seen[-1]["number"] if seen else 0
        raise AssertionError(f"no {kind} with {told} in {seen}")

    def beforehand(self, work: Any) -> None:
        """Have something done in the centre, in next to no time, before the phone is used."""
        done = threading.Event()
        self.centre.pace.speed = _AT_ONCE
        self.switchboard.do(lambda: work(self.centre))
        self.switchboard.do(done.set)
        assert done.wait(_PATIENCE)
        self.centre.pace.speed = SPEED

    def put_down(self) -> None:
        """Hang up whatever call goes on, and mend what is broken."""
        self.switchboard.hang_up()
        done = threading.Event()
        self.switchboard.do(done.set)
        assert done.wait(_PATIENCE)
        self.server.board.clear()


@contextmanager
def running_phone(aws: MiniStack, certificates: Certificates) -> Iterator[Phone]:
    stopped, ready, phones = threading.Event(), threading.Event(), list[Phone]()

    def told(server: PhoneServer, switchboard: Switchboard) -> None:
        phones.append(Phone(server, switchboard))
        ready.set()

    def run() -> None:
        try:
            serve(aws, certificates, stopped, told, speed=SPEED)
        finally:
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(_PATIENCE)
    try:
        yield phones[0]
    finally:
        stopped.set()
        if phones:
            phones[0].switchboard.hang_up()
        thread.join(_PATIENCE)
    assert phones[0].server.server.failures == []
