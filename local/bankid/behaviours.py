"""People with a phone, each with a habit. Seconds are those between one act and the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.bankid.app import BankIDApp


@dataclass(frozen=True)
class _Confirms:
    """Opens the app and confirms the call: what follows, they do `then_after` that."""

    opens_after: float = 4.0
    confirms_after: float = 3.0
    then_after: float = 4.0

    def confirms(self, app: BankIDApp) -> Iterator[float]:
        yield self.opens_after
        app.open()
        yield self.confirms_after
        app.confirm_call()


@dataclass(frozen=True)
class Prompt(_Confirms):
    """Does what is asked, without delay."""

    def uses(self, app: BankIDApp) -> Iterator[float]:
        yield from self.confirms(app)
        yield self.then_after
        app.enter_code()


@dataclass(frozen=True)
class Slow(Prompt):
    """Does it in the end: looks for the phone, puts on glasses."""

    opens_after: float = 45.0
    confirms_after: float = 20.0
    then_after: float = 30.0


@dataclass(frozen=True)
class NeverOpens:
    """Has left the phone at home, or does not know of any call and ignores it."""

    def uses(self, app: BankIDApp) -> Iterator[float]:
        yield from ()


@dataclass(frozen=True)
class Declines:
    """Is not in any call, and says so."""

    opens_after: float = 4.0
    declines_after: float = 3.0

    def uses(self, app: BankIDApp) -> Iterator[float]:
        yield self.opens_after
        app.open()
        yield self.declines_after
        app.decline_call()


@dataclass(frozen=True)
class Cancels(_Confirms):
    """Thinks better of it when asked for the code."""

    def uses(self, app: BankIDApp) -> Iterator[float]:
        yield from self.confirms(app)
        yield self.then_after
        app.cancel()


@dataclass(frozen=True)
class ForgotTheCode(_Confirms):
    """Tries three codes."""

    def uses(self, app: BankIDApp) -> Iterator[float]:
        yield from self.confirms(app)
        for _ in range(3):
            yield self.then_after
            app.wrong_code()


@dataclass(frozen=True, kw_only=True)
class Careful(_Confirms):
    """Goes on only with the code on the screen in their ears: `heard` is what was spoken to them, as it grows.

    The last digits of the text are the code. Somebody who was never in the call, or in another, hears none or another
    one, and cancels after `patience` seconds.
    """

    heard: Sequence[str]
    patience: float = 20.0

    def uses(self, app: BankIDApp) -> Iterator[float]:
        already_heard = len(self.heard)
        yield from self.confirms(app)
        code = (_digits(app.shown) or [""])[-1]
        waited = 0.0
        while not any(code in _digits(spoken) for spoken in self.heard[already_heard:]):
            if waited >= self.patience:
                app.cancel()
                return
            waited += 1.0
            yield 1.0
        yield self.then_after
        app.enter_code()


def _digits(text: str) -> list[str]:
    """Its numbers; digits that are read out one by one are one number."""
    return [re.sub(r"\D", "", found) for found in re.findall(r"\d+(?:[ ,.]{1,2}\d\b)*", text)]
