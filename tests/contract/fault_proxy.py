"""A bad network in front of MiniStack: answers get lost, requests never arrive, servers have had enough."""

from __future__ import annotations

import http.client
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit


@dataclass(frozen=True)
class AnswerLost:
    """The table does what it is asked, and nobody hears of it."""


@dataclass(frozen=True)
class RequestLost:
    """The table is never asked."""


@dataclass(frozen=True)
class AnsweredInstead:
    """The table is never asked, and somebody else answers."""

    status: int
    body: str

    @classmethod
    def error(cls, status: int, code: str) -> AnsweredInstead:
        return cls(status, f'{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"no"}}')


Fault = AnswerLost | RequestLost | AnsweredInstead


class BadNetwork(ThreadingHTTPServer):
    """Passes requests on to `target`, but for the next ones, which meet the `faults` that are in line."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.faults: deque[Fault] = deque()
        self.requests: list[str] = []
        self.on_request: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BadNetwork

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(self.headers["X-Amz-Target"].partition(".")[2])
        self.server.on_request()
        fault = self.server.faults.popleft() if self.server.faults else None
        if isinstance(fault, AnsweredInstead):
            self._answer(fault.status, fault.body.encode(), {})
            return
        if not isinstance(fault, RequestLost):
            status, answer, headers = self._pass_on(body)
            if fault is None:
                self._answer(status, answer, headers)
                return
        self.close_connection = True

    def _pass_on(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        onward = http.client.HTTPConnection(self.server.target, timeout=30)
        try:
            onward.request("POST", self.path, body, dict(self.headers))
            reply = onward.getresponse()
            return reply.status, reply.read(), {"X-Amz-Crc32": reply.headers.get("X-Amz-Crc32") or ""}
        finally:
            onward.close()

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def bad_network(target: str) -> Iterator[BadNetwork]:
    """Ready to take requests, until the end of the `with`."""
    with BadNetwork(target) as network:
        thread = Thread(target=network.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield network
        finally:
            network.shutdown()
            thread.join()
