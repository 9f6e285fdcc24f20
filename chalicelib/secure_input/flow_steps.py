"""What a Connect flow asks of secure input: `open` what was typed, and keep it for who may read it; or `relay` it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chalicelib import audit, parameters, secret_store
from chalicelib.clock import Clock, Deadline, milliseconds
from chalicelib.contact import Contact, answer
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.errors import BadEvent, TableUnavailable
from chalicelib.keyed_hash import KeyedHash
from chalicelib.parameters import ParameterStore
from chalicelib.sealing import Seal
from chalicelib.secure_input import custody
from chalicelib.secure_input.kinds import KINDS
from chalicelib.secure_input.parts import InputParts
from chalicelib.secure_input.posting import Posting
from chalicelib.secure_input.registry import Registry
from chalicelib.secure_input.relay import relay
from chalicelib.secure_input.typed import NONE, Refusal, Typed, typed
from chalicelib.secure_input.writers import Writers
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood

ANSWER_SECONDS = 6.5
_SWEPT_AFTER_SECONDS = 3_600


def build(config: Settings, clock: Clock) -> InputParts:
    """Fetches the secret. Raises Misconfigured or SecretsUnavailable."""
    hashes = KeyedHash(parameters.fetch([config.hash_key_name])[config.hash_key_name])
    store = ParameterStore()
    return InputParts(
        config,
        clock,
        hashes,
        Items(config.table_name),
        Seal(hashes, custody.INPUT_KEY),
        PrivateKeys(config.input_private_key_name, secret_store.chosen(config.input_private_key_store), clock),
        Registry(config.consumer_name, store, clock),
        Writers(),
        Posting(clock),
    )


def take_step(parts: InputParts, event: object) -> dict[str, str]:
    """The function `secure_input`: the flow's event in, the flat answer out.

    Raises:
        BadEvent: not an event of this instance, or no step, kind or consumer.
        Misconfigured: the private key of this key id cannot be used, or there are too many consumers.
    """
    deadline = Deadline.after(ANSWER_SECONDS, parts.clock)
    contact = Contact.from_event(event, parts.settings.connect_instance_arn)
    step = contact.parameters.get("step", "")
    if step not in _STEPS:
        raise BadEvent(f"the parameter step must be one of {', '.join(_STEPS)}")
    kind = contact.parameters.get("kind", "")
    if kind not in KINDS:
        raise BadEvent(f"the parameter kind must be one of {', '.join(KINDS)}")
    told = _STEPS[step](parts, contact, kind, deadline)
    audit.record("secure_input_step", step=step, kind=kind, result=told["result"], contact=contact.id)
    return told


def open_input(parts: InputParts, contact: Contact, kind: str, deadline: Deadline) -> dict[str, str]:
    """Open, check and keep what was typed: `ok` with a token and what the kind may show; or why not."""
    given = typed(parts, contact, kind)
    if isinstance(given, Refusal):
        return answer(given)
    token = NONE
    if KINDS[kind].kept:
        # Not random, and yet nobody can foretell it: a retry of the same event must get the same token.
        token = parts.hashes.of("input token of", f"{contact.id} {kind} {given.message}")
        if not _keep(parts, contact, given, token, deadline):
            return answer(Refusal.UNAVAILABLE)
    return answer("ok", token=token, **given.shown)


def _keep(parts: InputParts, contact: Contact, given: Typed, token: str, deadline: Deadline) -> bool:
    item = parts.hashes.of("input token", token)
    at = milliseconds(parts.clock.now())
    write = custody.keep(contact.id, given.kind, parts.seal.close(given.digits, item), at)
    swept = {"expires_at": at // 1000 + _SWEPT_AFTER_SECONDS}
    try:
        done = parts.items.write(keys.secure_input(item), replace(write, sets={**write.sets, **swept}), deadline)
    except TableUnavailable:
        return False
    return not isinstance(done, Stood) or custody.kept_before(done.record, contact.id)


_STEPS: Mapping[str, Callable[[InputParts, Contact, str, Deadline], dict[str, str]]] = {
    "open": open_input,
    "relay": relay,
}
