"""Opening a message, beside the cryptographic calls that nobody can do without, and beside the AWS Encryption SDK."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib.customer_input import layout
from chalicelib.customer_input.layout import Sealed
from chalicelib.customer_input.message import decrypt
from local.encrypt import encrypt
from tests.bench.sampling import interleaved
from tests.bench.table import Effort, Row, Table
from tests.unit.customer_input import sdk
from tests.unit.customer_input.messages import KEY_ID

_T = TypeVar("_T")
SIZES = (2048, 3072, 4096)
_MESSAGES = 8  # a round: each is opened once
_PADDING = padding.OAEP(padding.MGF1(SHA512()), SHA512(), None)
_FRAME = b"AWSKMSEncryptionClient Final Frame" + (1).to_bytes(4, "big")


def table(effort: Effort) -> Table:
    """Warm, with parsed keys."""
    rows = [row for size in SIZES for row in _rows(size, effort.rounds)]
    return Table("Opening a message (warm; ratio to the sum of its primitives)", "ms", rows)


def _rows(size: int, rounds: int) -> list[Row]:
    key = rsa.generate_private_key(65537, size)
    messages = [encrypt(f"{number:016}", key.public_key(), KEY_ID) for number in range(_MESSAGES)]
    raw = [base64.b64decode(message) for message in messages]
    parts = [_Parts.of(layout.read(one), key) for one in raw]
    sdk_opened = sdk.opener(key)
    keys = [key]
    samples = interleaved(
        rounds,
        {
            "RSA-OAEP": each(parts, _Parts.unwrap),
            "P-384 point": each(parts, _Parts.decompress),
            "ECDSA": each(parts, _Parts.verify),
            "HKDF, 2 x GCM": each(parts, _Parts.open),
            "all of them": each(parts, _Parts.everything),
            "ours": each(messages, lambda message: decrypt(message, lambda _: keys)),
            "the SDK": each(raw, sdk_opened),
        },
    )
    yardstick = samples["all of them"]
    targets = {"ours": "<= 1.1"}
    return [
        sample.row(f"RSA-{size} {name}", yardstick if name in ("ours", "the SDK") else None, targets.get(name, ""))
        for name, sample in samples.items()
    ]


def each(things: Sequence[_T], work: Callable[[_T], object]) -> Callable[[], float]:
    """Milliseconds that `work` takes for one of `things`."""

    def timed() -> float:
        started = time.perf_counter()
        for thing in things:
            work(thing)
        return (time.perf_counter() - started) * 1000 / len(things)

    return timed


@dataclass(frozen=True)
class _Parts:
    """A message taken apart, ready for each primitive alone."""

    sealed: Sealed
    key: RSAPrivateKey
    point: bytes
    public_key: ec.EllipticCurvePublicKey
    data_key: bytes
    info: bytes
    frame: bytes

    @classmethod
    def of(cls, sealed: Sealed, key: RSAPrivateKey) -> _Parts:
        point = base64.b64decode(sealed.public_key)
        return cls(
            sealed,
            key,
            point,
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), point),
            key.decrypt(sealed.data_key, _PADDING),
            b"\x03\x78" + sealed.message_id,
            sealed.message_id + _FRAME + sealed.content_length.to_bytes(8, "big"),
        )

    def unwrap(self) -> None:
        self.key.decrypt(self.sealed.data_key, _PADDING)

    def decompress(self) -> None:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), self.point)

    def verify(self) -> None:
        self.public_key.verify(self.sealed.signature, self.sealed.signed, ec.ECDSA(SHA384()))

    def open(self) -> None:
        cipher = AESGCM(HKDF(SHA384(), 32, None, self.info).derive(self.data_key))
        cipher.decrypt(self.sealed.header_iv, self.sealed.header_tag, self.sealed.header)
        cipher.decrypt(self.sealed.content_iv, self.sealed.content, self.frame)

    def everything(self) -> None:
        self.unwrap()
        # The key that was just made, since its first use costs more than later ones.
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), self.point)
        key.verify(self.sealed.signature, self.sealed.signed, ec.ECDSA(SHA384()))
        self.open()
