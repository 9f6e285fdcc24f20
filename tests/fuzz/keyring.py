"""The keys that the inputs are made for. They are kept beside the corpus: under other keys it would mean nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

_BLOCK = re.compile(rb"-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----\n", re.DOTALL)


@dataclass(frozen=True)
class Keyring:
    """`own` opens the messages, beside another of its size and a `larger` one; `forger` signs whatever it is given."""

    own: RSAPrivateKey = field(repr=False)
    other: RSAPrivateKey = field(repr=False)
    larger: RSAPrivateKey = field(repr=False)
    forger: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def kept_in(cls, folder: Path) -> Keyring:
        """Those in `<folder>/keys.pem`, made now if there are none."""
        file = folder / "keys.pem"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_made())
        own, other, larger, forger = (load_pem_private_key(block, None) for block in _BLOCK.findall(file.read_bytes()))
        assert isinstance(own, RSAPrivateKey)
        assert isinstance(other, RSAPrivateKey)
        assert isinstance(larger, RSAPrivateKey)
        assert isinstance(forger, ec.EllipticCurvePrivateKey)
        return cls(own, other, larger, forger)


def _made() -> bytes:
    keys: list[RSAPrivateKey | ec.EllipticCurvePrivateKey]
    keys = [rsa.generate_private_key(65537, size) for size in (2048, 2048, 3072)]
    keys.append(ec.generate_private_key(ec.SECP384R1()))
    return b"".join(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for key in keys)
