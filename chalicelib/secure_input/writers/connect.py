"""Writes as Connect's block "Store customer input" does, so that what reads Connect's messages reads these unchanged.

The layout is that of `customer_input.layout`, the AWS Encryption SDK's format, version 1: one data key, one frame,
signed. The signing key is made for this message alone, so the signature shows that nothing was changed on the way and
not who wrote it, as in Connect's own.
"""

from __future__ import annotations

import base64
import os
import struct

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.secure_input.consumer import Consumer, Delivery

_BEGINNING = bytes.fromhex("01800378")  # version, type, suite: AES-256-GCM, HKDF-SHA384, ECDSA P-384
_SUITE = _BEGINNING[2:]
_PROVIDER = b"AmazonConnect"
_FRAME_BYTES = 4096
_IV_BYTES = 12
_FINAL_FRAME = b"AWSKMSEncryptionClient Final Frame"
_FIRST = struct.pack(">I", 1)
_WRAPPED_WITH = padding.OAEP(padding.MGF1(SHA512()), SHA512(), None)


def write(typed: str, _delivery: Delivery, consumer: Consumer) -> str:
    """A message in base64, as a flow reads it from $.StoredCustomerInput. Nothing in it names the call."""
    assert isinstance(consumer.key, RSAPublicKey)
    data_key, message_id = os.urandom(32), os.urandom(16)
    signing_key = ec.generate_private_key(ec.SECP384R1())
    header = _header(
        message_id, signing_key.public_key(), consumer.key_id, consumer.key.encrypt(data_key, _WRAPPED_WITH)
    )
    cipher = AESGCM(HKDF(SHA384(), 32, None, _SUITE + message_id).derive(data_key))
    message = header + _proof(cipher, header) + _frame(cipher, message_id, typed.encode())
    return base64.b64encode(message + _counted(signing_key.sign(message, ec.ECDSA(SHA384())))).decode()


def _header(message_id: bytes, public_key: ec.EllipticCurvePublicKey, key_id: str, wrapped: bytes) -> bytes:
    point = base64.b64encode(public_key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
    context = struct.pack(">H", 1) + _counted(b"aws-crypto-public-key") + _counted(point)
    data_keys = struct.pack(">H", 1) + _counted(_PROVIDER) + _counted(key_id.encode()) + _counted(wrapped)
    framing = struct.pack(">BIBI", 2, 0, _IV_BYTES, _FRAME_BYTES)
    return _BEGINNING + message_id + _counted(context) + data_keys + framing


def _proof(cipher: AESGCM, header: bytes) -> bytes:
    iv = os.urandom(_IV_BYTES)
    return iv + cipher.encrypt(iv, b"", header)


def _frame(cipher: AESGCM, message_id: bytes, plain: bytes) -> bytes:
    iv = os.urandom(_IV_BYTES)
    bound_to = message_id + _FINAL_FRAME + _FIRST + struct.pack(">Q", len(plain))
    return b"\xff" * 4 + _FIRST + iv + struct.pack(">I", len(plain)) + cipher.encrypt(iv, plain, bound_to)


def _counted(part: bytes) -> bytes:
    return struct.pack(">H", len(part)) + part
