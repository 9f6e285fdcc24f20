"""The stand-in's evidence, made by other hands than ours, is accepted; each of its lies is refused."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography import x509

from chalicelib.bankid.answers import Complete, Person
from chalicelib.bankid.evidence import roots
from chalicelib.bankid.evidence.content import Expected
from chalicelib.bankid.evidence.verify import Checked, verify
from chalicelib.errors import EvidenceFault, EvidenceRefused
from local.bankid.authority import Authority, authority
from local.bankid.canonical_xml import PLAIN, Layout
from local.bankid.evidence import Completed, Manner, Tamper, completion_data
from local.bankid.holders import Holder
from local.bankid.ocsp import NonceForm

AT = 2_222_222_222.0
KARIN = Holder("199908072391", "Karin", "Testsson")
VISIBLE, NON_VISIBLE = "Kod i samtalet: 47", b"a nonce"
# What none but an OCSP answer or a root can show.
BEYOND_THE_DOCUMENT = {
    EvidenceFault.CHAIN,
    EvidenceFault.NOT_A_CA,
    EvidenceFault.VALIDITY,
    *(one for one in EvidenceFault if one.startswith("ocsp")),
}


@pytest.fixture(scope="module")
def bank() -> Authority:
    return authority()


def certificate(bank: Authority) -> x509.Certificate:
    return bank.identity("relying-party").certificate


def made(bank: Authority, manner: Manner) -> Complete:
    completed = Completed(
        KARIN, certificate(bank), AT, b64encode(VISIBLE.encode()).decode(), b64encode(NON_VISIBLE).decode()
    )
    data = json.loads(json.dumps(completion_data(bank, completed, manner)))
    user = data["user"]
    return Complete(
        Person(user["personalNumber"], user["name"], user["givenName"], user["surname"]),
        None,
        data.get("signature") or "",
        data.get("ocspResponse") or "",
        json.dumps(data),
    )


def expected(bank: Authority) -> Expected:
    subject = certificate(bank).subject.rfc4514_string()
    return Expected(KARIN.personal_number, VISIBLE, NON_VISIBLE, subject)


def trusted(bank: Authority) -> tuple[x509.Certificate, ...]:
    return roots.parsed(bank.identity("signing-root").pem, "the stand-in's root")


@pytest.mark.parametrize("nonce", list(NonceForm))
@pytest.mark.parametrize("layout", [Layout(), PLAIN])
def test_what_the_stand_in_signs_is_accepted(bank: Authority, nonce: NonceForm, layout: Layout) -> None:
    complete = made(bank, Manner(layout=layout, nonce=nonce))
    findings = verify(complete, expected(bank), trusted(bank), AT)
    assert findings.chain is findings.relying_party is Checked.CHECKED
    assert verify(complete, expected(bank), [], AT) == replace(findings, chain=Checked.UNCHECKED, ocsp_produced_at=None)


@pytest.mark.parametrize("tamper", list(Tamper), ids=lambda one: one.name)
def test_each_lie_is_refused(bank: Authority, tamper: Tamper) -> None:
    complete = made(bank, Manner(tamper))
    with pytest.raises(EvidenceRefused) as told:
        verify(complete, expected(bank), trusted(bank), AT)
    if told.value.fault not in BEYOND_THE_DOCUMENT:
        with pytest.raises(EvidenceRefused):
            verify(complete, expected(bank), [], AT)
