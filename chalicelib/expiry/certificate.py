"""What matters of a certificate or a public key in PEM."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key


@dataclass(frozen=True)
class Certificate:
    """`public_key` in DER, to compare; `not_after` in seconds since the epoch; the SHA-256 `fingerprint` in hex."""

    public_key: bytes
    not_after: float
    fingerprint: str

    @property
    def name(self) -> str:
        """Short, for logs and metrics."""
        return f"certificate {self.fingerprint[:16]}"


def read(pem: str) -> Certificate:
    """Raises ValueError for what is no certificate. In a flow a line may end in the two characters backslash and n."""
    try:
        found = x509.load_pem_x509_certificate(pem.replace("\\n", "\n").encode())
        key = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise ValueError("the certificate or its key is of an unknown kind") from error
    return Certificate(key, found.not_valid_after_utc.timestamp(), found.fingerprint(hashes.SHA256()).hex())


def public_key(pem: str) -> bytes:
    """A public key in DER, to compare. Raises ValueError for what is none."""
    try:
        return load_pem_public_key(pem.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UnsupportedAlgorithm as error:
        raise ValueError("the key is of an unknown kind") from error
