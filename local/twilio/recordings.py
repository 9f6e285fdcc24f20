"""Twilio's recordings API: fetch and delete, and an account of what was never deleted."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import ssl
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from local.clock import VirtualClock, WallClock
from local.transcript import Transcript
from local.twilio.account import Account
from local.web import CloseWithoutAnswer, NeverAnswer, Request, Response, WebServer, json_response

_PATH = re.compile(r"/2010-04-01/Accounts/(?P<account>AC[0-9a-f]{32})/Recordings/(?P<sid>RE[0-9a-f]{32})(?P<as>\.\w+)?")
_OVERSIZE = 64 * 1024 * 1024


@dataclass(frozen=True)
class RecordingFaults:
    """How the API misbehaves. Seconds are virtual."""

    appears_after: float = 0.0  # a file can be fetched only so long after the recording ended; until then 404
    slow_seconds: float = 0.0
    status: int | None = None  # this status for every request
    down: bool = False  # the connection closes without an answer
    hold: bool = False  # no answer, for real, until the server stops
    oversize: bool = False  # 64 MB in place of the recording


@dataclass(frozen=True)
class _Recording:
    audio: bytes
    ended: float


class Recordings:
    """The recordings of one account, on a server of their own. `faults` may be changed at any time.

    `fetched` counts successful downloads by sid, `deleted` successful deletions; `remaining` is what is still there.
    """

    def __init__(
        self,
        account: Account,
        clock: VirtualClock | WallClock,
        tls: ssl.SSLContext | None = None,
        faults: RecordingFaults | None = None,
        transcript: Transcript | None = None,
    ) -> None:
        self._transcript = transcript or Transcript()
        self.faults = faults or RecordingFaults()
        self.fetched: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()
        self.server = WebServer(self._answer, tls)
        self._account = account
        self._clock = clock
        self._kept: dict[str, _Recording] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """What the product takes for `https://api.twilio.com`."""
        return self.server.url

    @property
    def remaining(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._kept)

    def keep(self, audio: bytes) -> str:
        """Keep the WAV file of a recording that has just ended; its sid."""
        sid = f"RE{secrets.token_hex(16)}"
        with self._lock:
            self._kept[sid] = _Recording(audio, self._clock.now())
        return sid

    def _answer(self, request: Request) -> Response:
        faults = self.faults
        if faults.slow_seconds:
            self._clock.sleep(faults.slow_seconds)
        if faults.down:
            raise CloseWithoutAnswer
        if faults.hold:
            raise NeverAnswer
        if faults.status is not None:
            return _error(faults.status, 20500, "Forced")
        return self._handled(request)

    def _handled(self, request: Request) -> Response:
        if not self._may(request):
            return _error(401, 20003, "Authenticate")
        found = _PATH.fullmatch(request.path)
        if not found or found["account"] != self._account.sid:
            return _not_found()
        if request.method == "DELETE" and found["as"] in {None, ".json"}:
            return self._delete(found["sid"])
        if request.method == "GET" and found["as"] in {None, ".wav"}:
            return self._fetch(found["sid"])
        return _not_found()

    def _may(self, request: Request) -> bool:
        """Basic with the account's sid and token, or with an API key and its secret."""
        given = (request.header("Authorization") or "").encode()
        account = self._account
        pairs = ((account.sid, account.auth_token), (account.api_key, account.api_secret))
        return any(hmac.compare_digest(expected, given) for expected in _basic(pairs))

    def _fetch(self, sid: str) -> Response:
        with self._lock:
            found = self._kept.get(sid)
            if found is None or self._clock.now() < found.ended + self.faults.appears_after:
                return _not_found()
            self.fetched[sid] += 1
        self._transcript.add(self._clock.now(), "twilio", "gives a recording to the application")
        audio = b"\0" * _OVERSIZE if self.faults.oversize else found.audio
        return Response(200, (("Content-Type", "audio/x-wav"),), audio)

    def _delete(self, sid: str) -> Response:
        with self._lock:
            if self._kept.pop(sid, None) is None:
                return _not_found()
            self.deleted[sid] += 1
        self._transcript.add(self._clock.now(), "twilio", "deletes a recording")
        return Response(204)


def _basic(pairs: Iterable[tuple[str, str]]) -> list[bytes]:
    return [b"Basic " + base64.b64encode(f"{user}:{password}".encode()) for user, password in pairs]


def _not_found() -> Response:
    return _error(404, 20404, "The requested resource was not found")


def _error(status: int, code: int, message: str) -> Response:
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    return json_response(status, {"code": code, "message": message, "more_info": more_info, "status": status})
