"""BankID's relying-party API v6.0, as far as phone calls go, over mutual TLS on loopback."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from local.bankid.app import BankIDApp, Behaviour
from local.bankid.authority import Authority, authority, relying_party_subject
from local.bankid.evidence import completion_data
from local.bankid.faults import Fault, Faults
from local.bankid.fields import AUTH, SIGN, InvalidParameters, Limits, new_order, order_ref
from local.bankid.holders import Holder
from local.bankid.order import Order, Orders, Stage
from local.bankid.parts import Completed
from local.clock import VirtualClock, WallClock
from local.transcript import Transcript
from local.web import CloseWithoutAnswer, NeverAnswer, Request, Response, WebServer, json_response

_BASE = "/rp/v6.0"
_STARTS: dict[str, tuple[Limits, str]] = {"/phone/auth": (AUTH, "Identification"), "/phone/sign": (SIGN, "Signing")}
_PATHS = frozenset({*_STARTS, "/collect", "/cancel"})
_GET_ONLY_TO_REFUSE = "/auth"  # a GET of it, refused, is how BankID's own sample asks after the service's health
_LARGEST_BODY = 300_000
_SECONDS_TO_LEAVE, _LEAST_SECONDS = 2.0, 1.0


@dataclass(frozen=True)
class BankIDRequest:
    """What was asked; `status` is None where no answer was given."""

    at: float
    path: str
    status: int | None


@dataclass(frozen=True)
class _Answer:
    status: int
    body: dict[str, object] | None = None
    end: bool = False  # the last one of an order

    def with_more(self, fault: Fault) -> Response:
        if self.body is None:
            return Response(self.status)
        body = {**self.body, **fault.more}
        if isinstance(data := body.get("completionData"), dict):
            body["completionData"] = {**data, **fault.more}
        return json_response(self.status, body)


class BankID:
    """The service on a `server` of its own, and the people who have a BankID with their phones.

    `requests` is what was asked, in order; `too_often` and `too_soon` are the gaps, in seconds, between two collects of
    one order that BankID forbids (less than one second) and asks to avoid (less than two).
    """

    def __init__(
        self,
        clock: VirtualClock | WallClock,
        transcript: Transcript | None = None,
        *,
        certificates: Authority | None = None,
        port: int = 0,
    ) -> None:
        self.authority = certificates or authority()
        self.faults = Faults()
        self.requests: list[BankIDRequest] = []
        self.too_often: list[float] = []
        self.too_soon: list[float] = []
        self.orders = Orders(self._catch_up)
        self.server = WebServer(self._respond, self._tls(), port=port)
        self._clock = clock
        self._transcript = transcript
        self._apps: dict[str, BankIDApp] = {}
        self._lock = threading.RLock()

    # --- what a relying party is told -----------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.server.url + _BASE

    @property
    def root_pem(self) -> str:
        """The root of the server's certificate: the only one to trust."""
        return self.authority.identity("tls-root").pem

    @property
    def root_sha256(self) -> str:
        """Its fingerprint: 64 digits, hexadecimal."""
        return self.authority.identity("tls-root").certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def signing_root_pem(self) -> str:
        """The root of what people sign with."""
        return self.authority.identity("signing-root").pem

    @property
    def relying_party_pem(self) -> str:
        """Certificate, issuing authority and key of the relying party."""
        return self.authority.relying_party()

    @property
    def relying_party_subject(self) -> str:
        """As it stands in evidence."""
        return relying_party_subject(self.authority.identity("relying-party").certificate)

    # --- people -----------------------------------------------------------------------------------------------------

    @property
    def holders(self) -> list[Holder]:
        return [app.holder for app in self._apps.values()]

    def add(self, holder: Holder, behaviour: Behaviour | None = None) -> BankIDApp:
        """Give somebody a BankID: what they do is `behaviour`, or what is done with the app that comes back."""
        app = BankIDApp(holder, self._clock.now, self._lock, lambda at, what: self._tell(at, "app", what), behaviour)
        self._apps[holder.personal_number] = app
        return app

    def app_of(self, personal_number: str) -> BankIDApp:
        return self._apps[personal_number]

    def _catch_up(self, order: Order, now: float) -> None:
        app = self._apps.get(order.asked.personal_number)
        if app:
            app.catch_up(order, now)
        order.expire(now)

    # --- the protocol -------------------------------------------------------------------------------------------------

    def _respond(self, request: Request) -> Response:
        path = request.path.removeprefix(_BASE)
        fault = self.faults.take(path)
        try:
            response = self._spoiled(fault, request, path)
        except (CloseWithoutAnswer, NeverAnswer):
            self._note(path, None, "no answer")
            raise
        return response

    def _spoiled(self, fault: Fault, request: Request, path: str) -> Response:
        if fault.slow_seconds:
            self._clock.sleep(fault.slow_seconds)
        if fault.down:
            raise CloseWithoutAnswer
        if fault.hold:
            raise NeverAnswer
        if fault.response:
            self._note(path, fault.response.status, "forced")
            return fault.response
        answer = self._answer(request, path)
        if fault.lost or (fault.lost_end and answer.end):
            raise CloseWithoutAnswer
        self._note(path, answer.status, _in_short(answer))
        return answer.with_more(fault)

    def _answer(self, request: Request, path: str) -> _Answer:
        refusal = _refused(request, path)
        if refusal:
            return refusal
        assert request.client_certificate  # the handshake wants one
        relying_party = x509.load_der_x509_certificate(request.client_certificate)
        with self._lock:
            now = self._clock.now()
            self.orders.settle(now)
            try:
                return self._carried_out(path, request.body, relying_party, now)
            except InvalidParameters as invalid:
                return _error(400, "invalidParameters", str(invalid))

    def _carried_out(self, path: str, body: bytes, relying_party: x509.Certificate, now: float) -> _Answer:
        if path in _STARTS:
            return self._start(path, body, relying_party, now)
        order = self.orders.find(order_ref(body), relying_party, now)
        if order is None:
            raise InvalidParameters("No such order")
        return self._collect(order, now) if path == "/collect" else _cancel(order, now)

    def _start(self, path: str, body: bytes, relying_party: x509.Certificate, now: float) -> _Answer:
        limits, function = _STARTS[path]
        asked = new_order(body, limits)
        under_way = self.orders.pending_of(asked.personal_number)
        if under_way:
            under_way.fail("cancelled", now)
            return _error(400, "alreadyInProgress", "Order already in progress for pno")
        order = Order(asked, relying_party, function, now)
        self.orders.all.append(order)
        app = self._apps.get(asked.personal_number)
        if app:
            app.receive(order)
        return _Answer(200, {"orderRef": order.ref})

    def _collect(self, order: Order, now: float) -> _Answer:
        self._watch(order, now)
        if order.pending:
            return _Answer(200, {"orderRef": order.ref, "status": "pending", "hintCode": order.hint_code(now)})
        order.given = True
        if order.stage is Stage.FAILED:
            found = {"orderRef": order.ref, "status": "failed", "hintCode": order.hint_code(now)}
            return _Answer(200, dict(found), end=True)
        body: dict[str, object] = {"orderRef": order.ref, "status": "complete"}
        return _Answer(200, body | {"completionData": self._evidence(order)}, end=True)

    def _watch(self, order: Order, now: float) -> None:
        gap = round(now - order.collected[-1], 3) if order.collected else _SECONDS_TO_LEAVE
        order.collected.append(now)
        if gap < _SECONDS_TO_LEAVE:
            self.too_soon.append(gap)
        if gap < _LEAST_SECONDS:
            self.too_often.append(gap)

    def _evidence(self, order: Order) -> dict[str, object]:
        app, asked = self._apps[order.asked.personal_number], order.asked
        completed = Completed(
            app.holder,
            order.relying_party,
            order.ended_at,
            asked.visible,
            asked.hidden,
            asked.form,
            asked.requirement.conditions,
            order.function,
        )
        return completion_data(self.authority, completed, app.manner)

    # --- around it ----------------------------------------------------------------------------------------------------

    def _tls(self) -> ssl.SSLContext:
        """BankID's own, which lets itself be replaced while a connection is made."""
        context = self.authority.server_context()

        def replaced(connection: ssl.SSLObject, _name: str, _own: ssl.SSLContext) -> None:
            if self.faults.server_tls:
                self.faults.server_tls.load_verify_locations(cadata=self.authority.identity("relying-party-root").pem)
                connection.context = self.faults.server_tls

        context.sni_callback = replaced
        return context

    def _note(self, path: str, status: int | None, what: str) -> None:
        at = self._clock.now()
        self.requests.append(BankIDRequest(at, path, status))
        self._tell(at, "bankid", f"{path.lstrip('/')}: {what}")

    def _tell(self, at: float, who: str, what: str) -> None:
        if self._transcript:
            self._transcript.add(at, who, what)


def _refused(request: Request, path: str) -> _Answer | None:
    """What is wrong before the body is looked at."""
    if not request.path.startswith(f"{_BASE}/") or path not in _PATHS | {_GET_ONLY_TO_REFUSE}:
        return _error(404, "notFound", "Not found")
    if request.method != "POST":
        return _Answer(405)
    if path == _GET_ONLY_TO_REFUSE:
        return _error(404, "notFound", "Not found")
    if request.header("Content-Type") != "application/json":
        return _error(415, "unsupportedMediaType", "Unsupported media type")
    if len(request.body) > _LARGEST_BODY:
        return _error(400, "invalidParameters", "Invalid request")
    return None


def _cancel(order: Order, now: float) -> _Answer:
    if not order.pending:
        raise InvalidParameters("No such order")
    order.fail("cancelled", now)
    order.given = True
    return _Answer(200, {})


def _error(status: int, code: str, details: str) -> _Answer:
    return _Answer(status, {"errorCode": code, "details": details})


def _in_short(answer: _Answer) -> str:
    """Nothing of anybody: what the transcript may show."""
    body = answer.body or {}
    said: Iterable[object] = (body.get(name) for name in ("errorCode", "status", "hintCode"))
    return ", ".join(str(word) for word in said if word) or ("done" if answer.status == 200 else str(answer.status))
