"""Virtual time: a minute of waiting takes none, and every run of a journey is the same run.

Whoever does something in the centre (the line that plays a call, a webhook request in flight) holds a *token*. While
any token is held, time stands still; work done for real takes no virtual time. Sleeping gives the token up until the
wake-up time; when nobody holds one, the clock jumps to the earliest wake-up. A stand-in that answers late sleeps on
behalf of the request that it is answering: that request's token is the one that rests.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future


class VirtualClock:
    """Seconds since the epoch that pass only when everybody sleeps. The thread that makes the clock holds a token.

    It starts long after today: the table's sweeper goes by real time, and must not take for old what is being used.
    """

    def __init__(self, start: float = 2_222_222_222.0) -> None:
        self._now = start
        self._awake = 1
        self._sleepers: list[tuple[float, int, threading.Event]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return self._time()

    def sleep(self, seconds: float) -> None:
        """Give the token up until `seconds` from now."""
        bell = threading.Event()
        with self._lock:
            heapq.heappush(self._sleepers, (self._time() + max(seconds, 0.0), next(self._order), bell))
            self._give_up_token()
        bell.wait()

    def spawn(self, work: Callable[[], object]) -> Future[object]:
        """Run `work` in a thread of its own that holds a token until it returns; its outcome is the future's."""
        outcome: Future[object] = Future()

        def run() -> None:
            try:
                outcome.set_result(work())
            except BaseException as error:  # noqa: BLE001 (handed to whoever asks the future, as an executor does)
                outcome.set_exception(error)
            finally:
                with self._lock:
                    self._give_up_token()

        with self._lock:
            self._now = self._time()
            self._awake += 1
        threading.Thread(target=run, daemon=True).start()
        return outcome

    # --- with the lock held ---------------------------------------------------------------------------------------

    def _time(self) -> float:
        return self._now

    def _give_up_token(self) -> None:
        self._awake -= 1
        if self._awake == 0 and self._sleepers:
            self._wake_the_first()

    def _wake_the_first(self) -> None:
        at, _, bell = heapq.heappop(self._sleepers)
        self._now = max(self._now, at)
        self._awake = 1
        bell.set()


class LiveClock(VirtualClock):
    """Virtual time for somebody who is really on the phone: what sleeps, sleeps for real.

    Work still takes no time, and time stands still while anybody holds a token. `speed` is how many of its seconds
    pass in a real one, and may be changed.
    """

    def __init__(self, start: float = 2_222_222_222.0, speed: float = 1.0) -> None:
        super().__init__(start)
        self.speed = speed
        self._asleep_since = 0.0  # by the real clock, while nobody holds a token

    def _time(self) -> float:
        if self._awake or not self._sleepers:
            return self._now
        passed = (time.monotonic() - self._asleep_since) * self.speed
        return min(self._now + passed, max(self._now, self._sleepers[0][0]))

    def _give_up_token(self) -> None:
        self._awake -= 1
        if self._awake == 0 and self._sleepers:
            self._asleep_since = time.monotonic()
            wait = (self._sleepers[0][0] - self._now) / self.speed
            threading.Thread(target=self._ring, args=(max(wait, 0.0), self._asleep_since), daemon=True).start()

    def _ring(self, wait: float, asleep_since: float) -> None:
        """Wake the first sleeper in time, unless somebody took a token meanwhile, who then sees to it."""
        time.sleep(wait)
        with self._lock:
            if self._awake == 0 and self._asleep_since == asleep_since:
                self._wake_the_first()


class WallClock:
    """Real time, for what runs in processes of its own."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
