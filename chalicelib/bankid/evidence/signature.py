"""Whether the document was signed, whole, with the key of its own leaf certificate."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.bankid.evidence.document import SignedDocument
from chalicelib.errors import EvidenceFault, EvidenceRefused

SMALLEST_KEY_BITS = 2048


def check(document: SignedDocument, leaf: x509.Certificate) -> None:
    """Returns if `leaf`'s key signed all of the document's data and of its key info.

    Raises:
        EvidenceRefused: a digest or the signature does not fit, or the key is no RSA key of 2048 bits or more.
    """
    digests = (
        (document.signed_data, document.signed_data_digest),
        (document.key_info, document.key_info_digest),
    )
    if any(hashlib.sha256(part).digest() != digest for part, digest in digests):
        raise EvidenceRefused(EvidenceFault.DIGEST)
    try:
        rsa_key(leaf).verify(document.signature, document.signed_info, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise EvidenceRefused(EvidenceFault.SIGNATURE) from None


def rsa_key(certificate: x509.Certificate) -> RSAPublicKey:
    """The key of `certificate`. Raises EvidenceRefused if it is none that anybody should trust."""
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY_BITS:
        raise EvidenceRefused(EvidenceFault.WEAK_KEY)
    return key
