import hashlib
import http.client
import ssl
from pathlib import Path

import pytest

from local import tls
from local.bankid import Fault, Prompt
from local.bankid.authority import IMPOSTOR_SUFFIX
from local.bankid.faults import (
    DOWN,
    END_LOST,
    INTERNAL,
    LOST,
    MAINTENANCE,
    NOT_JSON,
    PROXY_PAGE,
    TOO_MANY,
    TOO_SLOW,
    UNAUTHORIZED,
    UNHEARD_OF,
    WELL,
)
from tests.local.bankid_client import KARIN, Bank, Client, client_context


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (UNHEARD_OF, 400, "somethingNew"),
        (UNAUTHORIZED, 401, "unauthorized"),
        (TOO_SLOW, 408, "requestTimeout"),
        (TOO_MANY, 429, "tooManyRequests"),
        (INTERNAL, 500, "internalError"),
        (MAINTENANCE, 503, "maintenance"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_bankid_s_own_troubles_have_their_codes_and_do_nothing(
    bank: Bank, fault: Fault, status: int, code: str
) -> None:
    bank.faults.always("/phone/auth", fault)

    assert bank.client.auth().error == (status, code)
    assert list(bank.orders) == []


def test_a_limit_of_rate_tells_how_it_stands(bank: Bank) -> None:
    bank.faults.always("/collect", TOO_MANY)

    assert bank.client.post("/collect", orderRef="x").headers["RateLimit-Remaining"] == "0"


@pytest.mark.parametrize(("fault", "status"), [(PROXY_PAGE, 503), (NOT_JSON, 200)])
def test_an_answer_need_not_be_json(bank: Bank, fault: Fault, status: int) -> None:
    bank.faults.always("/phone/auth", fault)

    got = bank.client.auth()

    assert got.status == status
    assert got.body.startswith(b"<html>")


def test_a_connection_may_close_before_anything_is_done(bank: Bank) -> None:
    bank.faults.next("/phone/auth", DOWN)

    with pytest.raises(http.client.RemoteDisconnected):
        bank.client.auth()
    assert list(bank.orders) == []
    assert bank.client.auth().status == 200


def test_a_connection_may_close_with_the_order_made(bank: Bank) -> None:
    bank.faults.next("/phone/auth", LOST)

    with pytest.raises(http.client.RemoteDisconnected):
        bank.client.auth()
    assert len(list(bank.orders)) == 1
    assert bank.client.auth().error == (400, "alreadyInProgress")
    assert [asked.status for asked in bank.requests] == [None, 400]


def test_the_last_answer_may_be_lost_for_good(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    bank.faults.always("/collect", END_LOST)
    ref = bank.client.begin()

    assert bank.after(5.0).hint(ref) == "userCallConfirm"
    with pytest.raises(http.client.RemoteDisconnected):
        bank.after(10.0).hint(ref)
    assert bank.client.hint(ref) == "No such order"


def test_the_next_answers_come_from_a_queue_and_then_what_always_happens(bank: Bank) -> None:
    ref = bank.client.begin()
    bank.faults.next("/collect", INTERNAL, WELL, MAINTENANCE)
    bank.faults.always("/collect", TOO_MANY)

    assert [bank.client.post("/collect", orderRef=ref).status for _ in range(5)] == [500, 200, 503, 429, 429]
    bank.faults.clear()
    assert bank.client.hint(ref) == "outstandingTransaction"


def test_an_answer_may_take_its_time(bank: Bank) -> None:
    bank.faults.next("/phone/auth", Fault(slow_seconds=7.0))
    start = bank.clock.now()

    answer = bank.clock.spawn(bank.client.auth)
    bank.clock.sleep(30.0)
    answer.result(timeout=10.0)

    assert next(iter(bank.orders)).made_at == start + 7.0


def test_there_may_be_no_answer_at_all(bank: Bank) -> None:
    bank.faults.next("/phone/auth", Fault(hold=True))
    connection = http.client.HTTPSConnection("localhost", bank.server.port, context=bank.client.context, timeout=0.2)

    connection.request("POST", "/rp/v6.0/phone/auth", b"{}")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()


def test_fields_that_nobody_knows_yet_may_stand_in_every_answer(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    bank.faults.always("/collect", Fault(more={"somethingNew": [1]}))
    ref = bank.client.begin()

    assert bank.client.collect(ref)["somethingNew"] == [1]
    complete = bank.after(20.0).collect(ref)
    assert complete["somethingNew"] == complete["completionData"]["somethingNew"] == [1]


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_nobody_gets_in_without_a_certificate(bank: Bank) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=bank.root_pem)
    bank.client.context = context

    with pytest.raises((ssl.SSLError, ConnectionError)):
        bank.client.auth()


def test_nobody_gets_in_with_an_expired_certificate(bank: Bank) -> None:
    client = Client(bank, "expired-relying-party")
    client.context.maximum_version = ssl.TLSVersion.TLSv1_2  # in 1.3 a client may be sending already, and not hear why

    with pytest.raises(ssl.SSLError) as refused:
        client.auth()
    assert "expired" in str(refused.value).lower()


def test_nobody_gets_in_with_a_certificate_of_somebody_s_own(bank: Bank) -> None:
    homemade = Path(bank.authority.folder / f"server{IMPOSTOR_SUFFIX}.pem").read_text(encoding="ascii")
    bank.client.context = client_context(bank.root_pem, homemade)

    with pytest.raises((ssl.SSLError, ConnectionError)):
        bank.client.auth()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_are_spoken(bank: Bank, version: ssl.TLSVersion) -> None:
    bank.client.context.minimum_version = bank.client.context.maximum_version = version

    assert bank.client.auth().status == 200


def test_an_impostor_may_answer_with_a_root_of_the_same_name(bank: Bank) -> None:
    bank.faults.server_tls = bank.authority.server_context(IMPOSTOR_SUFFIX)

    with pytest.raises(ssl.SSLCertVerificationError):
        bank.client.auth()
    bank.faults.clear()
    assert bank.client.auth().status == 200


def test_a_certificate_that_the_public_trusts_may_answer(bank: Bank, tmp_path: Path) -> None:
    public = tls.certificates(tmp_path / "tls")
    bank.faults.server_tls = public.server_context()

    with pytest.raises(ssl.SSLCertVerificationError):
        bank.client.auth()
    bank.client.context.load_verify_locations(public.ca_file)
    assert bank.client.auth().status == 200


def test_the_root_is_told_as_text_and_as_fingerprint(bank: Bank) -> None:
    der = ssl.PEM_cert_to_DER_cert(bank.root_pem)

    assert bank.root_sha256 == hashlib.sha256(der).hexdigest()
