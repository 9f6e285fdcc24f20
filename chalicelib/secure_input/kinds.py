"""What callers type: how long each kind is, what can be checked, what may be kept, and what may be shown.

PCI DSS 4.0.1 decides for what stands on a card: a security code or PIN is never kept, not even encrypted (3.3.1); of a
card number at most the last four digits are shown here (3.4.1 would allow more).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from chalicelib.check_digit import passes_luhn
from chalicelib.personal_number import twelve_digits

Check = Callable[[str, date], bool]

LONGEST_SHOWN = 11
"""Free digits of more characters are not shown whole: from twelve on they could be a card number."""

SHORTEST_WITH_LAST_FOUR = 8
"""The last four digits of fewer would be most of the value."""

_OLDEST_YEARS = 130


class Shows(Enum):
    """What a flow, and so its log and the agent, may see of a value."""

    NOTHING = "nothing"
    LAST_FOUR = "last four"
    ALL = "all"


@dataclass(frozen=True)
class Kind:
    """One kind of input. `form` is what it may look like; `check` is None where nothing can be checked."""

    form: re.Pattern[str]
    shows: Shows
    kept: bool = True
    check: Check | None = None

    def accepts(self, typed: str, today: date) -> bool:
        return self.form.fullmatch(typed) is not None and (self.check is None or self.check(typed, today))

    def shown(self, typed: str) -> dict[str, str]:
        """`last4` and `digits`, each "none" where it is not shown: Connect refuses an empty value."""
        whole = self.shows is Shows.ALL and len(typed) <= LONGEST_SHOWN
        last_four = self.shows is not Shows.NOTHING and len(typed) >= SHORTEST_WITH_LAST_FOUR
        return {"last4": typed[-4:] if last_four else "none", "digits": typed if whole else "none"}


def _card_number(typed: str, _today: date) -> bool:
    return passes_luhn(typed)


def _date_of_birth(typed: str, today: date) -> bool:
    """Year, month, day or day, month, year: no eight digits are a date of the last 130 years in both orders."""
    orders = ((typed[:4], typed[4:6], typed[6:]), (typed[4:], typed[2:4], typed[:2]))
    return any(_has_been(today, *map(int, order)) for order in orders)


def _has_been(today: date, year: int, month: int, day: int) -> bool:
    try:
        return today.year - _OLDEST_YEARS <= year and date(year, month, day) <= today
    except ValueError:
        return False


def _personal_number(typed: str, today: date) -> bool:
    return twelve_digits(typed, today, coordination=True) is not None


KINDS: Mapping[str, Kind] = {
    "card_number": Kind(re.compile(r"[0-9]{12,19}"), Shows.LAST_FOUR, check=_card_number),
    "security_code": Kind(re.compile(r"[0-9]{3,4}"), Shows.NOTHING, kept=False),
    "pin": Kind(re.compile(r"[0-9]{4,12}"), Shows.NOTHING, kept=False),
    "date_of_birth": Kind(re.compile(r"[0-9]{8}"), Shows.NOTHING, check=_date_of_birth),
    "account_number": Kind(re.compile(r"[0-9]{5,20}"), Shows.LAST_FOUR),
    "personal_number": Kind(re.compile(r"[0-9]{10}|[0-9]{12}"), Shows.NOTHING, check=_personal_number),
    "digits": Kind(re.compile(r"[0-9*#]{1,30}"), Shows.ALL),
}
"""By the word that a flow passes as `kind`."""
