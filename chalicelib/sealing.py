"""Values sealed with AES-256-GCM for where others could read them: an item of the table, the path of an address.

Each purpose has a key of its own, derived from the hash key. A sealed value is bound to the place it stands in (an
item's name, a call's id) as associated data, so that it opens nowhere else.
"""

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
    """Seals and opens for one purpose, such as "input key"; what it seals needs no escaping in a path."""

    def __init__(self, hashes: KeyedHash, purpose: str, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._cipher = AESGCM(hashes.raw(purpose, ""))
        self._random_bytes = random_bytes

    def close(self, value: str, place: str) -> str:
        nonce = self._random_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, value.encode(), place.encode())
        return base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def open(self, sealed: str, place: str) -> str:
        """Raises Misconfigured for what was not sealed for this purpose and place under this hash key."""
        try:
            raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
        except (binascii.Error, ValueError, InvalidTag):
            raise Misconfigured("a sealed value does not open: was the hash key changed meanwhile?") from None
