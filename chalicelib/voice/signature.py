"""Twilio's request signature, X-Twilio-Signature.

HMAC-SHA1 under the account's auth token over the URL and the posted fields, as Twilio documents under "Validating
requests". Twilio signs the URL sometimes with the port and sometimes without, so both forms are tried. The URL is
built from the configuration, never from the request's own headers: whoever forges a request could forge those too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit, urlunsplit

_MOST_FIELDS = 200


def posted_fields(body: bytes) -> list[tuple[str, str]]:
    """The name-value pairs of a form, in order, empty values kept since they are signed too.

    Raises:
        ValueError: the body is not a form in UTF-8, or has more fields than Twilio ever sends.
    """
    return parse_qsl(
        body.decode("utf-8"),
        keep_blank_values=True,
        strict_parsing=bool(body),
        errors="strict",
        max_num_fields=_MOST_FIELDS,
    )


def is_genuine(signature: str, url: str, fields: Sequence[tuple[str, str]], tokens: Iterable[str]) -> bool:
    """Whether one of `tokens` (the account's, while it changes: both) made the signature over `url` and `fields`.

    `fields` are the decoded name-value pairs of the form, empty values included, in any order.
    """
    if not signature.isascii():
        return False
    signed_text = "".join(name + value for name, value in sorted(set(fields)))
    candidates = [_sign(token, form + signed_text) for token in tokens for form in _port_forms(url)]
    # Every candidate is compared, so the time taken does not tell which one matched.
    return sum(hmac.compare_digest(candidate, signature) for candidate in candidates) > 0


def _sign(token: str, text: str) -> str:
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()


def _port_forms(url: str) -> tuple[str, ...]:
    """The URL without a port, and with its port, which is 443 where none is named."""
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}")
    return tuple(urlunsplit(parts._replace(netloc=netloc)) for netloc in (host, f"{host}:{parts.port or 443}"))
