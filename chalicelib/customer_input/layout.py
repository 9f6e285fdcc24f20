"""The bytes of a message: the AWS Encryption SDK's format, version 1, in the one form that Connect writes.

The format is documented under "AWS Encryption SDK message format reference". It allows far more than Connect uses:
unsigned suites, many data keys, many frames, further context. The SDK opens all of those, and each is a door that
nobody needs; so every field here has the value that it has in Connect's messages, or the message is refused. The
values were read from four messages of real instances, of 2020 to 2025.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from chalicelib.errors import InputFault, Undecryptable

# AES-256-GCM, HKDF with SHA-384, signed with ECDSA over P-384, without key commitment.
SUITE = 0x0378

# RSA-2048, 3072 and 4096: what fits the 1,024 characters that Connect takes for a public key.
_DATA_KEY_LENGTHS = (256, 384, 512)
# Thirty keys are the most that any block of Connect stores.
_CONTENT_LENGTHS = range(1, 31)
# DER of two numbers of 384 bits. Connect's have always had 103 bytes, but other writers do not fix the length.
_SIGNATURE_LENGTHS = range(96, 105)
_TAG_LENGTH = 16
_KEY_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message taken apart. Nothing in it is proved yet: see `message`."""

    message_id: bytes
    public_key: bytes  # in base64: the compressed point of P-384 that the signature is checked with
    key_id: str  # a UUID in small letters
    data_key: bytes
    header: bytes  # what the header's tag authenticates
    header_iv: bytes
    header_tag: bytes
    content_iv: bytes
    content: bytes  # the ciphertext, with its tag
    content_length: int
    signed: bytes  # everything before the footer
    signature: bytes


# (struct format, the only value allowed or None, what is wrong if it is another), in the order of the bytes.
_Field = tuple[str, object, InputFault]

_BEFORE_DATA_KEY: tuple[_Field, ...] = (
    ("B", 1, InputFault.VERSION),
    ("B", 0x80, InputFault.TYPE),  # customer authenticated encrypted data
    ("H", SUITE, InputFault.SUITE),
    ("16s", None, InputFault.NOT_A_MESSAGE),  # message id
    ("H", 95, InputFault.ENCRYPTION_CONTEXT),  # its length
    ("H", 1, InputFault.ENCRYPTION_CONTEXT),  # pairs
    ("H", 21, InputFault.ENCRYPTION_CONTEXT),
    ("21s", b"aws-crypto-public-key", InputFault.ENCRYPTION_CONTEXT),
    ("H", 68, InputFault.ENCRYPTION_CONTEXT),
    ("68s", None, InputFault.ENCRYPTION_CONTEXT),  # public key
    ("H", 1, InputFault.DATA_KEYS),
    ("H", 13, InputFault.PROVIDER),
    ("13s", b"AmazonConnect", InputFault.PROVIDER),
    ("H", 36, InputFault.KEY_ID),
    ("36s", None, InputFault.KEY_ID),
    ("H", None, InputFault.DATA_KEY_LENGTH),
)
_AFTER_DATA_KEY: tuple[_Field, ...] = (
    ("B", 2, InputFault.FRAMING),  # framed
    ("I", 0, InputFault.FRAMING),  # reserved
    ("B", 12, InputFault.FRAMING),  # length of an IV
    ("I", 4096, InputFault.FRAMING),  # length of a frame; the final one may be shorter
    ("12s", None, InputFault.HEADER),  # header IV
    ("16s", None, InputFault.HEADER),  # header tag
    ("I", 0xFFFFFFFF, InputFault.FRAMING),  # what follows is the final frame
    ("I", 1, InputFault.FRAMING),  # and the first
    ("12s", None, InputFault.CONTENT),  # frame IV
    ("I", None, InputFault.CONTENT_LENGTH),
)


class _Part:
    """A run of fields."""

    def __init__(self, fields: tuple[_Field, ...]) -> None:
        self._struct = struct.Struct(">" + "".join(form for form, _, _ in fields))
        self._fixed = [(at, only, fault) for at, (_, only, fault) in enumerate(fields) if only is not None]
        self._free = itemgetter(*(at for at, (_, only, _) in enumerate(fields) if only is None))
        self.length = self._struct.size

    def read(self, raw: bytes, start: int) -> tuple[Any, ...]:
        """The values of the fields that begin at `start`, without those that can have only one."""
        values = self._struct.unpack_from(raw, start)
        for at, only, fault in self._fixed:
            if values[at] != only:
                raise Undecryptable(fault)
        free: tuple[Any, ...] = self._free(values)
        return free


_FIRST, _SECOND = _Part(_BEFORE_DATA_KEY), _Part(_AFTER_DATA_KEY)
_FOOTER = struct.Struct(">H")
_BEGINNING = struct.pack(">BBH", 1, 0x80, SUITE)
# Of the second part, the header's tag authenticates what stands before the header's IV.
_HEADER_END = struct.calcsize(">BIBI")

LONGEST = (
    _FIRST.length
    + _DATA_KEY_LENGTHS[-1]
    + _SECOND.length
    + _CONTENT_LENGTHS[-1]
    + _TAG_LENGTH
    + _FOOTER.size
    + _SIGNATURE_LENGTHS[-1]
)


def read(raw: bytes) -> Sealed:
    """Takes a message apart.

    Raises:
        Undecryptable: a field has a value that it never has in a message of Connect's, or bytes are missing or left.
    """
    if len(raw) < _FIRST.length:
        raise Undecryptable(InputFault.CUT if raw.startswith(_BEGINNING) else InputFault.NOT_A_MESSAGE)
    message_id, public_key, key_id, data_key_length = _FIRST.read(raw, 0)
    if not _KEY_ID.fullmatch(key_id):
        raise Undecryptable(InputFault.KEY_ID)
    if data_key_length not in _DATA_KEY_LENGTHS:
        raise Undecryptable(InputFault.DATA_KEY_LENGTH)

    second = _FIRST.length + data_key_length
    _long_enough(raw, second + _SECOND.length)
    header_iv, header_tag, content_iv, content_length = _SECOND.read(raw, second)
    if content_length not in _CONTENT_LENGTHS:
        raise Undecryptable(InputFault.CONTENT_LENGTH)

    content = second + _SECOND.length
    footer = content + content_length + _TAG_LENGTH
    return Sealed(
        message_id=message_id,
        public_key=public_key,
        key_id=key_id.decode(),
        data_key=raw[_FIRST.length : second],
        header=raw[: second + _HEADER_END],
        header_iv=header_iv,
        header_tag=header_tag,
        content_iv=content_iv,
        content=raw[content:footer],
        content_length=content_length,
        signed=raw[:footer],
        signature=_signature(raw, footer),
    )


def _signature(raw: bytes, footer: int) -> bytes:
    start = footer + _FOOTER.size
    _long_enough(raw, start)
    (length,) = _FOOTER.unpack_from(raw, footer)
    if length not in _SIGNATURE_LENGTHS:
        raise Undecryptable(InputFault.SIGNATURE_LENGTH)
    _long_enough(raw, start + length)
    if len(raw) > start + length:
        raise Undecryptable(InputFault.TRAILING_BYTES)
    return raw[start:]


def _long_enough(raw: bytes, length: int) -> None:
    if len(raw) < length:
        raise Undecryptable(InputFault.CUT)
