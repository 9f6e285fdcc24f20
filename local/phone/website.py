"""A website whose visitors log in, and are shown a number to call and a code to type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from local.centre import SCREEN_NAMES
from local.phone.live_centre import LiveCentre
from local.web_login import Shown, Visitor

VISITORS: Mapping[str, Visitor] = {
    "karin": Visitor({"fullname": "Karin Testsson", "city": "Sundbyberg"}, session="karins"),
    "erik": Visitor({"fullname": "Erik Annansson", "city": "Lund"}, session="eriks"),
}
T = TypeVar("T")
PURPOSES: Mapping[str, str] = {name: said["en"] for name, said in SCREEN_NAMES["purposes"].items()}


class NoVisit(Exception):
    """Nobody has come to the website, or they have logged in already."""


class Website:
    """One visitor at a time: `come`, and then `log_in` or `fail`, before the call or during it."""

    def __init__(self, centre: LiveCentre) -> None:
        self._centre = centre
        self._shown: Shown | None = None

    def come(self, purpose: str) -> Shown:
        """Raises CoreFailed where the product does not give out a code."""
        self._shown = self._meanwhile(lambda: self._centre.core.start(purpose))
        return self._shown

    def log_in(self, name: str) -> int:
        """The status that the result's address answers with. Raises NoVisit, and KeyError for nobody known."""
        visitor, shown = VISITORS[name], self._visit()
        return self._meanwhile(lambda: self._centre.core.login.succeeds(shown.attr_url, visitor))

    def fail(self) -> int:
        """The same for somebody who does not manage to."""
        shown = self._visit()
        return self._meanwhile(lambda: self._centre.core.login.fails(shown.attr_url))

    @property
    def dialled(self) -> str:
        """What a telephone sends that calls and types the code. Raises NoVisit."""
        return self._visit().dialled

    def _visit(self) -> Shown:
        if self._shown is None:
            raise NoVisit
        return self._shown

    def _meanwhile(self, work: Callable[[], T]) -> T:
        """Done by a thread that the clock knows of."""
        return cast(T, self._centre.clock.spawn(work).result())
