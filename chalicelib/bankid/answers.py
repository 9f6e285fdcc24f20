"""What BankID can say of an order: not yet, no, or who it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class CallInitiator(StrEnum):
    """Who called whom, in BankID's spelling; the app asks the person to confirm it."""

    USER = "user"
    RP = "RP"


@dataclass(frozen=True)
class Pending:
    """Go on asking. `hint` is the hintCode as BankID sent it; new ones come without notice."""

    hint: str


@dataclass(frozen=True)
class Failed:
    """The order is over. `hint` as above."""

    hint: str


@dataclass(frozen=True)
class Person:
    """Whom BankID identified. The number has 12 digits; a name may be in capitals, and is no key to anything."""

    personal_number: str = field(repr=False)
    name: str = field(repr=False)
    given_name: str = field(repr=False)
    surname: str = field(repr=False)


@dataclass(frozen=True)
class Complete:
    """The order is over, and the person has identified themselves or signed.

    `issued_on` is the day on which this BankID was issued, None where BankID did not say it in a form that we can
    read. `signature` and `ocsp_response` are base64 as received; `whole` is the completionData as JSON, in ASCII, to
    be kept as evidence. BankID gives all this once.
    """

    person: Person
    issued_on: date | None
    signature: str = field(repr=False)
    ocsp_response: str = field(repr=False)
    whole: str = field(repr=False)


Collected = Pending | Failed | Complete
