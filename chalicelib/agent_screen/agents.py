"""Who an agent is, from the access token that a Cognito user pool gave them.

A user pool makes ID tokens too, with the same keys; they say who somebody is, and are not for opening anything. What a
token says is in "Understanding the access token" of the Amazon Cognito developer guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey

from chalicelib.agent_screen.key_set import KeySet
from chalicelib.clock import Clock, Deadline
from chalicelib.errors import AgentFault, AgentRefused, Misconfigured, TokenFault, TokenRefused, Unavailable
from chalicelib.outbound import Site
from chalicelib.settings import Settings
from chalicelib.web_login import compact

LONGEST = 8_192
"""Characters of a token. API Gateway takes 10,240 bytes of headers."""
SKEW_SECONDS = 5

_SCHEME = "Bearer "
_HEADERS = ({"alg", "kid"}, {"alg", "kid", "typ"})
_LONGEST_KEY_ID, _LONGEST_NAME = 200, 256
_GROUPS, _OWN_NAME = "cognito:groups", "username"
_REGISTRY = jws.JWSRegistry(algorithms=["RS256"])


@dataclass(frozen=True)
class Agent:
    """Somebody who has logged in. `name` is their login name in Connect."""

    name: str = field(repr=False)


class Agents:
    """The agents that one user pool knows, for one app client."""

    def __init__(self, config: Settings, keys: KeySet, clock: Clock) -> None:
        self._issuer, self._client = config.cognito_issuer, config.cognito_client_id
        self._group, self._name_claim = config.agent_group, config.agent_name_claim
        self._keys, self._clock = keys, clock

    def known(self, authorization: str, deadline: Deadline) -> Agent:
        """The agent whose token is in the header Authorization, whatever that may hold ("" for none).

        Raises:
            AgentRefused: for everything that is no such token, `fault` saying why.
            Unavailable: the user pool does not tell its keys, so that this cannot be told.
        """
        try:
            return self._agent(self._proved(_token(authorization), deadline))
        except (AgentRefused, Unavailable):
            raise
        except TokenRefused as refused:
            raise AgentRefused(AgentFault.CLAIMS if refused.fault is TokenFault.CLAIMS else AgentFault.FORM) from None
        except Exception:  # noqa: BLE001 # a stranger's bytes go through two libraries; their errors may quote them
            raise AgentRefused(AgentFault.UNEXPECTED) from None

    def _proved(self, token: str, deadline: Deadline) -> bytes:
        """What the user pool has signed."""
        signed = compact.signed(token)
        key = self._keys.key(_key_id(signed.header), deadline)
        if key is None:
            raise AgentRefused(AgentFault.KEY)
        if not _is_signed(signed, key):
            raise AgentRefused(AgentFault.SIGNATURE)
        return signed.payload

    def _agent(self, payload: bytes) -> Agent:
        claims = compact.json_object(payload, TokenFault.CLAIMS)
        for name, wanted, fault in (
            ("iss", self._issuer, AgentFault.ISSUER),
            ("client_id", self._client, AgentFault.CLIENT),
            ("token_use", "access", AgentFault.USE),
        ):
            if claims.get(name) != wanted:
                raise AgentRefused(fault)
        _check_times(claims, self._clock.now())
        groups = claims.get(_GROUPS, [])
        if not isinstance(groups, list) or (self._group and self._group not in groups):
            raise AgentRefused(AgentFault.GROUP)
        return Agent(self._name(claims, groups))

    def _name(self, claims: Mapping[str, Any], groups: list[Any]) -> str:
        """Of somebody who came by an identity provider, the user pool's own name is `<provider>_<name>`.

        The provider is left out only where the user pool says that they came by it: it puts them into the group
        `<pool id>_<provider>`. A name that merely begins so could be anybody's who may choose their own.
        """
        name = claims.get(self._name_claim)
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise AgentRefused(AgentFault.NAME)
        if self._name_claim != _OWN_NAME:
            return name
        prefix = f"{self._issuer.rpartition('/')[2]}_"
        providers = [str(group)[len(prefix) :] for group in groups if str(group).startswith(prefix)]
        for provider in providers:
            # A user pool that does not tell capitals apart keeps names without them.
            if provider and name.lower().startswith(f"{provider.lower()}_"):
                return name[len(provider) + 1 :]
        return name


def build(config: Settings, clock: Clock) -> Agents:
    """Of the user pool in the settings. Raises Misconfigured when they do not say which."""
    if not (config.cognito_issuer and config.cognito_domain and config.cognito_client_id):
        raise Misconfigured("COGNITO_ISSUER, COGNITO_DOMAIN and COGNITO_CLIENT_ID must be set with AGENT_LOGIN cognito")
    return Agents(config, KeySet(Site(config.cognito_issuer), clock), clock)


def _token(authorization: str) -> str:
    if not authorization.startswith(_SCHEME):
        raise AgentRefused(AgentFault.MISSING)
    token = authorization.removeprefix(_SCHEME)
    if len(token) > LONGEST:
        raise AgentRefused(AgentFault.TOO_LONG)
    return token


def _key_id(header: Mapping[str, Any]) -> str:
    """No `jwk`, `jku`, `x5c`, `crit`, `b64`: what is not on the list is refused, not passed over."""
    if header.get("alg") != "RS256":
        raise AgentRefused(AgentFault.ALGORITHM)
    key_id = header.get("kid")
    if set(header) not in _HEADERS or not isinstance(key_id, str) or len(key_id) > _LONGEST_KEY_ID:
        raise AgentRefused(AgentFault.HEADER)
    return key_id


def _is_signed(signed: compact.Signed, key: RSAKey) -> bool:
    if len(signed.signature) != (key.public_key.key_size + 7) // 8:
        return False
    found = jws.extract_compact(signed.token.encode(), registry=_REGISTRY)
    return jws.validate_compact(found, key, registry=_REGISTRY)


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires_at, begins = claims.get("exp"), [claims[name] for name in ("iat", "nbf") if name in claims]
    # Not isinstance: True is an int, too.
    if type(expires_at) is not int or any(type(one) is not int for one in begins):
        raise AgentRefused(AgentFault.TIMES)
    if now >= expires_at + SKEW_SECONDS:
        raise AgentRefused(AgentFault.EXPIRED)
    if any(one > now + SKEW_SECONDS for one in begins):
        raise AgentRefused(AgentFault.NOT_YET)
