"""Tokens to test with, of keys of their own.

`genuine` makes them as a sender would, with jwcrypto. `Forge` makes every other one, over `cryptography` alone, since
libraries do not write what is wrong. Neither shares a line with what is tested.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwcrypto import jwe, jwk, jws

from chalicelib.errors import TokenFault, TokenRefused
from chalicelib.web_login import token_keys
from chalicelib.web_login.auth_result import verify
from chalicelib.web_login.claims import AuthResult, Dialect
from chalicelib.web_login.token_keys import TokenKey

NOW = 2_222_222_222
ATTRIBUTES = {"pbdf.gemeente.personalData.fullname": "Testpersoon Zoë", "pbdf.gemeente.address.city": "Nijmegen"}
CLAIMS: Mapping[str, Any] = {
    "sub": "id-contact-attributes",
    "status": "succes",
    "attributes": ATTRIBUTES,
    "session_url": "https://login.example.org/session/update/3f9",
    "iat": NOW,
    "exp": NOW + 300,
}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
TYPES = ("RSA", "EC")


def private_key(kind: str, number: int = 0) -> PrivateKey:
    """The same for the same arguments: 0 is ours, 1 the sender's, others are strangers'."""
    return _private_key(kind, number)


@cache
def _private_key(kind: str, number: int) -> PrivateKey:
    return rsa.generate_private_key(65537, 2048) if kind == "RSA" else ec.generate_private_key(ec.SECP256R1())


def pem(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def listed(*entries: tuple[str, str]) -> str:
    return json.dumps([{"type": kind, "key": text} for kind, text in entries])


@cache
def ours(*numbers: int) -> tuple[TokenKey, ...]:
    """Of both types, by number."""
    entries = [(kind, pem(private_key(kind, number))) for number in numbers or (0,) for kind in TYPES]
    return token_keys.decryption_keys(listed(*entries), "/ours")


@cache
def senders(*numbers: int) -> tuple[TokenKey, ...]:
    entries = [(kind, public_pem(private_key(kind, number))) for number in numbers or (1,) for kind in TYPES]
    return token_keys.signature_keys(listed(*entries), "/senders")


def verified(token: object, now: float = NOW, dialect: Dialect = Dialect.ID_CONTACT) -> AuthResult:
    return verify(token, ours(), senders(), now, dialect)


def fault_of(token: object, now: float = NOW, dialect: Dialect = Dialect.ID_CONTACT) -> TokenFault:
    """Why a token is refused; the test fails if it is not."""
    with pytest.raises(TokenRefused) as refused:
        verified(token, now, dialect)
    return refused.value.fault


# --- as a sender ---------------------------------------------------------------------------------------------


def genuine(
    claims: Mapping[str, Any] = CLAIMS, to: str = "RSA", by: str = "RSA", extra: Mapping[str, str] | None = None
) -> str:
    """A token by jwcrypto. `extra` goes into both headers."""
    signed = jws.JWS(json.dumps(claims).encode())
    header = {"typ": "JWT", "alg": {"RSA": "RS256", "EC": "ES256"}[by], **(extra or {})}
    signed.add_signature(jwk.JWK.from_pem(pem(private_key(by, 1)).encode()), None, json.dumps(header))
    header = {"typ": "JWT", "cty": "JWT", "enc": "A128CBC-HS256", **(extra or {})}
    header["alg"] = {"RSA": "RSA-OAEP", "EC": "ECDH-ES"}[to]
    envelope = json.dumps({"njwt": signed.serialize(compact=True)})
    sealed = jwe.JWE(envelope.encode(), json.dumps(header))
    sealed.add_recipient(jwk.JWK.from_pem(public_pem(private_key(to)).encode()))
    return str(sealed.serialize(compact=True))


# --- as anybody ----------------------------------------------------------------------------------------------


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(value: object) -> bytes:
    """JSON; bytes stay as they are, so that a test may write what `json` would not."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def point(key: PrivateKey) -> dict[str, str]:
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    numbers, size = key.public_key().public_numbers(), -(-key.curve.key_size // 8)
    crv = {256: "P-256", 384: "P-384", 521: "P-521"}[key.curve.key_size]
    return {"kty": "EC", "crv": crv, "x": b64(numbers.x.to_bytes(size)), "y": b64(numbers.y.to_bytes(size))}


def signature(kind: str, signed: bytes, key: PrivateKey) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, rsa_padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


@dataclass(frozen=True)
class Forge:
    """A token of any form. A header that is given whole replaces the usual one; `more` and `signed_more` are added."""

    to: str = "RSA"
    by: str = "RSA"
    claims: object = field(default_factory=lambda: dict(CLAIMS))
    to_number: int = 0
    by_number: int = 1
    more: Mapping[str, Any] = field(default_factory=dict)
    header: object = None
    signed_more: Mapping[str, Any] = field(default_factory=dict)
    signed_header: object = None
    sign: Callable[[bytes], bytes] | None = None
    change_signed: Callable[[str], str] = str
    envelope: object = None
    change_plain: Callable[[bytes], bytes] = bytes
    epk: object = None
    oaep: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)
    key_of: Callable[[str, int], PrivateKey] = private_key

    def inner(self) -> str:
        header = self.signed_header
        if header is None:
            header = {"typ": "JWT", "alg": {"RSA": "RS256", "EC": "ES256"}[self.by], **self.signed_more}
        signed = f"{b64(written(header))}.{b64(written(self.claims))}"
        made = self.sign or (lambda text: signature(self.by, text, self.key_of(self.by, self.by_number)))
        return self.change_signed(f"{signed}.{b64(made(signed.encode()))}")

    def token(self) -> str:
        envelope = {"njwt": self.inner()} if self.envelope is None else self.envelope
        return self.sealed(self.change_plain(written(envelope)))

    def sealed(self, plain: bytes) -> str:
        header: dict[str, Any] = {"typ": "JWT", "cty": "JWT", "enc": "A128CBC-HS256"}
        recipient = self.key_of(self.to, self.to_number)
        if isinstance(recipient, rsa.RSAPrivateKey):
            header["alg"], cek = "RSA-OAEP", os.urandom(32)
            oaep = rsa_padding.OAEP(rsa_padding.MGF1(self.oaep), self.oaep, None)
            encrypted_key = recipient.public_key().encrypt(cek, oaep)
        else:
            header["alg"], encrypted_key = "ECDH-ES", b""
            ephemeral = ec.generate_private_key(ec.SECP256R1())
            header["epk"] = point(ephemeral) if self.epk is None else self.epk
            cek = agreed(ephemeral.exchange(ec.ECDH(), recipient.public_key()))
        header.update(self.more)
        return content(b64(written(header if self.header is None else self.header)), encrypted_key, cek, plain)


def agreed(shared: bytes, content_algorithm: bytes = b"A128CBC-HS256", bits: int = 256) -> bytes:
    """RFC 7518, 4.6.2, without parties."""
    info = struct.pack(">I", len(content_algorithm)) + content_algorithm + struct.pack(">III", 0, 0, bits)
    return ConcatKDFHash(hashes.SHA256(), bits // 8, info).derive(shared)


def content(header: str, encrypted_key: bytes, cek: bytes, plain: bytes) -> str:
    """RFC 7518, 5.2.2.1, with the tag over `header` as it is written."""
    padder = padding.PKCS7(128).padder()
    iv, aad = os.urandom(16), header.encode()
    encryptor = Cipher(AES(cek[16:]), CBC(iv)).encryptor()
    closed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    tag = hmac.digest(cek[:16], aad + iv + closed + struct.pack(">Q", 8 * len(aad)), hashlib.sha256)[:16]
    return ".".join((header, *map(b64, (encrypted_key, iv, closed, tag))))
