"""A TLS server that keeps none of the rules: it sends just the bytes that it is told to, when it is told to."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from types import TracebackType

Answer = Callable[["Peer"], None]


class Peer:
    """The connection of one client; `stopped` ends whatever the server does to it."""

    def __init__(self, connection: socket.socket, stopped: threading.Event) -> None:
        self._connection = connection
        self.stopped = stopped

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def drip(self, data: bytes, every: float = 0.02) -> None:
        """One byte after the other."""
        for byte in data:
            if self.stopped.wait(every):
                return
            self.send(bytes([byte]))

    def hang(self) -> None:
        self.stopped.wait()


class HostileServer:
    """Shakes hands, after `waits` seconds, reads a request (its head is kept in `heads`), then does `answer`.

    No context: no TLS. `finished` says that hands have been shaken.
    """

    def __init__(
        self,
        answer: Answer,
        tls: ssl.SSLContext | None,
        *,
        reads: bool = True,
        host: str = "127.0.0.1",
        waits: float = 0.0,
    ) -> None:
        self._answer, self._tls, self._reads, self._waits = answer, tls, reads, waits
        self.heads: list[bytes] = []
        self.finished = threading.Event()
        self._stopped = threading.Event()
        self._socket = socket.create_server((host, 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    def __enter__(self) -> HostileServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._stopped.wait(self._waits)
            secured = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            self.finished.set()
            with secured:
                if self._reads:
                    self.heads.append(_head(secured))
                self._answer(Peer(secured, self._stopped))


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    _leave_nothing(connection, head)
    return head


def _leave_nothing(connection: socket.socket, head: bytes) -> None:
    """Read a body too: to close a connection with something unread on it can take the answer away from the client."""
    before, _, body = head.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: ([0-9]+)", before)
    missing = int(length.group(1)) - len(body) if length else 0
    while missing > 0 and (piece := connection.recv(min(missing, 65_536))):
        missing -= len(piece)


@contextlib.contextmanager
def deaf(host: str, port: int = 0) -> Iterator[int]:
    """A port where connecting takes for ever: nobody is let in, and the queue is full."""
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.create_server((host, port), backlog=0))
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


def says(status: str, body: bytes = b"", *headers: str) -> Answer:
    """A whole answer, well formed."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]

    def answer(peer: Peer) -> None:
        peer.send("\r\n".join(lines).encode() + body)

    return answer
