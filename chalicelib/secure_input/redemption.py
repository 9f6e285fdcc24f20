"""What a system of the operator's asks: give me what this caller typed. Once, and never to Connect.

Who may ask is for IAM to say: only those whom a policy lets invoke the function `secure_input_redeem`.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from chalicelib import audit, parameters
from chalicelib.clock import Clock, Deadline, milliseconds
from chalicelib.errors import BadEvent
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal
from chalicelib.secure_input import custody
from chalicelib.secure_input.custody import Word
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items, Written

ANSWER_SECONDS = 6.5
_CONTACT = re.compile(r"[0-9A-Za-z-]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class RedemptionParts:
    """What the function works with."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    items: Items
    seal: Seal


def build(config: Settings, clock: Clock) -> RedemptionParts:
    """Fetches the secret. Raises Misconfigured or SecretsUnavailable."""
    hashes = KeyedHash(parameters.fetch([config.hash_key_name])[config.hash_key_name])
    return RedemptionParts(config, clock, hashes, Items(config.table_name), Seal(hashes, custody.INPUT_KEY))


def redeem(parts: RedemptionParts, event: object) -> dict[str, str]:
    """The function `secure_input_redeem`: `{"contact": ..., "token": ...}` in, `{"result": ...}` out.

    `contact` is the InitialContactId. With `ok` come `kind` and `value`, this once: the value is wiped with the same
    write that gives it out. Otherwise `unknown` (or another contact's), `expired` or `redeemed`.

    Raises:
        BadEvent: not such an event; one of Connect's in particular.
        TableUnavailable: the table did not answer. Ask again, and the value is still there, or is `redeemed`.
        Misconfigured: the hash key was changed since it was typed.
    """
    contact, token = _asked(event)
    item = parts.hashes.of("input token", token)
    at, life = milliseconds(parts.clock.now()), parts.settings.input_life_seconds * 1000
    deadline = Deadline.after(ANSWER_SECONDS, parts.clock)
    record = parts.items.read(keys.secure_input(item), deadline)
    word = custody.standing(record, contact, at, life)
    told = {"result": str(word)}
    if word is Word.OK:
        sealed, taker = str(record["sealed"]), secrets.token_urlsafe(16)
        value = parts.seal.open(sealed, item)
        done = parts.items.write(keys.secure_input(item), custody.take(contact, sealed, taker, at, life), deadline)
        if isinstance(done, Written) or custody.was_taken_by(done.record, taker):
            told = {"result": str(Word.OK), "kind": str(record["kind"]), "value": value}
        else:
            told = {"result": str(custody.standing(done.record, contact, at, life))}
    # What is unknown may be anything that a system mistook for a contact, so it is not written down.
    named = {} if word is Word.UNKNOWN else {"contact": contact}
    audit.record("secure_input_redeemed", result=told["result"], **named)
    return told


def _asked(event: object) -> tuple[str, str]:
    if not isinstance(event, dict) or event.keys() != {"contact", "token"}:
        raise BadEvent("the event must be an object of contact and token; flows must not invoke this function")
    contact, token = event["contact"], event["token"]
    if not isinstance(contact, str) or not _CONTACT.fullmatch(contact):
        raise BadEvent("contact must be an InitialContactId")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise BadEvent("token must be one that the function secure_input gave")
    return contact, token
