from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest

from chalicelib.clock import Deadline, SystemClock
from chalicelib.errors import Unavailable
from chalicelib.outbound import LARGEST_BODY, Reply, Site
from local import tls
from local.tls import Certificates
from tests.contract.hostile import Answer, HostileServer, Peer, deaf, says

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
# What a machine under full load may add to a deadline.
SLACK = 1.5


def soon(seconds: float = 10.0) -> Deadline:
    return Deadline.after(seconds, SystemClock())


def served(answer: Answer, certificates: Certificates) -> HostileServer:
    return HostileServer(answer, certificates.server_context())


def test_an_answer_comes_back_whole(certificates: Certificates) -> None:
    with served(says("201 Created", b'{"a": 1}'), certificates) as server:
        reply = Site(server.url, "user", "password").request("GET", "/x", soon())
    assert (reply.status, reply.json(), reply.location) == (201, {"a": 1}, "")
    assert server.heads[0].startswith(b"GET /x HTTP/1.1\r\n")
    assert b"Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n" in server.heads[0]


def test_without_a_user_no_credentials_are_sent(certificates: Certificates) -> None:
    with served(says("200 OK"), certificates) as server:
        Site(server.url).request("GET", "/x", soon())
    assert b"authorization" not in server.heads[0].lower()


def test_a_body_goes_as_it_is_under_the_headers_that_are_given(certificates: Certificates) -> None:
    with served(says("200 OK"), certificates) as server:
        Site(server.url).request("POST", "/x", soon(), body=b"{}", headers={"Content-Type": "application/json"})
    assert b"Content-Type: application/json\r\n" in server.heads[0]
    assert b"Content-Length: 2\r\n" in server.heads[0]


def test_a_redirection_is_told_and_not_followed(certificates: Certificates) -> None:
    with served(says("307 Temporary Redirect", b"", "Location: http://127.0.0.1:1/"), certificates) as server:
        reply = Site(server.url, "user", "password").request("GET", "/x", soon())
        assert (reply.status, reply.location) == (307, "http://127.0.0.1:1/")
        assert len(server.heads) == 1


def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    other = tls.certificates(tmp_path / "other")
    with served(says("200 OK"), other) as server:
        with pytest.raises(Unavailable, match="SSLError"):
            Site(server.url, "user", "password").request("GET", "/", soon())
        assert server.heads == []


def test_a_site_with_roots_of_its_own_trusts_no_other(tmp_path: Path, certificates: Certificates) -> None:
    other = tls.certificates(tmp_path / "other")
    context = ssl.create_default_context(cafile=str(other.ca_file))
    with served(says("200 OK"), other) as theirs, served(says("200 OK"), certificates) as public:
        assert Site(theirs.url, tls=context).request("GET", "/", soon()).status == 200
        with pytest.raises(Unavailable, match="SSLError"):
            Site(public.url, tls=context).request("GET", "/", soon())
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize("unchecked", ["host", "certificate"])
def test_tls_that_does_not_check_whom_it_talks_to_is_no_tls(unchecked: str) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    if unchecked == "certificate":
        context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="does not check"):
        Site("https://localhost", tls=context)


def test_a_certificate_for_another_host_is_refused(certificates: Certificates) -> None:
    with HostileServer(says("200 OK"), certificates.server_context(), host="127.0.0.2") as server:
        with pytest.raises(Unavailable, match="SSLError"):
            Site(f"https://127.0.0.2:{server.port}").request("GET", "/", soon())
        assert server.heads == []


def test_a_server_without_tls_is_refused_and_sees_no_credentials() -> None:
    with HostileServer(says("200 OK"), None) as server:
        with pytest.raises(Unavailable, match=r"SSLError|ProtocolError|ReadTimeout"):
            Site(server.url.replace("http:", "https:"), "user", "password").request("GET", "/", soon(2.0))
        assert not any(b"Authorization" in head for head in server.heads)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1 ok\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4, 5\r\n\r\nfour",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"\x00" * 1000,
    ],
)
def test_a_broken_answer_is_none(raw: bytes, certificates: Certificates) -> None:
    with served(lambda peer: peer.send(raw), certificates) as server, pytest.raises(Unavailable):
        Site(server.url).request("GET", "/", soon())


def too_large(peer: Peer) -> None:
    peer.send(HEAD % (LARGEST_BODY + 1) + b"x" * (LARGEST_BODY + 1))


def endless(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not peer.stopped.is_set():
        peer.send(b"x" * LARGEST_BODY)


def endless_chunks(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not peer.stopped.is_set():
        peer.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


@pytest.mark.parametrize("answer", [too_large, endless, endless_chunks])
def test_an_answer_that_is_too_large_is_none(answer: Answer, certificates: Certificates) -> None:
    with served(answer, certificates) as server, pytest.raises(Unavailable, match="larger than"):
        Site(server.url).request("GET", "/", soon())


def test_an_answer_may_be_as_large_as_is_allowed(certificates: Certificates) -> None:
    with served(says("200 OK", b"x" * 100_000), certificates) as server:
        assert len(Site(server.url).request("GET", "/", soon(), largest_body=100_000).body) == 100_000


def test_compression_that_nobody_asked_for_is_not_unpacked(certificates: Certificates) -> None:
    with served(says("200 OK", b"\x1f\x8b\x08packed", "Content-Encoding: gzip"), certificates) as server:
        reply = Site(server.url).request("GET", "/", soon())
        assert b"gzip" not in server.heads[0]
    assert reply.body.startswith(b"\x1f\x8b")
    assert reply.json() is None


def hanging(peer: Peer) -> None:
    peer.hang()


def hanging_in_the_body(peer: Peer) -> None:
    peer.send(HEAD % 100 + b"begun")
    peer.hang()


def dripping_head(peer: Peer) -> None:
    peer.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000)


def dripping_body(peer: Peer) -> None:
    peer.send(HEAD % 50_000)
    peer.drip(b"x" * 50_000)


def dripping_chunks(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.drip(b"1\r\nx\r\n" * 10_000)


@pytest.mark.parametrize("answer", [hanging, hanging_in_the_body, dripping_head, dripping_body, dripping_chunks])
def test_an_answer_that_is_too_slow_ends_with_the_deadline(answer: Answer, certificates: Certificates) -> None:
    with served(answer, certificates) as server:
        site, began = Site(server.url), time.monotonic()
        with pytest.raises(Unavailable, match="Timeout"):
            site.request("GET", "/", soon(0.5))
        assert time.monotonic() - began < 0.5 + SLACK


def test_a_server_that_does_not_read_ends_with_the_deadline(certificates: Certificates) -> None:
    with HostileServer(hanging, certificates.server_context(), reads=False) as server:
        site, began = Site(server.url), time.monotonic()
        with pytest.raises(Unavailable):
            site.request("POST", "/", soon(0.5), fields={"recording": ("r.wav", b"x" * 20_000_000, "audio/wav")})
        assert time.monotonic() - began < 0.5 + SLACK


def test_a_server_that_never_shakes_hands_ends_with_the_deadline() -> None:
    with HostileServer(hanging, None, reads=False) as server:
        site, began = Site(server.url.replace("http:", "https:")), time.monotonic()
        with pytest.raises(Unavailable):
            site.request("GET", "/", soon(0.5))
        assert time.monotonic() - began < 0.5 + SLACK


def test_nobody_there_is_no_answer() -> None:
    with HostileServer(hanging, None) as server:
        port = server.port
    with pytest.raises(Unavailable, match="NewConnectionError"):
        Site(f"https://localhost:{port}").request("GET", "/", soon())


def localhost_is(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    look_up = socket.getaddrinfo

    def several(host: str, *rest: Any) -> list[Any]:
        found = addresses if host == "localhost" else (host,)
        return [one for address in found for one in look_up(address, *rest)]

    monkeypatch.setattr(socket, "getaddrinfo", several)


def test_a_host_with_many_dead_addresses_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    localhost_is(monkeypatch, *["127.0.0.2"] * 6)
    with deaf("127.0.0.2") as port:
        site, began = Site(f"https://localhost:{port}"), time.monotonic()
        with pytest.raises(Unavailable, match="ConnectTimeoutError"):
            site.request("GET", "/", soon(1.0))
        assert time.monotonic() - began < 1.0 + SLACK


def test_after_a_dead_address_the_next_one_gets_its_turn(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    localhost_is(monkeypatch, "127.0.0.2", "127.0.0.1")
    with served(says("200 OK", b"here"), certificates) as server, deaf("127.0.0.2", server.port):
        assert Site(server.url).request("GET", "/", soon()).body == b"here"


def test_a_host_that_has_no_address_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    localhost_is(monkeypatch)
    with pytest.raises(Unavailable, match="NewConnectionError"):
        Site("https://localhost").request("GET", "/", soon())


@pytest.mark.parametrize("host", ["a" * 64 + ".localhost", "a..localhost"])
def test_a_name_that_cannot_be_one_is_no_answer(host: str) -> None:
    with pytest.raises(Unavailable):
        Site(f"https://{host}").request("GET", "/", soon())


def test_nothing_is_sent_when_no_time_is_left(certificates: Certificates) -> None:
    with served(says("200 OK"), certificates) as server:
        with pytest.raises(Unavailable, match="no time was left"):
            Site(server.url).request("GET", "/", soon(0.01))
        assert server.heads == []


def test_the_text_of_an_error_tells_neither_address_nor_credentials(certificates: Certificates) -> None:
    with served(lambda peer: peer.send(b"secret?"), certificates) as server, pytest.raises(Unavailable) as told:
        Site(server.url, "user", "password").request("GET", "/+46701234567", soon())
    assert told.value.__suppress_context__
    for secret in ("secret", "localhost", "user", "password", "4670"):
        assert secret not in str(told.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 60_000, b'{"a": ', b"1" * 5000])
def test_a_body_that_is_no_json_is_none(body: bytes) -> None:
    assert Reply(200, body).json() is None
