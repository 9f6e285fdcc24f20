"""Conditional writes and records in DynamoDB's own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.conditional_write import (
    Absent,
    AllOf,
    AnyOf,
    Between,
    Condition,
    CopyOf,
    First,
    Is,
    Record,
    Scalar,
    Write,
)

KEY = "pk"


def update(write: Write) -> dict[str, Any]:
    """The expression part of an UpdateItem, or of an Update in a transaction."""
    words = _Words()
    condition = words.condition(write.condition)
    sets = ", ".join(f"{words.name(name)} = {words.source(name, value)}" for name, value in write.sets.items())
    return {
        "ConditionExpression": condition,
        "UpdateExpression": f"SET {sets}",
        "ExpressionAttributeNames": words.names,
        "ExpressionAttributeValues": words.values,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


class _Words:
    """Placeholders for the names and values of one expression; every name gets one, so no word is ever reserved."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, dict[str, str]] = {}

    def name(self, name: str) -> str:
        placeholder = f"#{name}"
        self.names[placeholder] = name
        return placeholder

    def value(self, value: Scalar) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = attribute(value)
        return placeholder

    def condition(self, condition: Condition) -> str:
        match condition:
            case Absent(name):
                return f"attribute_not_exists({self.name(name)})"
            case Is(name, value):
                return f"{self.name(name)} = {self.value(value)}"
            case Between(name, low, high):
                return f"{self.name(name)} BETWEEN {self.value(low)} AND {self.value(high)}"
            case AllOf(parts):
                return "(" + " AND ".join(self.condition(part) for part in parts) + ")"
            case AnyOf(parts):
                return "(" + " OR ".join(self.condition(part) for part in parts) + ")"

    def source(self, name: str, value: Scalar | CopyOf | First) -> str:
        match value:
            case CopyOf(other):
                return self.name(other)
            case First(first):
                return f"if_not_exists({self.name(name)}, {self.value(first)})"
            case _:
                return self.value(value)


def attribute(value: Scalar) -> dict[str, str]:
    """One attribute value."""
    return {"S": str(value)} if isinstance(value, str) else {"N": str(int(value))}


def record(item: Mapping[str, Any] | None) -> Record:
    """An item as a record, without its key; {} for no item."""
    return {name: _scalar(value) for name, value in (item or {}).items() if name != KEY}


def _scalar(value: Mapping[str, Any]) -> Scalar:
    return int(value["N"]) if "N" in value else str(value.get("S", ""))
