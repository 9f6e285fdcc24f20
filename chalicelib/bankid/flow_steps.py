"""What a Connect flow asks of BankID: `start` an order, `collect` how it stands, `cancel` it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import audit, secret_store
from chalicelib.bankid import collecting, hints, order, parts
from chalicelib.bankid.collecting import Judge, collect
from chalicelib.bankid.order import State
from chalicelib.bankid.parts import OrderParts
from chalicelib.bankid.starting import start
from chalicelib.clock import Clock, Deadline
from chalicelib.contact import Contact, answer
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.errors import BadEvent
from chalicelib.settings import Settings

STEPS = ("start", "collect", "cancel")


@dataclass(frozen=True)
class BankIDParts:
    """What the function works with."""

    orders: OrderParts
    private_keys: PrivateKeys
    judge: Judge


def build(config: Settings, clock: Clock) -> BankIDParts:
    """Fetches the secrets. Raises Misconfigured or SecretsUnavailable."""
    secrets = parts.fetch(config, config.bankid_signing_roots_name)
    store = secret_store.chosen(config.input_private_key_store)
    private_keys = PrivateKeys(config.input_private_key_name, store, clock)
    return BankIDParts(parts.build(config, clock, secrets), private_keys, collecting.judge(config, secrets))


def take_step(work: BankIDParts, event: object, deadline: Deadline) -> dict[str, str]:
    """The function `bankid`: the flow's event in, the flat answer out by the deadline.

    Raises:
        BadEvent: not an event of this instance, or no step that there is.
        Misconfigured: the private key of this key id cannot be used, or the hash key was changed meanwhile.
        TableUnavailable: at `cancel` alone; the other steps answer `unavailable`.
    """
    contact = Contact.from_event(event, work.orders.settings.connect_instance_arn)
    step = contact.parameters.get("step", "")
    match step:
        case "start":
            told = start(work.orders, work.private_keys, contact, deadline)
        case "collect":
            told = collect(work.orders, work.judge, contact, deadline)
        case "cancel":
            told = cancel(work.orders, contact, deadline)
        case _:
            raise BadEvent(f"the parameter step must be one of {', '.join(STEPS)}")
    audit.record("bankid_step", step=step, result=told["result"], contact=contact.id)
    return told


def cancel(work: OrderParts, contact: Contact, deadline: Deadline) -> dict[str, str]:
    """Take the contact's order back, if it has one: it will not verify any more, whatever BankID says of it."""
    record = work.read(contact.id, deadline)
    if order.is_active(record):
        work.close(contact.id, order.number_of(record), hints.CANCELLED, deadline)
    if record.get("state") == State.OPEN:
        work.cancel_at_bankid(contact.id, work.order_ref(contact.id, record), deadline)
    return answer(hints.Result.CANCELLED)
