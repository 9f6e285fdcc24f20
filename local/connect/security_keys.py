"""The security keys of an instance: public keys that were uploaded, against which certificates in flows are checked.

"The encryption key is used to verify the signature of the certificate used within the flow" (administrator guide,
"Encrypt sensitive customer input"). So a certificate may be signed by its own key, or a leaf that the uploaded key
signed; whether the real service takes such a leaf has not been tried. It keeps two keys, of at most 1,024 characters.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from local.encrypt import certified_key

MOST_KEYS = 2
LONGEST_KEY = 1_024


class NotUploadedError(ValueError):
    """The instance does not take a key; the message says why."""


class CannotEncryptError(ValueError):
    """Nothing can be encrypted with what stands in the flow; the message says why."""


class SecurityKeys:
    """By the id that each got when it was uploaded. Raises NotUploadedError."""

    def __init__(self, public_keys: Mapping[str, str]) -> None:
        self._keys: dict[str, RSAPublicKey] = {}
        for key_id, pem in public_keys.items():
            self.upload(key_id, pem)

    def upload(self, key_id: str, pem: str) -> None:
        """Add a public key. Raises NotUploadedError for a third, and for what is no RSA public key in PEM."""
        if len(self._keys) >= MOST_KEYS:
            raise NotUploadedError(f"an instance has at most {MOST_KEYS} security keys")
        if len(pem) > LONGEST_KEY:
            raise NotUploadedError(f"a security key has at most {LONGEST_KEY} characters: upload the public key alone")
        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm):
            raise NotUploadedError("a security key is a public key in PEM") from None
        if not isinstance(key, RSAPublicKey):
            raise NotUploadedError("a security key is an RSA key")
        self._keys[key_id] = key

    def remove(self, key_id: str) -> None:
        """Raises KeyError for a key that the instance does not have."""
        del self._keys[key_id]

    def certified(self, key_id: str, certificate: str) -> RSAPublicKey:
        """The key to encrypt with: that of `certificate` (PEM), if the security key has signed it.

        Raises:
            CannotEncryptError: no such security key, no certificate of an RSA key, or not signed by that key.
        """
        uploaded = self._keys.get(key_id)
        if uploaded is None:
            raise CannotEncryptError("the instance has no security key of that id")
        try:
            key = certified_key(certificate.encode())
        except ValueError:
            raise CannotEncryptError("the certificate cannot be used") from None
        if not _signed(x509.load_pem_x509_certificate(certificate.encode()), uploaded):
            raise CannotEncryptError("the certificate is not signed by the security key")
        return key


def _signed(certificate: x509.Certificate, by: RSAPublicKey) -> bool:
    scheme, hashed = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
    if not isinstance(scheme, PKCS1v15) or hashed is None:
        return False
    try:
        by.verify(certificate.signature, certificate.tbs_certificate_bytes, scheme, hashed)
    except InvalidSignature:
        return False
    return True
