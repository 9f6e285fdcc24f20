"""The stand-in for a user pool: a code for who signs in, tokens for whoever asked for it, and for nobody else."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from http.client import HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS

from local import tls
from local.cognito import Cognito

CALLBACK = "https://screen.example.org/api/agent/signed-in"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
NOW = 2_222_222_222


class Browser:
    """Follows nothing by itself, and keeps its cookie."""

    def __init__(self, pool: Cognito, certificates: tls.Certificates) -> None:
        self.pool, self.cookie = pool, ""
        self.connection = HTTPSConnection(
            "localhost", pool.server.port, context=certificates.client_context(), timeout=5.0
        )

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[HTTPResponse, str]:
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        self.connection.request(method, path, urlencode(form or {}) if form else None, cookie)
        response = self.connection.getresponse()
        self.cookie = (response.getheader("Set-Cookie") or self.cookie).partition(";")[0]
        return response, response.read().decode()

    def asking(self, **changed: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.pool.client_id,
            "redirect_uri": CALLBACK,
            "state": "s1",
            "code_challenge_method": "S256",
            "code_challenge": CHALLENGE,
        }
        return urlencode({name: value for name, value in {**asked, **changed}.items() if value})

    def sign_in(self, typed: str = "k", **changed: str) -> tuple[HTTPResponse, str]:
        return self.ask("POST", f"/login?{self.asking(**changed)}", {"username": "karin.agent", "password": typed})

    def code(self) -> str:
        response, _ = self.sign_in()
        [code] = parse_qs(urlsplit(response.getheader("Location") or "").query)["code"]
        return code

    def exchange(self, given: str, /, **changed: str) -> tuple[int, dict[str, Any]]:
        asked = {
            "grant_type": "authorization_code",
            "client_id": self.pool.client_id,
            "code": given,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        response, body = self.ask("POST", "/oauth2/token", {**asked, **changed})
        assert response.getheader("Access-Control-Allow-Origin") == "*"
        return response.status, json.loads(body)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tls.Certificates:
    return tls.certificates(tmp_path_factory.mktemp("cognito") / "tls")


@pytest.fixture
def pool(certificates: tls.Certificates) -> Iterator[Cognito]:
    pool = Cognito(lambda: NOW, certificates.server_context(), [CALLBACK])
    pool.add("karin.agent", "k", groups=["agents"])
    with pool.server:
        yield pool
    assert pool.server.failures == []


@pytest.fixture
def browser(pool: Cognito, certificates: tls.Certificates) -> Iterator[Browser]:
    browser = Browser(pool, certificates)
    yield browser
    browser.connection.close()


def claims(pool: Cognito, browser: Browser, token: str) -> dict[str, Any]:
    """What a token says, by the key that the pool publishes."""
    keys = JWKSet.from_json(browser.ask("GET", f"{urlsplit(pool.issuer).path}/.well-known/jwks.json")[1])
    found = JWS()
    found.deserialize(token, keys.get_key("laptop-1"))
    told: dict[str, Any] = json.loads(found.payload)
    return told


def test_who_signs_in_comes_back_with_a_code_that_gives_tokens(pool: Cognito, browser: Browser) -> None:
    page, form = browser.ask("GET", f"/oauth2/authorize?{browser.asking()}")
    assert (page.status, page.getheader("X-Frame-Options")) == (200, "DENY")
    assert 'name="username"' in form
    back, _ = browser.sign_in()
    assert back.status == 302
    address = urlsplit(back.getheader("Location") or "")
    told = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == CALLBACK
    assert told["state"] == ["s1"]
    status, tokens = browser.exchange(told["code"][0])
    assert (status, tokens["token_type"], tokens["expires_in"]) == (200, "Bearer", 3_600)
    access, identity = claims(pool, browser, tokens["access_token"]), claims(pool, browser, tokens["id_token"])
    assert access["username"] == identity["cognito:username"] == "karin.agent"
    assert (access["token_use"], identity["token_use"]) == ("access", "id")
    assert (access["client_id"], access["iss"], access["exp"]) == (pool.client_id, pool.issuer, NOW + 3_600)
    assert access["cognito:groups"] == ["agents"]


def test_a_browser_that_has_signed_in_is_known_until_it_signs_out(pool: Cognito, browser: Browser) -> None:
    browser.sign_in()
    again, _ = browser.ask("GET", f"/oauth2/authorize?{browser.asking()}")
    assert again.status == 302
    browser.ask("GET", "/logout")
    assert browser.ask("GET", f"/oauth2/authorize?{browser.asking()}")[0].status == 200


def test_a_wrong_password_gives_the_form_again_and_no_code(browser: Browser) -> None:
    page, form = browser.sign_in("wrong")
    assert (page.status, page.getheader("Location")) == (200, None)
    assert "Incorrect username or password." in form


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example.org/"},
        {"client_id": "another"},
        {"response_type": "token"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
    ],
)
def test_a_page_may_not_ask_otherwise(browser: Browser, changed: dict[str, str]) -> None:
    assert browser.ask("GET", f"/oauth2/authorize?{browser.asking(**changed)}")[0].status == 400
    assert browser.sign_in(**changed)[0].status == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "https://evil.example.org/"}, "invalid_grant"),
        ({"code": "another"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
def test_a_code_gives_tokens_to_nobody_else(browser: Browser, changed: dict[str, str], error: str) -> None:
    assert browser.exchange(browser.code(), **changed) == (400, {"error": error})


def test_a_code_is_for_once_and_for_five_minutes(pool: Cognito, browser: Browser) -> None:
    code, late = browser.code(), browser.code()
    assert browser.exchange(code)[0] == 200
    assert browser.exchange(code) == (400, {"error": "invalid_grant"})
    pool.now = lambda: NOW + 300
    assert browser.exchange(late) == (400, {"error": "invalid_grant"})


def test_a_page_elsewhere_may_ask_for_tokens(browser: Browser) -> None:
    response, _ = browser.ask("OPTIONS", "/oauth2/token")
    assert (response.status, response.getheader("Access-Control-Allow-Origin")) == (200, "*")
