"""The small HTTPS server that the stand-ins share: one function answers every request.

It listens on a free port of loopback, keeps connections alive, and answers each connection in a thread of its own. It
knows nothing of what is served, so the same server carries a recordings API and a gateway that makes Lambda events.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """What a client sent. `path` and `query` are as on the wire, undecoded; header names as the client wrote them."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client_certificate: bytes | None = None  # DER, when the server's TLS context asked for one

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


@dataclass(frozen=True)
class Response:
    """What goes back. Content-Length is added; nothing else is."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def json_response(status: int, value: object) -> Response:
    """`value` as JSON, in UTF-8."""
    return Response(status, (("Content-Type", "application/json"),), json.dumps(value).encode())


Handler = Callable[[Request], Response]


class CloseWithoutAnswer(Exception):
    """Raised by a handler: the client sees its connection close before any answer."""


class NeverAnswer(Exception):
    """Raised by a handler: the client waits, for real, until the server stops."""


class WebServer:
    """Serves `handler` on 127.0.0.1, on `port` or on a free one; over TLS when it gets a context.

    `failures` collects whatever a handler raised unexpectedly (the client sees 500). A body over `largest_body` bytes
    gets 413 without reaching the handler.
    """

    def __init__(
        self, handler: Handler, tls: ssl.SSLContext | None = None, *, largest_body: int = 10_000_000, port: int = 0
    ) -> None:
        self.handler = handler
        self.largest_body = largest_body
        self.failures: list[Exception] = []
        self.stopped = threading.Event()
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", port), backlog=128)
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    def start(self) -> Self:
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection; requests under way lose theirs."""
        if self.stopped.is_set():
            return
        self.stopped.set()
        if self._acceptor.ident:
            self._wake_acceptor()
        self._socket.close()
        with self._lock:
            under_way = list(self._connections.items())
        for _, connection in under_way:
            _shut(connection)
        for thread, _ in under_way:
            thread.join(timeout=1.0)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _wake_acceptor(self) -> None:
        # A visit wakes it on every system; shutting its socket does so only on some.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1.0):
            self._acceptor.join(timeout=5.0)

    def _accept(self) -> None:
        while True:
            connection, address = self._socket.accept()
            if self.stopped.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection, address), daemon=True)
            with self._lock:
                self._connections[thread] = connection
            thread.start()

    def _serve(self, connection: socket.socket, address: object) -> None:
        try:
            with contextlib.suppress(OSError), self._secured(connection) as secured:
                with self._lock:
                    self._connections[threading.current_thread()] = secured
                if not self.stopped.is_set():
                    _Conversation(secured, address, self)  # type: ignore[arg-type]  # it asks for nothing that is missing
        finally:
            connection.close()
            with self._lock:
                del self._connections[threading.current_thread()]

    def _secured(self, connection: socket.socket) -> socket.socket:
        # Here and not when accepting: a client that is slow to shake hands must not hold up the others.
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection


def _shut(connection: socket.socket) -> None:
    # Not the connection's own method: over TLS that takes away what the connection's thread may just be reading with.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Conversation(http.server.BaseHTTPRequestHandler):
    """One connection, request after request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    server: WebServer  # type: ignore[assignment]  # not a socketserver, and nothing of one is used

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method has the same answer; the standard library looks them up as `do_<METHOD>`."""
        if name.startswith("do_"):
            return self._respond
        raise AttributeError(name)

    def _respond(self) -> None:
        request = self._read()
        if request is None:
            return
        try:
            response = self.server.handler(request)
        except CloseWithoutAnswer:
            self.close_connection = True
            return
        except NeverAnswer:
            self.server.stopped.wait()
            self.close_connection = True
            return
        except Exception as error:  # noqa: BLE001 -- kept for whoever runs the server; the client sees a plain 500
            self.server.failures.append(error)
            response = Response(500)
        self._write(response)

    def _read(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self._refuse(411)
            return None
        if int(length) > self.server.largest_body:
            self._refuse(413)
            return None
        target = urlsplit(self.path)
        body = self.rfile.read(int(length))
        return Request(self.command, target.path, target.query, tuple(self.headers.items()), body, self._certificate())

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._write(Response(status, (("Connection", "close"),)))

    def _certificate(self) -> bytes | None:
        return self.connection.getpeercert(binary_form=True) if isinstance(self.connection, ssl.SSLSocket) else None

    def _write(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        if response.status != 204:  # RFC 9110, 8.6: no length with 204
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the standard library's signature
        """Quiet: the transcript tells what happened."""


def headers(**named: str) -> tuple[tuple[str, str], ...]:
    """`headers(content_type="text/xml")` for a Response."""
    return tuple((name.replace("_", "-").title(), value) for name, value in named.items())
