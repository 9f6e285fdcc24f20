from __future__ import annotations

import pytest

from chalicelib.conditional_write import Record, applied, holds
from chalicelib.secure_input.custody import SKEW_MS, Word, keep, kept_before, standing, take, was_taken_by

OWNER, OTHER = "contact-1", "contact-2"
AT, LIFE = 1_800_000_000_000, 300_000
KEPT = applied(keep(OWNER, "card_number", "sealed", AT), {})


def taken(record: Record, taker: str = "taker", contact: str = OWNER, at: int = AT) -> Record | None:
    """The record after taking; None when the condition does not hold."""
    write = take(contact, "sealed", taker, at, LIFE)
    return applied(write, record) if holds(write.condition, record) else None


def test_a_value_is_kept_once_and_a_retry_finds_its_own() -> None:
    again = keep(OWNER, "card_number", "sealed anew", AT + 1)
    assert not holds(again.condition, KEPT)
    assert kept_before(KEPT, OWNER)
    assert not kept_before(KEPT, OTHER)
    assert not kept_before({}, OWNER)


def test_a_value_is_taken_once_and_wiped() -> None:
    assert standing(KEPT, OWNER, AT, LIFE) is Word.OK
    after = taken(KEPT)
    assert after is not None
    assert "sealed" not in after.values()
    assert taken(after) is None
    assert standing(after, OWNER, AT, LIFE) is Word.REDEEMED


def test_only_the_attempt_that_took_it_may_say_so() -> None:
    after = taken(KEPT, "first")
    assert after is not None
    assert was_taken_by(after, "first")
    assert not was_taken_by(after, "second")
    assert not was_taken_by(KEPT, "first")


def test_another_contact_learns_nothing_at_all() -> None:
    after = taken(KEPT)
    assert after is not None
    for record in ({}, KEPT, after):
        assert standing(record, OTHER, AT, LIFE) is Word.UNKNOWN
        assert taken(record, contact=OTHER) is None


@pytest.mark.parametrize(
    ("later", "alive"), [(0, True), (LIFE, True), (LIFE + 1, False), (-SKEW_MS, True), (-SKEW_MS - 1, False)]
)
def test_a_value_is_given_out_within_its_life_alone(later: int, alive: bool) -> None:
    assert standing(KEPT, OWNER, AT + later, LIFE) is (Word.OK if alive else Word.EXPIRED)
    assert (taken(KEPT, at=AT + later) is not None) is alive


def test_what_is_sealed_otherwise_is_not_taken() -> None:
    assert taken({**KEPT, "sealed": "another"}) is None
