"""What a flow may be told of the person whom BankID identified, and what speaks for caution."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import date
from enum import StrEnum

LONGEST_GIVEN_NAME = 40


class Risk(StrEnum):
    """What an agent should know of a proof."""

    NONE = "none"
    YOUNG_BANKID = "young_bankid"


def is_whom_we_asked(found: str, asked: str) -> bool:
    """Whether both are the same personal number, in twelve digits."""
    return hmac.compare_digest(found.encode(), asked.encode())


def risk(issued_on: date | None, today: date, young_days: int) -> Risk:
    """A BankID that was issued a moment ago is what an account looks like that somebody has just taken over.

    `young_days` is how many days ago at most; since BankID says the day alone, yesterday counts as one day ago whatever
    the hour. A day that BankID did not say in a form that we can read counts as young.
    """
    if issued_on is None or (today - issued_on).days <= young_days:
        return Risk.YOUNG_BANKID
    return Risk.NONE


def spoken_name(given_name: str) -> str:
    """The given name as a voice can say it; "" for what is no name. BankID may send capitals alone."""
    name = unicodedata.normalize("NFC", given_name.strip())
    if not 0 < len(name) <= LONGEST_GIVEN_NAME or not all(_in_a_name(character) for character in name):
        return ""
    return name.title() if name.isupper() else name


def _in_a_name(character: str) -> bool:
    """No mark-up, no digits: the name goes into what Polly reads."""
    return character.isalpha() or unicodedata.category(character) in ("Mn", "Mc") or character in " -'’."
