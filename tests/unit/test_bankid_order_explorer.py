"""No way in which starts, collects, cancellations and the end of a call can meet breaks what the order promises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bankid import order
from chalicelib.conditional_write import Absent, AllOf, Between, Condition, Is, Write
from tests.model.bankid import (
    CANCELS,
    HANGS_UP,
    SEGMENT,
    SKEW,
    TWO_COLLECT,
    TYPES_TWICE,
    Worker,
    explore,
    pace_fault,
)


@pytest.mark.parametrize("clocks", [(0, SKEW), (SKEW, 0), (0, 0), (-1_000, 1_000)])
def test_two_workers_never_ask_bankid_too_soon_or_at_the_same_time(clocks: tuple[int, ...]) -> None:
    assert pace_fault(clocks) is None


@pytest.mark.parametrize("workers", [TYPES_TWICE, HANGS_UP, TWO_COLLECT, CANCELS])
def test_nothing_that_can_happen_breaks_a_promise(workers: tuple[Worker, ...]) -> None:
    found = explore(workers)
    assert found.fault is None
    assert found.verified
    assert found.states > 100


def without(condition: Condition, unwanted: Condition) -> Condition:
    if isinstance(condition, AllOf):
        return AllOf(tuple(without(part, unwanted) for part in condition.parts if part != unwanted))
    return condition


# Each rule, taken away, is missed.


@pytest.mark.parametrize(("constant", "value"), [("SKEW_MS", 0), ("HOLD_MS", 1_000), ("LATEST_SEND_MS", 1_500)])
def test_a_shorter_distance_is_noticed(monkeypatch: pytest.MonkeyPatch, constant: str, value: int) -> None:
    monkeypatch.setattr(order, constant, value)
    assert str(pace_fault((0, SKEW))).startswith("B2") or str(pace_fault((SKEW, 0))).startswith("B2")


def test_a_proof_after_the_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = order.verified

    def careless(*given: Any) -> Write:
        write = kept(*given)
        return replace(write, condition=without(write.condition, Absent(order.ended(SEGMENT))))

    monkeypatch.setattr(order, "verified", careless)
    assert explore(HANGS_UP).fault == "B4 verified after the end"


def test_an_answer_that_may_turn_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = order.close

    def careless(number: int, *given: Any) -> Write:
        return replace(kept(number, *given), condition=Is("number", number))

    monkeypatch.setattr(order, "close", careless)
    assert explore(CANCELS).fault == "B3 an answer turned"


def test_a_start_without_regard_to_another_delivery_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = order.begin

    def careless(wanted: order.Beginning) -> Write:
        return replace(kept(wanted), condition=Between("number", 0, 9) if wanted.number > 1 else AllOf(()))

    monkeypatch.setattr(order, "begin", careless)
    assert explore(TYPES_TWICE).fault == "B1 one input started two orders"
