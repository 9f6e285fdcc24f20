"""A message and the keys put together: what every method that takes typed digits calls."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from chalicelib import audit
from chalicelib.contact import Contact
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.customer_input.message import decrypt
from chalicelib.errors import InputFault, Undecryptable

_OF_THE_KEYS = frozenset({InputFault.NO_KEY, InputFault.WRONG_KEY})


def opened(contact: Contact, private_keys: PrivateKeys) -> str:
    """What the caller typed: the flow's parameter `encrypted`, under the security key that its `key_id` names.

    Raises:
        Undecryptable: as `decrypt`; digits that were not encrypted are an event besides, for an alarm.
        SecretsUnavailable: the keys cannot be had now.
        Misconfigured: the keys cannot be used.
    """
    try:
        return _opened(contact.parameters.get("encrypted", ""), private_keys, contact.parameters.get("key_id"))
    except Undecryptable as refused:
        if refused.fault is InputFault.NOT_ENCRYPTED:  # digits stand where they should never have stood
            audit.record("input_not_encrypted", contact=contact.id)
        raise


def _opened(message: str, private_keys: PrivateKeys, expected_key_id: str | None) -> str:
    """If the keys in memory do not open it, others are asked for once: they may be new."""
    asked: list[str] = []

    def key_for(key_id: str) -> tuple[RSAPrivateKey, ...]:
        asked.append(key_id)
        return private_keys.of(key_id)

    try:
        typed = decrypt(message, key_for, expected_key_id)
    except Undecryptable as refused:
        if refused.fault not in _OF_THE_KEYS or not private_keys.renewed(asked[0]):
            raise
        typed = decrypt(message, private_keys.of, expected_key_id)
    # A key may be taken away when this count has stood still for long enough; nobody else can tell.
    audit.count("input_opened", "key_id", key_id=asked[0])
    return typed
