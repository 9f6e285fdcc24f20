"""What a contact's proofs add up to.

A voice is `low` whatever the engine says: NIST SP 800-63B-4, 3.2.3.2, forbids voice comparison as an authenticator, so
a match can be a convenience and a signal, never more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from chalicelib.clock import SKEW_MS
from chalicelib.conditional_write import Absent, AnyOf, Between, Record, Write

SWEPT_AFTER_SECONDS = 86_400
"""Longer by hours than settings let any proof live, so that a contact outlasts every proof on it, whichever came
last; and no subject stays in the table for ever."""


class Method(StrEnum):
    """How a caller proves who they are."""

    VOICE = "voice"
    BANKID = "bankid"
    WEB_LOGIN = "web_login"


class Level(IntEnum):
    """How sure a proof makes us, in order. `word` is what flows and agents see."""

    NONE = 0
    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Proof:
    """One method's success for a subject. `at` and `until` are milliseconds since the epoch."""

    method: Method
    level: Level
    subject: str
    at: int
    until: int


@dataclass(frozen=True)
class Standing:
    """What a contact's living proofs add up to at a moment.

    `method`, `subject`, `at` and `until` are those of the proof that gives the level; there is none at NONE. Proofs
    about different subjects add up to nothing: that is a `conflict`.
    """

    level: Level
    method: Method | None = None
    subject: str = ""
    at: int = 0
    until: int = 0
    conflict: bool = False


def standing(proofs: Iterable[Proof], now: int) -> Standing:
    """The best of the living proofs, and of two as good the one that lasts longer. Two never make a better one."""
    counting = [proof for proof in living(proofs, now) if proof.level > Level.NONE]
    if len({proof.subject for proof in counting}) > 1:
        return Standing(Level.NONE, conflict=True)
    best = max(counting, key=lambda proof: (proof.level, proof.until, proof.at, proof.method), default=None)
    if best is None:
        return Standing(Level.NONE)
    return Standing(best.level, best.method, best.subject, best.at, best.until)


def living(proofs: Iterable[Proof], now: int) -> list[Proof]:
    """The proofs that count at `now`: not those that are over, nor any that comes from the future beyond the skew."""
    return [proof for proof in proofs if proof.at - SKEW_MS <= now < proof.until]


def proved_subject(proofs: Iterable[Proof], level: Level, now: int) -> str:
    """Whom the living proofs of at least `level` are about; "" for nobody, or when they do not agree."""
    subjects = {proof.subject for proof in living(proofs, now) if proof.level >= level}
    return subjects.pop() if len(subjects) == 1 else ""


def recorded(proof: Proof) -> Write:
    """The write that puts a proof on its contact. Written again it changes nothing, and never replaces a newer one."""
    method = proof.method
    return Write(
        AnyOf((Absent(f"{method}_at"), Between(f"{method}_at", 0, proof.at))),
        {
            f"{method}_level": int(proof.level),
            f"{method}_subject": proof.subject,
            f"{method}_at": proof.at,
            f"{method}_until": proof.until,
            "expires_at": proof.at // 1000 + SWEPT_AFTER_SECONDS,
        },
    )


def proofs(contact: Record) -> list[Proof]:
    """The proofs that a contact's record holds."""
    return [
        Proof(
            method,
            Level(int(contact[f"{method}_level"])),
            str(contact[f"{method}_subject"]),
            int(contact[f"{method}_at"]),
            int(contact[f"{method}_until"]),
        )
        for method in Method
        if f"{method}_at" in contact
    ]
