"""The private keys that open what callers type, by the key id that Connect writes into each message.

A key is an RSA key in PEM in an SSM SecureString; a parameter may hold several, newest first, one behind the other.
What is kept in memory are parsed keys: parsing one with the usual proof that its primes are prime takes 26 to 190 ms,
opening a message 0.6 to 1.7. That proof guards against keys of an enemy's making; these are our own, so arithmetic and
one encryption there and back are enough to tell a damaged parameter.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib import audit
from chalicelib.clock import Clock
from chalicelib.errors import Misconfigured, SecretsUnavailable

KEY_ID = "{key-id}"
"""Stands for the key id in the name of a parameter; a name without it holds the keys for every key id."""

FRESH_SECONDS = 600.0
STALE_SECONDS = 3_600.0
"""How long keys outlive an SSM that does not answer."""
UNKNOWN_SECONDS = 30.0
RETRY_SECONDS = 15.0
RENEWAL_SECONDS = 30.0
"""At least so long between two askings of SSM because keys did not open a message."""
MOST_PARAMETERS = 16
SMALLEST_KEY_BITS, LARGEST_KEY_BITS = 2048, 4096

# Stands in the message, so whoever makes a message chooses it: nothing in it may lead to another parameter's name.
_SAFE_KEY_ID = r"[0-9A-Za-z][0-9A-Za-z-]{0,99}"
_BLOCK = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA512()), algorithm=hashes.SHA512(), label=None)


class Source(Protocol):
    """Where the parameters are. Both raise SecretsUnavailable."""

    def find(self, names: Iterable[str]) -> Mapping[str, str]:
        """Values by name, without those that do not exist."""

    def under(self, path: str) -> Mapping[str, str]:
        """Values by name of all that is below a path."""


@dataclass
class _Held:
    """What is known of a parameter; no keys when it does not exist. Times are seconds since the epoch."""

    keys: tuple[RSAPrivateKey, ...]
    digest: bytes
    fetched_at: float
    asked_at: float
    fresh_until: float


class PrivateKeys:
    """Parsed keys by key id. `pattern` is the name of a parameter with `{key-id}` in it, or without."""

    def __init__(
        self, pattern: str, source: Source, clock: Clock, fraction: Callable[[], float] = random.random
    ) -> None:
        self._pattern, self._source, self._clock, self._fraction = pattern, source, clock, fraction
        before, self._varies, after = pattern.partition(KEY_ID)
        self._path = before.rpartition("/")[0]
        self._ours = re.compile(re.escape(before) + (_SAFE_KEY_ID if self._varies else "") + re.escape(after))
        self._held: dict[str, _Held] = {}

    def preload(self) -> None:
        """Get all keys before anybody calls. What cannot be had now is asked for when a message needs it."""
        try:
            if not self._varies:
                found = self._source.find([self._pattern])
            else:
                found = self._source.under(self._path) if self._path else {}
        except SecretsUnavailable as trouble:
            audit.record("input_keys_not_preloaded", code=trouble.code)
            return
        for name, text in found.items():
            if self._ours.fullmatch(name):
                self._preloaded(name, text)

    def of(self, key_id: str) -> tuple[RSAPrivateKey, ...]:
        """The keys to try for `key_id`; none when there is no such key.

        Raises:
            SecretsUnavailable: SSM does not answer, and the keys are not in memory, or too old.
            Misconfigured: the parameter holds no usable key.
        """
        name = self._name(key_id)
        if name is None:
            return ()
        held, now = self._held.get(name), self._clock.now()
        if held and now < held.fresh_until:
            return held.keys
        try:
            return self._asked(name, now).keys
        except (SecretsUnavailable, Misconfigured) as trouble:
            if held is None or not held.keys or now >= held.fetched_at + STALE_SECONDS:
                raise
            audit.record("input_keys_stale", code=trouble.code)
            held.asked_at, held.fresh_until = now, now + RETRY_SECONDS
            return held.keys

    def renewed(self, key_id: str) -> bool:
        """Whether asking SSM now, because the keys in memory opened nothing, has brought other keys for `key_id`."""
        held, now = self._held.get(self._name(key_id) or ""), self._clock.now()
        if held is None or not held.keys or now < held.asked_at + RENEWAL_SECONDS:
            return False
        held.asked_at, digest = now, held.digest
        try:
            return self._asked(str(self._name(key_id)), now).digest != digest
        except (SecretsUnavailable, Misconfigured) as trouble:
            audit.record("input_keys_stale", code=trouble.code)
            return False

    def _name(self, key_id: str) -> str | None:
        return self._pattern.replace(KEY_ID, key_id) if re.fullmatch(_SAFE_KEY_ID, key_id) else None

    def _preloaded(self, name: str, text: str) -> None:
        try:
            self._hold(name, text, self._clock.now())
        except Misconfigured as trouble:  # must not keep the other keys from working
            audit.record("input_keys_damaged", code=trouble.code, reason=str(trouble))

    def _asked(self, name: str, now: float) -> _Held:
        return self._hold(name, self._source.find([name]).get(name), now)

    def _hold(self, name: str, text: str | None, now: float) -> _Held:
        """Note what SSM said of a parameter; text that was parsed before is not parsed again."""
        known = self._held.get(name)
        if text is None:
            held = _Held((), b"", now, now, now + UNKNOWN_SECONDS)
        else:
            digest = hashlib.sha256(text.encode()).digest()
            keys = known.keys if known and known.digest == digest else parsed(text, name)
            # Functions that started together shall not all ask together.
            held = _Held(keys, digest, now, now, now + FRESH_SECONDS * (0.9 + 0.2 * self._fraction()))
        self._held.pop(name, None)
        self._make_room()
        self._held[name] = held
        return held

    def _make_room(self) -> None:
        """What is unknown goes first: nobody shall push keys out by naming others that do not exist."""
        while len(self._held) >= MOST_PARAMETERS:
            del self._held[next((name for name, held in self._held.items() if not held.keys), next(iter(self._held)))]


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
