"""What the bank's responder says of a person's certificate, at a time that need not be today."""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import dataclass
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import OCSPExtensionOID

from local.bankid.authority import Identity

_GENERALIZED_TIME = "%Y%m%d%H%M%SZ"
_VALID_FOR = datetime.timedelta(hours=1)


class NonceForm(Enum):
    """How the nonce stands in its extension."""

    RAW = "critical, the bytes as they are"  # what real answers are said to have; RFC 2560 leaves it open
    WRAPPED = "not critical, in an OCTET STRING"  # RFC 8954


@dataclass(frozen=True)
class Answer:
    """`at` is both when it was made and when it began to hold."""

    subject: x509.Certificate
    issuer: x509.Certificate
    responder: Identity
    at: datetime.datetime
    nonce: bytes | None
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    form: NonceForm = NonceForm.RAW


def nonce_for(signature: str) -> bytes:
    """`signature` as it stands in completionData, in base64: its SHA-1, and twelve random bytes."""
    return hashlib.sha1(signature.encode(), usedforsecurity=False).digest() + os.urandom(12)


def response(answer: Answer) -> bytes:
    """DER."""
    revoked = answer.status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            answer.subject,
            answer.issuer,
            hashes.SHA1(),  # noqa: S303 -- names the certificate, as responders do
            answer.status,
            answer.at,
            answer.at + _VALID_FOR,
            answer.at - _VALID_FOR if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, answer.responder.certificate)
        .certificates([answer.responder.certificate])
    )
    if answer.nonce is not None:
        builder = builder.add_extension(*_extension(answer.nonce, answer.form))
    return _dated(builder.sign(answer.responder.key, hashes.SHA256()), answer)


def _extension(nonce: bytes, form: NonceForm) -> tuple[x509.ExtensionType, bool]:
    if form is NonceForm.RAW:
        return x509.UnrecognizedExtension(OCSPExtensionOID.NONCE, nonce), True
    return x509.OCSPNonce(nonce), False


def _dated(made: ocsp.OCSPResponse, answer: Answer) -> bytes:
    """The same, produced at `answer.at`: the library knows no time but now, so this is written over and signed anew."""
    now, then = (f"{time:{_GENERALIZED_TIME}}".encode() for time in (made.produced_at_utc, answer.at))
    unsigned = made.tbs_response_bytes.replace(now, then, 1)
    signature = answer.responder.key.sign(unsigned, padding.PKCS1v15(), hashes.SHA256())
    der = made.public_bytes(Encoding.DER)
    return der.replace(made.tbs_response_bytes, unsigned).replace(made.signature, signature)
