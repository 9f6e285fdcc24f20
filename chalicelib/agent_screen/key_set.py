"""The public keys that a Cognito user pool signs its tokens with, as it publishes them.

They are looked at again after an hour, or when a token names one that is not among them, though at most twice in a
minute: anybody can make such tokens. A user pool that does not answer is waited for through four hours.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from chalicelib import audit
from chalicelib.clock import Clock, Deadline
from chalicelib.errors import NoAnswer, Unavailable
from chalicelib.outbound import Site
from chalicelib.web_login import compact

PATH = "/.well-known/jwks.json"
FRESH_SECONDS = 3_600.0
STALE_SECONDS = 14_400.0
PAUSE_SECONDS = 30.0
"""At least so long between two askings, also when keys are not known."""
RETRY_SECONDS = 5.0
"""Or so, when the last one brought nothing."""

_ASKING_SECONDS = 1.5
_MOST_KEYS = 16
_SMALLEST_BITS, _LARGEST_BITS = 2_048, 4_096


class KeySet:
    """The keys of the user pool behind `site`, by their key ids."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self._site, self._clock = site, clock
        self._keys: Mapping[str, RSAKey] = {}
        self._fetched_at = self._next_at = float("-inf")
        self._answered = True

    def key(self, key_id: str, deadline: Deadline) -> RSAKey | None:
        """The key of this id; None when the user pool has none.

        Raises:
            Unavailable: that cannot be told, since the user pool does not answer.
        """
        now = self._clock.now()
        known = self._keys.get(key_id) if now < self._fetched_at + STALE_SECONDS else None
        if known and now < self._fetched_at + FRESH_SECONDS:
            return known
        if now >= self._next_at:
            self._ask(now, deadline)
            known = self._keys.get(key_id) if self._answered else known
        if known is None and not self._answered:
            raise Unavailable("the user pool does not tell its keys")
        return known

    def _ask(self, now: float, deadline: Deadline) -> None:
        try:
            self._keys = _read(self._site.request("GET", PATH, deadline.at_most(_ASKING_SECONDS)).json())
        except NoAnswer as trouble:
            audit.record("agent_keys_unavailable", code=trouble.code)
            self._answered, self._next_at = False, now + RETRY_SECONDS
        else:
            self._answered, self._fetched_at, self._next_at = True, now, now + PAUSE_SECONDS


def _read(document: Any) -> Mapping[str, RSAKey]:
    """Raises NoAnswer for what is no list of keys; keys that nobody should sign with are passed over."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        raise NoAnswer("a user pool told of no keys")
    return {str(one["kid"]): key for one in listed[:_MOST_KEYS] if (key := _key(one)) is not None}


def _key(told: Any) -> RSAKey | None:
    if not isinstance(told, dict) or not isinstance(told.get("kid"), str):
        return None
    if (told.get("kty"), told.get("use", "sig"), told.get("alg", "RS256")) != ("RSA", "sig", "RS256"):
        return None
    modulus = compact.base64url(str(told.get("n"))) or b""
    if not _SMALLEST_BITS <= int.from_bytes(modulus, "big").bit_length() <= _LARGEST_BITS:
        return None
    try:
        return RSAKey.import_key({name: told[name] for name in ("kty", "n", "e")})
    except (JoseError, KeyError, TypeError, ValueError):
        return None
