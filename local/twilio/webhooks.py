"""The HTTPS side of Twilio: requests to the customer's application, signed, repeated and recorded."""

from __future__ import annotations

import re
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3
from twilio.request_validator import HMAC_SHA256, RequestValidator

from local.clock import VirtualClock
from local.transcript import Transcript
from local.twilio.account import Account
from local.twilio.faults import BACKGROUND, LineFaults, Repeat, RequestKind, Signature

_REAL_LIMIT = urllib3.Timeout(connect=5.0, read=30.0)  # for an application that really hangs
_SIGNATURE = "X-Twilio-Signature"
_SIGNS = re.compile("X-Twilio-(Webhooks-)?Signature")
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True)
class WebhookRequest:
    """A request as it was made, and what came back.

    `started` and `ended` are virtual seconds since the epoch, `elapsed` real seconds. `status` is None when there was
    no answer in time; `failure` is then, and for anything but 2xx, Twilio's error code, else 0.
    """

    kind: RequestKind
    call_sid: str
    method: str
    url: str  # as called, without fragment
    params: Mapping[str, str]
    headers: Mapping[str, str]
    started: float
    ended: float = 0.0
    elapsed: float = 0.0
    status: int | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""
    failure: int = 0
    failure_class: str = ""  # as the connection override `rp` names it: ct, rt, 4xx, 5xx

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def virtual_seconds(self) -> float:
        return self.ended - self.started


@dataclass(frozen=True)
class Overrides:
    """Connection overrides from a URL's fragment; times in seconds."""

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    first_byte: float = 15.0
    total: float = 15.0


class OverrideError(ValueError):
    """Twilio's error 11243: a fragment that names a policy it does not know, or a value out of range."""


def overrides(url: str) -> tuple[str, Overrides]:
    """The URL without its fragment, and what the fragment says. Raises OverrideError."""
    address, _, fragment = url.partition("#")
    given = dict(parse_qsl(fragment, keep_blank_values=True))
    policy = frozenset(given.get("rp", "ct").split(","))
    if unknown := (given.keys() - {"ct", "rt", "tt", "rc", "rp", "e", "sni"}) | (
        policy - {"ct", "rt", "4xx", "5xx", "all"}
    ):
        raise OverrideError(f"unknown: {', '.join(sorted(unknown))}")
    return address, Overrides(
        retries=_within(given.get("rc", "1"), 0, 5),
        policy=frozenset({"ct", "rt", "4xx", "5xx"}) if "all" in policy else policy,
        first_byte=_within(given.get("rt", "15000"), 100, 15000) / 1000,
        total=_within(given.get("tt", "15000"), 100, 15000) / 1000,
    )


def _within(value: str, least: int, most: int) -> int:
    if not value.isdecimal() or not least <= int(value) <= most:
        raise OverrideError(f"{value!r} is not from {least} to {most}")
    return int(value)


class Webhooks:
    """Makes requests the way Twilio does, and keeps each in `requests`, in the order in which they were finished.

    `addresses` says where an origin really listens (`{"https://voice.example.org": "https://localhost:4711"}`): the URL
    that is signed and the Host header stay those of the public origin. Time limits are virtual and looked at when the
    answer is there: a late one is thrown away, and the call goes on from that later moment.
    """

    def __init__(
        self,
        account: Account,
        clock: VirtualClock,
        transcript: Transcript,
        tls: ssl.SSLContext,
        addresses: Mapping[str, str],
        background: Callable[[Callable[[], object]], None],
    ) -> None:
        self.requests: list[WebhookRequest] = []
        self._account = account
        self._clock = clock
        self._transcript = transcript
        self._pool = urllib3.PoolManager(ssl_context=tls, maxsize=8, retries=False, timeout=_REAL_LIMIT)
        self._addresses = addresses
        self._background = background
        self._lock = threading.Lock()

    def close(self) -> None:
        self._pool.clear()

    def fetch(
        self, kind: RequestKind, call_sid: str, method: str, url: str, params: Mapping[str, str], faults: LineFaults
    ) -> WebhookRequest:
        """Deliver one request, as often as faults and overrides want; what came of the last delivery.

        Raises OverrideError for a URL with a bad fragment.
        """
        address, limits = overrides(url)
        prepared = self._prepared(kind, call_sid, method, address, params, faults)
        repeat = faults.repeats.get(kind, Repeat.ONCE)
        if repeat is Repeat.TWICE:
            self._delivered(prepared, limits)
        elif repeat is Repeat.TWICE_AT_ONCE:
            self._background(lambda: self._delivered(prepared, limits))
        return self._delivered(prepared, limits)

    def send_again(
        self,
        request: WebhookRequest,
        *,
        changes: Mapping[str, str | None],
        url: str | None,
        signature: Signature,
        headers: Mapping[str, str],
    ) -> WebhookRequest:
        """The request once more, with other parameters (None drops one), another URL, another signature."""
        params = {name: value for name, value in {**request.params, **changes}.items() if value is not None}
        again = WebhookRequest(
            request.kind,
            request.call_sid,
            request.method,
            url or request.url,
            params,
            request.headers,
            self._clock.now(),
        )
        if signature is not Signature.RECORDED:
            unsigned = {name: value for name, value in request.headers.items() if not _SIGNS.match(name)}
            again = replace(again, headers={**unsigned, **self._signature_headers(again, signature)})
        return self._sent(replace(again, headers={**again.headers, **headers}), Overrides())

    def _prepared(
        self, kind: RequestKind, call_sid: str, method: str, url: str, params: Mapping[str, str], faults: LineFaults
    ) -> WebhookRequest:
        sent = {name: value for name, value in params.items() if name not in faults.left_out}
        query = [faults.added_query] if faults.added_query else []
        query += [urlencode(sent)] if method == "GET" else []
        for piece in query:
            url += ("&" if "?" in url else "?") + piece
        headers = {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*", "Cache-Control": "max-age=259200"}
        if faults.idempotency_token:
            headers["I-Twilio-Idempotency-Token"] = str(uuid.uuid4())
        if method == "POST":
            headers["Content-Type"] = _FORM
        bare = WebhookRequest(kind, call_sid, method, url, {} if method == "GET" else sent, headers, 0.0)
        return replace(bare, headers={**headers, **self._signature_headers(bare, faults.signature)})

    def _signature_headers(self, request: WebhookRequest, signature: Signature) -> dict[str, str]:
        """Made by Twilio's own library, so that the product is not tested against itself."""
        account, url, params = self._account, request.url, dict(request.params)
        if signature is Signature.MISSING:
            return {}
        if signature is Signature.SHARED_KEY:
            made = RequestValidator(account.shared_key).compute_signature(url, params, HMAC_SHA256)
            settings = f"key={account.shared_key_id},algorithm={HMAC_SHA256}"
            return {_SIGNATURE: str(made), "X-Twilio-Webhooks-Signature-Settings": settings}
        tokens = {Signature.SECOND_TOKEN: account.second_token, Signature.WRONG: "0" * 32}
        validator = RequestValidator(tokens.get(signature, account.auth_token))
        return {_SIGNATURE: str(validator.compute_signature(_signed_url(url, signature), params))}

    def _delivered(self, prepared: WebhookRequest, limits: Overrides) -> WebhookRequest:
        """Tries until it is answered, or the retries or the total time are used up."""
        began, left = self._clock.now(), limits.retries
        while True:
            made = self._sent(replace(prepared, started=self._clock.now()), limits)
            if self._clock.now() - began > limits.total:
                return replace(made, status=None, failure=11203, failure_class="rt")
            if made.failure_class not in limits.policy or not left:
                return made
            left -= 1

    def _sent(self, request: WebhookRequest, limits: Overrides) -> WebhookRequest:
        began = time.perf_counter()
        answered = self._answered(request)
        made = replace(answered, ended=self._clock.now(), elapsed=time.perf_counter() - began)
        if made.virtual_seconds > limits.first_byte:
            made = replace(made, status=None, failure=11200, failure_class="rt")
        with self._lock:
            self.requests.append(made)
        self._transcript.add(made.ended, "webhook", _told(made))
        return made

    def _answered(self, request: WebhookRequest) -> WebhookRequest:
        origin, path = _split_origin(request.url)
        headers = {"Host": urlsplit(origin).netloc, **request.headers}
        body = urlencode(request.params) if request.method == "POST" else None
        try:
            got = self._pool.request(
                request.method, self._addresses.get(origin, origin) + path, body=body, headers=headers, redirect=False
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            return replace(request, failure=11205, failure_class="ct")
        except urllib3.exceptions.SSLError:
            return replace(request, failure=11220, failure_class="ct")
        except urllib3.exceptions.HTTPError:  # closed, or silent for too long
            return replace(request, failure=11200, failure_class="rt")
        spoiled = got.status >= 300
        return replace(
            request,
            status=got.status,
            answer_headers=dict(got.headers),
            answer=got.data,
            failure=11200 if spoiled else 0,
            failure_class=f"{got.status // 100}xx" if spoiled else "",
        )


def _signed_url(url: str, signature: Signature) -> str:
    parts = urlsplit(url)
    if signature is Signature.WITH_PORT and parts.port is None:
        return parts._replace(netloc=f"{parts.hostname}:443").geturl()
    if signature is Signature.WITHOUT_PORT:
        return parts._replace(netloc=parts.hostname or "").geturl()
    return url


def _split_origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin, url[len(origin) :] or "/"


def _told(request: WebhookRequest) -> str:
    outcome = request.status or f"failed ({request.failure})"
    background = " in the background" if request.kind in BACKGROUND else ""
    return f"{request.method} {request.path}{background}: {outcome} after {request.virtual_seconds:.1f} s"
