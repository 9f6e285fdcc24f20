"""Messages to test with: private keys, and what Connect would have made for them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from chalicelib.customer_input.message import decrypt
from chalicelib.errors import InputFault, Undecryptable
from local.encrypt import Form, encrypt, encrypt_bytes

KEY_ID = "b1071b33-0944-47f3-945c-098f3725ac1d"
OTHER_KEY_ID = "d4891de8-030f-4d96-90ab-95a99a40dab8"
DIGITS = "197003149292"


def private_key(size: int = 2048, number: int = 0) -> RSAPrivateKey:
    """The same for the same arguments; each worker of the tests makes its own."""
    return _private_key(size, number)


@cache
def _private_key(size: int, number: int) -> RSAPrivateKey:
    return rsa.generate_private_key(65537, size)


def message(typed: str | bytes = DIGITS, form: Form | None = None, key_id: str = KEY_ID, size: int = 2048) -> str:
    return encrypt(typed, private_key(size).public_key(), key_id, form)


def message_bytes(typed: str | bytes = DIGITS, form: Form | None = None, size: int = 2048) -> bytes:
    return encrypt_bytes(typed, private_key(size).public_key(), KEY_ID, form)


def written(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def opened(text: object, expected_key_id: str | None = None, keys: Iterable[RSAPrivateKey] | None = None) -> str:
    """What is in a message for KEY_ID."""
    own = [private_key()] if keys is None else keys
    return decrypt(text, lambda key_id: own if key_id == KEY_ID else [], expected_key_id)


def fault_of(
    text: object, expected_key_id: str | None = None, keys: Iterable[RSAPrivateKey] | None = None
) -> InputFault:
    """Why a text is refused; the test fails if it is not."""
    with pytest.raises(Undecryptable) as refused:
        opened(text, expected_key_id, keys)
    return refused.value.fault
