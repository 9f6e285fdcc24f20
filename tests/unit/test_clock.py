from __future__ import annotations

import time

import pytest

from chalicelib.clock import Deadline, SystemClock, milliseconds


class StoppedClock:
    """Shows what it is set to."""

    def __init__(self, shows: float = 1_000.0) -> None:
        self.shows = shows

    def now(self) -> float:
        return self.shows

    def sleep(self, seconds: float) -> None:
        self.shows += seconds


def test_milliseconds_are_whole_and_never_ahead() -> None:
    assert milliseconds(1_700_000_000.0) == 1_700_000_000_000
    assert milliseconds(1.9999) == 1_999


def test_the_system_s_clock_shows_the_time() -> None:
    before = time.time()
    assert before <= SystemClock().now() <= time.time()
    SystemClock().sleep(0)


@pytest.mark.parametrize(("passed", "left"), [(0.0, 2.5), (1.0, 1.5), (2.5, 0.0), (9.0, 0.0)])
def test_a_deadline_says_how_much_time_is_left_and_never_less_than_none(passed: float, left: float) -> None:
    clock = StoppedClock()
    deadline = Deadline.after(2.5, clock)
    clock.sleep(passed)
    assert deadline.remaining() == left


@pytest.mark.parametrize(("seconds", "left"), [(1.0, 1.0), (2.5, 2.5), (9.0, 2.5)])
def test_a_part_of_the_work_gets_a_nearer_deadline_and_never_a_later_one(seconds: float, left: float) -> None:
    assert Deadline.after(2.5, StoppedClock()).at_most(seconds).remaining() == left


def test_a_nearer_deadline_is_counted_from_now() -> None:
    clock = StoppedClock()
    deadline = Deadline.after(5.0, clock)
    clock.sleep(3.0)
    nearer = deadline.at_most(1.0)
    assert nearer.remaining() == 1.0
    clock.sleep(0.5)
    assert (nearer.remaining(), deadline.remaining()) == (0.5, 1.5)
