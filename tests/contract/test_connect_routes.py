"""The routes of connect_app, as API Gateway calls them: what each is wired to, and what it says where nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.agent_screen import pages
from local.gateway import Api, Gateway, in_process, routes_of
from local.web import Request, Response
from tests.contract.wiring import INSTANCE, NUMBER, SteppingClock, load

ORIGIN = "https://example.my.connect.aws"
PAGES = ("/agent", "/agent/signed-in", "/ccp", "/agent/static/style.css", "/agent/settings")
POSTS = ("/start_communication", "/session_result/" + "A" * 86, "/agent/view")
NOT_FOUND = b'{"error":"NotFound"}'


@pytest.fixture
def gateway(clock: SteppingClock, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """In front of a connect_app in which neither logins nor the agent's screen are set up."""
    required = {"TABLE_NAME": "countersign-test", "HASH_KEY_NAME": "/hash-key", "CONNECT_INSTANCE_ARN": INSTANCE}
    for name, value in {**required, "TWILIO_NUMBER": NUMBER}.items():
        monkeypatch.setenv(name, value)
    app = load("connect_app", clock).app
    return Gateway(Api(routes_of(app)), in_process(app))


def asked(gateway: Gateway, path: str, method: str = "GET", accept: str = "*/*") -> Response:
    return gateway.respond(Request(method, f"/api{path}", "", (("Accept", accept),), b""))


def test_every_route_is_tried_here(gateway: Gateway) -> None:
    for path in PAGES:
        assert asked(gateway, path).status != 403, path
    assert len(gateway.api.routes) == len(PAGES) + len(POSTS)


@pytest.mark.parametrize(("path", "method"), [*((one, "GET") for one in PAGES), *((one, "POST") for one in POSTS)])
def test_what_is_not_set_up_is_not_there(gateway: Gateway, path: str, method: str) -> None:
    answer = asked(gateway, path, method)
    assert (answer.status, answer.body) == (404, NOT_FOUND)


@pytest.mark.parametrize(("path", "method"), [*((one, "GET") for one in PAGES), *((one, "POST") for one in POSTS)])
def test_settings_that_cannot_be_used_are_not_told_to_strangers(
    gateway: Gateway, path: str, method: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHONENUMBER", "no number")
    answer = asked(gateway, path, method)
    assert (answer.status, answer.body) == (500, b'{"error":"InternalServerError"}')
    told, errors = capfd.readouterr()
    assert (json.loads(told)["event"], json.loads(told)["code"], errors) == ("function_failed", "misconfigured", "")


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/agent", "page.html"),
        ("/agent/signed-in", "signed-in.html"),
        ("/ccp", "ccp.html"),
        *((f"/agent/static/{name}", name) for name in pages.FILES),
    ],
)
def test_each_page_and_file_is_served_as_it_stands(
    gateway: Gateway, path: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKSPACE_ORIGIN", ORIGIN)
    monkeypatch.setenv("CCP_URL", f"{ORIGIN}/ccp-v2/")
    answer = asked(gateway, path, accept="text/html")
    assert answer.status == 200
    assert answer.body == (Path(pages.__file__).parent / "static" / file).read_bytes()
    assert dict(answer.headers)["Content-Type"].endswith("; charset=utf-8")


def test_no_other_file_is_served(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSPACE_ORIGIN", ORIGIN)
    for name in ("page.html", "__init__.py", "..%2Fpages.py", "%2e%2e", "style.css%00", "STYLE.CSS"):
        answer = asked(gateway, f"/agent/static/{name}")
        assert (answer.status, answer.body) == (404, NOT_FOUND), name


def test_the_settings_of_the_pages_are_json(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSPACE_ORIGIN", ORIGIN)
    assert json.loads(asked(gateway, "/agent/settings").body)["workspace_origin"] == ORIGIN
