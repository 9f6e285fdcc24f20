"""Calls to the outside over HTTPS: bounded in time and in size, and never over anything less than checked TLS.

urllib3 does the talking; it comes with the AWS SDK, so it costs no cold start. Certificates are checked against the
system's roots (or those that SSL_CERT_FILE names, as OpenSSL has it), unless a site comes with trust of its own.

A time-out of urllib3 holds for one read of a socket, so an answer that drips could last for ever, and for one address
of a host, so many dead ones add up: here each address, each read and each write gets its share of what is left of the
deadline, and no more. How long a look-up of a host's name takes is the resolver's own affair.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family, create_connection

from chalicelib.clock import Deadline
from chalicelib.errors import NoAnswer

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

LARGEST_BODY = 64 * 1024
_SHORTEST_SECONDS = 0.05
_CONNECT_SECONDS = 1.0
"""At most, for each address of a host, and never more than half of what is left: the next one gets its turn too."""

_deadline: ContextVar[Deadline] = ContextVar("deadline")
_send_by: ContextVar[Deadline] = ContextVar("send_by")


@dataclass(frozen=True)
class Reply:
    """Status and whole body of an answer; `location` is where a redirection points, "" without one."""

    status: int
    body: bytes
    location: str = ""

    def json(self) -> Any:
        """The body as JSON; None when it is none, or is nested deeper than anybody means it."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class _Socket(ssl.SSLSocket):
    """Reads and writes as long as the deadline of the request allows."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(_seconds_left())
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        self.settimeout(_seconds_left(_send_by.get()))
        return super().send(data, flags)


class _Connection(HTTPSConnection):
    """Tries the addresses of its host one after the other, as long as the deadline of the request allows."""

    @property
    def is_connected(self) -> bool:
        """Also where the server has sent nothing but tickets for a later session, which TLS 1.3 does unasked."""
        return super().is_connected or (self.sock is not None and _says_nothing(self.sock))

    def _new_conn(self) -> socket.socket:
        try:
            return self._first_to_answer()
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no address answered in time") from error
        except (OSError, UnicodeError) as error:  # the latter from a name that cannot be one
            raise NewConnectionError(self, f"no address took the connection: {error}") from error

    def _first_to_answer(self) -> socket.socket:
        trouble = OSError("the host has no address")
        for *_, address in socket.getaddrinfo(self.host, self.port, allowed_gai_family(), socket.SOCK_STREAM):
            seconds = min(_CONNECT_SECONDS, _seconds_left() / 2)
            try:
                return create_connection((str(address[0]), self.port), seconds, socket_options=self.socket_options)
            except OSError as error:
                trouble = error
        raise trouble


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection

    def open_ahead(self) -> None:
        connection = self._get_conn()
        try:
            if connection.is_closed:
                connection.connect()
        except BaseException:
            connection.close()
            raise
        finally:
            self._put_conn(connection)


def _says_nothing(connection: socket.socket) -> bool:
    connection.settimeout(0.0)
    try:
        connection.recv(1)
    except ssl.SSLWantReadError:
        return True
    except OSError:
        pass
    return False


def _seconds_left(deadline: Deadline | None = None) -> float:
    left = (deadline or _deadline.get()).remaining()
    if not left:
        raise TimeoutError
    return left


class Site:
    """One outside service: its base URL, its credentials, and a pool of connections that is kept between calls.

    `tls` holds the roots to trust and, where the service asks for one, our certificate; without it the system's roots
    are trusted. It must check certificates and host names.
    """

    def __init__(self, base_url: str, user: str = "", password: str = "", tls: ssl.SSLContext | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": _basic(user, password)} if user else {}
        context = tls or ssl.create_default_context()
        if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
            raise ValueError("TLS that does not check whom it talks to")
        context.sslsocket_class = _Socket
        self._pool = urllib3.PoolManager(ssl_context=context, retries=False)
        self._pool.pool_classes_by_scheme = {"https": _Pool}

    def connect(self, deadline: Deadline) -> None:
        """See that there is an open connection, so that the next request is sent at once.

        Raises:
            NoAnswer: none before the deadline.
        """
        _deadline.set(deadline)
        try:
            pool = self._pool.connection_from_url(self._base_url)
            assert isinstance(pool, _Pool), "a site has only such"
            pool.open_ahead()
        except ssl.SSLError as error:
            raise _no_answer(urllib3.exceptions.SSLError(error), sent=False) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _no_answer(error, sent=False) from None

    def request(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        fields: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        largest_body: int = LARGEST_BODY,
        send_by: Deadline | None = None,
    ) -> Reply:
        """One request, sent once. `fields` go as a form, multipart where a field is a file; `body` goes as it is.

        What cannot be sent by `send_by`, because connecting took so long, is not sent any more.

        Redirections are not followed: credentials must not travel, so whoever expects one decides what to do.

        Raises:
            NoAnswer: none before the deadline, no connection, a broken or an over-long answer.
        """
        seconds = deadline.remaining()
        if seconds < _SHORTEST_SECONDS:
            raise NoAnswer("no time was left for an outside call", sent=False)
        _deadline.set(deadline)
        _send_by.set(send_by or deadline)
        try:
            response = self._pool.request(
                method,
                self._base_url + path,
                **({"fields": fields} if body is None else {"body": body}),
                headers={**self._headers, **(headers or {})},
                timeout=urllib3.Timeout(total=seconds),
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            return Reply(response.status, _read(response, largest_body), response.headers.get("Location", ""))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            connecting = isinstance(error, (NewConnectionError, ConnectTimeoutError))
            raise _no_answer(error, sent=not connecting) from None


def _no_answer(error: Exception, *, sent: bool) -> NoAnswer:
    """Without urllib3's own words, which have addresses in them."""
    cause = error.args[0] if isinstance(error, urllib3.exceptions.SSLError) and error.args else None
    return NoAnswer(
        f"an outside call failed ({type(error).__name__})",
        sent=sent,
        tls=str(cause.reason or "") if isinstance(cause, ssl.SSLError) else "",
    )


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _read(response: urllib3.BaseHTTPResponse, largest: int) -> bytes:
    """The whole body; a connection goes back to the pool only when nothing is left on it."""
    body = b""
    try:
        for piece in response.stream(LARGEST_BODY):
            body += piece
            if len(body) > largest:
                raise NoAnswer(f"an outside answer is larger than {largest} bytes")
    except BaseException:
        response.close()
        raise
    response.release_conn()
    return body
