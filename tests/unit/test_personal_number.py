"""Numbers are the Swedish Tax Agency's test numbers, which are never given to anybody, or made wrong from them."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.personal_number import twelve_digits

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("198112189876", "198112189876"),
        ("8112189876", "198112189876"),
        ("199908072391", "199908072391"),
        ("9908072391", "199908072391"),
    ],
)
def test_ten_digits_and_twelve_are_the_same_person(typed: str, number: str) -> None:
    assert twelve_digits(typed, TODAY) == number


def test_ten_digits_get_the_century_that_makes_the_person_less_than_a_hundred() -> None:
    assert twelve_digits("2611200011", date(2026, 11, 20)) == "202611200011"
    assert twelve_digits("2611200011", date(2026, 11, 19)) == "192611200011"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "811218987",
        "81121898761",
        "8112189877",  # check digit
        "198113189875",  # month
        "208112189876",  # not born yet
        "218112189876",  # no such century
        "178112189876",
        "199908070007",  # number of birth 000
        "199902309997",  # no such day
        "8112189876\n",
        "19811218-9876",
        "١٩٨١١٢١٨٩٨٧٦",
        "198112*89876",
    ],
)
def test_what_nobody_has_is_refused(typed: str) -> None:
    assert twelve_digits(typed, TODAY, coordination=True) is None


def test_who_would_be_older_than_anybody_is_refused() -> None:
    assert twelve_digits("189912319994", date(2024, 12, 31)) == "189912319994"
    assert twelve_digits("189912319994", date(2025, 12, 31)) is None


def test_coordination_numbers_only_where_they_are_asked_for() -> None:
    assert twelve_digits("198112789873", TODAY) is None
    assert twelve_digits("198112789873", TODAY, coordination=True) == "198112789873"
