from __future__ import annotations

import base64
import json
import logging
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bankid.answers import CallInitiator, Complete, Failed, Pending, Person
from chalicelib.bankid.certificate import Identity, context
from chalicelib.bankid.relying_party import RelyingParty
from chalicelib.clock import Deadline, SystemClock
from chalicelib.errors import BankIDFault, BankIDTrouble
from local.web import CloseWithoutAnswer, Request, Response, WebServer, json_response
from tests.contract.bankid_pki import DAY, Issued, authority, issue, refusing_server, server_context
from tests.contract.hostile import Answer, HostileServer, Peer, deaf, says

NUMBER = "199908072391"
ORDER = "131daac9-16c6-4618-beb0-365768f37288"
SLACK = 1.5
COMPLETE: dict[str, Any] = {
    "orderRef": ORDER,
    "status": "complete",
    "completionData": {
        "user": {"personalNumber": NUMBER, "name": "KARIN Testsson", "givenName": "KARIN", "surname": "Testsson"},
        "device": {"ipAddress": "192.0.2.1", "uhi": "OZvYM9VvyiAmG7NA5jU5zqGcVpo="},
        "bankIdIssueDate": "2023-01-31",
        "stepUp": {"mrtd": False},
        "signature": "c2lnbmVk",
        "ocspResponse": "b2NzcA==",
    },
}
PERSONAL = (NUMBER, ORDER, "KARIN", "Karin", "Testsson", "Kod", "nonce", "c2lnbmVk", "localhost")

Doing = Callable[[RelyingParty, Deadline], object]
DOING: dict[str, Doing] = {
    "auth": lambda bankid, deadline: bankid.phone_auth(NUMBER, CallInitiator.USER, "Kod: 47", b"nonce", deadline),
    "sign": lambda bankid, deadline: bankid.phone_sign(NUMBER, CallInitiator.RP, "Kod: 47", b"nonce", deadline),
    "collect": lambda bankid, deadline: bankid.collect(ORDER, deadline),
    "cancel": lambda bankid, deadline: bankid.cancel(ORDER, deadline),
}
every_call = pytest.mark.parametrize("doing", [*DOING.values()], ids=[*DOING])


@pytest.fixture(scope="module")
def root() -> Issued:
    return authority("BankID's root")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bankid")


@pytest.fixture(scope="module")
def server(root: Issued) -> Issued:
    return issue("localhost", root)


@dataclass
class BankID:
    """Says what it is told to, one after the other and the last for ever, and keeps what it was asked."""

    answers: list[Response] = field(default_factory=lambda: [json_response(200, {})])
    asked: list[Request] = field(default_factory=list)
    url: str = ""

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def says(self, status: int, value: object) -> None:
        self.answers = [json_response(status, value)]


@pytest.fixture
def bankid(root: Issued, server: Issued, folder: Path) -> Iterator[BankID]:
    standing = BankID()
    with WebServer(standing, server_context(folder, server, authority("our bank"))) as web:
        standing.url = web.url
        yield standing
    assert web.failures == []


def client(url: str, root: Issued, identity: Issued | None = None) -> RelyingParty:
    ours = identity or issue("us", authority("our bank"))
    tls = context(url, Identity(ours.pem), root.certificate_pem, root.sha256, time.time())
    return RelyingParty(f"{url}/rp/v6.0", tls)


def soon(seconds: float = 10.0) -> Deadline:
    return Deadline.after(seconds, SystemClock())


def trouble(doing: Doing, party: RelyingParty, deadline: Deadline | None = None) -> BankIDTrouble:
    """What a call comes to that must not succeed. It never says whom it was about."""
    with pytest.raises(BankIDTrouble) as told:
        doing(party, deadline or soon())
    assert not any(text in str(told.value) for text in PERSONAL)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__ or told.value.__context__ is None
    return told.value


def sent(request: Request) -> Any:
    return json.loads(request.body)


def unbase64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


# --- what is asked


def test_a_start_asks_for_the_person_says_who_called_and_binds_both_texts(bankid: BankID, root: Issued) -> None:
    bankid.says(200, {"orderRef": ORDER, "new": True})
    party = client(bankid.url, root)
    assert party.phone_auth(NUMBER, CallInitiator.USER, "Ring på: 47", b"\x00nonce", soon()) == ORDER
    [request] = bankid.asked
    assert (request.method, request.path) == ("POST", "/rp/v6.0/phone/auth")
    assert request.header("Content-Type") == "application/json"
    body = sent(request)
    assert unbase64(body.pop("userVisibleData")).decode() == "Ring på: 47"
    assert unbase64(body.pop("userNonVisibleData")) == b"\x00nonce"
    assert body == {"personalNumber": NUMBER, "callInitiator": "user"}
    assert request.client_certificate


def test_a_start_may_ask_for_the_security_code_and_for_a_kind_of_bankid(bankid: BankID, root: Issued) -> None:
    bankid.says(200, {"orderRef": ORDER})
    client(bankid.url, root).phone_sign(
        NUMBER, CallInitiator.RP, "x", b"y", soon(), certificate_policies=["1.2.752.78.1.5"], pin_code=True
    )
    [request] = bankid.asked
    assert request.path == "/rp/v6.0/phone/sign"
    assert sent(request)["callInitiator"] == "RP"
    assert sent(request)["requirement"] == {"certificatePolicies": ["1.2.752.78.1.5"], "pinCode": True}


@pytest.mark.parametrize("number", ["", "9908072391", "19990807-2391", NUMBER + "\n", "\u0661" * 12])
def test_an_order_for_nobody_is_not_sent(number: str, bankid: BankID, root: Issued) -> None:
    with pytest.raises(ValueError, match="12 digits") as told:
        client(bankid.url, root).phone_auth(number, CallInitiator.USER, "x", b"y", soon())
    assert not number or number not in str(told.value)
    assert bankid.asked == []


@pytest.mark.parametrize(("visible", "hidden"), [("", b"y"), ("x", b""), ("x" * 1126, b"y"), ("x", b"y" * 1126)])
def test_a_text_that_bankid_would_refuse_is_not_sent(visible: str, hidden: bytes, bankid: BankID, root: Issued) -> None:
    party = client(bankid.url, root)
    with pytest.raises(ValueError, match="in base64"):
        party.phone_auth(NUMBER, CallInitiator.USER, visible, hidden, soon())
    assert bankid.asked == []


def test_texts_may_be_as_long_as_bankid_takes_them(bankid: BankID, root: Issued) -> None:
    bankid.says(200, {"orderRef": ORDER})
    party = client(bankid.url, root)
    party.phone_auth(NUMBER, CallInitiator.USER, "x" * 1125, b"y" * 1125, soon())
    party.phone_sign(NUMBER, CallInitiator.USER, "x" * 30_000, b"y" * 150_000, soon())
    assert [len(sent(request)["userVisibleData"]) for request in bankid.asked] == [1_500, 40_000]


@pytest.mark.parametrize("reference", [None, 7, "", "short", ORDER + "\n", ORDER + "/../x", "x" * 65, [ORDER]])
def test_a_reference_that_cannot_be_one_is_none(reference: object, bankid: BankID, root: Issued) -> None:
    bankid.says(200, {"orderRef": reference})
    found = trouble(DOING["auth"], client(bankid.url, root))
    assert (found.fault, found.uncertain) == (BankIDFault.UNKNOWN, True)


@pytest.mark.parametrize("reference", ["", ORDER + "\n", '"}'])
def test_a_reference_that_cannot_be_one_is_not_asked_for(reference: str, bankid: BankID, root: Issued) -> None:
    party = client(bankid.url, root)
    for ask in (party.collect, party.cancel):
        with pytest.raises(ValueError, match="orderRef"):
            ask(reference, soon())
    assert bankid.asked == []


# --- how an order stands


@pytest.mark.parametrize("hint", ["outstandingTransaction", "userCallConfirm", "somethingNew7"])
def test_a_hint_is_passed_on_as_it_came(hint: str, bankid: BankID, root: Issued) -> None:
    party = client(bankid.url, root)
    bankid.says(200, {"orderRef": ORDER, "status": "pending", "hintCode": hint, "new": {}})
    assert party.collect(ORDER, soon()) == Pending(hint)
    bankid.says(200, {"orderRef": ORDER, "status": "failed", "hintCode": hint})
    assert party.collect(ORDER, soon()) == Failed(hint)
    assert {request.path for request in bankid.asked} == {"/rp/v6.0/collect"}
    assert [sent(request) for request in bankid.asked] == [{"orderRef": ORDER}] * 2


def test_a_person_who_is_done_comes_with_all_the_evidence(bankid: BankID, root: Issued) -> None:
    bankid.says(200, COMPLETE)
    collected = client(bankid.url, root).collect(ORDER, soon())
    assert isinstance(collected, Complete)
    assert collected.person == Person(NUMBER, "KARIN Testsson", "KARIN", "Testsson")
    assert (collected.issued_on, collected.signature, collected.ocsp_response) == (
        date(2023, 1, 31),
        "c2lnbmVk",
        "b2NzcA==",
    )
    assert json.loads(collected.whole) == COMPLETE["completionData"]
    assert not any(text in repr(collected) for text in PERSONAL)


def without(*path: str) -> dict[str, Any]:
    return replaced(*path, value=None)


def replaced(*path: str, value: object) -> dict[str, Any]:
    """COMPLETE with one value changed; None takes it away."""
    changed: dict[str, Any] = json.loads(json.dumps(COMPLETE))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    if value is not None:
        inner[path[-1]] = value
    return changed


@pytest.mark.parametrize("given", [None, "", "31 January", "2023-02-30", 1_672_531_200_000, "20230131"])
def test_a_day_of_issue_that_cannot_be_read_is_not_known(given: object, bankid: BankID, root: Issued) -> None:
    bankid.says(200, replaced("completionData", "bankIdIssueDate", value=given))
    collected = client(bankid.url, root).collect(ORDER, soon())
    assert isinstance(collected, Complete)
    assert collected.issued_on is None


def test_a_large_signature_comes_whole(bankid: BankID, root: Issued) -> None:
    bankid.says(200, replaced("completionData", "signature", value="QUJD" * 200_000))
    collected = client(bankid.url, root).collect(ORDER, soon())
    assert isinstance(collected, Complete)
    assert len(collected.signature) == 800_000


USER = ("completionData", "user")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "complete",
        {**COMPLETE, "status": "done"},
        {**COMPLETE, "status": "Complete"},
        {**COMPLETE, "status": ["complete"]},
        {**COMPLETE, "orderRef": ORDER[:-1] + "9"},
        without("orderRef"),
        without("status"),
        without("completionData"),
        {**COMPLETE, "completionData": []},
        without("completionData", "user"),
        without("completionData", "signature"),
        without("completionData", "ocspResponse"),
        replaced("completionData", "signature", value=""),
        replaced("completionData", "signature", value="<xml>"),
        replaced("completionData", "ocspResponse", value=["b2NzcA=="]),
        replaced("completionData", "user", value=NUMBER),
        without(*USER, "personalNumber"),
        replaced(*USER, "personalNumber", value=int(NUMBER)),
        replaced(*USER, "personalNumber", value=NUMBER[2:]),
        replaced(*USER, "personalNumber", value=NUMBER + "\n"),
        without(*USER, "name"),
        without(*USER, "givenName"),
        without(*USER, "surname"),
        replaced(*USER, "givenName", value="\ud800"),
        replaced(*USER, "givenName", value="Karin\nTestsson"),
        replaced(*USER, "name", value="x" * 301),
        {"orderRef": ORDER, "status": "pending"},
        {"orderRef": ORDER, "status": "failed", "hintCode": None},
        {"orderRef": ORDER, "status": "failed", "hintCode": "user Cancel"},
        {"orderRef": ORDER, "status": "failed", "hintCode": NUMBER},
        {"status": "pending", "hintCode": "userSign"},
    ],
)
def test_an_answer_that_is_not_whole_is_trouble_and_nobody(answer: object, bankid: BankID, root: Issued) -> None:
    bankid.says(200, answer)
    found = trouble(DOING["collect"], client(bankid.url, root))
    assert (found.fault, found.uncertain) == (BankIDFault.UNKNOWN, True)


def test_an_order_is_cancelled(bankid: BankID, root: Issued) -> None:
    client(bankid.url, root).cancel(ORDER, soon())
    [request] = bankid.asked
    assert (request.path, sent(request)) == ("/rp/v6.0/cancel", {"orderRef": ORDER})


# --- refusals

REFUSALS = [
    (400, "alreadyInProgress", BankIDFault.ALREADY_IN_PROGRESS, False),
    (400, "invalidParameters", BankIDFault.INVALID_PARAMETERS, False),
    (400, "somethingNew", BankIDFault.UNKNOWN, False),
    (400, "", BankIDFault.UNKNOWN, False),
    (401, "unauthorized", BankIDFault.UNAUTHORIZED, False),
    (403, "unauthorized", BankIDFault.UNAUTHORIZED, False),
    (403, "", BankIDFault.UNAUTHORIZED, False),
    (404, "notFound", BankIDFault.NOT_FOUND, False),
    (405, "methodNotAllowed", BankIDFault.METHOD_NOT_ALLOWED, False),
    (405, "", BankIDFault.METHOD_NOT_ALLOWED, False),
    (408, "requestTimeout", BankIDFault.REQUEST_TIMEOUT, False),
    (415, "unsupportedMediaType", BankIDFault.UNSUPPORTED_MEDIA_TYPE, False),
    (429, "tooManyRequests", BankIDFault.TOO_MANY_REQUESTS, False),
    (429, "", BankIDFault.TOO_MANY_REQUESTS, False),
    (500, "internalError", BankIDFault.INTERNAL_ERROR, True),
    (500, "", BankIDFault.INTERNAL_ERROR, True),
    (502, "", BankIDFault.UNKNOWN, True),
    (503, "maintenance", BankIDFault.MAINTENANCE, False),
    (503, "", BankIDFault.MAINTENANCE, True),  # a gateway's word, which may not know
    (504, "", BankIDFault.UNKNOWN, True),
    (201, "", BankIDFault.UNKNOWN, True),
    (302, "", BankIDFault.UNKNOWN, True),
]


@every_call
@pytest.mark.parametrize(("status", "code", "fault", "uncertain"), REFUSALS)
def test_a_refusal_says_why_and_whether_it_may_have_been_done_all_the_same(
    doing: Doing, status: int, code: str, fault: BankIDFault, uncertain: bool, bankid: BankID, root: Issued
) -> None:
    bankid.says(status, {"errorCode": code, "details": f"Order for {NUMBER}"})
    found = trouble(doing, client(bankid.url, root))
    assert (found.fault, found.uncertain) == (fault, uncertain)
    assert f"HTTP {status}" in str(found)
    assert code in str(found)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>no</html>", b"\xff", b"[" * 60_000, b"[]", b'"no"', b'{"errorCode": 7}', b'{"errorCode": "a b"}'],
)
@pytest.mark.parametrize("status", [200, 400, 405, 500, 503])
def test_a_body_that_is_not_bankids_is_not_believed(body: bytes, status: int, bankid: BankID, root: Issued) -> None:
    bankid.answers = [Response(status, body=body)]
    found = trouble(DOING["collect"], client(bankid.url, root))
    assert found.uncertain is (status in (200, 500, 503))


def test_only_details_that_are_known_are_repeated(bankid: BankID, root: Issued) -> None:
    party = client(bankid.url, root)
    bankid.says(400, {"errorCode": "invalidParameters", "details": "No such order"})
    assert str(trouble(DOING["collect"], party)).endswith("HTTP 400 invalidParameters (No such order)")
    bankid.says(400, {"errorCode": "invalidParameters", "details": "No such order, Karin"})
    assert str(trouble(DOING["collect"], party)).endswith("HTTP 400 invalidParameters")


def test_no_log_says_whom_it_was_about_at_whatever_level(
    bankid: BankID, root: Issued, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    party = client(bankid.url, root)
    bankid.answers = [json_response(200, {"orderRef": ORDER}), json_response(200, COMPLETE), json_response(200, {})]
    for name in ("auth", "collect", "cancel"):
        DOING[name](party, soon())
    bankid.says(400, {"errorCode": "invalidParameters", "details": f"{NUMBER} {ORDER} Karin"})
    for doing in DOING.values():
        trouble(doing, party)
    written = caplog.text + "".join(capfd.readouterr())
    assert "/phone/auth" in written  # urllib3 does log at that level
    assert not any(text in written for text in PERSONAL if text != "localhost")


MAINTENANCE = json_response(503, {"errorCode": "maintenance", "details": "x"})


@pytest.mark.parametrize("name", ["auth", "cancel"])
def test_what_was_not_taken_because_of_maintenance_is_asked_once_more(name: str, bankid: BankID, root: Issued) -> None:
    bankid.answers = [MAINTENANCE, json_response(200, {"orderRef": ORDER})]
    DOING[name](client(bankid.url, root), soon())
    assert len(bankid.asked) == 2
    bankid.answers = [MAINTENANCE]
    assert trouble(DOING[name], client(bankid.url, root)).fault is BankIDFault.MAINTENANCE
    assert len(bankid.asked) == 4


def test_a_result_is_asked_for_again_only_by_who_waits_for_it(bankid: BankID, root: Issued) -> None:
    bankid.answers = [MAINTENANCE, json_response(200, COMPLETE)]
    assert trouble(DOING["collect"], client(bankid.url, root)).fault is BankIDFault.MAINTENANCE
    assert len(bankid.asked) == 1


@every_call
@pytest.mark.parametrize("answer", [Response(503), Response(500), Response(408), Response(429), None])
def test_nothing_else_is_sent_twice(doing: Doing, answer: Response | None, bankid: BankID, root: Issued) -> None:
    bankid.answers = [answer or Response(200)]
    trouble(doing, client(bankid.url, root))
    assert len(bankid.asked) == 1


# --- answers that do not come


def lost(request: Request) -> Response:
    raise CloseWithoutAnswer


@every_call
def test_a_lost_answer_leaves_open_whether_it_was_done(
    doing: Doing, root: Issued, server: Issued, folder: Path
) -> None:
    asked: list[Request] = []

    def counted(request: Request) -> Response:
        asked.append(request)
        return lost(request)

    with WebServer(counted, server_context(folder, server)) as web:
        found = trouble(doing, client(web.url, root))
    assert (found.fault, found.uncertain, len(asked)) == (BankIDFault.UNANSWERED, True, 1)


def half(peer: Peer) -> None:
    peer.send(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"orderRef": "%s"}' % ORDER.encode())


def endless(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while not peer.stopped.is_set():
        peer.send(b" " * 65_536)


def redirecting(peer: Peer) -> None:
    says("307 Temporary Redirect", b"", "Location: https://localhost:1/")(peer)


@every_call
@pytest.mark.parametrize("answer", [half, endless, redirecting])
def test_half_of_an_answer_too_much_of_one_and_another_address_are_none(
    answer: Answer, doing: Doing, root: Issued, server: Issued, folder: Path
) -> None:
    with HostileServer(answer, server_context(folder, server)) as hostile:
        found = trouble(doing, client(hostile.url, root))
        assert len(hostile.heads) == 1
    assert found.fault in (BankIDFault.UNANSWERED, BankIDFault.UNKNOWN)
    assert found.uncertain


def hanging(peer: Peer) -> None:
    peer.hang()


def dripping(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n")
    peer.drip(b" " * 30_000)


@pytest.mark.parametrize("answer", [hanging, dripping])
def test_bankid_may_hang_or_drip_until_the_deadline(answer: Answer, root: Issued, server: Issued, folder: Path) -> None:
    with HostileServer(answer, server_context(folder, server)) as hostile:
        party, began = client(hostile.url, root), time.monotonic()
        found = trouble(DOING["auth"], party, soon(0.5))
        assert time.monotonic() - began < 0.5 + SLACK
    assert (found.fault, found.uncertain) == (BankIDFault.UNANSWERED, True)


def test_who_never_was_reached_has_done_nothing(root: Issued) -> None:
    with deaf("127.0.0.1") as port:
        url = f"https://localhost:{port}"
        found = trouble(DOING["auth"], client(url, root), soon(0.5))
        assert (found.fault, found.uncertain) == (BankIDFault.UNANSWERED, False)
    found = trouble(DOING["auth"], client(url, root))
    assert (found.fault, found.uncertain) == (BankIDFault.UNANSWERED, False)
    found = trouble(DOING["auth"], client(url, root), soon(0.01))
    assert (found.fault, found.uncertain) == (BankIDFault.UNANSWERED, False)


# --- connections


@dataclass
class SetClock:
    """Says what it is told; real time is nothing to it."""

    at: float = 2_222_222_222.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_a_connection_is_kept_while_an_order_is_followed_and_not_through_a_long_sleep(
    root: Issued, server: Issued, folder: Path
) -> None:
    clock, peers = SetClock(), []

    def pending(peer: Peer) -> None:
        peers.append(peer)
        body = json.dumps({"orderRef": ORDER, "status": "pending", "hintCode": "userSign"}).encode()
        for _ in range(5):
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            if not peer._connection.recv(4096):
                return
            peer._connection.recv(4096)

    with HostileServer(pending, server_context(folder, server)) as hostile:
        party = client(hostile.url, root)
        counts = []
        for pause in (0.0, 2.0, 2.0, 60.0, 2.0):
            clock.sleep(pause)
            party.collect(ORDER, Deadline.after(7.0, clock))
            counts.append(len(peers))
        assert counts == [1, 1, 1, 2, 2]
        party.phone_auth(NUMBER, CallInitiator.USER, "x", b"y", Deadline.after(7.0, clock))
        assert len(peers) == 3


# --- certificates


def test_the_trust_is_in_one_root_before_and_after_a_call(bankid: BankID, root: Issued) -> None:
    ours = issue("us", authority("our bank"))
    tls = context(bankid.url, Identity(ours.pem), root.certificate_pem, root.sha256, time.time())
    before = [tls.cert_store_stats(), tls.get_ca_certs(binary_form=True)]
    RelyingParty(bankid.url, tls).cancel(ORDER, soon())
    assert before == [tls.cert_store_stats(), tls.get_ca_certs(binary_form=True)]
    assert before[0] == {"x509": 1, "crl": 0, "x509_ca": 1}


def test_a_server_of_another_root_is_refused_before_anything_is_sent(root: Issued, folder: Path) -> None:
    other = issue("localhost", authority("another root"))
    with HostileServer(says("200 OK"), server_context(folder, other)) as hostile:
        found = trouble(DOING["auth"], client(hostile.url, root))
        assert hostile.heads == []
    assert (found.fault, found.uncertain) == (BankIDFault.CERTIFICATE, False)
    assert "not of the root that we trust" in str(found)


def test_a_server_that_everybody_else_trusts_is_refused(
    root: Issued, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = authority("public")
    (folder / "public.pem").write_text(public.certificate_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "public.pem"))
    with HostileServer(says("200 OK"), server_context(folder, issue("localhost", public))) as hostile:
        assert trouble(DOING["auth"], client(hostile.url, root)).fault is BankIDFault.CERTIFICATE
        assert hostile.heads == []


def test_a_server_whose_certificate_has_expired_is_refused(root: Issued, folder: Path) -> None:
    late = issue("localhost", root, not_before=-2 * DAY, not_after=timedelta(hours=-1))
    with HostileServer(says("200 OK"), server_context(folder, late)) as hostile:
        assert trouble(DOING["auth"], client(hostile.url, root)).fault is BankIDFault.CERTIFICATE


@every_call
@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("why", ["another bank's", "expired", "none"])
def test_our_certificate_when_it_is_refused_is_what_the_trouble_is_about(
    why: str, version: str, doing: Doing, root: Issued, server: Issued, folder: Path
) -> None:
    theirs = server_context(folder, server, authority("our bank"), ssl.TLSVersion[version])
    with refusing_server(theirs) as url:
        if why == "none":
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            tls.load_verify_locations(cadata=root.certificate_pem)
            party = RelyingParty(url, tls)
        elif why == "expired":
            late = issue("us", authority("our bank"), not_before=-9 * DAY, not_after=-DAY)
            then = time.time() - 5 * 86_400
            tls = context(url, Identity(late.pem), root.certificate_pem, root.sha256, then)
            party = RelyingParty(url, tls)
        else:
            party = client(url, root, issue("us", authority("another bank")))
        found = trouble(doing, party)
    assert (found.fault, found.uncertain) == (BankIDFault.CERTIFICATE, False)
    assert "it refuses our certificate" in str(found)
    assert "make certs" in str(found)


@pytest.mark.parametrize("answer", [Response(405), json_response(405, {"errorCode": "methodNotAllowed"})])
def test_a_probe_makes_no_order(answer: Response, bankid: BankID, root: Issued) -> None:
    bankid.answers = [answer]
    client(bankid.url, root).probe(soon())
    [request] = bankid.asked
    assert (request.method, request.path, request.body) == ("GET", "/rp/v6.0/auth", b"")


@pytest.mark.parametrize(("status", "fault"), [(403, BankIDFault.UNAUTHORIZED), (200, BankIDFault.UNKNOWN)])
def test_a_probe_that_is_answered_in_another_way_is_trouble(
    status: int, fault: BankIDFault, bankid: BankID, root: Issued
) -> None:
    bankid.answers = [Response(status)]
    assert trouble(lambda party, deadline: party.probe(deadline), client(bankid.url, root)).fault is fault


# --- a connection that takes its time


def slow_to_shake_hands(root: Issued, folder: Path) -> HostileServer:
    pending = json.dumps({"orderRef": ORDER, "status": "pending", "hintCode": "userSign"}).encode()
    context = server_context(folder, issue("localhost", root))
    return HostileServer(says("200 OK", pending), context, waits=0.6)


def test_an_order_is_not_asked_for_any_more_when_connecting_took_too_long(root: Issued, folder: Path) -> None:
    with slow_to_shake_hands(root, folder) as slow:
        party = client(slow.url, root)
        told = trouble(lambda party, deadline: party.collect(ORDER, deadline, soon(0.25)), party)
        assert told.fault is BankIDFault.UNANSWERED
    assert b"POST" not in b"".join(slow.heads)


def test_a_connection_that_was_opened_ahead_asks_at_once(root: Issued, folder: Path) -> None:
    with slow_to_shake_hands(root, folder) as slow:
        party = client(slow.url, root)
        party.connect(soon())
        assert slow.finished.wait(5)
        assert slow.heads == []
        assert party.collect(ORDER, soon(), soon(0.5)) == Pending("userSign")
    assert len(slow.heads) == 1


def test_connecting_again_keeps_the_connection_that_there_is(root: Issued, folder: Path) -> None:
    with slow_to_shake_hands(root, folder) as slow:
        party = client(slow.url, root)
        party.connect(soon())
        slow.finished.wait(5)  # its tickets for another session have come, which look like a closed connection
        party.connect(soon(0.5))
        assert party.collect(ORDER, soon(), soon(0.5)) == Pending("userSign")


def test_why_there_is_no_connection_is_told(root: Issued, folder: Path) -> None:
    with HostileServer(says("200 OK"), server_context(folder, issue("localhost", authority("another")))) as false:
        told = trouble(lambda party, deadline: party.connect(deadline), client(false.url, root))
        assert (told.fault, told.uncertain) == (BankIDFault.CERTIFICATE, False)
    with slow_to_shake_hands(root, folder) as slow:
        told = trouble(lambda party, deadline: party.connect(deadline), client(slow.url, root), soon(0.3))
        assert (told.fault, told.uncertain) == (BankIDFault.UNANSWERED, False)
