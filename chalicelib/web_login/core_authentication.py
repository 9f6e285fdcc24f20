"""How ID Contact's core shows that it is the core. Its own protocol has nothing for it, so one of two is added:

`api_key`   a secret in a header: `Authorization: Bearer <secret>`, or `X-API-Key: <secret>`
`hmac`      a signature: `X-Countersign-Time`, whole seconds since the epoch, up to 60 s off, and
            `X-Countersign-Signature`, HMAC-SHA-256 under the secret, in lower-case hex, over

                <method> LF <path> LF <time> LF <body>

            The path is the route's, without host, stage and query: `/start_communication`. The body is signed byte by
            byte as it is sent; the secret is the key as it is written.

There may be several secrets, for the time that one is replaced. Without any nobody is the core.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from chalicelib.errors import Misconfigured
from chalicelib.routes import Request

SHORTEST_SECRET = 32
SKEW_SECONDS = 60
TIME, SIGNATURE = "x-countersign-time", "x-countersign-signature"
_SECRET = re.compile(rf"[!-~]{{{SHORTEST_SECRET},}}")
_TIME = re.compile(r"[0-9]{1,12}")
_BEARER = re.compile(r"bearer +([!-~]+)", re.IGNORECASE)


class Mode(StrEnum):
    """The two, in the words of the setting."""

    API_KEY = "api_key"
    HMAC = "hmac"


def secrets_in(text: str, name: str) -> tuple[str, ...]:
    """The secrets in the text of the parameter `name`, separated by white space.

    Raises:
        Misconfigured: there is none, or one of them is too short to be one; names the parameter and nothing in it.
    """
    found = tuple(text.split())
    if not found or not all(_SECRET.fullmatch(one) for one in found):
        raise Misconfigured(
            f"the parameter {name} must hold secrets of at least {SHORTEST_SECRET} letters, digits and signs of ASCII, "
            "separated by white space; make one: openssl rand -hex 32"
        )
    return found


def is_core(mode: Mode, secrets: Sequence[str], request: Request, method: str, path: str, now: float) -> bool:
    """Whether `request`, made with `method` to the route `path`, comes from who has one of the secrets.

    `now` is in seconds since the epoch.
    """
    if mode is Mode.API_KEY:
        return _any_equal(_keys_shown(request), secrets)
    time = request.headers.get(TIME, "")
    if not _TIME.fullmatch(time) or abs(now - int(time)) > SKEW_SECONDS:
        return False
    signed = "\n".join((method, path, time, "")).encode() + request.body
    return _any_equal([request.headers.get(SIGNATURE, "")], [signature(secret, signed) for secret in secrets])


def signature(secret: str, signed: bytes) -> str:
    """HMAC-SHA-256, in lower-case hex."""
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()


def _keys_shown(request: Request) -> list[str]:
    bearer = _BEARER.fullmatch(request.headers.get("authorization", ""))
    return [bearer[1] if bearer else "", request.headers.get("x-api-key", "")]


def _any_equal(shown: Iterable[str], wanted: Sequence[str]) -> bool:
    """Every pair is compared, each in constant time: how long it takes says nothing."""
    equal = [hmac.compare_digest(one, other) for one in shown if one.isascii() for other in wanted]
    return any(equal)
