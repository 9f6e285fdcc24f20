"""What holds of the hand-off in every state that it can reach, and that the check would notice if it did not."""

from __future__ import annotations

import pytest

from chalicelib import handoff
from tests.model import weakened
from tests.model.explorer import WIDE_WORLDS, WORLDS, World, explore, first_fault
from tests.model.weakened import Weakened

pytestmark = pytest.mark.usefixtures("unwatched")

ALL_WEAKENED = {found.name: found for found in weakened.all_of_them()}

ONLY_A_LEG = "only a leg has an owner from the start, a call or an issue time: the other kind fails the rest too"
TOGETHER = "owner and answer of a hand-back are written together, so that it is unanswered says that nobody owns it"
SPARE = {
    "claim: Is kind gone": ONLY_A_LEG,
    "redeem: Is kind gone": ONLY_A_LEG,
    "close: Is kind gone": ONLY_A_LEG,
    "redeem by code: Absent owner gone": TOGETHER,
    "redeem by code: Is owner gone": TOGETHER,
    "redeem by code: Is owner never": TOGETHER,
    "close by code: Absent owner gone": TOGETHER,
    "close by code: Is owner gone": TOGETHER,
    "close by code: Is owner never": TOGETHER,
    "report by code: Absent verdict gone": "a report by code closes the leg, and a closed leg takes no report",
    "report by code: reported_at not written": "nobody asks a leg that is closed how old its verdict is",
    "report by code: answered_at not written": "a leg closed by code says expired, in time or not",
    "hand-back: Absent kind gone": "takes two legs with the same hand-back code: tests/unit/test_handoff.py has them",
    "hand-back: everything gone": "as its only condition gone",
    "redeem: owner not written": "it is the one that is there",
    "close: owner not written": "it is the one that is there",
}
"""Conditions and values that another one makes good; and why. They stay: two locks are better than one."""

WHICH = {
    "redeem: Is owner gone": "H1",
    "askable: Is owner gone": "H1",
    "askable by code: Absent owner gone": "H1",
    "redeem by code: owner not written": "H1",
    "redeem: Absent answer gone": "H2",
    "close: Absent answer gone": "H2",
    "report: Absent answer gone": "H2",
    "report: Absent verdict gone": "H2",
    "askable by code: Is owner never": "H2",
    "Redeem is told before it is closed": "H2",
    "claim: Absent call gone": "H3",
    "claim: claimed_at written over": "H3",
    "report: Is call gone": "H3",
    "claim: Between issued_at never too old": "H4",
    "claim: Between issued_at never too early": "H4",
    "report: Between claimed_at never too old": "H4",
    "redeem: Between reported_at never too old": "H4",
    "redeem: Between reported_at never too early": "H4",
    "redeem by code: Between reported_at never too old": "H4",
    "claim: everything gone": "H5",
    "report: everything gone": "H5",
    "redeem by code: Is kind gone": "H6",
    "redeem: answer always verified": "H6",
}
"""Which promise falls with some of them."""


@pytest.mark.parametrize("world", [*WORLDS, *WIDE_WORLDS], ids=lambda world: world.name)
def test_the_promises_hold_in_every_state(world: World) -> None:
    explored = explore(world)
    print(f"{world.name}: {explored.states} states, {explored.deliveries} deliveries")
    assert explored.fault is None, (explored.fault, *explored.path)
    assert explored.states > 50


def test_a_contact_that_is_told_before_its_close_took_effect_can_be_told_something_else_later() -> None:
    explored = explore(WORLDS[0], tells_before_closing=True)
    assert explored.fault == "H2 the contact had been told something else"


def test_the_way_to_a_fault_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _weaken(monkeypatch, ALL_WEAKENED["claim: Absent call gone"])
    explored = explore(WORLDS[0])
    assert [type(step).__name__ for step in explored.path] == ["Issue", "Claim", "Claim"]


@pytest.mark.parametrize("name", [name for name in ALL_WEAKENED if name not in SPARE])
def test_without_any_one_of_its_rules_the_hand_off_breaks_a_promise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _weaken(monkeypatch, ALL_WEAKENED[name])
    fault = first_fault(_likely_first(name))
    assert fault is not None
    assert fault.startswith(WHICH.get(name, "H"))


@pytest.mark.parametrize("name", SPARE)
def test_a_rule_is_spare_only_where_it_is_known_to_be(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _weaken(monkeypatch, ALL_WEAKENED[name])
    assert first_fault([world for world in WORLDS if world.name != "leg"]) is None


def _weaken(monkeypatch: pytest.MonkeyPatch, less: Weakened) -> None:
    for name, stand_in in less.stand_ins.items():
        monkeypatch.setattr(handoff, name, stand_in)


def _likely_first(name: str) -> list[World]:
    by_code, leg = "by code" in name or "hand-back" in name, "note" in name.lower()
    return sorted(WORLDS, key=lambda world: (world.by_code != by_code, (world.name == "leg") != leg))
