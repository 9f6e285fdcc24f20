"""The digits and the address that a session is known by outside, and the hashes under which the table knows them.

The *session code* is what a web login shows and the caller types (ID Contact's DTMF code); its hash is the session's
*handle*. The *result address* is where the login's result is posted: the handle, which finds the session, and a secret
of 256 bits, which only the login has. Neither can be told from the other.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from chalicelib.keyed_hash import KeyedHash

DTMF_LENGTH = 8
END = "#"
_SECRET_BYTES = 32
_ADDRESS = re.compile(r"([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{43})")


def new_code(below: Callable[[int], int], length: int = DTMF_LENGTH) -> str:
    """`length` digits. `below(n)` gives a number from 0 to n - 1 that nobody can foretell (`secrets.randbelow`)."""
    return str(below(10**length)).zfill(length)


def typed(keys: str, length: int = DTMF_LENGTH) -> str:
    """The code among the keys that were typed, "" when they are none."""
    found = re.fullmatch(rf"([0-9]{{{length}}}){END}?", keys)
    return found[1] if found else ""


def session_handle(hashes: KeyedHash, code: str) -> str:
    """What a session is kept under."""
    return hashes.of("session code", code)


def new_secret(random_bytes: Callable[[int], bytes]) -> str:
    """The secret half of a result address, from `os.urandom`."""
    return base64.urlsafe_b64encode(random_bytes(_SECRET_BYTES)).rstrip(b"=").decode()


def result_address(handle: str, secret: str) -> str:
    """One segment of a path."""
    return handle + secret


def from_result_address(segment: str) -> tuple[str, str] | None:
    """Handle and secret; None for what is no result address."""
    found = _ADDRESS.fullmatch(segment)
    return (found[1], found[2]) if found else None


def secret_hash(hashes: KeyedHash, secret: str) -> str:
    """What a session's record knows of its result address."""
    return hashes.of("result secret", secret)


def token_handle(hashes: KeyedHash, digest: str) -> str:
    """What a used token is remembered under. Its digest is of personal data, and guessable by who knows the rest."""
    return hashes.of("result token", digest)


def attempt(hashes: KeyedHash, contact: str, code: str) -> str:
    """What a wrong code is remembered by: the same when Connect asks again for the same contact and the same digits."""
    return hashes.of("session attempt", f"{contact} {code}")
