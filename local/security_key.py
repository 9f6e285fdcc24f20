"""A security key of a Connect instance: the pair whose certificate stands in flows, and its id."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

_BITS = 2048
_DAYS = 3_650


@dataclass(frozen=True)
class SecurityKey:
    """`id` is what Connect shows for an uploaded key and writes into each message. All three in PEM."""

    id: str
    private_key: str = field(repr=False)
    public_key: str
    certificate: str


@cache
def security_key(key_id: str = "d4891de8-030f-4d96-90ab-95a99a40dab8") -> SecurityKey:
    """A pair made in this process, the same each time for one id."""
    key = rsa.generate_private_key(65537, _BITS)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Countersign on a laptop")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .sign(key, hashes.SHA256())
    )
    return SecurityKey(
        key_id,
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        certificate.public_bytes(Encoding.PEM).decode(),
    )
