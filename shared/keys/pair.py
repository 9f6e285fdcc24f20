"""A key pair with its certificate, made in memory, and written to files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

BITS = (2048, 3072, 4096)
LONGEST_PUBLIC_KEY = 1_024
"""Of Connect, in characters; RSA-4096 needs 800."""
LONGEST_NAME = 64
"""Of a common name, in characters (RFC 5280, ub-common-name)."""
_CLOCKS_MAY_DIFFER = timedelta(hours=1)


@dataclass(frozen=True)
class Pair:
    """All in PEM. The private key is never shown."""

    private_key: str = field(repr=False)
    public_key: str
    certificate: str


def make(bits: int, days: int, name: str, now: datetime) -> Pair:
    """An RSA key and a certificate over it that it has signed itself, good for `days` from `now`."""
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - _CLOCKS_MAY_DIFFER)
        .not_valid_after(now.astimezone(UTC) + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return Pair(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        certificate.public_bytes(Encoding.PEM).decode(),
    )


def write(pair: Pair, folder: Path) -> tuple[Path, ...]:
    """Three files that only their owner reads. Raises FileExistsError rather than write over one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    texts = {
        "private-key.pem": pair.private_key,
        "public-key.pem": pair.public_key,
        "certificate.pem": pair.certificate,
    }
    if there := [name for name in texts if (folder / name).exists()]:
        raise FileExistsError(f"{folder / there[0]} is there already")
    for name, text in texts.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    return tuple(folder / name for name in texts)
