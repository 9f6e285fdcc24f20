"""The AWS Encryption SDK as the second opinion: it makes messages of any form, and opens almost any."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import Algorithm, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.unit.customer_input.messages import KEY_ID, private_key

CONNECTS_SUITE = Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384
# The policy that lets suites without key commitment through, as Connect's is.
_CLIENT = EncryptionSDKClient(commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT)
_COMMITTING = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)


class _Provider(RawMasterKeyProvider):  # type: ignore[misc] # the SDK has no types
    """Wraps data keys as Connect does, by one private key under any key id."""

    provider_id = "AmazonConnect"

    def __init__(self, **_: object) -> None:
        self._key: WrappingKey = None

    def _get_raw_key(self, key_id: bytes) -> WrappingKey:  # the SDK's own signature
        return self._key


class _OtherProvider(_Provider):
    provider_id = "amazonconnect"


@cache
def _wrapping_key(size: int, padding: WrappingAlgorithm) -> WrappingKey:
    return _wrapping(private_key(size), padding)


def _wrapping(key: RSAPrivateKey, padding: WrappingAlgorithm) -> WrappingKey:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return WrappingKey(padding, pem, EncryptionKeyType.PRIVATE)


def _provider(name: str, key: WrappingKey, *key_ids: str) -> _Provider:
    provider = _Provider() if name == _Provider.provider_id else _OtherProvider()
    provider._key = key
    for key_id in key_ids:
        provider.add_master_key(key_id)
    return provider


def encrypted(
    plain: bytes,
    suite: Algorithm = CONNECTS_SUITE,
    key_ids: tuple[str, ...] = (KEY_ID,),
    frame_length: int = 4096,
    size: int = 2048,
    padding: WrappingAlgorithm = WrappingAlgorithm.RSA_OAEP_SHA512_MGF1,
    provider: str = "AmazonConnect",
    context: dict[str, str] | None = None,
) -> bytes:
    """A message as the SDK makes it; with the defaults it is one as Connect's."""
    client = _COMMITTING if suite.is_committing() else _CLIENT
    message, _ = client.encrypt(
        source=plain,
        key_provider=_provider(provider, _wrapping_key(size, padding), *key_ids),
        algorithm=suite,
        frame_length=frame_length,
        encryption_context=context or {},
    )
    return bytes(message)


def opened(message: bytes, size: int = 2048) -> bytes:
    """What the SDK finds in a message. Raises errors of many kinds."""
    key = _wrapping_key(size, WrappingAlgorithm.RSA_OAEP_SHA512_MGF1)
    plain, _ = _CLIENT.decrypt(source=message, key_provider=_provider("AmazonConnect", key, KEY_ID))
    return bytes(plain)


def encrypted_for(key: RSAPrivateKey, plain: bytes) -> bytes:
    """A message as Connect's, for a key of one's own."""
    provider = _provider("AmazonConnect", _wrapping(key, WrappingAlgorithm.RSA_OAEP_SHA512_MGF1), KEY_ID)
    message, _ = _CLIENT.encrypt(source=plain, key_provider=provider, algorithm=CONNECTS_SUITE)
    return bytes(message)


def opener(key: RSAPrivateKey) -> Callable[[bytes], bytes]:
    """As `opened`, for a key of one's own; the provider and its parsed key are kept from message to message."""
    provider = _provider("AmazonConnect", _wrapping(key, WrappingAlgorithm.RSA_OAEP_SHA512_MGF1), KEY_ID)
    return lambda message: bytes(_CLIENT.decrypt(source=message, key_provider=provider)[0])
