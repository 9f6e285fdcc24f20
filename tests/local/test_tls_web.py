import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPSConnection, RemoteDisconnected
from pathlib import Path

import pytest

from local import tls
from local.web import CloseWithoutAnswer, NeverAnswer, Request, Response, WebServer, headers, json_response


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tls.Certificates:
    return tls.certificates(tmp_path_factory.mktemp("web") / "tls")


def echo(request: Request) -> Response:
    if request.path == "/close":
        raise CloseWithoutAnswer
    if request.path == "/never":
        raise NeverAnswer
    if request.path == "/broken":
        raise LookupError("broken")
    if request.path == "/nothing":
        return Response(204)
    told = f"{request.method} {request.path} {request.query} {request.header('x-one')} {request.body.decode()}"
    return Response(
        200, (*headers(content_type="text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")), told.encode()
    )


@pytest.fixture
def server(certificates: tls.Certificates) -> Iterator[WebServer]:
    with WebServer(echo, certificates.server_context(), largest_body=1000) as server:
        yield server


@pytest.fixture
def client(server: WebServer, certificates: tls.Certificates) -> Iterator[HTTPSConnection]:
    connection = HTTPSConnection("localhost", server.port, context=certificates.client_context(), timeout=5.0)
    yield connection
    connection.close()


def ask(client: HTTPConnection, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    client.request(method, path, body, {"X-One": "1"})
    got = client.getresponse()
    return got.status, got.read()


def test_a_request_reaches_the_handler_whole_and_undecoded(client: HTTPSConnection) -> None:
    assert ask(client, "POST", "/a%20b?q=1&q=%C3%A5", b"body") == (200, b"POST /a%20b q=1&q=%C3%A5 1 body")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
def test_every_method_is_served(client: HTTPSConnection, method: str) -> None:
    assert ask(client, method, "/x")[1].startswith(method.encode())


def test_repeated_headers_go_back_as_they_are(client: HTTPSConnection) -> None:
    client.request("GET", "/")
    got = client.getresponse()
    got.read()
    assert got.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_one_connection_carries_many_requests(client: HTTPSConnection) -> None:
    ask(client, "GET", "/1")
    first = client.sock
    assert ask(client, "GET", "/nothing") == (204, b"")
    ask(client, "HEAD", "/2")
    ask(client, "GET", "/3")
    assert client.sock is first


def test_a_body_over_the_limit_never_reaches_the_handler(client: HTTPSConnection, server: WebServer) -> None:
    assert ask(client, "POST", "/broken", b"x" * 1001)[0] == 413
    assert not server.failures


def test_a_handlers_error_is_kept_and_the_client_sees_500(client: HTTPSConnection, server: WebServer) -> None:
    assert ask(client, "GET", "/broken")[0] == 500
    assert [str(error) for error in server.failures] == ["broken"]


def test_a_handler_can_close_without_an_answer(client: HTTPSConnection) -> None:
    with pytest.raises(RemoteDisconnected):
        ask(client, "GET", "/close")


def test_stopping_ends_requests_that_are_never_answered(certificates: tls.Certificates) -> None:
    server = WebServer(echo, certificates.server_context()).start()
    client = HTTPSConnection("localhost", server.port, context=certificates.client_context(), timeout=5.0)
    client.request("GET", "/never")
    stopper = threading.Timer(0.02, server.stop)
    stopper.start()
    with pytest.raises((ConnectionError, ssl.SSLError)):
        client.getresponse()
    client.close()
    stopper.join()


def test_after_stopping_nobody_listens(certificates: tls.Certificates) -> None:
    with WebServer(echo, certificates.server_context()) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1.0)


def test_many_clients_are_served_at_once(certificates: tls.Certificates) -> None:
    together = threading.Barrier(16, timeout=5.0)

    def meet(request: Request) -> Response:
        together.wait()
        return json_response(200, "met")

    def visit(port: int) -> int:
        client = HTTPConnection("localhost", port, timeout=5.0)
        try:
            return ask(client, "GET", "/")[0]
        finally:
            client.close()

    with WebServer(meet) as server, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(visit, [server.port] * 16)) == [200] * 16


def test_a_client_that_never_shakes_hands_holds_up_nobody(server: WebServer, client: HTTPSConnection) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert ask(client, "GET", "/x")[0] == 200


def test_the_certificates_are_made_once(tmp_path: Path) -> None:
    made = tls.certificates(tmp_path / "tls")
    before = made.server_file.read_bytes()
    assert tls.certificates(tmp_path / "tls").server_file.read_bytes() == before
    assert made.server_file.stat().st_mode & 0o077 == 0


def test_broken_certificates_are_made_anew(tmp_path: Path) -> None:
    made = tls.certificates(tmp_path / "tls")
    made.server_file.write_text("nonsense")
    tls.certificates(tmp_path / "tls").server_context()


def test_those_who_ask_at_once_get_the_same_certificates(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: tls.certificates(tmp_path / "tls").ca_file.read_bytes(), range(6)))
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tls"]


def test_a_client_that_was_not_told_of_the_authority_does_not_trust_it(server: WebServer) -> None:
    client = HTTPSConnection("localhost", server.port, context=ssl.create_default_context(), timeout=5.0)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.request("GET", "/")
    client.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_environment_variable_is_all_a_program_needs(
    server: WebServer, certificates: tls.Certificates, host: str
) -> None:
    program = f"import urllib.request as u; print(u.urlopen('https://{host}:{server.port}/x').status)"
    environment = {**os.environ, **certificates.environment}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "200"
