"""ID Contact's core: a website's visitor chooses what they come for and how to log in, and it asks us for a session."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from local.posts import Posts
from local.transcript import Transcript
from local.web_login.login import Login

PATIENCE_SECONDS = 5.0
"""In all, the start of a function included; then the visitor sees an error."""

_ROUTE = "/start_communication"
_PARTS = re.compile("[,|;]+")


class CoreSecret(Enum):
    """How the core shows that it is the core: in the words of the product's setting."""

    API_KEY = "api_key"
    HMAC = "hmac"


class CoreFailed(Exception):
    """The visitor sees an error; `status` is what the session's start was answered with."""

    def __init__(self, status: int) -> None:
        super().__init__(f"start_communication: HTTP {status}")
        self.status = status


@dataclass(frozen=True)
class Shown:
    """What the visitor sees: a number to call and a code to type. `attr_url`, for the login, is not for their eyes."""

    number: str
    code: str = field(repr=False)
    attr_url: str = field(repr=False)

    @property
    def dialled(self) -> str:
        """What a telephone sends by itself once it is answered; its pause is about as long as three of Connect's."""
        return f",,,{self.code}"


@dataclass
class Core:
    """`base_url` is the product's: scheme, host and stage. `shown` is what visitors were shown, oldest first."""

    base_url: str
    secret: str = field(repr=False)
    now: Callable[[], float]
    posts: Posts
    login: Login
    transcript: Transcript
    mode: CoreSecret = CoreSecret.API_KEY
    shown: list[Shown] = field(default_factory=list)

    def start(self, purpose: str, auth_result: str | None = None) -> Shown:
        """Ask for a session; with `auth_result` for one whose login came first. Raises CoreFailed."""
        asked = {"purpose": purpose} | ({"auth_result": auth_result} if auth_result else {})
        body, began = json.dumps(asked).encode(), self.now()
        answer = self.posts.post(
            f"{self.base_url}{_ROUTE}", body, {"Content-Type": "application/json", **self._proof(body)}
        )
        self.transcript.add(self.now(), "core", f"starts a session for {purpose}: HTTP {answer.status}")
        if answer.status != 200 or self.now() - began > PATIENCE_SECONDS:
            raise CoreFailed(answer.status)
        told = json.loads(answer.body)
        self.shown.append(_shown(told["client_url"], told.get("attr_url", "")))
        return self.shown[-1]

    def _proof(self, body: bytes) -> dict[str, str]:
        if self.mode is CoreSecret.API_KEY:
            return {"Authorization": f"Bearer {self.secret}"}
        time = str(int(self.now()))
        signed = "\n".join(("POST", _ROUTE, time, body.decode()))
        made = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        return {"X-Countersign-Time": time, "X-Countersign-Signature": made}


def _shown(client_url: str, attr_url: str) -> Shown:
    """As the page that the core puts before a `tel:` address takes it apart."""
    address = urlsplit(client_url)
    if address.scheme != "tel":
        raise ValueError("not a telephone's address")
    number, code = _PARTS.split(address.path)
    return Shown(number, code, attr_url)
