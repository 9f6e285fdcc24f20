"""`message.decrypt`: whatever a flow may send, as text, as bytes, signed by a forger, or encrypted by one.

The first byte of an input says how the rest is read. A message that is only changed is refused for its signature; so
that the layers below are reached too, the input is signed anew (SIGNED), or is a row of choices how to make a message
with true keys (MADE).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chalicelib.customer_input.message import decrypt
from chalicelib.errors import Undecryptable
from local.encrypt import Form, encrypt_bytes, sign
from tests.fuzz.choices import Choices
from tests.fuzz.keyring import Keyring
from tests.fuzz.target import Target, must
from tests.unit.customer_input import sdk
from tests.unit.customer_input.messages import KEY_ID, OTHER_KEY_ID

TEXT, JSON, BYTES, SIGNED, MADE = range(5)
_EXPECTED = (None, KEY_ID, OTHER_KEY_ID, "")
_TYPED = re.compile(r"[0-9*#]{1,30}")
_LONGEST = 2_000
# As `Choices.patch` reads it, and what follows it in `_made`.
_THREE_BYTES_CHANGED = bytes((3, 0, 1, 7, 0, 2, 7, 0, 3, 7, 0, 0, 0, 0, 3)) + b"123"


def _further(more: int, below: int) -> Callable[[int], int]:
    return lambda length: (length + more) % below


# Each changes one thing about how a message is made.
_DEVIATIONS: tuple[Callable[[Choices], dict[str, Any]], ...] = (
    lambda choices: {"version": choices.number(256)},
    lambda choices: {"kind": choices.number(256)},
    lambda choices: {"suite": choices.one_of((0x0014, 0x0178, 0x0214, 0x0346, 0x0478, 0x0578, choices.number(65536)))},
    lambda choices: {"public_key_name": choices.some_bytes(30)},
    lambda choices: {"public_key_bytes": choices.patch()},
    lambda choices: {"public_key_text": choices.patch()},
    lambda choices: {"further_context": ((choices.some_bytes(9), choices.some_bytes(9)),)},
    lambda choices: {"provider": choices.some_bytes(20)},
    lambda choices: {"data_key_bytes": choices.number(65)},
    lambda choices: {"data_key_hash": choices.one_of(("sha1", "sha256", "sha384"))},
    lambda choices: {"data_key_mask_hash": choices.one_of(("sha1", "sha256", "sha384"))},
    lambda choices: {"data_key_label": choices.some_bytes(9)},
    lambda choices: {"wrapped_data_key": choices.patch()},
    lambda choices: {"further_data_keys": ((choices.some_bytes(20), choices.some_bytes(300)),)},
    lambda choices: {"content_type": choices.number(256)},
    lambda choices: {"reserved": choices.number(2**32)},
    lambda choices: {"iv_bytes": 8 + choices.number(12)},
    lambda choices: {"told_iv_bytes": choices.number(256)},
    lambda choices: {"frame_bytes": choices.number(2**32)},
    lambda choices: {"header_tag": choices.patch()},
    lambda choices: {"final_mark": choices.some_bytes(5)},
    lambda choices: {"sequence": choices.number(2**32)},
    lambda choices: {"frame_name": choices.some_bytes(40)},
    lambda choices: {"content": choices.patch()},
    lambda choices: {"told_content_length": _further(choices.number(2**32), 2**32)},
    lambda choices: {"signature": choices.patch()},
    lambda choices: {"told_signature_length": _further(choices.number(2**16), 2**16)},
    lambda choices: {"after": choices.some_bytes(9)},
)


def target(keyring: Keyring) -> Target:
    """A message opens to what was typed, and to nothing that a telephone cannot type; or it is refused in one way."""
    judge = _Judge(keyring)
    return Target(judge.check, list(_seeds(keyring)), _LONGEST, 0.5)


class _Judge:
    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._keys = [keyring.other, keyring.own, keyring.larger]
        self._sdk = [(sdk.opener(key), key.public_key()) for key in self._keys]

    def check(self, data: bytes) -> str:
        form, choices = data[0] if data else 0, Choices(data[1:])
        message, typed = _READ[form % len(_READ)](self._keyring, choices)
        expected = _EXPECTED[form // len(_READ) % len(_EXPECTED)]
        ours = expected in (None, KEY_ID)
        try:
            opened = decrypt(message, lambda key_id: self._keys if key_id == KEY_ID else [], expected)
        except Undecryptable as refused:
            must(typed is None or not ours, "a message of Connect's form opens")
            return refused.fault
        must(ours, "what opens has the key id that the flow named")
        must(typed in (None, opened), "what opens is what was typed")
        must(bool(_TYPED.fullmatch(opened)), "only what a telephone can type comes out")
        assert isinstance(message, str)
        raw = base64.b64decode(message, validate=True)
        must(any(self._sdk_agrees(key, raw, opened) for key in self._sdk), "the SDK opens it, and it made anew, alike")
        return "opened"

    @staticmethod
    def _sdk_agrees(key: tuple[Callable[[bytes], bytes], RSAPublicKey], raw: bytes, opened: str) -> bool:
        sdk_opened, public = key
        try:
            return sdk_opened(raw) == sdk_opened(encrypt_bytes(opened, public, KEY_ID)) == opened.encode()
        except Exception:  # noqa: BLE001 # of many kinds; that the message is for another of the keys is one reason
            return False


# Each gives the message and, where nothing about it was changed, what was typed.
_Made = tuple[object, str | None]


def _as_text(keyring: Keyring, choices: Choices) -> _Made:
    return choices.rest().decode(errors="surrogateescape"), None


def _as_json(keyring: Keyring, choices: Choices) -> _Made:
    try:
        return json.loads(choices.rest()), None
    except (ValueError, RecursionError):
        return None, None


def _as_bytes(keyring: Keyring, choices: Choices) -> _Made:
    return base64.b64encode(choices.rest()).decode(), None


def _signed(keyring: Keyring, choices: Choices) -> _Made:
    return base64.b64encode(sign(choices.rest(), keyring.forger)).decode(), None


def _made(keyring: Keyring, choices: Choices) -> _Made:
    form, key_id = Form(signing_key=keyring.forger), KEY_ID
    changes = choices.number(4)
    for _ in range(changes):
        form = replace(form, **choices.one_of(_DEVIATIONS)(choices))
    key = choices.one_of((keyring.own, keyring.other, keyring.larger))
    if choices.number(16) == 1:
        key_id, changes = choices.some_bytes(40).decode("latin-1"), changes + 1
    typed = choices.some_bytes(33)
    if choices.number(2) == 0:
        typed = bytes(b"0123456789*#"[letter % 12] for letter in typed)
    told = typed.decode("latin-1")
    message = base64.b64encode(encrypt_bytes(typed, key.public_key(), key_id, form)).decode()
    return message, told if not changes and _TYPED.fullmatch(told) else None


_READ = (_as_text, _as_json, _as_bytes, _signed, _made)


def _seeds(keyring: Keyring) -> Iterator[bytes]:
    for raw in _messages(keyring):
        text = base64.b64encode(raw)
        yield bytes((TEXT,)) + text
        yield bytes((JSON,)) + json.dumps([text.decode()]).encode()
        yield bytes((BYTES,)) + raw
        yield bytes((SIGNED,)) + _unsigned(raw)
    yield bytes((MADE, 0, 0, 0, 12)) + b"197003149292"
    for typed in (b"Timeout", b"one"):
        yield bytes((MADE, 0, 0, 0, len(typed))) + typed + bytes((1,))
    for number in range(len(_DEVIATIONS)):
        yield bytes((MADE, 1, number)) + bytes(range(1, 40))
        yield bytes((MADE, 1, number)) + _THREE_BYTES_CHANGED


def _messages(keyring: Keyring) -> Iterable[bytes]:
    form = Form(signing_key=keyring.forger)
    for key in (keyring.own, keyring.larger):
        yield encrypt_bytes("4111111111111111", key.public_key(), KEY_ID, form)
    yield sdk.encrypted_for(keyring.own, b"0123456789*#")


def _unsigned(raw: bytes) -> bytes:
    """All before the footer, whose length of two bytes is told from the end: it counts what follows it."""
    return next(raw[: -length - 2] for length in range(96, 105) if int.from_bytes(raw[-length - 2 : -length]) == length)
