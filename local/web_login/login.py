"""A login: somebody shows who they are on its page, and it posts the result to where the core told it to."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.posts import Posts
from local.transcript import Transcript
from local.web_login.pages import SessionPages
from local.web_login.tokens import ID_CONTACT, VALID_SECONDS, Dialect, KeyType, token


@dataclass(frozen=True)
class Visitor:
    """Somebody at the website, and what a login tells of them."""

    attributes: Mapping[str, str] = field(repr=False)
    session: str = "1"
    """How the login calls their session in its `session_url`; without one it wants to hear nothing."""


@dataclass
class Login:
    """`to` and `by` are the types of the keys that results are encrypted for and signed with."""

    now: Callable[[], float]
    posts: Posts
    tls: ssl.SSLContext
    transcript: Transcript
    dialect: Dialect = ID_CONTACT
    to: KeyType = "EC"
    by: KeyType = "EC"
    people: list[Visitor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pages = SessionPages(self.now, self.tls, self.transcript)

    def succeeds(self, attr_url: str, visitor: Visitor) -> int:
        """The visitor logs in; the status that the result's address answers with."""
        return self.post(attr_url, self.result(visitor))

    def fails(self, attr_url: str) -> int:
        """Somebody does not manage to."""
        return self.post(attr_url, token(self._claims("failed", {}), to=self.to, by=self.by))

    def result(self, visitor: Visitor) -> str:
        """The token of a login that succeeds now."""
        self.people.append(visitor)
        about: dict[str, Any] = {"attributes": dict(visitor.attributes)}
        if visitor.session:
            about["session_url"] = self.pages.address(visitor.session)
        return token(self._claims(self.dialect.words.succeeded, about), to=self.to, by=self.by)

    def post(self, attr_url: str, result: str) -> int:
        """Post a token, whosever it is."""
        answer = self.posts.post(attr_url, result.encode(), {"Content-Type": "application/jwt"})
        self.transcript.add(self.now(), "login", f"posts a result: HTTP {answer.status}")
        return answer.status

    def _claims(self, status: str, about: Mapping[str, Any]) -> dict[str, Any]:
        at = int(self.now())
        sub = self.dialect.words.subject
        return {"sub": sub, "status": status, "iat": at, "exp": at + VALID_SECONDS, **about}
