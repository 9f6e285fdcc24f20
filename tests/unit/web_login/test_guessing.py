"""What the budget is for: guessing at full speed gets nowhere. `tests.model.guessing` plays it over the rules."""

from __future__ import annotations

import pytest

from chalicelib.web_login.budget import Limits
from tests.model.guessing import Attack, chance_per_hour, looked_at_per_hour


def test_five_hundred_logins_waiting_are_hit_about_once_in_a_thousand_hours() -> None:
    assert chance_per_hour(live=500, length=8, limits=Limits(), at_once=10) == pytest.approx(1.04e-3, rel=0.01)
    assert chance_per_hour(live=500, length=10, limits=Limits(), at_once=10) == pytest.approx(1.04e-5, rel=0.01)


@pytest.mark.parametrize("at_once", [1, 10, 64])
def test_no_attacker_has_more_codes_looked_at_in_an_hour_than_is_promised(at_once: int) -> None:
    found = Attack(7, live=5, at_once=at_once).goes_on_for(3)
    assert found.looked_at == 3 * looked_at_per_hour(Limits(), at_once) == 3 * (199 + at_once)


def test_what_is_computed_is_what_happens() -> None:
    """With codes so short that hits can be counted: about forty in an hour."""
    hours, live, length = 12, 2_000, 4
    found = Attack(11, live, length, at_once=10).goes_on_for(hours)
    expected = found.looked_at * live / 10**length
    assert 0.9 * expected < found.hits < 1.1 * expected


def test_a_right_guess_costs_nothing_and_so_a_tried_code_is_not_tried_again() -> None:
    """Each code that was hit is gone; no more hits than codes."""
    found = Attack(3, live=20, length=2, at_once=1).goes_on_for(1)
    assert 0 < found.hits <= 20
