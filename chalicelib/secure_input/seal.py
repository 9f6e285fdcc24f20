"""Values sealed for the table: AES-256-GCM, bound to the item that they stand in."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.errors import Misconfigured
from chalicelib.keyed_hash import KeyedHash

_NONCE_BYTES = 12


class Seal:
    """Seals and opens under a key derived from the hash key. `item` is the associated data: the hash of the token."""

    def __init__(self, hashes: KeyedHash, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._cipher = AESGCM(hashes.raw("input key", ""))
        self._random_bytes = random_bytes

    def close(self, value: str, item: str) -> str:
        nonce = self._random_bytes(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, value.encode(), item.encode())).decode()

    def open(self, sealed: str, item: str) -> str:
        """Raises Misconfigured for what was not sealed for this item under this key."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], item.encode()).decode()
        except (binascii.Error, ValueError, InvalidTag):
            raise Misconfigured("a kept input does not open: was the hash key changed meanwhile?") from None
