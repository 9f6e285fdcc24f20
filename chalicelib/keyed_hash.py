"""Keyed hashes: how codes and phone numbers appear in the table.

A ten-digit code or a phone number can be found by trying them all, so a plain hash would hide nothing. HMAC-SHA-256
under a secret that never reaches the table does. Each use has its label, so that equal digits in two places do not
give equal hashes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from chalicelib.errors import Misconfigured

SHORTEST_SECRET_BYTES = 32


class KeyedHash:
    """HMAC-SHA-256 under one secret, of at least 32 bytes."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        if len(self._secret) < SHORTEST_SECRET_BYTES:
            raise Misconfigured(
                f"the hash key is shorter than {SHORTEST_SECRET_BYTES} bytes; make one: openssl rand -hex 32"
            )

    def of(self, label: str, value: str) -> str:
        """43 characters of `A-Za-z0-9-_`."""
        return base64.urlsafe_b64encode(self.raw(label, value)).rstrip(b"=").decode()

    def digits(self, label: str, value: str, count: int) -> str:
        """`count` decimal digits that nobody without the secret can foretell."""
        return str(int.from_bytes(self.raw(label, value), "big") % 10**count).zfill(count)

    def raw(self, label: str, value: str) -> bytes:
        """32 bytes; also how a key of another kind is derived from the secret."""
        return hmac.digest(self._secret, f"{label}\x00{value}".encode(), hashlib.sha256)
