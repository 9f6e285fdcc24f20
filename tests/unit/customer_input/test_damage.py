"""A message with any bit changed, or cut anywhere, is refused: as it arrived, and signed anew by a forger."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InputFault
from local.encrypt import Form, sign
from tests.unit.customer_input.messages import fault_of, message, message_bytes, opened, written

# Every part is searched by itself, so that the workers share the search.
PARTS = range(8)
# Before the footer: 254 bytes, a data key of 256, and twelve digits, less the footer's length and the tag behind it.
SIGNED_BYTES = 520


@cache
def raw() -> bytes:
    return message_bytes()


@cache
def forger() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


@cache
def forged() -> bytes:
    """A message that somebody made who can sign it again at will."""
    return message_bytes(form=Form(signing_key=forger()))


def flipped(whole: bytes, bit: int) -> bytes:
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("part", PARTS)
def test_every_single_bit_counts(part: int) -> None:
    for bit in range(part, 8 * len(raw()), len(PARTS)):
        fault_of(written(flipped(raw(), bit)))


@pytest.mark.parametrize("part", PARTS)
def test_every_single_bit_counts_even_when_the_message_is_signed_anew(part: int) -> None:
    """So the signature is not all that protects: what the caller typed is bound to all of the header."""
    whole = forged()[:SIGNED_BYTES]
    faults = {fault_of(written(sign(flipped(whole, bit), forger()))) for bit in range(part, 8 * len(whole), len(PARTS))}
    assert faults > {InputFault.WRONG_KEY, InputFault.HEADER, InputFault.CONTENT}


def test_signed_anew_without_a_change_it_opens() -> None:
    assert opened(written(sign(forged()[:SIGNED_BYTES], forger())))


def test_a_message_cut_anywhere_is_refused() -> None:
    for length in range(len(raw())):
        assert fault_of(written(raw()[:length])) in {
            InputFault.CUT,
            InputFault.NOT_A_MESSAGE,
            InputFault.NOTHING_TYPED,
        }


def test_the_text_of_a_message_cut_anywhere_is_refused() -> None:
    text = message()
    for length in range(len(text)):
        fault_of(text[:length])
        fault_of(text[length + 1 :])


def test_a_message_with_a_byte_left_out_or_put_in_is_refused() -> None:
    for at in range(len(raw())):
        fault_of(written(raw()[:at] + raw()[at + 1 :]))
        fault_of(written(raw()[:at] + b"\x00" + raw()[at:]))


def test_two_messages_in_one_are_refused() -> None:
    short = message_bytes("1")
    for two in (short + short, short + short[:10], raw() + b"="):
        assert fault_of(written(two)) in {InputFault.TRAILING_BYTES, InputFault.TOO_LONG}


@given(at=st.integers(0, 10_000), letter=st.characters(exclude_characters=""))
def test_every_letter_counts(at: int, letter: str) -> None:
    text = message()
    at %= len(text)
    if text[at] != letter:
        fault_of(text[:at] + letter + text[at + 1 :])


@given(at=st.integers(0, SIGNED_BYTES - 1), other=st.integers(0, SIGNED_BYTES - 1), length=st.integers(1, 80))
def test_parts_of_two_messages_make_no_third(at: int, other: int, length: int) -> None:
    one, two = message_bytes("1111"), message_bytes("2222")
    mixed = (one[:at] + two[other : other + length] + one[at + length :])[: len(one)]
    if mixed not in (one, two):
        fault_of(written(mixed))
