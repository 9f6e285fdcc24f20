"""How a message is written, and the texts that come in its place.

A message reaches us as a Lambda parameter, in base64. What else has been seen in that parameter, or can be expected
there, is told apart here, since each has its own cause in the flow and its own cure.
"""

from __future__ import annotations

import binascii
import re

from chalicelib.customer_input import layout
from chalicelib.errors import InputFault, Undecryptable

# What Connect stores when the caller presses no key ("Store customer input", administrator guide).
TIMEOUT = "Timeout"

_LONGEST = 4 * -(-layout.LONGEST // 3)

# Every message begins so: the first three bytes of its layout. Those of the format's other versions begin with A too.
_BEGINNING = "AYAD"
_KEYS = re.compile(r"[0-9*#]+")
_MASK = re.compile(r"[*xX•]{4,}")
_BASE64 = re.compile(r"[0-9A-Za-z+/]+={0,2}")
# A hundred letters and digits of a real message without one capital: once in 10^22.
_LOWER_CASED = re.compile(r"[0-9a-z+/]{100,}={0,2}")


def raw(message: object) -> bytes:
    """The bytes that `message` is written for; `message` is whatever the flow sent.

    Raises:
        Undecryptable: it is not text in the one base64 of its bytes, without line breaks, blanks or stray last bits.
    """
    if message is None or (isinstance(message, str) and not message):
        raise Undecryptable(InputFault.NOTHING_TYPED)
    if not isinstance(message, str):
        raise Undecryptable(InputFault.NOT_A_MESSAGE)
    if len(message) > _LONGEST:
        raise Undecryptable(InputFault.TOO_LONG)
    try:
        written = message.encode("ascii")
        read = binascii.a2b_base64(written, strict_mode=True)
    except ValueError:  # not ASCII; or not base64: binascii.Error is one
        raise Undecryptable(_fault(message)) from None
    # Even in strict mode, sixteen texts can stand for the same bytes: nobody reads the last bits.
    if binascii.b2a_base64(read, newline=False) != written or message[0] != "A":
        raise Undecryptable(_fault(message))
    return read


def _fault(text: str) -> InputFault:
    """What `text`, which is no message, may be instead."""
    if text == TIMEOUT:
        return InputFault.NOTHING_TYPED
    if text.startswith("$"):
        return InputFault.UNRESOLVED_REFERENCE
    if _MASK.fullmatch(text):
        return InputFault.MASKED
    if _KEYS.fullmatch(text):
        return InputFault.NOT_ENCRYPTED
    if _LOWER_CASED.fullmatch(text):
        return InputFault.LOWER_CASED
    return _begun(text) if text.startswith(_BEGINNING) else InputFault.NOT_A_MESSAGE


def _begun(text: str) -> InputFault:
    """What became of a text that begins as a message."""
    whole_groups = len(text) % 4 == 0
    return InputFault.CUT if _BASE64.fullmatch(text) and not whole_groups else InputFault.DAMAGED_TEXT
