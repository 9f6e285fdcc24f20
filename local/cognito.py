"""A stand-in for an Amazon Cognito user pool: its sign-in page, its token endpoint, and the keys of its tokens.

One HTTPS server is both hosts that Cognito has: the pool's issuer, whose address ends in the pool's id, and the pool's
domain with `/oauth2/authorize`, `/login` and `/oauth2/token`. It knows one app client without a secret and the
authorization code grant with PKCE (RFC 7636, S256), which is what a page in a browser uses; a page of any origin may
read what the token endpoint says, as Cognito has it.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html

    pool = Cognito(clock.now, certificates.server_context(), callbacks=["https://localhost:1/api/agent/signed-in"])
    pool.add("karin.agent", "password", groups=["agents"])
    with pool.server:
        settings = {"COGNITO_ISSUER": pool.issuer, "COGNITO_DOMAIN": pool.domain, "COGNITO_CLIENT_ID": pool.client_id}
        token = pool.access_token("karin.agent")   # for tests that leave the browser out
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import ssl
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from local.web import Request, Response, WebServer, headers, json_response

CLIENT_ID = "1laptopclient2laptopclient"
_POOL_ID = "eu-central-1_Laptop001"
_CODE_LASTS_SECONDS = 300
_TOKEN_LASTS_SECONDS = 3_600
_CORS = headers(access_control_allow_origin="*", access_control_allow_headers="*", access_control_allow_methods="*")


@cache
def signing_key() -> JWK:
    """The pool's key, made once per process: making RSA keys takes long."""
    return JWK.generate(kty="RSA", size=2048, alg="RS256", use="sig", kid="laptop-1")


@dataclass(frozen=True)
class User:
    """Somebody who may sign in; `groups` are what the tokens say."""

    name: str
    password: str = field(repr=False)
    groups: Collection[str] = ()


@dataclass(frozen=True)
class _Code:
    """An authorization code that was given out, and what its use must agree with."""

    user: str
    redirect_uri: str
    challenge: str
    at: float


class Cognito:
    """One user pool. `now` gives the time that tokens are made and codes expire by; `callbacks` may be added to.

    `served` counts requests by path. Until somebody signs out, a browser that has signed in is known by its cookie.
    """

    def __init__(self, now: Callable[[], float], tls: ssl.SSLContext, callbacks: Collection[str] = ()) -> None:
        self.now = now
        self.callbacks = list(callbacks)
        self.client_id = CLIENT_ID
        self.users: dict[str, User] = {}
        self.keys: dict[str, JWK] = {"laptop-1": signing_key()}
        self.served: dict[str, int] = {}
        self._codes: dict[str, _Code] = {}
        self._browsers: dict[str, str] = {}
        self.server = WebServer(self._respond, tls)

    @property
    def domain(self) -> str:
        return self.server.url

    @property
    def issuer(self) -> str:
        return f"{self.server.url}/{_POOL_ID}"

    def add(self, name: str, password: str, groups: Collection[str] = ()) -> User:
        """Somebody new in the pool."""
        self.users[name] = User(name, password, groups)
        return self.users[name]

    # --- tokens ---------------------------------------------------------------------------------------------------

    def claims(self, name: str) -> dict[str, Any]:
        """What an access token of this user says."""
        at, user = int(self.now()), self.users[name]
        return {
            **_about(self, name, at),
            **({"cognito:groups": list(user.groups)} if user.groups else {}),
            "client_id": self.client_id,
            "token_use": "access",
            "scope": "openid",
            "version": 2,
            "username": name,
        }

    def access_token(self, name: str, key_id: str = "laptop-1", /, **changed: Any) -> str:
        """A token for the product; `changed` replaces claims, and takes away those that are None."""
        return self.signed({**self.claims(name), **changed}, key_id)

    def id_token(self, name: str) -> str:
        """The other one, which says who somebody is, and must open nothing."""
        about = {**_about(self, name, int(self.now())), "aud": self.client_id, "token_use": "id"}
        return self.signed({**about, "cognito:username": name})

    def signed(self, claims: Mapping[str, Any], key_id: str = "laptop-1") -> str:
        """Claims as a token."""
        told = {name: value for name, value in claims.items() if value is not None}
        token = JWS(json.dumps(told))
        token.add_signature(self.keys[key_id], alg="RS256", protected=json.dumps({"kid": key_id, "alg": "RS256"}))
        return str(token.serialize(compact=True))

    # --- what the server answers ----------------------------------------------------------------------------------

    def _respond(self, request: Request) -> Response:
        self.served[request.path] = self.served.get(request.path, 0) + 1
        routes: Mapping[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", f"/{_POOL_ID}/.well-known/jwks.json"): self._key_set,
            ("GET", "/oauth2/authorize"): self._authorize,
            ("POST", "/login"): self._sign_in,
            ("GET", "/logout"): self._sign_out,
            ("POST", "/oauth2/token"): self._token,
            ("OPTIONS", "/oauth2/token"): lambda _: Response(200, _CORS),
        }
        route = routes.get((request.method, request.path))
        return route(request) if route else json_response(404, {"message": "no such page"})

    def _key_set(self, _: Request) -> Response:
        about = {"alg": "RS256", "use": "sig"}
        keys = [{**key.export_public(as_dict=True), **about, "kid": key_id} for key_id, key in self.keys.items()]
        return json_response(200, {"keys": keys})

    def _authorize(self, request: Request) -> Response:
        asked = dict(parse_qsl(request.query))
        fault = self._fault(asked)
        if fault:
            return _page(400, f"<p>{html.escape(fault)}</p>")
        known = self._browsers.get(_cookie(request))
        if known and asked.get("prompt") != "login":
            return self._back(asked, known)
        return _page(200, _form(request.query, ""))

    def _fault(self, asked: Mapping[str, str]) -> str:
        """Why a page may not ask for a code so, "" if it may."""
        if asked.get("client_id") != self.client_id:
            return "Client does not exist."
        if asked.get("redirect_uri") not in self.callbacks:
            return "redirect_mismatch"
        pkce = asked.get("code_challenge_method") == "S256" and asked.get("code_challenge")
        return "" if asked.get("response_type") == "code" and pkce else "invalid_request"

    def _sign_in(self, request: Request) -> Response:
        asked, typed = dict(parse_qsl(request.query)), dict(parse_qsl(request.body.decode()))
        user = self.users.get(typed.get("username", ""))
        if self._fault(asked):
            return _page(400, "<p>invalid_request</p>")
        if user is None or not hmac.compare_digest(user.password.encode(), typed.get("password", "").encode()):
            return _page(200, _form(request.query, "Incorrect username or password."))
        browser = secrets.token_urlsafe()
        self._browsers[browser] = user.name
        return self._back(asked, user.name, f"cognito={browser}; Path=/; Secure; HttpOnly; SameSite=Lax")

    def _back(self, asked: Mapping[str, str], name: str, cookie: str = "") -> Response:
        code = str(uuid.uuid4())
        self._codes[code] = _Code(name, asked["redirect_uri"], asked["code_challenge"], self.now())
        told = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
        sent = headers(location=f"{asked['redirect_uri']}?{urlencode(told)}", cache_control="no-store")
        return Response(302, (*sent, *([("Set-Cookie", cookie)] if cookie else [])))

    def _sign_out(self, request: Request) -> Response:
        self._browsers.pop(_cookie(request), None)
        wanted = dict(parse_qsl(request.query)).get("logout_uri", "")
        return Response(302, headers(location=wanted)) if wanted in self.callbacks else _page(200, "<p>Signed out.</p>")

    def _token(self, request: Request) -> Response:
        given = dict(parse_qsl(request.body.decode()))
        if given.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        if given.get("client_id") != self.client_id:
            return _refused("invalid_client")
        code = self._codes.pop(given.get("code", ""), None)  # a code is for once, whatever comes of it
        if code is None or not self._fits(code, given):
            return _refused("invalid_grant")
        told = {"access_token": self.access_token(code.user), "id_token": self.id_token(code.user)}
        lasting = {"token_type": "Bearer", "expires_in": _TOKEN_LASTS_SECONDS}
        answer = json_response(200, {**told, **lasting})
        return Response(200, (*answer.headers, *_CORS, *headers(cache_control="no-store")), answer.body)

    def _fits(self, code: _Code, given: Mapping[str, str]) -> bool:
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        in_time = self.now() < code.at + _CODE_LASTS_SECONDS
        return in_time and challenge == code.challenge and given.get("redirect_uri") == code.redirect_uri


def _about(pool: Cognito, name: str, at: int) -> dict[str, Any]:
    """What both kinds of token say."""
    subject = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pool.issuer}/{name}"))
    times = {"auth_time": at, "iat": at, "exp": at + _TOKEN_LASTS_SECONDS}
    return {"sub": subject, "iss": pool.issuer, "jti": str(uuid.uuid4()), **times}


def _cookie(request: Request) -> str:
    pairs = [part.strip().partition("=") for part in (request.header("Cookie") or "").split(";")]
    return next((value for name, _, value in pairs if name == "cognito"), "")


def _form(query: str, said: str) -> str:
    return (
        f'<p role="alert">{html.escape(said)}</p><form method="post" action="/login?{html.escape(query)}">'
        '<label>Username <input name="username" autocomplete="username"></label> '
        '<label>Password <input name="password" type="password" autocomplete="current-password"></label> '
        '<button type="submit">Sign in</button></form>'
    )


def _page(status: int, body: str) -> Response:
    """Which no other page may frame, as Cognito's own."""
    sent = headers(content_type="text/html; charset=utf-8", x_frame_options="DENY", cache_control="no-store")
    page = f'<!doctype html><html lang="en"><title>Sign in</title><body><h1>Sign in</h1>{body}</body></html>'
    return Response(status, sent, page.encode())


def _refused(error: str) -> Response:
    answer = json_response(400, {"error": error})
    return Response(400, (*answer.headers, *_CORS), answer.body)
