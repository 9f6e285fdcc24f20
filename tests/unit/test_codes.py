"""The digits that are typed from one network into another."""

from __future__ import annotations

import pytest

from chalicelib.keyed_hash import KeyedHash
from chalicelib.voice import codes

HASHES = KeyedHash("k" * 32)


@pytest.mark.parametrize("keys", ["0123456789", "0123456789#"])
def test_ten_digits_with_or_without_the_end_are_a_code(keys: str) -> None:
    assert codes.typed(keys) == "0123456789"


@pytest.mark.parametrize(
    "keys", ["", "#", "012345678", "01234567890", "0123456789##", "012345678*", "٠١٢٣٤٥٦٧٨٩", " 123456789"]
)
def test_anything_else_is_none(keys: str) -> None:
    assert codes.typed(keys) == ""


def test_a_leg_code_and_a_hand_back_code_of_the_same_digits_have_different_handles() -> None:
    handles = {codes.leg_handle(HASHES, "0123456789"), codes.hand_back_handle(HASHES, "0123456789")}
    assert len(handles) == 2
    assert all(codes.is_handle(handle) for handle in handles)
    assert not codes.is_handle("0123456789")


def test_the_hand_back_code_is_the_same_for_the_same_call_of_a_leg_and_no_other() -> None:
    code = codes.hand_back_code(HASHES, "leg", "CA1")
    assert codes.typed(code) == code
    assert code == codes.hand_back_code(HASHES, "leg", "CA1")
    assert code != codes.hand_back_code(HASHES, "leg", "CA2")
    assert code != codes.hand_back_code(HASHES, "other leg", "CA1")
    assert code != codes.hand_back_code(KeyedHash("o" * 32), "leg", "CA1")
