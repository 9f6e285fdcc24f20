"""A signature counts only if its certificate leads to a root of ours, by the rules, at the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.bankid.evidence.verify import verify
from chalicelib.errors import EvidenceFault
from tests.unit.evidence import signing
from tests.unit.evidence.refused import fault
from tests.unit.evidence.signing import AT, EXPECTED, KARIN, NOW, YEAR, Made, evidence, issue, name, root

F = EvidenceFault
KARIN_TESTSSON = name("Karin Testsson", KARIN)
CUSTOMER_CA = name("Testbank A Customer CA v1 for BankID")
BANK_CA = name("Testbank A CA v1 for BankID")


def chained(
    *,
    leaf: Sequence[x509.ExtensionType] = signing.SIGNER,
    customer_ca: Sequence[x509.ExtensionType] | None = None,
    bank: Sequence[x509.ExtensionType] | None = None,
    root_extensions: Sequence[x509.ExtensionType] | None = None,
    weak: str = "",
    algorithm: hashes.HashAlgorithm | None = None,
    times: dict[str, object] | None = None,
) -> tuple[signing.Complete, x509.Certificate]:
    """Evidence over a hierarchy of its own, right but for what is given; and its root."""
    own: dict[str, Any] = {one: {} for one in ("leaf", "customer-ca", "bank", "root")}
    own |= {weak: {"bits": 1024}} | (times or {})
    top = issue(root().certificate.subject, "root", None, root_extensions or signing.authority(), **own["root"])
    upper = issue(BANK_CA, "root's bank", top, bank or signing.authority(1), **own["bank"])
    lower = issue(CUSTOMER_CA, "root's customer-ca", upper, customer_ca or signing.authority(0), **own["customer-ca"])
    holder = issue(KARIN_TESTSSON, "root's karin", lower, leaf, algorithm=algorithm, **own["leaf"])
    made = evidence(
        signer=holder,
        chain=(holder.certificate, lower.certificate, upper.certificate),
        answer=lambda right: replace(right, issuer=lower.certificate),
    )
    return made, top.certificate


def refusal(**changes: object) -> EvidenceFault:
    made, top = chained(**changes)  # type: ignore[arg-type]
    return fault(made, roots=[top])


def test_a_hierarchy_of_the_same_making_is_accepted_if_nothing_is_wrong_with_it() -> None:
    made, top = chained()
    verify(made, EXPECTED, [top], NOW)


def test_another_root_is_refused() -> None:
    assert fault(signing.genuine(), roots=[root("another").certificate]) is F.CHAIN


def test_a_root_of_the_attackers_own_inside_the_document_is_refused() -> None:
    above = "attacker"
    leaf, lower, upper = signing.karin(above), signing.customer_ca(above), signing.bank(above)
    for chain in ((leaf, lower, upper), (leaf, lower, upper, root(above))):
        made = evidence(
            signer=leaf,
            chain=tuple(one.certificate for one in chain),
            answer=lambda right: replace(
                right, issuer=signing.customer_ca(above).certificate, signer=signing.responder(above)
            ),
        )
        assert fault(made) is F.CHAIN
        verify(made, EXPECTED, [], NOW)


def test_even_our_own_root_does_not_stand_in_a_document() -> None:
    chain = (signing.karin(), signing.customer_ca(), signing.bank(), root())
    assert fault(evidence(chain=tuple(one.certificate for one in chain))) is F.CHAIN


def test_a_certificate_that_signed_itself_is_nobodys() -> None:
    alone = issue(KARIN_TESTSSON, "karin", None, signing.SIGNER)
    assert fault(evidence(signer=alone, chain=(alone.certificate,))) is F.CHAIN


@pytest.mark.parametrize("left_out", [1, 2])
def test_a_chain_with_a_hole_is_refused(left_out: int) -> None:
    chain = list(signing.Recipe().certificates)
    del chain[left_out]
    assert fault(evidence(chain=tuple(chain))) is F.CHAIN


def test_a_chain_in_another_order_is_refused() -> None:
    leaf, lower, upper = signing.Recipe().certificates
    assert fault(evidence(chain=(leaf, upper, lower))) is F.CHAIN
    assert fault(evidence(chain=(lower, leaf, upper))) is F.SIGNATURE


def test_a_customer_is_no_ca() -> None:
    """The oldest trick: a genuine certificate, used to issue another."""
    other = issue(name("Eve", signing.OTHER), "eve", signing.customer_ca(), signing.SIGNER)
    forged = issue(KARIN_TESTSSON, "karin", other, signing.SIGNER)
    chain = (forged, other, signing.customer_ca(), signing.bank())
    made = evidence(signer=forged, chain=tuple(one.certificate for one in chain))
    assert fault(made) is F.NOT_A_CA


NO_CA = x509.BasicConstraints(ca=False, path_length=None)
CONSTRAINED = x509.NameConstraints(
    permitted_subtrees=None, excluded_subtrees=[x509.DirectoryName(name("Karin Testsson"))]
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"customer_ca": (NO_CA, signing.usage(issues=True))}, F.NOT_A_CA),
        ({"customer_ca": (signing.usage(issues=True),)}, F.NOT_A_CA),
        ({"bank": (signing.authority(1)[0], signing.usage(signs=True))}, F.NOT_A_CA),
        ({"root_extensions": (NO_CA,)}, F.NOT_A_CA),
        ({"bank": signing.authority(0)}, F.PATH_LENGTH),
        ({"root_extensions": signing.authority(1)}, F.PATH_LENGTH),
        ({"leaf": signing.authority(0)}, F.CERTIFICATE),
        ({"leaf": (NO_CA, signing.usage())}, F.CERTIFICATE),
        ({"bank": (*signing.authority(1), CONSTRAINED)}, F.CERTIFICATE),
        (
            {"leaf": (*signing.SIGNER, x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"))},
            F.CERTIFICATE,
        ),
        ({"weak": "leaf"}, F.WEAK_KEY),
        ({"weak": "customer-ca"}, F.WEAK_KEY),
        ({"weak": "root"}, F.WEAK_KEY),
    ],
)
def test_a_chain_that_breaks_a_rule_is_refused(changes: dict[str, object], expected: EvidenceFault) -> None:
    assert refusal(**changes) is expected


@pytest.mark.parametrize("whose", ["leaf", "customer-ca", "bank", "root"])
@pytest.mark.parametrize(
    "times",
    [{"until": AT - timedelta(seconds=1)}, {"since": AT + timedelta(seconds=1)}],
    ids=["expired", "not yet valid"],
)
def test_every_certificate_was_valid_at_the_time_of_signing(whose: str, times: dict[str, object]) -> None:
    assert refusal(times={whose: times}) is F.VALIDITY


def test_what_has_expired_since_still_counts_for_what_was_signed_before() -> None:
    made, top = chained(times={"leaf": {"until": AT}})
    verify(made, EXPECTED, [top], NOW)
    assert fault(made, roots=[top], now=NOW + 1) is F.VALIDITY


def test_certificates_signed_over_a_weak_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.bankid.evidence import chain

    monkeypatch.setattr(chain, "_WITHOUT_SHA1", ("sha384",))
    assert refusal() is F.CHAIN  # the root's own issue is looked for first


def test_a_key_of_another_kind_is_refused() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(KARIN_TESTSSON)
        .issuer_name(CUSTOMER_CA)
        .public_key(elliptic.public_key())
        .serial_number(1)
        .not_valid_before(AT - YEAR)
        .not_valid_after(AT + YEAR)
    )
    leaf = Made(builder.sign(signing.customer_ca().key, hashes.SHA256()), elliptic)
    made = evidence(signer=leaf, chain=(leaf.certificate, *signing.Recipe().certificates[1:]))
    assert fault(made) is F.WEAK_KEY
    assert fault(made, roots=[]) is F.WEAK_KEY


def test_what_is_no_certificate_is_refused() -> None:
    def spoiled(text: str) -> str:
        return text.replace("<X509Certificate>MII", "<X509Certificate>MIJ", 1)

    assert fault(evidence(key_info=spoiled)) is F.CERTIFICATE
