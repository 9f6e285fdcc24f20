import threading
import time

import pytest

from local.clock import LiveClock, VirtualClock


def test_sleeping_alone_takes_no_real_time_and_moves_the_clock() -> None:
    clock = VirtualClock(start=100.0)
    clock.sleep(3600.0)
    assert clock.now() == 3700.0


def test_negative_sleep_is_none() -> None:
    clock = VirtualClock(start=100.0)
    clock.sleep(-5.0)
    assert clock.now() == 100.0


def test_sleepers_wake_in_the_order_of_their_times() -> None:
    clock, woken = VirtualClock(start=0.0), []

    def sleeper(seconds: float) -> None:
        clock.sleep(seconds)
        woken.append((seconds, clock.now()))

    for seconds in (3.0, 1.0, 2.0):
        clock.spawn(lambda seconds=seconds: sleeper(seconds))  # type: ignore[misc]
    clock.sleep(10.0)
    assert woken == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    assert clock.now() == 10.0


def test_time_stands_still_while_anybody_works() -> None:
    clock, working, slept = VirtualClock(start=0.0), threading.Event(), threading.Event()

    def work() -> None:
        working.wait(5.0)
        assert clock.now() == 0.0

    def sleep() -> None:
        clock.sleep(1.0)
        slept.set()

    done = clock.spawn(work)
    clock.spawn(sleep)
    threading.Timer(0.02, working.set).start()
    clock.sleep(2.0)
    assert done.result() is None
    assert slept.is_set()
    assert clock.now() == 2.0


def test_an_error_in_spawned_work_is_the_futures() -> None:
    clock = VirtualClock()

    def fail() -> None:
        raise LookupError("lost")

    failed = clock.spawn(fail)
    clock.sleep(1.0)
    with pytest.raises(LookupError, match="lost"):
        failed.result()


def test_somebody_without_a_token_may_sleep_for_whoever_waits_for_them() -> None:
    clock = VirtualClock(start=0.0)
    stand_in = threading.Thread(target=lambda: clock.sleep(4.0))
    stand_in.start()
    stand_in.join(5.0)  # this thread, which holds the token, waits for its answer
    assert not stand_in.is_alive()
    assert clock.now() == 4.0


def test_on_a_live_clock_sleep_is_for_real() -> None:
    clock, began = LiveClock(start=0.0, speed=1_000.0), time.monotonic()
    clock.sleep(20.0)
    assert clock.now() == 20.0
    assert time.monotonic() - began >= 0.02


def test_a_live_clock_stands_still_while_anybody_works() -> None:
    clock = LiveClock(start=0.0, speed=1_000.0)

    def work() -> float:
        time.sleep(0.01)
        return clock.now()

    assert work() == 0.0
    working = clock.spawn(work)
    clock.sleep(3.0)
    assert working.result() == 0.0
    assert clock.now() == 3.0


def test_who_takes_a_token_while_all_sleep_begins_at_the_time_of_day() -> None:
    clock, woken = LiveClock(start=0.0, speed=1_000.0), threading.Event()
    begun: list[float] = []

    def call() -> None:
        begun.append(clock.now())
        woken.set()

    def ring_once_time_passes() -> None:
        while clock.now() == 0.0:
            time.sleep(0.001)
        clock.spawn(call)

    threading.Thread(target=ring_once_time_passes).start()
    clock.sleep(200.0)
    assert woken.wait(5.0)
    assert 0.0 < begun[0] <= 200.0
    assert clock.now() >= 200.0
