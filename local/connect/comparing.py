"""The operators of the Flow language."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

_TEXT: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": operator.eq,
    "TextStartsWith": str.startswith,
    "TextEndsWith": str.endswith,
    "TextContains": operator.contains,
}
_NUMBER: Mapping[str, Callable[[float, float], bool]] = {
    "NumberGreaterThan": operator.gt,
    "NumberGreaterOrEqualTo": operator.ge,
    "NumberLessThan": operator.lt,
    "NumberLessOrEqualTo": operator.le,
}


def holds(name: str, value: object, operand: object) -> bool:
    """Whether `value <name> operand`. What is not set matches nothing; case counts; what is no number compares false.

    Raises KeyError for an operator that the language does not have.
    """
    if name == "KeyExists":
        return isinstance(value, Mapping) and operand in value
    if name in _NUMBER:
        left, right = _number(value), _number(operand)
        return left is not None and right is not None and _NUMBER[name](left, right)
    compare = _TEXT[name]
    return value is not None and operand is not None and compare(str(value), str(operand))


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
