"""Where things that end are found. A source yields what it sees; what it cannot reach it raises as Unavailable.

Another thing to watch is another class here and one more line in `watch.SOURCES`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.expiry import certificate
from chalicelib.expiry.encryption import Encryption, encryptions
from chalicelib.expiry.ending import Ending, Fault, Trouble
from chalicelib.expiry.instance import Published, SecurityKey

Seen = Iterator[Ending | Trouble]

ENCRYPTION_PATH = "/amazon-connect/encryption"
_MOST_CONSUMERS = 200
_SAFE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,99}")
_SAFE_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}")


class Public(Protocol):
    """Parameters that are no secret, by name. Both raise SecretsUnavailable."""

    def find(self, names: Iterable[str]) -> Mapping[str, str]: ...

    def under(self, path: str, types: Sequence[str], most: int) -> Mapping[str, str]: ...


class Connect(Protocol):
    """As `instance.Instance`."""

    def security_keys(self) -> tuple[SecurityKey, ...]: ...

    def published(self) -> Iterator[Published]: ...


@dataclass(frozen=True)
class Places:
    """Where the sources look."""

    public: Public
    connect: Connect
    consumers_path: str
    bankid_names: tuple[str, ...]


def certificate_name(key_id: str) -> str:
    """The parameter beside a private key that holds its certificate."""
    return f"{ENCRYPTION_PATH}/{key_id}/certificate"


def uploaded_keys(places: Places) -> Seen:
    """The certificates that are kept beside the private keys of the security keys that the instance lists."""
    keys = {key.id: key for key in places.connect.security_keys() if _SAFE_ID.fullmatch(key.id)}
    kept = places.public.find([certificate_name(key_id) for key_id in keys]) if keys else {}
    for key_id in keys:
        where = f"parameter of {key_id}"
        pem = kept.get(certificate_name(key_id))
        if pem is None:
            yield Trouble(f"security key {key_id}", where, Fault.MISSING)
        else:
            yield from _certified(pem, where, keys.get(key_id))


def flows(places: Places) -> Seen:
    """The certificates inside flows and modules that calls can meet."""
    keys = {key.id: key for key in places.connect.security_keys()}
    for published in places.connect.published():
        where = f"{published.kind} {published.id}"
        try:
            used = encryptions(published.content)
        except ValueError:
            yield Trouble(where, where, Fault.DAMAGED)
            continue
        for one in used:
            yield from _used(one, where, keys)


def _used(one: Encryption, where: str, keys: Mapping[str, SecurityKey]) -> Seen:
    if not one.certificate.startswith(("$", "{")):  # what only the call decides cannot be watched
        yield from _certified(one.certificate, where, keys.get(one.key_id), check=not one.is_dynamic)


def _certified(pem: str, where: str, key: SecurityKey | None, *, check: bool = True) -> Seen:
    try:
        found = certificate.read(pem)
    except ValueError:
        yield Trouble(where, where, Fault.DAMAGED)
        return
    yield Ending(found.name, where, found.not_after)
    if not check:
        return
    if key is None:
        yield Trouble(found.name, where, Fault.NOT_UPLOADED)
    elif not _is_over(found, key):
        yield Trouble(found.name, where, Fault.OTHER_KEY)


def _is_over(found: certificate.Certificate, key: SecurityKey) -> bool:
    try:
        return certificate.public_key(key.public_key) == found.public_key
    except ValueError:
        return False


def consumers(places: Places) -> Seen:
    """The keys of systems that receive input encrypted anew, one JSON parameter for each."""
    for name, text in places.public.under(places.consumers_path, ("String",), _MOST_CONSUMERS).items():
        own = name.removeprefix(f"{places.consumers_path}/")
        if _SAFE_NAME.fullmatch(own):
            yield from _consumer(f"consumer {own}", text)


def _consumer(thing: str, text: str) -> Seen:
    try:
        entry = json.loads(text)
        ends = list(_ends(entry))
    except (ValueError, TypeError, AttributeError, RecursionError):
        yield Trouble(thing, thing, Fault.DAMAGED)
        return
    if ends:
        yield Ending(thing, thing, min(ends))


def _ends(entry: Mapping[str, str]) -> Iterator[float]:
    if entry.get("not_after"):
        yield datetime.fromisoformat(entry["not_after"]).timestamp()
    if "BEGIN CERTIFICATE" in entry.get("public_key", ""):
        yield certificate.read(entry["public_key"]).not_after


def bankid(places: Places) -> Seen:
    """Our certificate for BankID, and the root that its servers are trusted by; nothing where BankID is not in use."""
    found = places.public.find(places.bankid_names) if places.bankid_names else {}
    for name in places.bankid_names:
        thing = f"parameter {name}"
        if name not in found:
            yield Trouble(thing, thing, Fault.MISSING)
            continue
        try:
            yield Ending(thing, thing, certificate.read(found[name]).not_after)
        except ValueError:
            yield Trouble(thing, thing, Fault.DAMAGED)
