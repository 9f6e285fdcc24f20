from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.customer_input.message import decrypt
from chalicelib.errors import InputFault, SecretsUnavailable, Undecryptable
from local.encrypt import Form
from tests.unit.customer_input.messages import (
    DIGITS,
    KEY_ID,
    OTHER_KEY_ID,
    fault_of,
    message,
    message_bytes,
    opened,
    private_key,
    written,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("size", [2048, 3072, 4096])
def test_what_was_typed_is_opened_with_a_key_of_each_size(size: int) -> None:
    assert opened(message(size=size), keys=[private_key(size)]) == DIGITS


@given(typed=st.text("0123456789*#", min_size=1, max_size=30))
def test_one_to_thirty_keys_are_opened(typed: str) -> None:
    assert opened(message(typed)) == typed


@pytest.mark.parametrize(
    "plain",
    [
        b"A",
        b"12a4",
        b"1234\n",
        b" 1234",
        b"12\x00",
        b"+4670",
        b"12,34",
        b"\xff\xfe",
        "\u0661\u0662".encode(),
        b"timeout",
    ],
)
def test_what_no_telephone_can_type_is_refused(plain: bytes) -> None:
    assert fault_of(message(plain)) is InputFault.NOT_KEYS


@pytest.mark.parametrize("plain", [b"", b"1" * 31, b"1" * 300])
def test_none_and_more_than_thirty_keys_are_refused(plain: bytes) -> None:
    assert fault_of(message(plain)) in {InputFault.CONTENT_LENGTH, InputFault.CUT, InputFault.TOO_LONG}


def test_connects_word_for_nothing_typed_is_refused_when_it_is_encrypted() -> None:
    assert fault_of(message("Timeout")) is InputFault.ENCRYPTED_TIMEOUT


def test_the_message_names_its_own_key_id() -> None:
    asked = []

    def key_for(key_id: str) -> list[RSAPrivateKey]:
        asked.append(key_id)
        return [private_key()]

    assert decrypt(message(key_id=OTHER_KEY_ID), key_for) == DIGITS
    assert asked == [OTHER_KEY_ID]


def test_a_key_id_that_the_flow_sends_must_be_the_messages() -> None:
    assert opened(message(), KEY_ID) == DIGITS
    for other in (OTHER_KEY_ID, KEY_ID.upper(), KEY_ID + " ", ""):
        assert fault_of(message(), other) is InputFault.OTHER_KEY_ID


def test_the_keys_are_tried_in_turn() -> None:
    keys = [private_key(2048, 1), private_key(3072), private_key(), private_key(2048, 2)]
    assert opened(message(), keys=keys) == DIGITS
    assert opened(message(), keys=iter(keys)) == DIGITS


@pytest.mark.parametrize(
    ("sizes", "fault"),
    [([], InputFault.NO_KEY), ([3072], InputFault.NO_KEY), ([2048], InputFault.WRONG_KEY)],
)
def test_without_its_key_a_message_is_refused(sizes: list[int], fault: InputFault) -> None:
    assert fault_of(message(), keys=[private_key(size, 1) for size in sizes]) is fault


def test_no_key_is_looked_for_before_form_and_signature_are_right() -> None:
    def never(key_id: str) -> list[RSAPrivateKey]:
        raise AssertionError(key_id)

    whole = message_bytes()
    for wrong in (whole[:-1], whole + b"\x00", whole[:300] + bytes([whole[300] ^ 1]) + whole[301:]):
        with pytest.raises(Undecryptable):
            decrypt(written(wrong), never)


def test_an_error_of_the_keys_passes() -> None:
    def unavailable(key_id: str) -> list[RSAPrivateKey]:
        raise SecretsUnavailable("SSM did not answer")

    with pytest.raises(SecretsUnavailable):
        decrypt(message(), unavailable)


@pytest.mark.parametrize(
    "text",
    [
        DIGITS,
        message()[:-8],
        message(DIGITS + "-"),
        message(form=Form(sequence=2)),
        message(form=Form(public_key_text=lambda own: b"-" * len(own))),
        message(form=Form(signature=lambda own: bytes(len(own)))),
        message(form=Form(data_key_hash="sha1")),
        message(form=Form(header_tag=lambda own: bytes(len(own)))),
    ],
    ids=lambda _: "",
)
def test_an_error_shows_nothing_of_what_was_typed(text: str) -> None:
    with pytest.raises(Undecryptable) as refused:
        opened(text)
    shown = "".join(traceback.format_exception(refused.value)) + repr(refused.value) + repr(vars(refused.value))
    assert DIGITS not in shown
    assert text[-80:-40] == "" or text[-80:-40] not in shown
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert refused.value.code == "undecryptable"


LOADED = """
import sys
before = set(sys.modules)
import chalicelib.customer_input.message
names = {name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names
print(*sorted(name for name in names if not name.startswith("_")))
"""


def test_opening_a_message_takes_cryptography_and_nothing_else() -> None:
    command = [sys.executable, "-c", LOADED]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["chalicelib", "cryptography"]
