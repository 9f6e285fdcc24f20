"""What a Connect flow asks of secure input: `open` what the caller typed, and keep it for who may read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib import audit, parameters
from chalicelib.clock import Clock, Deadline, milliseconds
from chalicelib.contact import Contact, answer
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.customer_input.opening import opened
from chalicelib.errors import BadEvent, InputFault, SecretsUnavailable, TableUnavailable, Undecryptable
from chalicelib.keyed_hash import KeyedHash
from chalicelib.parameters import ParameterStore
from chalicelib.sealing import Seal
from chalicelib.secure_input import custody
from chalicelib.secure_input.kinds import KINDS
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood

ANSWER_SECONDS = 6.5
_SWEPT_AFTER_SECONDS = 3_600
_NONE = "none"  # Connect refuses an empty value
_NOTHING = frozenset({InputFault.NOTHING_TYPED, InputFault.ENCRYPTED_TIMEOUT})


@dataclass(frozen=True)
class InputParts:
    """What the function works with."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    items: Items
    seal: Seal
    private_keys: PrivateKeys


def build(config: Settings, clock: Clock) -> InputParts:
    """Fetches the secret. Raises Misconfigured or SecretsUnavailable."""
    hashes = KeyedHash(parameters.fetch([config.hash_key_name])[config.hash_key_name])
    private_keys = PrivateKeys(config.input_private_key_name, ParameterStore(), clock)
    return InputParts(config, clock, hashes, Items(config.table_name), Seal(hashes, custody.INPUT_KEY), private_keys)


def take_step(parts: InputParts, event: object) -> dict[str, str]:
    """The function `secure_input`: the flow's event in, the flat answer out.

    Raises:
        BadEvent: not an event of this instance, or no step or kind that there is.
        Misconfigured: the private key of this key id cannot be used.
    """
    contact = Contact.from_event(event, parts.settings.connect_instance_arn)
    if contact.parameters.get("step") != "open":
        raise BadEvent("the parameter step must be open")
    kind = contact.parameters.get("kind", "")
    if kind not in KINDS:
        raise BadEvent(f"the parameter kind must be one of {', '.join(KINDS)}")
    told = open_input(parts, contact, kind)
    audit.record("secure_input_step", step="open", kind=kind, result=told["result"], contact=contact.id)
    return told


def open_input(parts: InputParts, contact: Contact, kind: str) -> dict[str, str]:
    """Open, check and keep what was typed: `ok` with a token and what the kind may show; or why not."""
    deadline = Deadline.after(ANSWER_SECONDS, parts.clock)
    message = contact.parameters.get("encrypted", "")
    try:
        typed = opened(message, parts.private_keys, contact.parameters.get("key_id"))
    except Undecryptable as refused:
        if refused.fault is InputFault.NOT_ENCRYPTED:  # for an alarm: digits stand where they should never have stood
            audit.record("input_not_encrypted", contact=contact.id)
        audit.record("secure_input_refused", reason=refused.fault, contact=contact.id)
        return answer("no_input" if refused.fault in _NOTHING else "undecryptable")
    except SecretsUnavailable:
        return answer("unavailable")
    rules = KINDS[kind]
    if not rules.accepts(typed, datetime.fromtimestamp(parts.clock.now(), UTC).date()):
        return answer("invalid")
    token = _NONE
    if rules.kept:
        # Not random, and yet nobody can foretell it: a retry of the same event must get the same token.
        token = parts.hashes.of("input token of", f"{contact.id} {kind} {message}")
        if not _keep(parts, contact, kind, token, typed, deadline):
            return answer("unavailable")
    check = "passed" if rules.check else _NONE
    return answer("ok", token=token, length=str(len(typed)), check=check, **rules.shown(typed))


def _keep(parts: InputParts, contact: Contact, kind: str, token: str, typed: str, deadline: Deadline) -> bool:
    item = parts.hashes.of("input token", token)
    at = milliseconds(parts.clock.now())
    write = custody.keep(contact.id, kind, parts.seal.close(typed, item), at)
    swept = {"expires_at": at // 1000 + _SWEPT_AFTER_SECONDS}
    try:
        done = parts.items.write(keys.secure_input(item), replace(write, sets={**write.sets, **swept}), deadline)
    except TableUnavailable:
        return False
    return not isinstance(done, Stood) or custody.kept_before(done.record, contact.id)
