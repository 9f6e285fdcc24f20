from __future__ import annotations

import pytest

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
    Write,
    applied,
    holds,
)

RECORD: Record = {"word": "yes", "count": 5, "empty": "", "zero": 0}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Absent("nothing"), True),
        (Absent("word"), False),
        (Absent("empty"), False),
        (Absent("zero"), False),
        (Is("word", "yes"), True),
        (Is("word", "no"), False),
        (Is("nothing", "yes"), False),
        (Is("nothing", ""), False),
        (Is("count", 5), True),
        (Is("count", "5"), False),
        (Between("count", 5, 9), True),
        (Between("count", 1, 5), True),
        (Between("count", 6, 9), False),
        (Between("count", 1, 4), False),
        (Between("zero", 0, 0), True),
        (Between("word", 0, 9), False),
        (Between("nothing", -1, 9), False),
        (AllOf((Is("count", 5), Is("word", "yes"))), True),
        (AllOf((Is("count", 5), Is("word", "no"))), False),
        (AllOf((Is("count", 4), Is("word", "yes"))), False),
        (AnyOf((Is("count", 4), Is("word", "yes"))), True),
        (AnyOf((Is("count", 5), Is("word", "no"))), True),
        (AnyOf((Is("count", 4), Is("word", "no"))), False),
        (AllOf((AnyOf((Absent("word"), Is("word", "yes"))), Absent("nothing"))), True),
    ],
)
def test_a_condition_holds_of_a_record_when_it_says_so(condition: Condition, expected: bool) -> None:
    assert holds(condition, RECORD) is expected


def test_of_no_record_only_absence_holds() -> None:
    assert holds(Absent("word"), {})
    assert not holds(Is("word", "yes"), {})
    assert not holds(Between("count", -1, 9), {})


def test_a_write_sets_its_fields_and_leaves_the_others() -> None:
    write = Write(Absent("nothing"), {"word": "no", "new": 1})
    assert applied(write, RECORD) == {"word": "no", "count": 5, "empty": "", "zero": 0, "new": 1}


def test_a_copy_is_of_the_record_as_it_was() -> None:
    write = Write(Absent("nothing"), {"count": 6, "before": CopyOf("count")})
    assert applied(write, RECORD)["before"] == 5


def test_a_first_value_gives_way_to_one_that_is_there() -> None:
    write = Write(Absent("nothing"), {"count": First(9), "zero": First(9), "new": First(9)})
    after = applied(write, RECORD)
    assert (after["count"], after["zero"], after["new"]) == (5, 0, 9)


def test_a_write_does_not_change_the_record_that_it_is_given() -> None:
    before = dict(RECORD)
    applied(Write(Absent("nothing"), {"word": "no"}), RECORD)
    assert before == RECORD
