"""Compact tokens (RFC 7515, RFC 7516) taken apart, strictly and before any library reads them.

Libraries read more than the senders write: JSON with a name twice, UTF-16, base64 with stray last bits. Each of these
is a second reading of the same token, and so a place where two readers may disagree; here a token has one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import strict_json
from chalicelib.errors import TokenFault, TokenRefused

LONGEST = 16_384
"""Characters of a token. ID Contact's own plugin takes 8 KiB, so no sender writes more."""

_SEGMENTS = re.compile(r"[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*")
_BLOCK = 16  # bytes of an AES block, of A128CBC-HS256's IV, and of its tag (RFC 7518, 5.2.3)


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A JWE, `token`, taken apart as far as needed. Nothing in it is proved."""

    token: str
    header: Mapping[str, Any]
    encrypted_key: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A JWS, `token`, taken apart. Nothing in it is proved; `signed` is what its signature must be of."""

    token: str
    header: Mapping[str, Any]
    payload: bytes
    signature: bytes

    @property
    def signed(self) -> str:
        return self.token.rpartition(".")[0]


def encrypted(token: object) -> Encrypted:
    """A JWE, with the lengths that A128CBC-HS256 gives to its parts.

    Raises:
        TokenRefused: it has another form; `token` may be anything.
    """
    if not isinstance(token, str):
        raise TokenRefused(TokenFault.FORM)
    header, key, iv, content, tag = _parts(token, 5, TokenFault.FORM)
    if not len(iv) == len(tag) == _BLOCK or not content or len(content) % _BLOCK:
        raise TokenRefused(TokenFault.FORM)
    return Encrypted(token, json_object(header, TokenFault.HEADER), key)


def signed(token: str) -> Signed:
    """A JWS.

    Raises:
        TokenRefused: it has another form.
    """
    header, payload, signature = _parts(token, 3, TokenFault.SIGNED_FORM)
    return Signed(token, json_object(header, TokenFault.SIGNED_HEADER), payload, signature)


def json_object(raw: bytes, fault: TokenFault) -> dict[str, Any]:
    """The JSON object in `raw`: in UTF-8, every name once, no number that JSON does not know.

    Raises:
        TokenRefused: with `fault`.
    """
    try:
        found = strict_json.parsed(raw.decode())
    except (ValueError, RecursionError):
        raise TokenRefused(fault) from None
    if not isinstance(found, dict):
        raise TokenRefused(fault)
    return found


def base64url(text: str) -> bytes | None:
    """The bytes that `text` is the one unpadded base64url of; None when it is of none."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text else None


def _parts(token: str, count: int, fault: TokenFault) -> list[bytes]:
    if len(token) > LONGEST:
        raise TokenRefused(TokenFault.TOO_LONG)
    if token.count(".") != count - 1 or not _SEGMENTS.fullmatch(token):
        raise TokenRefused(fault)
    read = [base64url(segment) for segment in token.split(".")]
    whole = [part for part in read if part is not None]
    if len(whole) != count:
        raise TokenRefused(fault)
    return whole
