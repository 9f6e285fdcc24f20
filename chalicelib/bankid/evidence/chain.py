"""Whether certificates lead from a leaf to a root of ours, by the rules of RFC 5280 that BankID's hierarchy needs.

Leaf, the CA of a bank's customers, the bank's CA, BankID's root: the document brings all but the root. Each is looked
at as at the time of signing. Name constraints and policy mappings are not understood here; a certificate that makes
them critical is refused, as the RFC wants.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtensionOID

from chalicelib.bankid.evidence.signature import rsa_key
from chalicelib.errors import EvidenceFault, EvidenceRefused

_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,  # any of them: the roots that are configured are BankID's alone
}
_WITHOUT_SHA1 = ("sha256", "sha384", "sha512")


def check(
    certificates: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> x509.Certificate:
    """The leaf's issuer, if `certificates`, leaf first, lead to one of `roots` and all were valid at the time `at`.

    Raises:
        EvidenceRefused: they do not.
    """
    leaf, *authorities = *certificates, _root(certificates, roots)
    _check_leaf(leaf)
    for below, certificate in enumerate(authorities):
        _check_authority(certificate, below)
    for certificate in (leaf, *authorities):
        check_common(certificate, at)
    for certificate, issuer in pairwise(certificates):
        check_issued(certificate, issuer)
    return authorities[0]


def check_common(certificate: x509.Certificate, at: datetime) -> None:
    """What holds for every certificate: it was valid, its key is strong, and nothing in it is beyond us."""
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise EvidenceRefused(EvidenceFault.VALIDITY)
    rsa_key(certificate)
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in certificate.extensions):
        raise EvidenceRefused(EvidenceFault.CERTIFICATE)


def check_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Returns if `issuer` signed `certificate`, by name and by key, and not over SHA-1 or weaker."""
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or algorithm.name not in _WITHOUT_SHA1:
        raise EvidenceRefused(EvidenceFault.ALGORITHM)
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        raise EvidenceRefused(EvidenceFault.CHAIN) from None


def may(certificate: x509.Certificate, use: str) -> bool:
    """Whether the key may be used for `use`, an attribute of `x509.KeyUsage`; a certificate that does not say may."""
    try:
        return bool(getattr(certificate.extensions.get_extension_for_class(x509.KeyUsage).value, use))
    except x509.ExtensionNotFound:
        return True


def constraints(certificate: x509.Certificate) -> x509.BasicConstraints:
    """The certificate's; those of somebody who is no CA if it has none."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return x509.BasicConstraints(ca=False, path_length=None)


def _root(certificates: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> x509.Certificate:
    """The root of ours that issued the last certificate; documents have no roots of their own."""
    if any(certificate.issuer == certificate.subject for certificate in certificates):
        raise EvidenceRefused(EvidenceFault.CHAIN)
    for root in roots:
        try:
            check_issued(certificates[-1], root)
            return root
        except EvidenceRefused:
            continue
    raise EvidenceRefused(EvidenceFault.CHAIN)


def _check_leaf(leaf: x509.Certificate) -> None:
    if constraints(leaf).ca or not (may(leaf, "digital_signature") or may(leaf, "content_commitment")):
        raise EvidenceRefused(EvidenceFault.CERTIFICATE)


def _check_authority(certificate: x509.Certificate, below: int) -> None:
    """`below` is how many CAs stand between it and the leaf."""
    rules = constraints(certificate)
    if not rules.ca or not may(certificate, "key_cert_sign"):
        raise EvidenceRefused(EvidenceFault.NOT_A_CA)
    if rules.path_length is not None and rules.path_length < below:
        raise EvidenceRefused(EvidenceFault.PATH_LENGTH)
