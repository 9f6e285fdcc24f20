"""Verifying a login's result, beside the cryptographic calls that nobody can do without, and beside joserfc alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from joserfc import jwe, jws

from chalicelib.web_login.token_keys import TokenKey
from tests.bench.decrypting import each
from tests.bench.sampling import interleaved
from tests.bench.table import Effort, Row, Table
from tests.unit.web_login.tokens import PrivateKey, agreed, genuine, ours, private_key, senders, unb64, verified

_TOKENS = 8  # a round: each is verified once
_JWE = jwe.JWERegistry(algorithms=["RSA-OAEP", "ECDH-ES", "A128CBC-HS256"])
_JWS = jws.JWSRegistry(algorithms=["RS256", "ES256"])
_PADDING = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)  # noqa: S303 (RFC 7518's RSA-OAEP)


def table(effort: Effort) -> Table:
    """Warm, with parsed keys; both layers by keys of the same type."""
    rows = [row for kind in ("RSA", "EC") for row in _rows(kind, effort.rounds)]
    return Table("Verifying a login's result (warm; ratio to the sum of its primitives)", "ms", rows)


def _rows(kind: str, rounds: int) -> list[Row]:
    tokens = [genuine(to=kind, by=kind) for _ in range(_TOKENS)]
    parts: Sequence[_Parts] = [_Parts.of(token, kind) for token in tokens]
    key, sender = _of_type(ours(), kind), _of_type(senders(), kind)
    names = ("RSA-OAEP", "RS256") if kind == "RSA" else ("ECDH-ES", "ES256")
    timed: dict[str, Callable[[], float]] = {
        names[0]: each(parts, _Parts.agree),
        "AES-CBC, HMAC": each(parts, _Parts.open),
        names[1]: each(parts, _Parts.verify),
        "all of them": each(parts, _Parts.everything),
        "ours": each(tokens, verified),
        "joserfc": each(tokens, lambda token: _by_joserfc(token, key, sender)),
    }
    samples = interleaved(rounds, timed)
    yardstick = samples["all of them"]
    return [
        sample.row(f"{kind} {name}", yardstick if name in ("ours", "joserfc") else None)
        for name, sample in samples.items()
    ]


def _of_type(keys: Sequence[TokenKey], kind: str) -> TokenKey:
    return next(key for key in keys if key.type == kind)


def _by_joserfc(token: str, key: TokenKey, sender: TokenKey) -> None:
    plain = jwe.decrypt_compact(token, key.jose, registry=_JWE).plaintext or b""
    json.loads(jws.deserialize_compact(json.loads(plain)["njwt"], sender.jose, registry=_JWS).payload)


@dataclass(frozen=True)
class _Parts:
    """A token taken apart, ready for each primitive alone."""

    key: PrivateKey
    sender: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    encrypted_key: bytes
    point: bytes
    content_key: bytes
    iv: bytes
    closed: bytes
    authenticated: bytes
    tag: bytes
    signed: bytes
    signature: bytes

    @classmethod
    def of(cls, token: str, kind: str) -> _Parts:
        header, encrypted_key, iv, closed, tag = token.split(".")
        key, about = private_key(kind), json.loads(unb64(header))
        point = b"\x04" + unb64(about["epk"]["x"]) + unb64(about["epk"]["y"]) if kind == "EC" else b""
        content_key = _content_key(key, unb64(encrypted_key), point)
        authenticated = header.encode() + unb64(iv) + unb64(closed) + struct.pack(">Q", 8 * len(header))
        envelope = _opened(content_key, unb64(iv), unb64(closed))
        signed, _, signature = json.loads(envelope[: -envelope[-1]])["njwt"].rpartition(".")
        return cls(
            key,
            private_key(kind, 1).public_key(),
            unb64(encrypted_key),
            point,
            content_key,
            unb64(iv),
            unb64(closed),
            authenticated,
            unb64(tag),
            signed.encode(),
            unb64(signature),
        )

    def agree(self) -> None:
        _content_key(self.key, self.encrypted_key, self.point)

    def open(self) -> None:
        made = hmac.digest(self.content_key[:16], self.authenticated, hashlib.sha256)[:16]
        assert hmac.compare_digest(made, self.tag)
        _opened(self.content_key, self.iv, self.closed)

    def verify(self) -> None:
        if isinstance(self.sender, rsa.RSAPublicKey):
            self.sender.verify(self.signature, self.signed, padding.PKCS1v15(), SHA256())
            return
        r, s = (int.from_bytes(half) for half in (self.signature[:32], self.signature[32:]))
        self.sender.verify(encode_dss_signature(r, s), self.signed, ec.ECDSA(SHA256()))

    def everything(self) -> None:
        self.agree()
        self.open()
        self.verify()


def _content_key(key: PrivateKey, encrypted_key: bytes, point: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.decrypt(encrypted_key, _PADDING)
    return agreed(key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(key.curve, point)))


def _opened(content_key: bytes, iv: bytes, closed: bytes) -> bytes:
    decryptor = Cipher(AES(content_key[16:]), CBC(iv)).decryptor()
    return decryptor.update(closed) + decryptor.finalize()
