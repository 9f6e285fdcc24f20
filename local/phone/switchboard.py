"""Puts calls from the page through, one at a time, and lets time pass in between."""

from __future__ import annotations

import queue
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from local.connect.record import ContactRun
from local.phone.handset import Handset
from local.phone.live_centre import LiveCentre
from local.telephone import Call

_IDLE_SECONDS = 0.1
_PUTS_DOWN_SECONDS = 0.5
"""For who dials again as soon as they are told that their call is over."""


class Busy(Exception):
    """Somebody is on the phone."""


class Switchboard:
    """`handset` is the telephone of the call that goes on, if one does."""

    def __init__(self, centre: LiveCentre) -> None:
        self.handset: Handset | None = None
        self._centre = centre
        self._wanted: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._taken = threading.Lock()

    def dial(self, number: str, caller_id: str | None, digits: str = "") -> None:
        """Begin a call; `digits` are what the telephone sends by itself once it is answered. Raises Busy."""
        if not self._taken.acquire(timeout=_PUTS_DOWN_SECONDS):
            raise Busy
        centre, folder = self._centre, tempfile.TemporaryDirectory(prefix="countersign-phone-")
        self.handset = Handset(centre.clock, centre.feed, Path(folder.name), centre.language)
        call = Call(number, caller_id, self.handset, digits)
        centre.clear_desk()
        centre.feed.begin(centre.clock.now(), to=number, caller=caller_id or "")
        centre.told.call_begins(centre.clock.now())
        self.do(lambda: self._call(call, folder))

    def do(self, work: Callable[[], object]) -> None:
        """Something for the thread that the clock goes by, as soon as it has time."""
        self._wanted.put(work)

    def run(self, stopped: threading.Event) -> None:
        """Work in the thread that made the centre's clock, until `stopped`; then whoever is on the phone is not."""
        while not stopped.is_set():
            try:
                work = self._wanted.get_nowait()
            except queue.Empty:
                self._centre.clock.sleep(_IDLE_SECONDS)
            else:
                work()

    def hang_up(self) -> None:
        if self.handset:
            self.handset.hang_up()

    def _call(self, call: Call, folder: tempfile.TemporaryDirectory[str]) -> None:
        centre = self._centre
        with folder:
            run = centre.connect.run(call)
        centre.told.call_is_over(centre.clock.now())
        centre.contact_is_over()
        self.handset = None
        centre.feed.add("over", centre.clock.now(), how=_ended(run))
        self._taken.release()


def _ended(run: ContactRun) -> str:
    told = f"{run.ending.value}: {run.queue}" if run.queue else run.ending.value
    return f"{told} ({run.defect})" if run.defect else told
