"""The OCSP answer counts only if the leaf's CA has its responder say, of this very signature: good, now."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, OCSPExtensionOID

from chalicelib.bankid.evidence.verify import verify
from chalicelib.errors import EvidenceFault
from tests.unit.evidence import signing
from tests.unit.evidence.refused import fault
from tests.unit.evidence.signing import AT, EXPECTED, NOW, Answer, Made, evidence, issue, name, root

F = EvidenceFault
Nonce = Callable[[bytes], x509.ExtensionType | None]


def answered(**changes: object) -> signing.Complete:
    return evidence(answer=lambda right: replace(right, **changes))


def raw(nonce: bytes) -> x509.ExtensionType:
    return x509.UnrecognizedExtension(OCSPExtensionOID.NONCE, nonce)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": x509.OCSPNonce},
        {"nonce": raw},
        {"named_by": ocsp.OCSPResponderEncoding.NAME},
        {"named_with": hashes.SHA256()},
        {"signed_with": hashes.SHA512()},
        {"until": AT + timedelta(hours=1), "since": AT - timedelta(days=1)},
        {"produced": AT - timedelta(minutes=4), "since": AT - timedelta(minutes=4)},
        {"produced": AT + timedelta(minutes=1), "since": AT + timedelta(minutes=1)},
    ],
)
def test_every_form_that_an_answer_may_have_is_accepted(changes: dict[str, object]) -> None:
    verify(answered(**changes), EXPECTED, [root().certificate], NOW)


@pytest.mark.parametrize("nonce", [x509.OCSPNonce, raw])
def test_a_nonce_that_begins_as_a_wrapper_would_is_read_all_the_same(nonce: Nonce) -> None:
    """One raw nonce in 65,536 begins with 04 1E. Documents are made until the hash of one does."""
    made = signing.genuine()
    # A hash that begins so is as rare as it is in real life: 65,536 signatures on average. Changing the unsigned white
    # space in the document makes others without signing anew.
    text = signing.text_of(made)
    wide = (f"{spaces:020b}".replace("0", " ").replace("1", "\t") for spaces in range(1_000_000))
    written = (b64encode(text.replace("<Object>", f"<Object>{one}").encode()).decode() for one in wide)
    signature = next(one for one in written if hashlib.sha1(one.encode()).digest().startswith(b"\x04\x1e"))  # noqa: S324
    answer = Answer(signing.karin().certificate, signing.customer_ca().certificate, signing.responder(), nonce=nonce)
    trapped = signing.around(signature, signing.answer_for(signature, answer))
    verify(trapped, EXPECTED, [root().certificate], NOW)


@pytest.mark.parametrize(
    "nonce",
    [
        lambda right: None,
        lambda right: raw(right[:20]),
        lambda right: raw(right + b"x"),
        lambda right: raw(bytes(32)),
        lambda right: raw(b"x" + right[1:]),
        lambda right: x509.OCSPNonce(right[:31]),
        lambda right: x509.OCSPNonce(bytes(12) + right[:20]),
        lambda right: raw(right[2:]),
        lambda right: raw(b""),
    ],
)
def test_another_nonce_is_refused(nonce: Nonce) -> None:
    assert fault(answered(nonce=nonce)) is F.OCSP_NONCE


def test_the_answer_to_another_signature_is_refused() -> None:
    other = evidence(wrap=True)
    assert fault(signing.around(signing.genuine().signature, other.ocsp_response)) is F.OCSP_NONCE


@pytest.mark.parametrize("status", [ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN])
def test_a_certificate_that_is_not_good_is_refused(status: ocsp.OCSPCertStatus) -> None:
    assert fault(answered(status=status)) is F.OCSP_STATUS


def of_another_person() -> x509.Certificate:
    return issue(name("Eve", signing.OTHER), "eve", signing.customer_ca(), signing.SIGNER).certificate


def test_an_answer_about_another_certificate_is_refused() -> None:
    assert fault(answered(subject=of_another_person())) is F.OCSP_ANSWER
    assert fault(answered(issuer=signing.bank().certificate)) is F.OCSP_ANSWER
    another_key = issue(signing.customer_ca().certificate.subject, "another key", signing.bank(), signing.authority(0))
    assert fault(answered(issuer=another_key.certificate)) is F.OCSP_ANSWER


def responder(*extensions: x509.ExtensionType, issuer: Made | None = None, **times: datetime) -> Made:
    return issue(name("Testbank A OCSP"), "responder", issuer or signing.customer_ca(), extensions, **times)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("signer", "expected"),
    [
        (signing.karin, F.OCSP_RESPONDER),
        (signing.customer_ca, F.OCSP_RESPONDER),
        (lambda: responder(*signing.SIGNER), F.OCSP_RESPONDER),
        (
            lambda: responder(*signing.SIGNER, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
            F.OCSP_RESPONDER,
        ),
        (lambda: responder(*signing.RESPONDER[::2], signing.usage()), F.OCSP_RESPONDER),
        (lambda: responder(*signing.RESPONDER, issuer=signing.bank()), F.CHAIN),
        (lambda: signing.responder("attacker"), F.CHAIN),
        (lambda: issue(name("OCSP"), "responder", None, signing.RESPONDER), F.CHAIN),
        (lambda: responder(*signing.RESPONDER, until=AT - timedelta(hours=1)), F.VALIDITY),
        (lambda: issue(name("OCSP"), "weak", signing.customer_ca(), signing.RESPONDER, bits=1024), F.WEAK_KEY),
    ],
)
def test_only_the_cas_own_responder_may_answer(signer: Callable[[], Made], expected: EvidenceFault) -> None:
    assert fault(answered(signer=signer())) is expected


def test_a_responder_that_is_not_enclosed_is_not_looked_for() -> None:
    assert fault(answered(enclosed=())) is F.OCSP_RESPONDER
    assert fault(answered(enclosed=(signing.karin().certificate,))) is F.OCSP_RESPONDER


def test_a_responders_certificate_without_its_key_is_not_enough() -> None:
    assert fault(answered(signing_key=signing.key("forger"))) is F.OCSP_SIGNATURE


def test_an_answer_signed_over_a_weak_hash_is_refused() -> None:
    made = signing.genuine()
    der = b64decode(made.ocsp_response)
    sha256, sha1 = (bytes.fromhex(f"06092a864886f70d0101{last}0500") for last in ("0b", "05"))
    at = der.index(sha256, len(ocsp.load_der_ocsp_response(der).tbs_response_bytes))
    weaker = der[:at] + sha1 + der[at + len(sha1) :]
    assert fault(signing.around(made.signature, b64encode(weaker).decode())) is F.ALGORITHM


@pytest.mark.parametrize(
    "times",
    [
        {"produced": AT - timedelta(minutes=6)},
        {"produced": AT + timedelta(minutes=3)},
        {"since": AT + timedelta(minutes=3)},
        {"since": AT - timedelta(minutes=6)},
        {"since": AT - timedelta(days=2), "until": AT - timedelta(minutes=1)},
    ],
)
def test_an_answer_of_another_time_is_refused(times: dict[str, datetime]) -> None:
    assert fault(answered(**times)) is F.OCSP_TIME


def test_an_answer_kept_for_later_is_refused() -> None:
    assert fault(signing.genuine(), now=NOW + 301) is F.OCSP_TIME


def test_an_error_instead_of_an_answer_is_refused() -> None:
    error = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    refusing = b64encode(error.public_bytes(Encoding.DER)).decode()
    assert fault(signing.around(signing.genuine().signature, refusing)) is F.OCSP


@pytest.mark.parametrize(
    ("response", "expected"),
    [("", F.OCSP), ("AAAA", F.OCSP), ("?", F.BASE64), (b64encode(bytes(20_000)).decode(), F.SIZE)],
)
def test_what_is_no_answer_is_refused(response: str, expected: EvidenceFault) -> None:
    assert fault(signing.around(signing.genuine().signature, response)) is expected


def test_without_roots_no_answer_is_needed() -> None:
    verify(signing.around(signing.genuine().signature, ""), EXPECTED, [], NOW)
