"""The registry of consumers: a folder in SSM with an entry for each, and below that the key that signs its posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, TypeVar

from chalicelib import audit
from chalicelib.clock import Clock
from chalicelib.errors import Misconfigured, SecretsUnavailable
from chalicelib.held import Held, Names, damaged
from chalicelib.keyed_hash import SHORTEST_SECRET_BYTES
from chalicelib.parameters import ParameterStore
from chalicelib.secure_input.consumer import SAFE_NAME, Consumer, parse

CONSUMER = "{consumer}"
MOST_CONSUMERS = 32
_TYPES = ("SecureString", "String")
_WHAT = "consumers"

T = TypeVar("T")


class Registry:
    """Consumers by name, and all of them; kept in memory as private keys are."""

    def __init__(self, pattern: str, store: ParameterStore, clock: Clock) -> None:
        entries = Names(pattern, CONSUMER, SAFE_NAME)
        signing = Names(f"{pattern}/hmac-key", CONSUMER, SAFE_NAME)
        self._entries = Held(entries, store, _entry, _WHAT, clock, most=2 * MOST_CONSUMERS)
        self._signing_keys = Held(signing, store, _signing_key, _WHAT, clock, most=2 * MOST_CONSUMERS)
        listing = _Listing(entries, store, (self._entries, self._signing_keys))
        self._names = Held(Names(entries.path, CONSUMER, ""), listing, _names, _WHAT, clock)

    def preload(self) -> list[Consumer]:
        """Get all of them before anybody calls; what cannot be had now is asked for when it is needed."""
        try:
            return self.every()
        except (SecretsUnavailable, Misconfigured) as trouble:
            audit.count("parameter_not_preloaded", by="what", what=_WHAT, code=trouble.code)
            return []

    def named(self, name: str) -> Consumer | None:
        """The consumer of that name; None when there is none, or its entry or the key that signs is damaged.

        Raises:
            SecretsUnavailable: SSM does not answer, and the entry is not in memory, or too old.
        """
        entry = _mended(self._entries, name)
        posted = isinstance(entry, Consumer) and entry.posted
        return _signing(entry, _mended(self._signing_keys, name) if posted else None)

    def every(self) -> list[Consumer]:
        """All consumers but the damaged ones. However many there are, SSM is asked for all of them together.

        Raises:
            SecretsUnavailable: SSM does not answer, and what is in memory is too old.
            Misconfigured: there are more than anybody may be made to wait for, or other parameters in the folder.
        """
        found = ((self._entries.known(name), self._signing_keys.known(name)) for name in self._names.of("") or ())
        return [consumer for both in found if (consumer := _signing(*both)) is not None]


class _Damaged(Enum):
    """Stands for a parameter that cannot be used. What it held before is not used either: it was changed on purpose."""

    DAMAGED = "damaged"


_DAMAGED = _Damaged.DAMAGED


def _mended(held: Held[T], name: str) -> T | None:
    """What is held for `name`; what is damaged is looked at again sooner than what is not."""
    found = held.of(name)
    return held.of(name) if found is _DAMAGED and held.renewed(name) else found


def _signing(entry: Consumer | _Damaged | None, key: bytes | _Damaged | None) -> Consumer | None:
    """The consumer with its signing key. Without one that it should have it is not served: it expects a signature."""
    if not isinstance(entry, Consumer) or isinstance(key, _Damaged):
        return None
    return replace(entry, signing_key=key)


class _Listing:
    """The folder as if it were a parameter, which holds the names of the entries. What it finds, it gives to `held`."""

    def __init__(self, entries: Names, store: ParameterStore, held: Iterable[Held[Any]]) -> None:
        self._entries, self._store, self._held = entries, store, tuple(held)

    def find(self, names: Iterable[str]) -> Mapping[str, str]:
        return {path: self._listed(path) for path in names}

    def under(self, path: str) -> Mapping[str, str]:
        return self.find([path])

    def _listed(self, path: str) -> str:
        most = 2 * MOST_CONSUMERS
        found = self._store.under(path, _TYPES, most + 1)
        if len(found) > most:  # the keys that sign could be among those that were left out
            raise Misconfigured(f"below {path} there are more than {most} parameters")
        for held in self._held:
            held.take_all(found)
        return "\n".join(sorted(name for name in found if self._entries.has(name)))


def _names(text: str, path: str) -> tuple[str, ...]:
    names = tuple(name.rpartition("/")[2] for name in text.splitlines())
    if len(names) > MOST_CONSUMERS:
        raise Misconfigured(f"below {path} there are more than {MOST_CONSUMERS} consumers")
    return names


def _entry(text: str, name: str) -> Consumer | _Damaged:
    try:
        return parse(text, name)
    except Misconfigured as trouble:
        damaged(_WHAT, trouble)
        return _DAMAGED


def _signing_key(text: str, name: str) -> bytes | _Damaged:
    if len(text.encode()) < SHORTEST_SECRET_BYTES:
        reason = f"the parameter {name} is shorter than {SHORTEST_SECRET_BYTES} bytes; make one: openssl rand -hex 32"
        damaged(_WHAT, Misconfigured(reason))
        return _DAMAGED
    return text.encode()
