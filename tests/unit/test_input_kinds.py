from __future__ import annotations

from datetime import date

import pytest

from chalicelib.check_digit import passes_luhn
from chalicelib.secure_input.kinds import KINDS, LONGEST_SHOWN, Shows

TODAY = date(2026, 11, 20)
CARD = "4111111111111111"  # the networks' own test number


def accepted(kind: str, typed: str) -> bool:
    return KINDS[kind].accepts(typed, TODAY)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("card_number", CARD),
        ("card_number", "378282246310005"),
        ("card_number", "630400000000"),
        ("security_code", "123"),
        ("security_code", "0000"),
        ("pin", "1234"),
        ("pin", "123456789012"),
        ("date_of_birth", "19480229"),
        ("date_of_birth", "29021948"),
        ("date_of_birth", "20261120"),
        ("date_of_birth", "20112026"),
        ("account_number", "12345"),
        ("account_number", "12345678901234567890"),
        ("personal_number", "8112189876"),
        ("personal_number", "198112189876"),
        ("personal_number", "198112789873"),
        ("digits", "1"),
        ("digits", "*#" + "0" * 28),
    ],
)
def test_what_is_well_formed_is_accepted(kind: str, typed: str) -> None:
    assert accepted(kind, typed)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("card_number", "4111111111111112"),
        ("card_number", CARD[:11]),
        ("card_number", "0" * 20),
        ("card_number", "4111-1111-1111-1111"),
        ("security_code", "12"),
        ("security_code", "12345"),
        ("pin", "123"),
        ("pin", "1234567890123"),
        ("pin", "12*4"),
        ("date_of_birth", "19470229"),
        ("date_of_birth", "20261121"),
        ("date_of_birth", "18951231"),
        ("date_of_birth", "480229"),
        ("date_of_birth", "00000000"),
        ("account_number", "1234"),
        ("personal_number", "8112189877"),
        ("personal_number", "8113189870"),
        ("personal_number", "208112189876"),
        ("personal_number", "81121898761"),
        ("digits", ""),
        ("digits", "0" * 31),
        ("digits", "12a"),
        ("digits", "١٢٣"),
        ("digits", "12\n"),
    ],
)
def test_what_cannot_be_right_is_not(kind: str, typed: str) -> None:
    assert not accepted(kind, typed)


@pytest.mark.parametrize("typed", ["79927398713", CARD, "0", "18", "8112189876"])
def test_luhn_sees_every_single_wrong_digit(typed: str) -> None:
    assert passes_luhn(typed)
    for place, digit in enumerate(typed):
        for wrong in set("0123456789") - {digit}:
            assert not passes_luhn(typed[:place] + wrong + typed[place + 1 :])


def test_no_eight_digits_are_a_date_in_both_orders() -> None:
    # A month of 19 or 20 is none, so a year at the end is never taken for month and day.
    for year in range(TODAY.year - 130, TODAY.year + 1):
        assert not 1 <= int(str(year)[:2]) <= 12


def test_what_pci_dss_calls_sensitive_is_neither_kept_nor_shown() -> None:
    assert {word for word, kind in KINDS.items() if not kind.kept} == {"security_code", "pin"}
    assert all(kind.shows is Shows.NOTHING for kind in KINDS.values() if not kind.kept)


@pytest.mark.parametrize(
    ("kind", "typed", "last4", "digits"),
    [
        ("card_number", CARD, "1111", "none"),
        ("security_code", "1234", "none", "none"),
        ("pin", "12345678", "none", "none"),
        ("date_of_birth", "19480229", "none", "none"),
        ("account_number", "12345678", "5678", "none"),
        ("account_number", "1234567", "none", "none"),
        ("personal_number", "198112189876", "none", "none"),
        ("digits", "1", "none", "1"),
        ("digits", "0123456789", "6789", "0123456789"),
        ("digits", CARD, "1111", "none"),
    ],
)
def test_a_kind_shows_what_it_may(kind: str, typed: str, last4: str, digits: str) -> None:
    assert KINDS[kind].shown(typed) == {"last4": last4, "digits": digits}


def test_what_could_be_a_card_number_is_never_shown_whole() -> None:
    assert not KINDS["card_number"].form.fullmatch("0" * LONGEST_SHOWN)
    assert [word for word, kind in KINDS.items() if kind.shows is Shows.ALL] == ["digits"]
