"""What others post to us, over real HTTPS, with a client of their own: a core, its logins, an agent's page."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import urllib3

_PATIENCE_SECONDS = 60.0  # of real time, on whatever machine this runs


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class Posts:
    """Keeps what it was answered, oldest first, for whoever looks through everything that left the product."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._pool = urllib3.PoolManager(ssl_context=tls, retries=False, timeout=_PATIENCE_SECONDS)
        self.answers: list[Answer] = []

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        got = self._pool.request("POST", url, body=body, headers=dict(headers))
        self.answers.append(Answer(got.status, got.data, dict(got.headers)))
        return self.answers[-1]

    def get(self, url: str) -> Answer:
        got = self._pool.request("GET", url)
        self.answers.append(Answer(got.status, got.data, dict(got.headers)))
        return self.answers[-1]

    def close(self) -> None:
        self._pool.clear()
