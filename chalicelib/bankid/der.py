"""The few facts of a certificate that decide whether it may be used, read from its DER (RFC 5280, section 4.1).

`cryptography` has a whole reader, which takes as long to import as the rest of the function does to start. This one is
for certificates that the operator gave us; those of others are for OpenSSL.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_VERSION, _UTC_TIME = 0xA0, 0x17


@dataclass(frozen=True)
class Certificate:
    """`issuer` is the issuer's name as it stands in the certificate, texts between bytes of form."""

    der: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime

    @property
    def sha256(self) -> str:
        """Its fingerprint, in hex without colons."""
        return hashlib.sha256(self.der).hexdigest()


def certificates(pem: str) -> list[Certificate]:
    """The certificates in `pem`, in its order.

    Raises:
        ValueError: one of them cannot be read.
    """
    return [_read(ssl.PEM_cert_to_DER_cert(block.group())) for block in _BLOCK.finditer(pem)]


def _read(der: bytes) -> Certificate:
    try:
        [(_, whole)] = _parts(der)
        fields = [value for tag, value in _parts(_parts(whole)[0][1]) if tag != _VERSION]
        _serial, _algorithm, issuer, validity = fields[:4]
        not_before, not_after = (_time(tag, value.decode("ascii")) for tag, value in _parts(validity))
    except IndexError:
        raise ValueError("a certificate that is cut off") from None
    return Certificate(der, issuer, not_before, not_after)


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """The tag and the content of each element in `data`."""
    parts: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length > 0x7F:  # then it says how many bytes the length has
            length, at = int.from_bytes(data[at : at + length - 0x80]), at + length - 0x80
        if at + length > len(data):
            raise IndexError
        parts.append((tag, data[at : at + length]))
        at += length
    return parts


def _time(tag: int, text: str) -> datetime:
    if tag == _UTC_TIME:
        text = ("19" if text >= "50" else "20") + text
    month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
    return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)
