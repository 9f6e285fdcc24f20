"""One order: how it lives, how it dies, and how long BankID remembers."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from cryptography import x509

from local.bankid.fields import NewOrder

# BankID says these of results. What it says nothing of is marked: what stands there is a guess.
COMPLETE_KEPT_SECONDS = 180.0
FAILED_KEPT_SECONDS = 300.0
NEVER_PICKED_UP_KEPT_SECONDS = 190.0
PICK_UP_SECONDS = 180.0  # a guess
USE_SECONDS = 180.0  # a guess: from when the person sees the order until the security code
NO_CLIENT_AFTER_SECONDS = 3.0  # a guess


class Stage(Enum):
    """Where the person is with it."""

    WAITING = "no app has it"
    CALL = "userCallConfirm"
    CODE = "userSign"
    COMPLETE = "complete"
    FAILED = "failed"


class NotNow(Exception):
    """The app shows no such button now."""


@dataclass
class Order:
    """Times are seconds since the epoch. `hint` is why it failed; of a pending one, what is said for its stage."""

    asked: NewOrder
    relying_party: x509.Certificate
    function: str
    made_at: float
    ref: str = field(default_factory=lambda: str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)))
    stage: Stage = Stage.WAITING
    opened_at: float | None = None
    ended_at: float = 0.0
    hint: str | None = None
    collected: list[float] = field(default_factory=list)
    given: bool = False  # its end was told: it is no more

    @property
    def pending(self) -> bool:
        return self.stage not in (Stage.COMPLETE, Stage.FAILED)

    @property
    def deadline(self) -> float:
        """When it expires if nobody does anything more."""
        return self.made_at + PICK_UP_SECONDS if self.opened_at is None else self.opened_at + USE_SECONDS

    def forgotten(self, now: float) -> bool:
        """Whether BankID says "No such order" by now."""
        return self.given or (not self.pending and now > self.ended_at + self._kept_seconds)

    @property
    def _kept_seconds(self) -> float:
        if self.stage is Stage.COMPLETE:
            return COMPLETE_KEPT_SECONDS
        expired = self.hint == "expiredTransaction" and self.opened_at is None
        return NEVER_PICKED_UP_KEPT_SECONDS if expired else FAILED_KEPT_SECONDS

    def hint_code(self, now: float) -> str:
        """What /collect says of it while it is pending, or failed."""
        if self.hint:
            return self.hint
        if self.stage is Stage.WAITING:
            return "noClient" if now >= self.made_at + NO_CLIENT_AFTER_SECONDS else "outstandingTransaction"
        return str(self.stage.value)

    def expire(self, now: float) -> None:
        """Fail if the time is up."""
        if self.pending and now >= self.deadline:
            self.fail("expiredTransaction", self.deadline)

    # --- what happens to it: each raises NotNow where it cannot ---------------------------------------------------

    def open(self, at: float) -> None:
        self._only(Stage.WAITING)
        self.stage, self.opened_at = Stage.CALL, at

    def confirm_call(self) -> None:
        self._only(Stage.CALL)
        self.stage = Stage.CODE

    def complete(self, at: float) -> None:
        self._only(Stage.CODE)
        self.stage, self.ended_at, self.hint = Stage.COMPLETE, at, None

    def fail(self, hint: str, at: float) -> None:
        if not self.pending:
            raise NotNow(f"the order is {self.stage.value}")
        self.stage, self.ended_at, self.hint = Stage.FAILED, at, hint

    def decline_call(self, at: float) -> None:
        self._only(Stage.CALL)
        self.fail("userDeclinedCall", at)

    def _only(self, stage: Stage) -> None:
        if self.stage is not stage:
            raise NotNow(f"the order is {self.stage.value}, not {stage.value}")


class Orders:
    """Every order there has been, and which a relying party may still ask for."""

    def __init__(self, catch_up: Callable[[Order, float], None]) -> None:
        self.all: list[Order] = []
        self._catch_up = catch_up

    def __iter__(self) -> Iterator[Order]:
        return iter(self.all)

    def settle(self, now: float) -> None:
        """Let everything happen that has happened by `now`."""
        for order in self.all:
            if order.pending:
                self._catch_up(order, now)

    def pending_of(self, personal_number: str) -> Order | None:
        """Whoever made it."""
        return next((one for one in self.all if one.pending and one.asked.personal_number == personal_number), None)

    def find(self, ref: str, relying_party: x509.Certificate, now: float) -> Order | None:
        """Only for the certificate that it was made with."""
        found = next((order for order in self.all if order.ref == ref), None)
        if found is None or found.relying_party != relying_party or found.forgotten(now):
            return None
        return found
