"""Conditional writes as plain values: what must hold of one record, and what is then set, all at once.

Rules say their writes in these words. The table adapter turns a write into a DynamoDB expression; `holds` and `applied`
give a write the same meaning over a plain mapping, so that what is tested as a rule is what the table is asked to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Scalar = str | int
Record = Mapping[str, Scalar]


@dataclass(frozen=True)
class Absent:
    """The record has no such field (or there is no record)."""

    field: str


@dataclass(frozen=True)
class Is:
    """The field is there and equal."""

    field: str
    value: Scalar


@dataclass(frozen=True)
class Between:
    """The field is there and neither less than `low` nor more than `high`."""

    field: str
    low: int
    high: int


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Absent | Is | Between | AllOf | AnyOf


@dataclass(frozen=True)
class CopyOf:
    """The value that another field of the record has."""

    field: str


@dataclass(frozen=True)
class First:
    """This value, unless the field has one already."""

    value: Scalar


@dataclass(frozen=True)
class Write:
    """One conditional write: if `condition` holds, every field in `sets` is set, all at once."""

    condition: Condition
    sets: Mapping[str, Scalar | CopyOf | First]


def holds(condition: Condition, record: Record) -> bool:
    """Whether a condition is true of a record; an empty mapping stands for no record."""
    match condition:
        case Absent(name):
            return name not in record
        case Is(name, value):
            return record.get(name) == value
        case Between(name, low, high):
            found = record.get(name)
            return isinstance(found, int) and low <= found <= high
        case AllOf(parts):
            return all(holds(part, record) for part in parts)
        case AnyOf(parts):
            return any(holds(part, record) for part in parts)


def applied(write: Write, record: Record) -> Record:
    """The record after the write."""
    after = dict(record)
    for name, value in write.sets.items():
        match value:
            case CopyOf(source):
                after[name] = record[source]
            case First(first):
                after.setdefault(name, first)
            case _:
                after[name] = value
    return after
