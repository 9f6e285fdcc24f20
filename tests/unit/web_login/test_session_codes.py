from __future__ import annotations

import re
import secrets

import pytest

from chalicelib.keyed_hash import KeyedHash
from chalicelib.web_login import codes

HASHES = KeyedHash("k" * 32)
OTHERS = KeyedHash("o" * 32)


def test_a_code_is_drawn_evenly_and_keeps_its_zeros() -> None:
    asked: list[int] = []

    def smallest(below: int) -> int:
        asked.append(below)
        return 0

    assert codes.new_code(smallest) == "00000000"
    assert codes.new_code(lambda below: below - 1, 10) == "9999999999"
    assert asked == [10**8]
    assert re.fullmatch("[0-9]{8}", codes.new_code(secrets.randbelow))


@pytest.mark.parametrize("typed", ["12345678", "12345678#"])
def test_a_code_is_typed_with_or_without_the_key_that_ends_it(typed: str) -> None:
    assert codes.typed(typed) == "12345678"


@pytest.mark.parametrize(
    "typed", ["", "Timeout", "1234567", "123456789", "12345678##", "#12345678", "12345678\n", "1234567８", "1234 5678"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.typed(typed) == ""


def test_the_length_of_codes_is_the_operators() -> None:
    assert codes.typed("1234567890", 10) == "1234567890"
    assert codes.typed("12345678", 10) == ""


def test_the_table_knows_hashes_alone_and_each_use_has_its_own() -> None:
    same = "12345678"
    hashed = [use(HASHES, same) for use in (codes.session_handle, codes.secret_hash, codes.token_handle)]
    hashed += [codes.attempt(HASHES, "contact-1", same), codes.attempt(HASHES, "contact-2", same)]
    assert len(set(hashed)) == len(hashed)
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", one) and same not in one for one in hashed)
    assert codes.session_handle(OTHERS, same) != codes.session_handle(HASHES, same)
    assert codes.attempt(HASHES, "contact-1", same) == codes.attempt(HASHES, "contact-1", same)


def test_a_result_address_finds_its_session_and_holds_256_bits_that_nobody_knows() -> None:
    handle, secret = codes.session_handle(HASHES, "12345678"), codes.new_secret(secrets.token_bytes)
    assert codes.from_result_address(codes.result_address(handle, secret)) == (handle, secret)
    assert codes.new_secret(bytes) == "A" * 43  # of 32 bytes


@pytest.mark.parametrize(
    "segment", ["", "a" * 85, "a" * 87, "a" * 85 + "/", "a" * 85 + "=", "a" * 86 + "\n", "ａ" * 86]
)
def test_another_segment_is_no_address(segment: str) -> None:
    assert codes.from_result_address(segment) is None
