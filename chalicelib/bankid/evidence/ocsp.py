"""BankID's OCSP answer: that the leaf certificate counted at the time, said for this one signature (RFC 6960).

The responder has a certificate of the same CA as the leaf. The answer is tied to the signature by its nonce: the SHA-1
of the signature's base64 as it was received, then twelve random bytes. SHA-1 may stand there, and in the name of the
certificate asked about, since neither is a signature.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from chalicelib.bankid.evidence import chain
from chalicelib.bankid.evidence.signature import rsa_key
from chalicelib.errors import EvidenceFault, EvidenceRefused

OLDEST = timedelta(minutes=5)
"""A finished order can be collected for three minutes; the rest is for clocks that differ."""
SKEW = timedelta(minutes=2)
LARGEST_BYTES = 16 * 1024
_MOST_CERTIFICATES = 4
_NONCE_BYTES = 32
_RAW_THAT_LOOKS_WRAPPED = b"\x04\x1e"
_SIGNED_WITH = (
    SignatureAlgorithmOID.RSA_WITH_SHA256,
    SignatureAlgorithmOID.RSA_WITH_SHA384,
    SignatureAlgorithmOID.RSA_WITH_SHA512,
)


def check(raw: bytes, signature: str, leaf: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime:
    """When the answer `raw` was produced, if it says of `leaf`, for the `signature` (base64 as received): good.

    `issuer` is the leaf's, and has been checked; `at` is when the order was completed.

    Raises:
        EvidenceRefused: it says anything else, or somebody else says it.
    """
    if len(raw) > LARGEST_BYTES:
        raise EvidenceRefused(EvidenceFault.SIZE)
    answer = ocsp.load_der_ocsp_response(raw)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise EvidenceRefused(EvidenceFault.OCSP)
    single = _about(answer, leaf, issuer)
    _check_signed(answer, issuer)
    if single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise EvidenceRefused(EvidenceFault.OCSP_STATUS)
    _check_time(answer.produced_at_utc, single, at)
    _check_nonce(answer, signature)
    return answer.produced_at_utc


def _about(answer: ocsp.OCSPResponse, leaf: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPSingleResponse:
    """The only thing that it says, which must be about `leaf`."""
    singles = list(answer.responses)
    if len(singles) != 1:
        raise EvidenceRefused(EvidenceFault.OCSP_ANSWER)
    (single,) = singles
    name = _hash(issuer.subject.public_bytes(), single.hash_algorithm)
    key = _hash(issuer.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1), single.hash_algorithm)
    if (single.serial_number, single.issuer_name_hash, single.issuer_key_hash) != (leaf.serial_number, name, key):
        raise EvidenceRefused(EvidenceFault.OCSP_ANSWER)
    return single


def _hash(value: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(value)
    return digest.finalize()


def _check_signed(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> None:
    responder = _responder(answer)
    chain.check_common(responder, answer.produced_at_utc)
    chain.check_issued(responder, issuer)
    if answer.signature_algorithm_oid not in _SIGNED_WITH or answer.signature_hash_algorithm is None:
        raise EvidenceRefused(EvidenceFault.ALGORITHM)
    try:
        rsa_key(responder).verify(
            answer.signature, answer.tbs_response_bytes, PKCS1v15(), answer.signature_hash_algorithm
        )
    except InvalidSignature:
        raise EvidenceRefused(EvidenceFault.OCSP_SIGNATURE) from None


def _responder(answer: ocsp.OCSPResponse) -> x509.Certificate:
    """The certificate in the answer that the answer names as its signer's; it must be one for signing answers."""
    name, key_hash = answer.responder_name, answer.responder_key_hash
    for certificate in answer.certificates[:_MOST_CERTIFICATES]:
        if certificate.subject == name or _key_hash(certificate) == key_hash:
            if not _may_answer(certificate):
                break
            return certificate
    raise EvidenceRefused(EvidenceFault.OCSP_RESPONDER)


def _key_hash(certificate: x509.Certificate) -> bytes:
    return _hash(rsa_key(certificate).public_bytes(Encoding.DER, PublicFormat.PKCS1), hashes.SHA1())  # noqa: S303


def _may_answer(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in uses and chain.may(certificate, "digital_signature")


def _check_time(produced: datetime, single: ocsp.OCSPSingleResponse, at: datetime) -> None:
    """It was produced when the order was completed, and what it knew then was not out of date."""
    since, until = single.this_update_utc, single.next_update_utc
    fresh = at - OLDEST <= produced <= at + SKEW and since <= produced + SKEW
    current = since >= at - OLDEST if until is None else until >= produced
    if not (fresh and current):
        raise EvidenceRefused(EvidenceFault.OCSP_TIME)


def _check_nonce(answer: ocsp.OCSPResponse, signature: str) -> None:
    """BankID's has stood raw where RFC 8954 has it wrapped in an OCTET STRING once more; both are read.

    One raw nonce in 65,536 begins as such a wrapper would, and has been taken for it when it comes here.
    """
    try:
        nonce = answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        raise EvidenceRefused(EvidenceFault.OCSP_NONCE) from None
    expected = hashlib.sha1(signature.encode(), usedforsecurity=False).digest()
    possible = (nonce, _RAW_THAT_LOOKS_WRAPPED + nonce)
    if not any(len(one) == _NONCE_BYTES and one.startswith(expected) for one in possible):
        raise EvidenceRefused(EvidenceFault.OCSP_NONCE)
