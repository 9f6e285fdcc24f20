"""What SSM parameters hold, parsed and kept in memory: by a part of their name, such as a key id or a consumer.

Fetched ahead or when first asked for, looked at again after ten minutes, and kept through an hour without SSM. What
does not exist is remembered too, for half a minute.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from chalicelib import audit
from chalicelib.clock import Clock
from chalicelib.errors import Misconfigured, SecretsUnavailable

FRESH_SECONDS = 600.0
STALE_SECONDS = 3_600.0
"""How long values outlive an SSM that does not answer."""
UNKNOWN_SECONDS = 30.0
RETRY_SECONDS = 15.0
RENEWAL_SECONDS = 30.0
"""At least so long between two askings of SSM because a value was of no use."""
MOST_PARAMETERS = 16

T = TypeVar("T")


class Source(Protocol):
    """Where the parameters are. Both raise SecretsUnavailable."""

    def find(self, names: Iterable[str]) -> Mapping[str, str]:
        """Values by name, without those that do not exist."""

    def under(self, path: str) -> Mapping[str, str]:
        """Values by name of all that is below a path."""


@dataclass(frozen=True)
class Names:
    """What parameters are called: `pattern`, with `variable` in it, or without: then one parameter stands for all.

    `safe` is a regular expression of what may take the variable's place. Others choose that, so nothing that it lets
    pass may lead to another parameter's name.
    """

    pattern: str
    variable: str
    safe: str

    @property
    def vary(self) -> bool:
        return self.variable in self.pattern

    @property
    def path(self) -> str:
        """The folder that all of them are below, "" if there is none."""
        return self.pattern.partition(self.variable)[0].rpartition("/")[0]

    def of(self, key: str) -> str | None:
        return self.pattern.replace(self.variable, key) if re.fullmatch(self.safe, key) else None

    def has(self, name: str) -> bool:
        return self._form.fullmatch(name) is not None

    @cached_property
    def _form(self) -> re.Pattern[str]:
        before, _, after = self.pattern.partition(self.variable)
        return re.compile(re.escape(before) + (self.safe if self.vary else "") + re.escape(after))


@dataclass
class _Kept(Generic[T]):
    """What is known of a parameter; no value when it does not exist. Times are seconds since the epoch."""

    value: T | None
    digest: bytes
    fetched_at: float
    asked_at: float
    fresh_until: float


def damaged(what: str, trouble: Misconfigured) -> None:
    """Tell the log that a parameter cannot be used; others of its kind still can."""
    audit.count("parameter_damaged", by="what", what=what, code=trouble.code, reason=str(trouble))


class Held(Generic[T]):
    """Parsed values by key. `parse` gets a parameter's text and name, and raises Misconfigured.

    Events name `what`: `parameter_stale` (SSM did not answer, or with what cannot be used: the old value serves),
    `parameter_damaged` and `parameter_not_preloaded`.
    """

    def __init__(
        self,
        names: Names,
        source: Source,
        parse: Callable[[str, str], T],
        what: str,
        clock: Clock,
        fraction: Callable[[], float] = random.random,
        most: int = MOST_PARAMETERS,
    ) -> None:
        self._names, self._source, self._parse, self._what = names, source, parse, what
        self._clock, self._fraction, self._most = clock, fraction, most
        self._kept: dict[str, _Kept[T]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def preload(self) -> None:
        """Get all before anybody asks. What cannot be had now is fetched when it is needed."""
        names = self._names
        try:
            if not names.vary:
                found = self._source.find([names.pattern])
            else:
                found = self._source.under(names.path) if names.path else {}
        except SecretsUnavailable as trouble:
            audit.count("parameter_not_preloaded", by="what", what=self._what, code=trouble.code)
            return
        self.take(found)

    def take(self, found: Mapping[str, str]) -> None:
        """Keep what somebody has fetched already: texts by name, of which other parameters' are left alone."""
        for name, text in found.items():
            if self._names.has(name):
                self._take(name, text)

    def take_all(self, found: Mapping[str, str]) -> None:
        """The same, where `found` is all that there is: of what is not there nothing is known any more."""
        for name in self._kept.keys() - found.keys():
            del self._kept[name]
        self.take(found)

    def known(self, key: str) -> T | None:
        """The value in memory, however old: for who has just seen to it that it is there."""
        kept = self._kept.get(self._names.of(key) or "")
        return kept.value if kept else None

    def of(self, key: str) -> T | None:
        """The value for `key`; None when there is no such parameter.

        Raises:
            SecretsUnavailable: SSM does not answer, and the value is not in memory, or too old.
            Misconfigured: the parameter cannot be used, nor can what it held before.
        """
        name = self._names.of(key)
        if name is None:
            return None
        kept, now = self._kept.get(name), self._clock.now()
        if kept and now < kept.fresh_until:
            return kept.value
        try:
            return self._asked(name, now).value
        except (SecretsUnavailable, Misconfigured) as trouble:
            if kept is None or kept.value is None or now >= kept.fetched_at + STALE_SECONDS:
                raise
            audit.count("parameter_stale", by="what", what=self._what, code=trouble.code)
            kept.asked_at, kept.fresh_until = now, now + RETRY_SECONDS
            return kept.value

    def renewed(self, key: str) -> bool:
        """Whether asking SSM now, because the value in memory was of no use, has brought another one for `key`."""
        name = self._names.of(key) or ""
        kept, now = self._kept.get(name), self._clock.now()
        if kept is None or kept.value is None or now < kept.asked_at + RENEWAL_SECONDS:
            return False
        kept.asked_at, digest = now, kept.digest
        try:
            return self._asked(name, now).digest != digest
        except (SecretsUnavailable, Misconfigured) as trouble:
            audit.count("parameter_stale", by="what", what=self._what, code=trouble.code)
            return False

    def _take(self, name: str, text: str) -> None:
        try:
            self._keep(name, text, self._clock.now())
        except Misconfigured as trouble:  # must not keep the others from working
            damaged(self._what, trouble)

    def _asked(self, name: str, now: float) -> _Kept[T]:
        return self._keep(name, self._source.find([name]).get(name), now)

    def _keep(self, name: str, text: str | None, now: float) -> _Kept[T]:
        """Note what SSM said of a parameter; text that was parsed before is not parsed again."""
        known = self._kept.get(name)
        kept: _Kept[T]
        if text is None:
            kept = _Kept(None, b"", now, now, now + UNKNOWN_SECONDS)
        else:
            digest = hashlib.sha256(text.encode()).digest()
            value = known.value if known and known.digest == digest else self._parse(text, name)
            # Functions that started together shall not all ask together.
            kept = _Kept(value, digest, now, now, now + FRESH_SECONDS * (0.9 + 0.2 * self._fraction()))
        self._kept.pop(name, None)
        if self._makes_room(kept):
            self._kept[name] = kept
        return kept

    def _makes_room(self, newcomer: _Kept[T]) -> bool:
        """What is unknown goes first, and is not kept in a value's place: no name of nothing pushes a value out."""
        while len(self._kept) >= self._most:
            unknown = next((name for name, kept in self._kept.items() if kept.value is None), None)
            if unknown is None and newcomer.value is None:
                return False
            del self._kept[unknown or next(iter(self._kept))]
        return True
