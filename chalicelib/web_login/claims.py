"""What a login's result says, once its signature is proved: the claims of ID Contact and of Verder Helpen.

The two differ in their words alone. Their own libraries check no `sub`, and no `exp` that is missing; here both are
required.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any

from chalicelib.errors import TokenFault, TokenRefused
from chalicelib.web_login.compact import json_object

SKEW_SECONDS = 5
LONGEST_LIFE_SECONDS = 3_600
"""A result says that it is valid for 300 s. A used one must be remembered for as long as it is, so there is an end."""

MOST_ATTRIBUTES, LONGEST_NAME, LONGEST_VALUE = 64, 100, 1_000

# Control characters but for tab and line ends, and halves of a character, which no UTF-8 can be written of.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# No user, no fragment, nothing that two parsers could take for different hosts.
_ADDRESS = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?"
    r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
_LONGEST_ADDRESS = 1_024


class Status(StrEnum):
    """How a login ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Dialect(Enum):
    """Who sends: the `sub` of their results, and their word for success."""

    ID_CONTACT = ("id-contact-attributes", "succes")  # with one s
    VERDER_HELPEN = ("verder-helpen-attributes", "success")

    @property
    def subject(self) -> str:
        return self.value[0]

    def status(self, word: object) -> Status | None:
        """None for a word that is not theirs."""
        if word == self.value[1]:
            return Status.SUCCEEDED
        return Status.FAILED if word == "failed" else None


@dataclass(frozen=True)
class AuthResult:
    """A login's result. What it says of a person stays out of its text.

    `attributes` are empty unless the login succeeded. `session_url` is where the login wants to hear of the session;
    its host is still foreign. `expires_at` is in seconds since the epoch. `digest` is the same for every copy of the
    token, however it is encrypted: whoever uses a result must remember its digest until then (`session.spent`).
    """

    status: Status
    expires_at: int
    attributes: Mapping[str, str] = field(repr=False)
    session_url: str | None = field(repr=False)
    digest: str = field(repr=False)


def read(payload: bytes, digest: str, now: float, dialect: Dialect) -> AuthResult:
    """The result in the payload of a token whose signature is proved. `now` in seconds since the epoch.

    Raises:
        TokenRefused: it is not of the dialect, not of this time, or holds what no result holds.
    """
    claims = json_object(payload, TokenFault.CLAIMS)
    if claims.get("sub") != dialect.subject:
        raise TokenRefused(TokenFault.SUBJECT)
    status = dialect.status(claims.get("status"))
    if status is None:
        raise TokenRefused(TokenFault.STATUS)
    expires_at = _in_time(claims, now)
    attributes = _attributes(claims.get("attributes"))
    if status is Status.FAILED:
        attributes = {}
    session_url = _session_url(claims.get("session_url"))
    return AuthResult(status, expires_at, MappingProxyType(attributes), session_url, digest)


def _in_time(claims: Mapping[str, Any], now: float) -> int:
    """When the result expires."""
    expires_at, begins = claims.get("exp"), [claims[name] for name in ("iat", "nbf") if name in claims]
    # Not isinstance: True is an int, too.
    if type(expires_at) is not int or any(type(one) is not int for one in begins):
        raise TokenRefused(TokenFault.TIMES)
    if now >= expires_at + SKEW_SECONDS:
        raise TokenRefused(TokenFault.EXPIRED)
    if any(one > now + SKEW_SECONDS for one in begins):
        raise TokenRefused(TokenFault.NOT_YET)
    if expires_at > now + LONGEST_LIFE_SECONDS:
        raise TokenRefused(TokenFault.TIMES)
    return expires_at


def _attributes(given: object) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or len(given) > MOST_ATTRIBUTES:
        raise TokenRefused(TokenFault.ATTRIBUTES)
    for name, value in given.items():
        if not (name and _is_text(name, LONGEST_NAME) and _is_text(value, LONGEST_VALUE)):
            raise TokenRefused(TokenFault.ATTRIBUTES)
    return given


def _is_text(given: object, longest: int) -> bool:
    return isinstance(given, str) and len(given) <= longest and not _NO_TEXT.search(given)


def _session_url(given: object) -> str | None:
    if given is None or given == "":  # DigiD's sender writes it always
        return None
    if not isinstance(given, str) or len(given) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(given):
        raise TokenRefused(TokenFault.SESSION_URL)
    return given
