"""Swedish personal numbers (YYYYMMDDNNNC): as people type them, with or without the century, and as BankID wants them.

The form is that of Skatteverket's SKV 704: a date of birth, a number of birth that is never 000, and a check digit over
the last ten. A co-ordination number has 60 added to its day (SKV 707).
"""

from __future__ import annotations

import re
from datetime import date

from chalicelib.check_digit import passes_luhn

OLDEST_YEARS = 125
_TYPED = re.compile(r"(?P<century>18|19|20)?[0-9]{10}")


def twelve_digits(typed: str, today: date, coordination: bool = False) -> str | None:
    """The number with its century; None for what nobody has, be it that they are not born yet.

    Of ten digits the century is the one that makes the person less than a hundred years old: those who are older type
    twelve, since no keypad has the plus sign of their ten. Co-ordination numbers only where `coordination` says so.
    """
    match = _TYPED.fullmatch(typed)
    if match is None or not typed.isascii() or typed[-4:-1] == "000" or not passes_luhn(typed[-10:]):
        return None
    if match["century"]:
        return typed if _age(typed, today, coordination) in range(OLDEST_YEARS + 1) else None
    candidates = (f"{century}{typed}" for century in (today.year // 100, today.year // 100 - 1))
    return next((number for number in candidates if _age(number, today, coordination) in range(100)), None)


def _age(number: str, today: date, coordination: bool) -> int:
    """In whole years; negative for nobody."""
    year, month, day = int(number[:4]), int(number[4:6]), int(number[6:8])
    if coordination and day > 60:
        day -= 60
    try:
        born = date(year, month, day)
    except ValueError:
        return -1
    if born > today:
        return -1
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
