"""What was signed properly, but is not what we asked, is refused: with roots and without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.bankid.evidence.content import Expected
from chalicelib.bankid.evidence.verify import verify
from chalicelib.errors import EvidenceFault, EvidenceRefused
from tests.unit.evidence import signing
from tests.unit.evidence.refused import fault
from tests.unit.evidence.signing import EXPECTED, NOW, evidence, root


@pytest.fixture(params=[True, False], ids=["with roots", "without"])
def roots(request: pytest.FixtureRequest) -> list[object]:
    return [root().certificate] if request.param else []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"function": "Signing"}, EvidenceFault.FUNCTION),
        ({"function": "identification"}, EvidenceFault.FUNCTION),
        ({"function": "Identification "}, EvidenceFault.FUNCTION),
        ({"visible": signing.VISIBLE.replace("47", "48")}, EvidenceFault.VISIBLE_DATA),
        ({"visible": None}, EvidenceFault.VISIBLE_DATA),
        ({"non_visible": b"a nonce of that call"}, EvidenceFault.NON_VISIBLE_DATA),
        ({"non_visible": None}, EvidenceFault.NON_VISIBLE_DATA),
        ({"service_name": signing.SERVICE_NAME.replace("5566304928", "5566304929")}, EvidenceFault.RELYING_PARTY),
        ({"service_name": ""}, EvidenceFault.RELYING_PARTY),
        ({"service_name": "Exempel AB"}, EvidenceFault.RELYING_PARTY),
        ({"person": signing.OTHER}, EvidenceFault.PERSON),
    ],
)
def test_anything_else_than_was_asked_is_refused(
    changes: dict[str, object], expected: EvidenceFault, roots: list[object]
) -> None:
    assert fault(evidence(**changes), roots=roots) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("subject", "person", "asked"),
    [
        (signing.OTHER, signing.OTHER, signing.KARIN),
        (signing.OTHER, signing.KARIN, signing.KARIN),
        (signing.OTHER, signing.OTHER, signing.OTHER[2:]),
        ("", signing.KARIN, signing.KARIN),
    ],
)
def test_the_certificate_the_result_and_the_question_are_about_one_person(
    subject: str, person: str, asked: str
) -> None:
    leaf = signing.issue(signing.name("Karin", subject), "karin", signing.customer_ca(), signing.SIGNER)
    made = evidence(signer=leaf, person=person)
    assert fault(made, replace(EXPECTED, personal_number=asked)) is EvidenceFault.PERSON


def test_two_personal_numbers_in_a_certificate_are_none() -> None:
    subject = signing.name("Karin", signing.KARIN)
    both = signing.x509.Name([*subject, *signing.name("Karin", signing.OTHER)])
    leaf = signing.issue(both, "karin", signing.customer_ca(), signing.SIGNER)
    assert fault(evidence(signer=leaf)) is EvidenceFault.PERSON


def test_a_signature_is_what_was_asked_where_one_was() -> None:
    expected = replace(EXPECTED, function="Signing")
    verify(evidence(function="Signing"), expected, [root().certificate], NOW)


@pytest.mark.parametrize(
    "ours",
    [
        signing.SERVICE_NAME,
        "C=SE,O=Testbank A AB (publ),2.5.4.5=5566304928,2.5.4.41=Test av BankID,CN=FP Testcert 5",
        "CN=FP Testcert 5, OID.2.5.4.41=Test av BankID, SERIALNUMBER=5566304928, O=Testbank A AB \\28publ\\29, C=se",
        "cn=FP Testcert  5,name=Test av BankID ,serialNumber = 5566304928,o=Testbank A AB (publ),c=SE",
    ],
)
def test_our_name_may_be_written_in_many_ways(ours: str) -> None:
    verify(signing.genuine(), replace(EXPECTED, relying_party_subject=ours), [root().certificate], NOW)


@pytest.mark.parametrize(
    "ours",
    [
        "",
        "FP Testcert 5",
        signing.OUR_SUBJECT + ",OU=Phones",
        signing.OUR_SUBJECT.replace("O=Testbank A AB (publ),", ""),
        signing.OUR_SUBJECT.replace("CN=", "OU="),
        signing.OUR_SUBJECT.replace("5,2", "5\\,2"),
        "x" + signing.OUR_SUBJECT,
        "\\," + signing.OUR_SUBJECT,
    ],
)
def test_another_name_is_not_ours(ours: str) -> None:
    expected = replace(EXPECTED, relying_party_subject=ours)
    assert fault(signing.genuine(), expected) is EvidenceFault.RELYING_PARTY


def test_a_name_with_commas_and_letters_beyond_ascii_is_found_whichever_way_they_are_escaped() -> None:
    written = "cn=Åre Hotell, Mat och Dryck,o=Åre AB,c=SE"
    expected = Expected(
        signing.KARIN, signing.VISIBLE, signing.NON_VISIBLE, "C=SE,O=\\C3\\85re AB,CN=Åre Hotell\\, Mat och Dryck"
    )
    verify(evidence(service_name=written), expected, [root().certificate], NOW)


def test_a_refusal_names_nobody() -> None:
    with pytest.raises(EvidenceRefused) as told:
        verify(evidence(person=signing.OTHER), EXPECTED, [root().certificate], NOW)
    assert str(told.value) == "BankID's evidence was refused: person"
