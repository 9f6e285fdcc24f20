"""The flow runner chooses its way through a flow as the real service does."""

from __future__ import annotations

import pytest

from local.connect import Circumstances, Ending
from tests.flows.documents import action, compare, say, set_attributes
from tests.local.connect_calls import (
    BYE,
    branches,
    centre,
)

LOOPING = ("Equals ContinueLooping", "Equals DoneLooping")


@pytest.mark.parametrize("count", ["$.Attributes.rounds", "$.Attributes.unset", "$.Attributes.endless"])
def test_a_number_that_is_none_takes_the_error_branch_or_is_a_defect(count: str) -> None:
    loop = action("loop", "Loop", {"LoopCount": count}, "done", {}, dict.fromkeys(LOOPING, "done"))
    run = centre(set_attributes("set", "loop", rounds="many", endless="inf"), loop, *BYE).phone()
    assert (run.ending, run.defect) == (Ending.DEFECT, "loop has no branch for NoMatchingError")


@pytest.mark.parametrize(
    ("known", "branch"), [({"night": True}, "Equals True"), ({"night": False}, "Equals False"), ({}, "NoMatchingError")]
)
def test_hours_of_operation_are_open_closed_or_nobody_knows_them(known: dict[str, bool], branch: str) -> None:
    conditions = {"Equals True": "done", "Equals False": "done"}
    hours = action(
        "hours",
        "CheckHoursOfOperation",
        {"HoursOfOperationId": "night"},
        "done",
        {"NoMatchingError": "done"},
        conditions,
    )
    run = centre(hours, *BYE, circumstances=Circumstances(open_hours=known)).phone()
    assert branches(run)[0] == ("hours", branch)


@pytest.mark.parametrize(
    ("metrics", "branch"),
    [
        ({"NumberOfAgentsStaffed": 2}, "NumberGreaterThan 0"),
        ({"NumberOfAgentsStaffed": 0}, "NoMatchingCondition"),
        ({}, "NoMatchingError"),
    ],
)
def test_a_metric_is_compared_as_a_number(metrics: dict[str, float], branch: str) -> None:
    errors = {"NoMatchingError": "done", "NoMatchingCondition": "done"}
    parameters = {"MetricType": "NumberOfAgentsStaffed"}
    check = action("staff", "CheckMetricData", parameters, "done", errors, {"NumberGreaterThan 0": "done"})
    assert branches(centre(check, *BYE, circumstances=Circumstances(metrics=metrics)).phone())[0] == ("staff", branch)


def test_percentages_are_drawn_one_after_the_other_and_the_last_for_ever() -> None:
    thresholds = {"NumberLessThan 30": "again", "NumberLessThan 80": "again"}
    draw = action("draw", "DistributeByPercentage", {}, "again", {"NoMatchingCondition": "again"}, thresholds)
    again = action(
        "again", "Loop", {"LoopCount": "3"}, "done", {}, {"Equals ContinueLooping": "draw", LOOPING[1]: "done"}
    )
    run = centre(draw, again, *BYE, circumstances=Circumstances(draws=(29, 30, 80))).phone()
    drawn = [branch for name, branch in branches(run) if name == "draw"]
    assert drawn == ["NumberLessThan 30", "NumberLessThan 80", "NoMatchingCondition", "NoMatchingCondition"]


@pytest.mark.parametrize(
    ("operator", "value", "operand", "holds"),
    [
        ("Equals", "yes", "yes", True),
        ("Equals", "Yes", "yes", False),
        ("TextStartsWith", "verified", "ver", True),
        ("TextEndsWith", "verified", "ied", True),
        ("TextContains", "verified", "if", True),
        ("TextContains", "verified", "no", False),
        ("NumberGreaterThan", "10", "9", True),
        ("NumberGreaterOrEqualTo", "9", "9", True),
        ("NumberLessThan", "10", "9", False),
        ("NumberLessOrEqualTo", "9.0", "9", True),
        ("NumberLessThan", "many", "9", False),
    ],
)
def test_operators_compare_as_the_language_says(operator: str, value: str, operand: str, holds: bool) -> None:
    test = action(
        "c",
        "Compare",
        {"ComparisonValue": "$.Attributes.a"},
        "done",
        {"NoMatchingCondition": "done"},
        {f"{operator} {operand}": "done"},
    )
    run = centre(set_attributes("set", "c", a=value), test, *BYE).phone()
    assert branches(run)[1][1] == (f"{operator} {operand}" if holds else "NoMatchingCondition")


def test_the_first_condition_that_holds_wins() -> None:
    tests = {"TextStartsWith a": "done", "Equals ab": "bye"}
    choice = action("c", "Compare", {"ComparisonValue": "$.Attributes.a"}, "bye", {"NoMatchingCondition": "bye"}, tests)
    run = centre(set_attributes("set", "c", a="ab"), choice, *BYE).phone()
    assert branches(run)[1] == ("c", "TextStartsWith a")


def test_what_is_not_set_matches_nothing() -> None:
    run = centre(compare("c", "$.External.result", "done", verified="bye"), *BYE).phone()
    assert branches(run)[0] == ("c", "NoMatchingCondition")


def test_an_operand_may_be_a_reference() -> None:
    test = action(
        "c",
        "Compare",
        {"ComparisonValue": "$.Attributes.a"},
        "done",
        {"NoMatchingCondition": "done"},
        {"Equals $.Attributes.b": "done"},
    )
    run = centre(set_attributes("set", "c", a="same", b="same"), test, *BYE).phone()
    assert branches(run)[1] == ("c", "Equals $.Attributes.b")


def test_a_loop_goes_round_so_often_is_then_done_and_starts_over() -> None:
    round_ = action(
        "loop",
        "Loop",
        {"LoopCount": "2"},
        "again",
        None,
        {"Equals ContinueLooping": "one", "Equals DoneLooping": "again"},
    )
    again = action(
        "again",
        "Loop",
        {"LoopCount": "1"},
        "done",
        None,
        {"Equals ContinueLooping": "loop", "Equals DoneLooping": "done"},
    )
    run = centre(round_, say("one", "One.", "loop"), again, *BYE).phone()
    taken = [branch.rpartition(" ")[2] for name, branch in branches(run) if name == "loop"]
    assert taken == ["ContinueLooping", "ContinueLooping", "DoneLooping"] * 2


def test_a_loop_of_none_is_done_at_once() -> None:
    round_ = action(
        "loop",
        "Loop",
        {"LoopCount": "0"},
        "done",
        None,
        {"Equals ContinueLooping": "loop", "Equals DoneLooping": "done"},
    )
    assert branches(centre(round_, *BYE).phone())[0] == ("loop", "Equals DoneLooping")


def test_a_flow_that_goes_round_for_ever_is_stopped_and_says_where() -> None:
    run = centre(set_attributes("round", "round", a="b")).phone()
    assert run.ending is Ending.DEFECT
    assert "round" in (run.defect or "")
    assert len(run.trace) == 2000
