"""A message and the keys put together: what every method that takes typed digits calls."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from chalicelib import audit
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.customer_input.message import decrypt
from chalicelib.errors import InputFault, Undecryptable

_OF_THE_KEYS = frozenset({InputFault.NO_KEY, InputFault.WRONG_KEY})


def opened(message: str, private_keys: PrivateKeys, expected_key_id: str | None = None) -> str:
    """What the caller typed. If the keys in memory do not open it, others are asked for once: they may be new.

    Raises:
        Undecryptable: as `decrypt`.
        SecretsUnavailable: the keys cannot be had now.
        Misconfigured: the keys cannot be used.
    """
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
