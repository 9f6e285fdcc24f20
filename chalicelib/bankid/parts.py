"""What the functions of this method work with, and the order's record in the table."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from chalicelib import audit, secret_store
from chalicelib.bankid import binding, certificate, order
from chalicelib.bankid.hints import End
from chalicelib.bankid.relying_party import RelyingParty
from chalicelib.clock import Clock, Deadline, milliseconds
from chalicelib.conditional_write import Record, Write
from chalicelib.errors import BankIDFault, BankIDTrouble, Misconfigured
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood, Written

ORDER_SECRETS = "bankid order"
"""The purpose under which personal numbers, texts with codes, orderRefs and given names are sealed."""

_SWEPT_AFTER_SECONDS = 3_600
_CANCEL_SECONDS = 1.5


@dataclass(frozen=True)
class Secrets:
    """What SSM holds for this method, by name, fetched once; to the rest it looks like SSM."""

    values: Mapping[str, str] = field(repr=False)

    def find(self, names: Iterable[str]) -> dict[str, str]:
        return {name: self.values[name] for name in names if name in self.values}


@dataclass(frozen=True)
class Asked:
    """What an order asks, and of whom."""

    personal_number: str = field(repr=False)
    visible: str = field(repr=False)
    non_visible: bytes = field(repr=False)


@dataclass
class LastCollect:
    """When this process last took a lease, and of which contact, so that it does not ask the table too early."""

    contact: str = ""
    at: int = 0


@dataclass(frozen=True)
class OrderParts:
    """`collector` stands for this process and its clock; `token` gives a new unguessable word each time."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    items: Items
    seal: Seal
    relying_party: RelyingParty
    collector: str
    token: Callable[[], str]
    last_collect: LastCollect = field(default_factory=LastCollect)

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return milliseconds(self.clock.now())

    def read(self, contact: str, deadline: Deadline) -> Record:
        """The record of the contact's orders; {} for none."""
        return self.items.read(keys.bankid(contact), deadline)

    def write(self, contact: str, write: Write, deadline: Deadline) -> Written | Stood:
        """Write to that record; it is swept away when nobody has written to it for so long that it is of no use."""
        lasting = replace(write, sets={**write.sets, "expires_at": self.now() // 1000 + _SWEPT_AFTER_SECONDS})
        return self.items.write(keys.bankid(contact), lasting, deadline)

    def write_together(self, contact: str, write: Write, also: tuple[str, Write], deadline: Deadline) -> Stood | None:
        """The same, and all or none another write elsewhere (key, write)."""
        return self.items.write_together([(keys.bankid(contact), write), also], deadline)

    def order_ref(self, contact: str, record: Record) -> str:
        """The orderRef of an order that is open."""
        return self.seal.open(str(record["order"]), _place(contact, record))

    def sealed_asked(self, contact: str, asked: Asked) -> str:
        """With the text as it is shown: settings and code may change while the person looks at it."""
        return self.seal.close(f"{asked.personal_number} {asked.visible}", contact)

    def asked(self, contact: str, record: Record) -> Asked:
        """What an order was started with."""
        personal_number, _, visible = self.seal.open(str(record["asked"]), contact).partition(" ")
        return Asked(personal_number, visible, binding.non_visible(self.hashes, order.input_of(record)))

    def sealed_order_ref(self, contact: str, number: int, order_ref: str) -> str:
        return self.seal.close(order_ref, f"{contact} {number}")

    def close(self, contact: str, number: int, end: End, deadline: Deadline) -> End:
        """Store that an order is over, and say what stands: of two answers the first."""
        at = self.now()
        done = self.items.write(keys.bankid(contact), order.close(number, end, at), deadline)
        said = order.said_of(number, done.record, at) if isinstance(done, Stood) else end
        if end.suspicious and said.prompt is end.prompt:  # also when only the answer to this very write was lost
            audit.record("bankid_suspicious", reason=end.prompt, contact=contact)
        return said

    def cancel_at_bankid(self, contact: str, order_ref: str, deadline: Deadline) -> bool:
        """Take an order back; False when BankID could not be told. One that is over there needs no taking back."""
        try:
            self.relying_party.cancel(order_ref, deadline.at_most(_CANCEL_SECONDS))
        except BankIDTrouble as trouble:
            told = trouble.fault is BankIDFault.INVALID_PARAMETERS
            if not told:
                audit.record("bankid_trouble", step="cancel", reason=trouble.fault, contact=contact)
            return told
        return True


def fetch(config: Settings, *also: str) -> Secrets:
    """What `build` needs, and the parameters named in `also`: one request for each store. Raises SecretsUnavailable."""
    beside = (config.hash_key_name, config.bankid_key_password_name, config.bankid_root_name, *also)
    if config.bankid_certificate_store == secret_store.SSM:
        return Secrets(_found(secret_store.SSM, (*beside, config.bankid_certificate_name)))
    ours = _found(config.bankid_certificate_store, (config.bankid_certificate_name,))
    return Secrets({**_found(secret_store.SSM, beside), **ours})


def _found(store: str, names: Iterable[str]) -> Mapping[str, str]:
    return secret_store.chosen(store).find([name for name in names if name])


def build(config: Settings, clock: Clock, found: Secrets) -> OrderParts:
    """Raises Misconfigured: a setting or a secret is missing or cannot be used."""
    if not config.organisation_name:
        raise Misconfigured("ORGANISATION_NAME is not set: callers could not tell whom they confirm a call with")
    if config.hash_key_name not in found.values:
        raise Misconfigured(f"SSM has no parameter {config.hash_key_name}; create it as a SecureString")
    hashes = KeyedHash(found.values[config.hash_key_name])
    return OrderParts(
        config,
        clock,
        hashes,
        Items(config.table_name),
        Seal(hashes, ORDER_SECRETS),
        RelyingParty(config.bankid_api_url, certificate.build(config, found, time.time())),
        _token(),
        _token,
    )


def _token() -> str:
    """72 bits."""
    return secrets.token_urlsafe(9)


def _place(contact: str, record: Record) -> str:
    return f"{contact} {order.number_of(record)}"
