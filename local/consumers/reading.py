"""What consumers read their messages with: the AWS Encryption SDK, jwcrypto, and KMS, none of which the product has."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from typing import Any

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

Reader = Callable[[str], str]
"""A message in, what the caller typed out; raises when it does not open."""

logging.getLogger("aws_encryption_sdk").addHandler(logging.NullHandler())


def connect_messages(private_key: str, key_id: str) -> Reader:
    """As many a system reads what Connect itself encrypted. `private_key` in PEM."""
    provider = _KeyProvider()
    provider.key_id, provider.private_key = key_id.encode(), private_key.encode()
    provider.add_master_key(key_id.encode())
    client = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT)

    def read(message: str) -> str:
        source = base64.b64decode(message, validate=True)
        plain, _ = client.decrypt(source=source, key_provider=provider)
        return bytes(plain).decode("ascii")

    return read


class _KeyProvider(RawMasterKeyProvider):  # type: ignore[misc]  # the SDK has no types
    provider_id = "AmazonConnect"
    key_id = b""
    private_key = b""

    def _get_raw_key(self, key_id: bytes) -> WrappingKey:
        if key_id != self.key_id:
            raise KeyError("another key's message")
        return WrappingKey(
            wrapping_algorithm=WrappingAlgorithm.RSA_OAEP_SHA512_MGF1,
            wrapping_key=self.private_key,
            wrapping_key_type=EncryptionKeyType.PRIVATE,
        )


def jwes(private_key: str, consumer: str, now: Callable[[], float]) -> Reader:
    """Compact JWEs for `consumer` that have not expired."""
    key = JWK.from_pem(private_key.encode())

    def read(message: str) -> str:
        opened = JWE(algs=["RSA-OAEP-256", "ECDH-ES", "A256GCM"])
        opened.deserialize(message, key)
        header: dict[str, Any] = opened.jose_header
        if header["aud"] != consumer or now() >= header["exp"]:
            raise ValueError("a JWE for another consumer, or an old one")
        return bytes(opened.payload).decode("ascii")

    return read


def kms_envelopes(kms: Any, consumer: str) -> Reader:
    """Envelopes whose data key `kms`, a client of boto3, opens."""

    def read(message: str) -> str:
        envelope = json.loads(message)
        if envelope["format"] != "countersign-kms-1" or envelope["context"]["consumer"] != consumer:
            raise ValueError("an envelope of another form, or for another consumer")
        wrapped, iv, sealed = (base64.b64decode(envelope[name]) for name in ("data_key", "iv", "ciphertext"))
        data_key = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=envelope["context"])["Plaintext"]
        return AESGCM(data_key).decrypt(iv, sealed, None).decode("ascii")

    return read
