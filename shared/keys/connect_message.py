"""A message as Connect's block "Store customer input" makes it, by the AWS Encryption SDK, for trying keys out.

The SDK shares no code with the product, which opens what is made here. Connect's suite has no key commitment, hence the
policy.
"""

from __future__ import annotations

import base64

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import Algorithm, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_FRAME_BYTES = 4096


class _Certified(RawMasterKeyProvider):  # type: ignore[misc] # the SDK has no types
    """Wraps data keys for the key of a certificate, under whatever key id it is asked for."""

    provider_id = "AmazonConnect"

    def __init__(self, **_: object) -> None:
        self.public_key = b""

    def _get_raw_key(self, key_id: bytes) -> WrappingKey:  # the SDK's own signature
        return WrappingKey(WrappingAlgorithm.RSA_OAEP_SHA512_MGF1, self.public_key, EncryptionKeyType.PUBLIC)


def encrypted(typed: str, certificate: str, key_id: str) -> str:
    """`typed` in base64. Raises ValueError for what is no certificate."""
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    provider = _Certified()
    provider.public_key = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    provider.add_master_key(key_id)
    message, _ = EncryptionSDKClient(commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT).encrypt(
        source=typed.encode(),
        key_provider=provider,
        algorithm=Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384,
        frame_length=_FRAME_BYTES,
    )
    return base64.b64encode(message).decode()
