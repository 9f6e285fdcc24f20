"""Whatever is sent: digits, or an Undecryptable, and nothing else."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.errors import Undecryptable
from local.encrypt import Form, sign
from tests.unit.customer_input.messages import DIGITS, message, message_bytes, opened, written

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
BYTES = st.binary(max_size=950)
# Where a field begins, and how long it is: what a fuzzer that knows the layout changes.
FIELDS = {
    0: 1, 1: 1, 2: 2, 4: 16, 20: 2, 22: 2, 24: 2, 26: 21, 47: 2, 49: 68, 117: 2, 119: 2, 121: 13, 134: 2, 136: 36,
    172: 2, 174: 256, 430: 1, 431: 4, 435: 1, 436: 4, 440: 12, 452: 16, 468: 4, 472: 4, 476: 12, 488: 4, 492: 12,
    504: 16, 520: 2,
}  # fmt: skip
SIGNED_BYTES = 520
PLACES = st.sampled_from(sorted(FIELDS))
NUMBERS = st.sampled_from([0, 1, 2, 12, 13, 16, 36, 68, 95, 256, 384, 512, 4096, 2**15, 2**16 - 1, 2**31, 2**32 - 1])


@cache
def forger() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


@cache
def base() -> bytes:
    return message_bytes(form=Form(signing_key=forger()))


def answered(text: object, expected_key_id: Any = None) -> str | None:
    """What was typed, or None when it was refused; any other error fails the test."""
    try:
        return opened(text, expected_key_id)
    except Undecryptable:
        return None


@given(text=ANYTHING, expected=ANYTHING)
def test_anything_at_all(text: object, expected: object) -> None:
    assert answered(text, expected) is None


@given(text=st.text(max_size=1300) | st.text("ABCDabcd0123+/=-_ \n*#$.", max_size=1300))
@example("\ud800")
@example("A" * 1200)
@example("=" * 836)
def test_any_text(text: str) -> None:
    assert answered(text) is None
    assert answered("AYAD" + text) is None


@given(raw=BYTES)
def test_any_bytes(raw: bytes) -> None:
    assert answered(written(raw)) is None
    assert answered(written(b"\x01\x80\x03\x78" + raw)) is None
    assert answered(written(base()[:174] + raw)) is None


@st.composite
def changes(draw: st.DrawFn) -> bytes:
    """A message with a few of its fields changed, left out or repeated, wherever the layout was before."""
    raw = bytearray(base()[:SIGNED_BYTES])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(PLACES)
        length = FIELDS[at]
        kind = draw(st.sampled_from(["number", "bytes", "other length", "gone", "twice", "swapped"]))
        if kind == "number":
            raw[at : at + length] = struct.pack(">Q", draw(NUMBERS))[-length:].rjust(length, b"\x00")
        elif kind == "bytes":
            raw[at : at + length] = draw(st.binary(min_size=length, max_size=length))
        elif kind == "other length":
            raw[at : at + length] = draw(st.binary(max_size=2 * length))
        elif kind == "gone":
            del raw[at : at + length]
        elif kind == "twice":
            raw[at:at] = raw[at : at + length]
        else:
            other = draw(PLACES)
            raw[at : at + length] = raw[other : other + FIELDS[other]]
    return bytes(raw)


@given(unsigned=changes(), anew=st.booleans(), after=st.sampled_from([b"", b"", b"\x00", b"\x00\x67"]))
def test_any_change_of_fields_signed_anew_or_not(unsigned: bytes, anew: bool, after: bytes) -> None:
    whole = (sign(unsigned, forger()) if anew else unsigned + base()[SIGNED_BYTES:]) + after
    typed = answered(written(whole))
    # A change may change nothing.
    assert typed is None or (typed == DIGITS and unsigned == base()[:SIGNED_BYTES] and not after)


@given(footer=st.binary(max_size=110), told=NUMBERS)
def test_any_signature(footer: bytes, told: int) -> None:
    for length in (len(footer), told & 0xFFFF):
        assert answered(written(base()[:SIGNED_BYTES] + length.to_bytes(2, "big") + footer)) is None


@given(at=st.integers(0, 900), put=st.text(max_size=8), out=st.integers(0, 8))
def test_any_edit_of_the_text(at: int, put: str, out: int) -> None:
    text = written(base())
    edited = text[:at] + put + text[at + out :]
    assert answered(edited) is None or edited == text


@given(plain=st.binary(max_size=40))
def test_any_plaintext(plain: bytes) -> None:
    typed = answered(message(plain))
    allowed = 1 <= len(plain) <= 30 and not plain.strip(b"0123456789*#")
    assert typed == (plain.decode() if allowed and set(plain) <= set(b"0123456789*#") else None)
