from __future__ import annotations

import hashlib
import hmac
import re

import pytest

from chalicelib.errors import Misconfigured
from chalicelib.keyed_hash import KeyedHash

SECRET = "0123456789abcdef0123456789abcdef"
HASHES = KeyedHash(SECRET)


def test_it_is_hmac_sha256_of_label_and_value() -> None:
    expected = hmac.new(SECRET.encode(), b"caller\x00+46701234567", hashlib.sha256).digest()
    assert HASHES.raw("caller", "+46701234567") == expected


def test_the_known_answer_stays() -> None:
    """Changing it would orphan every voice profile."""
    assert HASHES.of("caller", "+46701234567") == "9puysWZZLof3j1-VSZ0B4iy1-t2e5xhf7FE_gWAC5fI"


def test_a_hash_can_stand_in_a_key_and_in_a_flow() -> None:
    for number in range(200):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", HASHES.of("caller", str(number)))


def test_equal_digits_in_two_places_give_two_hashes() -> None:
    assert HASHES.of("leg code", "1234567890") != HASHES.of("hand-back code", "1234567890")


def test_a_label_does_not_run_into_its_value() -> None:
    assert HASHES.raw("ab", "c") != HASHES.raw("a", "bc")


def test_another_secret_gives_another_hash() -> None:
    assert KeyedHash(SECRET + "0").of("caller", "1") != HASHES.of("caller", "1")


def test_digits_are_as_many_as_asked_for_and_always_the_same() -> None:
    codes = [HASHES.digits("hand-back digits", f"leg CA{number}", 10) for number in range(300)]
    assert all(re.fullmatch(r"[0-9]{10}", code) for code in codes)
    assert len(set(codes)) == 300
    assert any(code.startswith("0") for code in codes)
    assert codes[0] == HASHES.digits("hand-back digits", "leg CA0", 10)


def test_a_secret_has_at_least_32_bytes() -> None:
    KeyedHash("ö" * 16)
    with pytest.raises(Misconfigured, match="32 bytes") as refused:
        KeyedHash("s" * 31)
    assert "sss" not in str(refused.value)
