"""A conditional write means in DynamoDB what `holds` and `applied` say that it means."""

from __future__ import annotations

import random

import pytest

from chalicelib.clock import Deadline, SystemClock
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
    applied,
    holds,
)
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood, Written
from tests.contract.patience import be_patient


def soon() -> Deadline:
    return Deadline.after(60, SystemClock())


FIELDS = ("kind", "count", "name", "date")  # two of them are reserved words of DynamoDB
SCALARS: tuple[Scalar, ...] = ("", "yes", "0", 0, 1, -1, 10**13)


def random_condition(chance: random.Random, depth: int = 0) -> Condition:
    field = chance.choice(FIELDS)
    shape = chance.randrange(5 if depth < 3 else 3)
    match shape:
        case 0:
            return Absent(field)
        case 1:
            return Is(field, chance.choice(SCALARS))
        case 2:
            low = chance.choice((-1, 0, 1))
            return Between(field, low, low + chance.choice((0, 1, 10**13)))
        case _:
            parts = tuple(random_condition(chance, depth + 1) for _ in range(chance.choice((2, 3))))
            return AllOf(parts) if shape == 3 else AnyOf(parts)


@pytest.mark.parametrize("seed", range(4))
def test_any_write_means_the_same_on_the_table(seed: int, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    be_patient(monkeypatch)
    items = Items(table)
    for number in range(60):
        key = keys.contact(f"{seed}-{number}")
        record: Record = {field: chance.choice(SCALARS) for field in FIELDS if chance.random() < 0.6}
        if record:
            items.write(key, Write(Absent("pk"), record), soon())
        for _ in range(4):
            values: dict[str, Scalar | CopyOf | First] = {chance.choice(FIELDS): chance.choice(SCALARS)}
            values[chance.choice(FIELDS)] = First(chance.choice(SCALARS))
            if record:
                values["copy"] = CopyOf(chance.choice(sorted(record)))
            write = Write(random_condition(chance), values)
            found = items.write(key, write, soon())
            if holds(write.condition, record):
                record = applied(write, record)
                assert found == Written(record)
            else:
                assert found == Stood(record)
        assert items.read(key, soon()) == record
