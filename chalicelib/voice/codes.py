"""The one-time digits that tie a leg to its contact, and the handles under which the table knows them.

Connect types the *leg code* into Twilio when the leg is answered. Where a flow cannot resume, Twilio types a *hand-back
code* into Connect. Ten digits each: a guess at a live leg is one in ten thousand million.
"""

from __future__ import annotations

import re

from chalicelib.keyed_hash import KeyedHash

DIGITS = 10
END = "#"
_CODE = re.compile(rf"([0-9]{{{DIGITS}}}){END}?")
_HANDLE = re.compile(r"[A-Za-z0-9_-]{43}")


def typed(keys: str) -> str:
    """The code among the keys that were typed, "" when they are none."""
    found = _CODE.fullmatch(keys)
    return found[1] if found else ""


def is_handle(text: str) -> bool:
    """Whether this can be a handle that we gave out."""
    return bool(_HANDLE.fullmatch(text))


def leg_handle(hashes: KeyedHash, code: str) -> str:
    """What a leg is kept under."""
    return hashes.of("leg code", code)


def hand_back_handle(hashes: KeyedHash, code: str) -> str:
    """What a verdict that waits for its code is kept under."""
    return hashes.of("hand-back code", code)


def hand_back_code(hashes: KeyedHash, leg: str, call: str) -> str:
    """The digits for a leg's verdict: underivable without the secret, and the same whenever they are asked for."""
    return hashes.digits("hand-back digits", f"{leg} {call}", DIGITS)
