"""The private keys that open what callers type, by the key id that Connect writes into each message.

A key is an RSA key in PEM in an SSM SecureString; a parameter may hold several, newest first, one behind the other.
What is kept in memory are parsed keys: parsing one with the usual proof that its primes are prime takes 26 to 190 ms,
opening a message 0.6 to 1.7. That proof guards against keys of an enemy's making; these are our own, so arithmetic and
one encryption there and back are enough to tell a damaged parameter.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.clock import Clock
from chalicelib.errors import Misconfigured
from chalicelib.held import Held, Names, Source

KEY_ID = "{key-id}"
"""Stands for the key id in the name of a parameter; a name without it holds the keys for every key id."""

SMALLEST_KEY_BITS, LARGEST_KEY_BITS = 2048, 4096

# Stands in the message, so whoever makes a message chooses it: nothing in it may lead to another parameter's name.
_SAFE_KEY_ID = r"[0-9A-Za-z][0-9A-Za-z-]{0,99}"
_BLOCK = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA512()), algorithm=hashes.SHA512(), label=None)


class PrivateKeys:
    """Parsed keys by key id. `pattern` is the name of a parameter with `{key-id}` in it, or without."""

    def __init__(
        self, pattern: str, source: Source, clock: Clock, fraction: Callable[[], float] = random.random
    ) -> None:
        self._held = Held(Names(pattern, KEY_ID, _SAFE_KEY_ID), source, parsed, "input_keys", clock, fraction)

    def preload(self) -> None:
        """Get all keys before anybody calls. What cannot be had now is asked for when a message needs it."""
        self._held.preload()

    def of(self, key_id: str) -> tuple[RSAPrivateKey, ...]:
        """The keys to try for `key_id`; none when there is no such key.

        Raises:
            SecretsUnavailable: SSM does not answer, and the keys are not in memory, or too old.
            Misconfigured: the parameter holds no usable key.
        """
        return self._held.of(key_id) or ()

    def renewed(self, key_id: str) -> bool:
        """Whether asking SSM now, because the keys in memory opened nothing, has brought other keys for `key_id`."""
        return self._held.renewed(key_id)


def parsed(text: str, name: str) -> tuple[RSAPrivateKey, ...]:
    """The keys in a parameter's `text`, in its order.

    Raises:
        Misconfigured: there is none, or one of them cannot be used; names the parameter and nothing in it.
    """
    keys = tuple(_key(block.group()) for block in _BLOCK.finditer(text))
    if not keys or not all(key is not None and _is_sound(key) for key in keys):
        raise Misconfigured(f"the parameter {name} must hold unencrypted RSA private keys of 2048 to 4096 bits in PEM")
    return tuple(key for key in keys if key is not None)


def _key(block: str) -> RSAPrivateKey | None:
    try:
        key = load_pem_private_key(block.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPrivateKey) else None


def _is_sound(key: RSAPrivateKey) -> bool:
    """Whether the parts of the key agree, and it opens what it closed; milliseconds, where the full check takes 190."""
    if not SMALLEST_KEY_BITS <= key.key_size <= LARGEST_KEY_BITS:
        return False
    probe = b"countersign"
    try:
        parts = key.private_numbers()
        p, q, d, e = parts.p, parts.q, parts.d, parts.public_numbers.e
        agree = (
            p * q == parts.public_numbers.n
            and d * e % (p - 1) == d * e % (q - 1) == 1
            and (parts.dmp1, parts.dmq1) == (d % (p - 1), d % (q - 1))
            and parts.iqmp * q % p == 1
        )
        return agree and key.decrypt(key.public_key().encrypt(probe, _OAEP), _OAEP) == probe
    except (ValueError, ArithmeticError):
        return False
