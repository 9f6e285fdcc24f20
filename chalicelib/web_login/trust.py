"""Whom this method trusts: our keys, which open results; the logins' keys, which sign them; the core's secrets.

Each is a parameter, kept in memory (`held`) and looked at again when it was of no use. So a key that has been replaced
counts within half a minute, without a deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from chalicelib.clock import Clock
from chalicelib.errors import Misconfigured, SecretsUnavailable, TokenFault, TokenRefused
from chalicelib.held import Held, Names, Source
from chalicelib.routes import Request
from chalicelib.settings import Settings
from chalicelib.web_login import core_authentication, token_keys
from chalicelib.web_login.claims import AuthResult, Dialect

_SILENT_SECONDS = 5.0
_OF_OUR_KEYS = frozenset({TokenFault.NO_KEY, TokenFault.WRONG_KEY})

_ALONE = ""
"""The key of a parameter that stands for itself."""

T = TypeVar("T")
Texts = Mapping[str, str]
"""Of parameters, by name."""


class Trust:
    """What the parameters hold that the settings name."""

    def __init__(self, config: Settings, source: Source, clock: Clock) -> None:
        asked = _Together(source, named(config), clock, self.take)
        ours, senders, core = _names(config)
        self._ours = _Parameter(ours, token_keys.decryption_keys, "web_login_keys", asked, clock)
        self._senders = _Parameter(senders, token_keys.signature_keys, "web_login_senders", asked, clock)
        self._core = _Parameter(core, core_authentication.secrets_in, "web_login_core", asked, clock)
        self._dialect = Dialect[config.web_login_dialect.upper()]
        self._mode = core_authentication.Mode(config.core_authentication)
        self._clock = clock

    def take(self, found: Texts) -> None:
        """Keep what was fetched ahead; other parameters' texts are left alone."""
        for parameter in (self._ours, self._senders, self._core):
            parameter.held.take(found)

    def is_core(self, request: Request, method: str, path: str) -> bool:
        """Whether a request, made with `method` to the route `path`, comes from ID Contact's core.

        Raises:
            SecretsUnavailable: SSM does not answer, and the secrets are not in memory, or too old.
            Misconfigured: the parameter is not there, or holds no secrets that can be used.
        """
        if not self._core.name:
            return False
        secrets, now = self._core.value, self._clock.now()
        if core_authentication.is_core(self._mode, secrets, request, method, path, now):
            return True
        return self._core.held.renewed(_ALONE) and self.is_core(request, method, path)

    def result(self, token: str) -> AuthResult:
        """The result in a token of a login's.

        Raises:
            TokenRefused: it is none to rely on.
            SecretsUnavailable, Misconfigured: as above, of the keys.
        """
        from chalicelib.web_login import auth_result

        try:
            return auth_result.verify(token, self._ours.value, self._senders.value, self._clock.now(), self._dialect)
        except TokenRefused as refused:
            if not self._renewed(refused.fault):
                raise
            return self.result(token)

    def _renewed(self, fault: TokenFault) -> bool:
        """Whether the keys at fault have turned out to be others meanwhile; it is seldom asked (`held`)."""
        if fault in _OF_OUR_KEYS:
            return self._ours.held.renewed(_ALONE)
        return fault is TokenFault.SIGNATURE and self._senders.held.renewed(_ALONE)


def named(config: Settings) -> list[str]:
    """The names of the parameters, to fetch them ahead."""
    return [name for name in _names(config) if name]


def _names(config: Settings) -> tuple[str, str, str]:
    return config.decryption_keys_name, config.signature_keys_name, config.core_secrets_name


class _Parameter(Generic[T]):
    """One parameter, parsed, kept and renewed."""

    def __init__(self, name: str, parse: Callable[[str, str], T], what: str, source: Source, clock: Clock) -> None:
        self.name = name
        self.held = Held(Names(name, "{}", _ALONE), source, parse, what, clock)

    @property
    def value(self) -> T:
        found = self.held.of(_ALONE)
        if found is None:
            raise Misconfigured(f"SSM has no parameter {self.name}; create it as a SecureString")
        return found


class _Together:
    """SSM, asked for all of them where one is wanted, and no more for a while when it does not answer: so whoever waits
    for an answer waits for SSM once.
    """

    def __init__(self, source: Source, names: Iterable[str], clock: Clock, found: Callable[[Texts], None]) -> None:
        self._source, self._names, self._clock, self._found = source, tuple(names), clock, found
        self._silent_until = 0.0

    def find(self, names: Iterable[str]) -> Texts:
        if self._clock.now() < self._silent_until:
            raise SecretsUnavailable("SSM did not answer a moment ago")
        try:
            found = self._source.find(self._names)
        except SecretsUnavailable:
            self._silent_until = self._clock.now() + _SILENT_SECONDS
            raise
        wanted = set(names)
        self._found({name: text for name, text in found.items() if name not in wanted})
        return {name: text for name, text in found.items() if name in wanted}

    def under(self, path: str) -> Texts:
        """There is no folder of them."""
        return {}
