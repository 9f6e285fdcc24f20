"""The keys of results: ours, which open them, and the senders', which they are signed with.

A parameter holds a JSON list of `{"type": "RSA" or "EC", "key": PEM}`: each entry as ID Contact's configuration has it,
more than one while a key is being replaced. Whether a list is of private or of public keys is known before it is read:
a private key in the wrong parameter is refused, not used for its public half.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from chalicelib.customer_input import keys as rsa_keys
from chalicelib.errors import Misconfigured

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

_LEAST_EXPONENT = 65537
_Key = rsa.RSAPrivateKey | rsa.RSAPublicKey | ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey


class KeyType(StrEnum):
    """As JOSE calls them; it alone decides which algorithms a key is used with."""

    RSA = "RSA"
    EC = "EC"  # P-256 alone


@dataclass(frozen=True)
class TokenKey:
    """`size` is in bytes: of what RSA encrypts or signs, and of a coordinate of EC's."""

    type: KeyType
    size: int
    key: _Key = field(repr=False)

    @cached_property
    def jose(self) -> RSAKey | ECKey:
        """As joserfc has it, which is loaded for the first result: what starts for another reason does without."""
        from joserfc.jwk import ECKey, RSAKey

        if isinstance(self.key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
            return RSAKey.import_key(self.key)
        return ECKey.import_key(self.key)


def decryption_keys(text: str, name: str) -> tuple[TokenKey, ...]:
    """Our private keys, in the order of the parameter `name`.

    Raises:
        Misconfigured: names the parameter, and what is wrong with it, and nothing in it.
    """
    return _keys(text, name, "private", lambda pem: _private(pem, name))


def signature_keys(text: str, name: str) -> tuple[TokenKey, ...]:
    """The senders' public keys. Raises as `decryption_keys` does."""
    return _keys(text, name, "public", lambda pem: load_pem_public_key(pem.encode()))


def _keys(text: str, name: str, kind: str, load: Callable[[str], object]) -> tuple[TokenKey, ...]:
    try:
        entries = json.loads(text)
        if not isinstance(entries, list) or not entries:
            raise ValueError("no list of keys")
        return tuple(_key(entry, load) for entry in entries)
    except (ValueError, TypeError, RecursionError, UnsupportedAlgorithm, Misconfigured):
        raise Misconfigured(
            f'the parameter {name} must hold a JSON list of {{"type": "RSA" or "EC", "key": PEM}}, each an unencrypted '
            f"{kind} key, RSA of {rsa_keys.SMALLEST_KEY_BITS} to {rsa_keys.LARGEST_KEY_BITS} bits or EC on P-256"
        ) from None


def _key(entry: Any, load: Callable[[str], object]) -> TokenKey:
    if not isinstance(entry, dict) or entry.keys() != {"type", "key"} or not isinstance(entry["key"], str):
        raise ValueError("no entry")
    if entry["key"].count("-----BEGIN ") != 1:
        raise ValueError("not one key")
    key = _of(load(entry["key"]))
    if key.type != entry["type"]:
        raise ValueError("a key of the other type")
    return key


def _private(pem: str, name: str) -> object:
    key: object = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    return rsa_keys.parsed(pem, name)[0] if isinstance(key, rsa.RSAPrivateKey) else key


def _of(key: object) -> TokenKey:
    if isinstance(key, rsa.RSAPublicKey) and (
        not rsa_keys.SMALLEST_KEY_BITS <= key.key_size <= rsa_keys.LARGEST_KEY_BITS
        or key.public_numbers().e < _LEAST_EXPONENT
    ):
        raise ValueError("a weak key")
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey) and key.key_size % 8 == 0:
        return TokenKey(KeyType.RSA, key.key_size // 8, key)
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return TokenKey(KeyType.EC, key.key_size // 8, key)
    raise ValueError("a key of another kind")
