"""The check of BankID's evidence, from its first byte to what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cryptography import x509

from chalicelib.bankid.answers import Complete
from chalicelib.bankid.evidence import content, document, signature
from chalicelib.bankid.evidence.content import Expected
from chalicelib.bankid.evidence.document import SignedDocument
from chalicelib.errors import EvidenceFault, EvidenceRefused

LONGEST_BASE64 = 100_000


class Checked(StrEnum):
    """How far something was checked."""

    CHECKED = "checked"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Findings:
    """What evidence that was not refused has shown; nothing personal.

    `chain` covers the certificates and the OCSP answer: unchecked, anybody could have made both, and the signature
    shows no more than that the parts belong together. `ocsp_produced_at` is in seconds since the epoch.
    """

    chain: Checked
    relying_party: Checked
    bank: str  # the organisation in the issuer of the leaf
    ocsp_produced_at: float | None


def verify(complete: Complete, expected: Expected, roots: Sequence[x509.Certificate], now: float) -> Findings:
    """What the evidence in `complete` shows, all of which agrees with what was `expected`.

    Args:
        complete: the result of an order, as BankID gave it.
        expected: what the order asked.
        roots: BankID's signing roots. Without any, chain and OCSP answer are not looked at, and the findings say so.
        now: when the order was completed, in seconds since the epoch.

    Raises:
        EvidenceRefused: `fault` says what does not hold. Nothing else is raised, whatever `complete` holds.
    """
    at = datetime.fromtimestamp(now, UTC)
    with _refusing(EvidenceFault.NOT_XML):
        signed = document.read(_decoded(complete.signature))
    with _refusing(EvidenceFault.CERTIFICATE):
        certificates = [x509.load_der_x509_certificate(raw) for raw in signed.certificates]
        leaf = certificates[0]
        signature.check(signed, leaf)
        bank = _bank(leaf)
    produced = _outside(complete, certificates, roots, at) if roots else None
    _check_content(complete, signed, leaf, expected)
    return Findings(
        chain=Checked.CHECKED if roots else Checked.UNCHECKED,
        relying_party=Checked.UNCHECKED if expected.relying_party_subject is None else Checked.CHECKED,
        bank=bank,
        ocsp_produced_at=produced,
    )


def _outside(
    complete: Complete, certificates: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> float:
    """When the OCSP answer was produced, if chain and answer hold."""
    # Only here, so that who configures no roots does not load them at every cold start.
    from chalicelib.bankid.evidence import chain, ocsp

    with _refusing(EvidenceFault.CHAIN):
        issuer = chain.check(certificates, roots, at)
    if not complete.ocsp_response:
        raise EvidenceRefused(EvidenceFault.OCSP)
    with _refusing(EvidenceFault.OCSP):
        raw = _decoded(complete.ocsp_response)
        return ocsp.check(raw, complete.signature, certificates[0], issuer, at).timestamp()


def _check_content(complete: Complete, signed: SignedDocument, leaf: x509.Certificate, expected: Expected) -> None:
    with _refusing(EvidenceFault.RELYING_PARTY):  # the only part that can still be unreadable
        content.check(signed, leaf, complete.person.personal_number, expected)


def _decoded(text: str) -> bytes:
    if len(text) > LONGEST_BASE64:
        raise EvidenceRefused(EvidenceFault.SIZE)
    if text.split() != [text]:  # lines are broken inside the document, never here
        raise EvidenceRefused(EvidenceFault.BASE64)
    return document.from_base64(text)


def _bank(leaf: x509.Certificate) -> str:
    names = leaf.issuer.get_attributes_for_oid(x509.oid.NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if names else ""


@contextmanager
def _refusing(fault: EvidenceFault) -> Iterator[None]:
    """What libraries raise over bytes of somebody else's making is a refusal too, and their texts may quote them."""
    try:
        yield
    except EvidenceRefused:
        raise
    except Exception:  # noqa: BLE001 (cryptography alone has a dozen, on half of which its documentation is silent)
        raise EvidenceRefused(fault) from None
