"""Writes a JWE (RFC 7516, compact).

Its protected header binds what Connect's own messages do not: to whom, of which call, what, and until when.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from chalicelib.secure_input.consumer import Consumer, Delivery, PublicKey

_CONTENT = "A256GCM"
_TO_RSA, _TO_CURVE = "RSA-OAEP-256", "ECDH-ES"
# The claims of RFC 7519 that stand in the header (its section 5.3), and our own two, are no JOSE parameters.
_REGISTRY = jwe.JWERegistry(algorithms=[_CONTENT, _TO_RSA, _TO_CURVE], strict_check_header=False)


def write(typed: str, delivery: Delivery, consumer: Consumer) -> str:
    """The digits alone are the plaintext."""
    assert consumer.key is not None
    header = {
        "alg": _TO_RSA if isinstance(consumer.key, RSAPublicKey) else _TO_CURVE,
        "enc": _CONTENT,
        "kid": consumer.key_id,
        "aud": consumer.name,
        "contact": delivery.contact,
        "kind": delivery.kind,
        "iat": delivery.at,
        "exp": delivery.expires_at,
        "jti": delivery.id,
    }
    return jwe.encrypt_compact(header, typed, _key(consumer.key), registry=_REGISTRY)


def _key(key: PublicKey) -> Key:
    if isinstance(key, RSAPublicKey):
        return RSAKey.import_key(key)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return OKPKey.import_key(pem) if isinstance(key, X25519PublicKey) else ECKey.import_key(pem)
