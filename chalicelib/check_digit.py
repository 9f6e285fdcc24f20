"""Luhn's check digit, which card numbers and Swedish personal numbers share."""

from __future__ import annotations


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: from the right, every second digit doubled, the digits of all summed up."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0
