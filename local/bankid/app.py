"""The BankID app in somebody's phone: what it shows, and what the person does with it.

A person with a behaviour acts by itself, at the times that it says; nothing runs meanwhile: whoever asks next lets
happen what has happened until then. Without one, or besides, the methods are the buttons.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from local.bankid.evidence import Manner
from local.bankid.holders import Holder
from local.bankid.order import NotNow, Order, Stage

_WRONG_CODES = 3


class Behaviour(Protocol):
    """What a person does with an order, from the moment that it is made: acts, and seconds to wait in between."""

    def uses(self, app: BankIDApp) -> Iterator[float]: ...


class BankIDApp:
    """`manner` is how the evidence of what it completes is made. `too_old`: the app cannot do orders by phone.

    `told` hears of each thing that the person does: when, and what in words.
    """

    def __init__(
        self,
        holder: Holder,
        now: Callable[[], float],
        lock: threading.RLock,
        told: Callable[[float, str], None],
        behaviour: Behaviour | None = None,
    ) -> None:
        self.holder = holder
        self.behaviour = behaviour
        self.manner = Manner()
        self.too_old = False
        self.blocked = False
        self._now = now
        self._lock = lock
        self._told = told
        self._order: Order | None = None
        self._script: Iterator[float] = iter(())
        self._next_act_at = 0.0
        self._scripted_at: float | None = None
        self._wrong_codes = 0

    # --- what BankID does -----------------------------------------------------------------------------------------

    def receive(self, order: Order) -> None:
        """A new order for this person."""
        self._order = order
        self._script = self.behaviour.uses(self) if self.behaviour else iter(())
        self._next_act_at = order.made_at
        self.catch_up(order, order.made_at)

    def catch_up(self, order: Order, now: float) -> None:
        """Do what the person has done by `now`, in its time."""
        while order is self._order and order.pending and self._next_act_at <= min(now, order.deadline):
            self._scripted_at = self._next_act_at
            self._next_act_at += self._waits()
            self._scripted_at = None
        order.expire(now)

    def _waits(self) -> float:
        """Seconds until the person does the next thing. One whose buttons somebody else has pressed gives up."""
        try:
            return next(self._script, float("inf"))
        except NotNow:
            return float("inf")

    # --- what is seen ---------------------------------------------------------------------------------------------

    @property
    def stage(self) -> Stage | None:
        """Of the pending order, None where there is none."""
        with self._lock:
            order = self._current()
            return order.stage if order else None

    @property
    def waiting(self) -> Order | None:
        """The pending order, opened or not."""
        with self._lock:
            return self._current()

    @property
    def last(self) -> Order | None:
        """The newest order, pending or not."""
        with self._lock:
            self._current()
            return self._order

    @property
    def shown(self) -> str:
        """The relying party's text, once the order is open; "" before, and when there is none."""
        with self._lock:
            return self._order.asked.shown if self._order and self._order.opened_at is not None else ""

    # --- what can be done: each raises NotNow where the app has no such button ------------------------------------

    def open(self) -> None:
        """Start the app. Nothing comes of it where the order asks for another kind of BankID."""
        with self._lock:
            order = self._needed()
            if not order.asked.requirement.met_by(self.holder.policy):
                self._says("opens the app, which has no BankID of the kind that is asked for")
                return
            order.open(self._at())
            self._says("opens the app")
            if self.too_old:
                order.fail("notSupportedByUserApp", self._at())

    def confirm_call(self) -> None:
        with self._lock:
            self._needed().confirm_call()
            self._says("confirms the call")

    def decline_call(self) -> None:
        with self._lock:
            self._needed().decline_call(self._at())
            self._says("is in no such call")

    def enter_code(self) -> None:
        """The right security code."""
        with self._lock:
            order = self._needed()
            if self.blocked:
                order.fail("certificateErr", self._at())
                return
            order.complete(self._at())
            self._wrong_codes = 0
            self._says("enters the security code")

    def wrong_code(self) -> None:
        """At the third in a row the BankID is blocked."""
        with self._lock:
            order = self._needed()
            if order.stage is not Stage.CODE:
                raise NotNow("no code is asked for")
            self._wrong_codes += 1
            self._says("enters a wrong security code")
            if self._wrong_codes >= _WRONG_CODES:
                self.blocked = True
                order.fail("certificateErr", self._at())

    def cancel(self) -> None:
        with self._lock:
            order = self._needed()
            if order.opened_at is None:
                raise NotNow("the order is not open")
            order.fail("userCancel", self._at())
            self._says("cancels")

    def approve(self) -> None:
        """Whatever is left to do for a complete order."""
        with self._lock:
            if self._needed().stage is Stage.WAITING:
                self.open()
            if self.stage is Stage.CALL:
                self.confirm_call()
            self.enter_code()

    def show_hint(self, hint: str) -> None:
        """Have /collect say this of the pending order, such as `processing` or one that nobody knows yet."""
        with self._lock:
            self._needed().hint = hint

    def fail(self, hint: str) -> None:
        """Have the order fail for this reason."""
        with self._lock:
            self._needed().fail(hint, self._at())

    def _at(self) -> float:
        return self._now() if self._scripted_at is None else self._scripted_at

    def _current(self) -> Order | None:
        """While the script runs, time is its own."""
        if self._order and self._scripted_at is None:
            self.catch_up(self._order, self._now())
        return self._order if self._order and self._order.pending else None

    def _needed(self) -> Order:
        order = self._current()
        if order is None:
            raise NotNow("there is no order")
        return order

    def _says(self, what: str) -> None:
        self._told(self._at(), what)
