"""Explores every way in which the hand-off's steps can meet, over the shipped `transition`.

A state is what stands in the table (the leg's record, the hand-back's record) and what took effect so far. From every
state, every step of a world is delivered, by every participant and with every clock reading of that step, and then from
every state that this makes. Nothing is consumed: a step may be delivered never, once, twice or any number of times, in
any order, with its reply lost, because whoever could have sent it earlier may still have it in flight. That covers

-   retries and duplicates: the same values again; a new attempt: the same step with another reading;
-   lost, late and overtaking requests: any order, and readings that go back as well as forth;
-   clocks apart: each delivery has a reading of its own, so no two participants need agree, nor one with itself;
-   `Redeem` and the `Close` that follows it as two actions, with anything in between. A `Close` may come at any time
    with any word, which includes each that a `Redeem` was ever told to make.

So there is no bound on the number of deliveries. What bounds a world are its readings (around one limit each, to the
millisecond, or a few around all), two contacts, two calls, two verdicts and two recordings. Contacts and calls are
interchangeable, so whoever issues first is called OWNER, and whoever claims first FIRST_CALL.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from chalicelib import handoff
from chalicelib.conditional_write import Record
from chalicelib.handoff import Claim, Close, HandBack, Issue, Note, Outcome, Redeem, Report, Step, Verdict, Word
from tests.model.promises import (
    CODE_LIFE,
    HAND_BACK_LIFE,
    LEG_LIFE,
    REPLAY,
    SKEW,
    VERDICT_LIFE,
    broken,
)
from tests.model.story import Scene, Story, told_on

OWNER, SPOOFER = "owner", "spoofer"
FIRST_CALL, OTHER_CALL = "first call", "other call"
VERDICTS = (Verdict.VERIFIED, Verdict.NOT_VERIFIED)


@dataclass(frozen=True)
class World:
    """What can happen: the form of the hand-back, and which readings the clocks may show at each kind of step."""

    name: str
    by_code: bool
    issue_at: Sequence[int]
    claim_at: Sequence[int]
    report_at: Sequence[int]
    ask_at: Sequence[int]
    notes: bool = False


def _around(limit: int) -> tuple[int, ...]:
    """Readings that lie just within and just beyond a limit, and the skew, from one another in both directions."""
    return (0, SKEW, SKEW + 1, limit, limit + 1)


_ALL = (0, SKEW, SKEW + 1, VERDICT_LIFE + 1, CODE_LIFE + 1)
_ALL_BY_CODE = (0, SKEW + 1, REPLAY + 1, HAND_BACK_LIFE + 1)

WORLDS = (
    World("code", False, _around(CODE_LIFE), _around(CODE_LIFE), (0, CODE_LIFE), (0, CODE_LIFE)),
    World("leg", False, (0,), (0, SKEW, SKEW + 1), (*_around(LEG_LIFE), LEG_LIFE + SKEW + 1), (0, LEG_LIFE), True),
    World("verdict", False, (0,), (0,), _around(VERDICT_LIFE), (*_around(VERDICT_LIFE), 2 * VERDICT_LIFE + 1)),
    World("code, by code", True, _around(CODE_LIFE), _around(CODE_LIFE), (0, CODE_LIFE), (0,)),
    World("leg, by code", True, (0,), (0, SKEW), (*_around(LEG_LIFE), LEG_LIFE + SKEW + 1), (0,)),
    World("hand-back, by code", True, (0,), (0,), _around(HAND_BACK_LIFE), _around(HAND_BACK_LIFE)),
    World("replay, by code", True, (0,), (0,), (0, SKEW + 1), _around(REPLAY)),
)
"""One limit each."""

WIDE_WORLDS = (
    World("all limits", False, _ALL, _ALL, _ALL, _ALL),
    World("all limits, by code", True, _ALL_BY_CODE, _ALL_BY_CODE, _ALL_BY_CODE, _ALL_BY_CODE),
)
"""All limits against each other."""


class Move(NamedTuple):
    """A step on its way to a record; `also` is written in the same transaction, to the other one."""

    step: Step
    to_hand_back: bool = False
    also: HandBack | None = None
    misdirected: bool = False


class State(NamedTuple):
    """What stands in the table, and what took effect so far."""

    leg: Record
    hand_back: Record
    story: Story

    def key(self) -> tuple[object, ...]:
        return (frozenset(self.leg.items()), frozenset(self.hand_back.items()), self.story)


@dataclass(frozen=True)
class Explored:
    """How far it came, and the first thing that must not happen, with the moves that lead there."""

    states: int
    deliveries: int
    fault: str | None = None
    path: tuple[Step, ...] = ()


def moves(world: World) -> Iterator[Move]:
    """Every step that anybody may send in a world."""
    for owner, at in product((OWNER, SPOOFER), world.issue_at):
        yield Move(Issue(owner, at))
    for call, at in product((FIRST_CALL, OTHER_CALL), world.claim_at):
        yield Move(Claim(call, at, CODE_LIFE))
    for call, at, verdict in product((FIRST_CALL, OTHER_CALL), world.report_at, VERDICTS):
        also = HandBack(at, verdict) if world.by_code else None
        yield Move(Report(call, at, verdict, world.by_code), also=also)
    if world.notes:
        for call, at, outcome in product((FIRST_CALL, OTHER_CALL), world.report_at, ("unclear", "too_quiet")):
            yield Move(Note(call, at, 1, outcome))
    for contact, at in product((OWNER, SPOOFER), world.ask_at):
        yield from _questions(world, contact, at)


def _questions(world: World, contact: str, at: int) -> Iterator[Move]:
    yield Move(Redeem(contact, at, VERDICT_LIFE))
    for word in Word:
        yield Move(Close(contact, at, word))
    if world.by_code:
        yield Move(Redeem(contact, at, HAND_BACK_LIFE, by_code=True), to_hand_back=True)
        yield Move(Close(contact, at, Word.EXPIRED, by_code=True), to_hand_back=True)
        # A code in the place of a handle, and the other way round.
        yield Move(Redeem(contact, at, VERDICT_LIFE), to_hand_back=True, misdirected=True)
        yield Move(Close(contact, at, Word.EXPIRED), to_hand_back=True, misdirected=True)
        yield Move(Claim(FIRST_CALL, at, CODE_LIFE), to_hand_back=True, misdirected=True)
    yield Move(Redeem(contact, at, HAND_BACK_LIFE, by_code=True), misdirected=True)
    yield Move(Close(contact, at, Word.EXPIRED, by_code=True), misdirected=True)


def deliver(move: Move, leg: Record, hand_back: Record) -> tuple[Record, Record, Outcome]:
    """As the table does it: one step, one conditional write; or two of them, all or none."""
    if move.to_hand_back:
        after, outcome = handoff.transition(move.step, hand_back)
        return leg, after, outcome
    after, outcome = handoff.transition(move.step, leg)
    if move.also is None or after is leg:
        return after, hand_back, outcome
    beside, _ = handoff.transition(move.also, hand_back)
    if beside is hand_back:
        return leg, hand_back, handoff.refused(move.step, {})
    return after, beside, outcome


def _same_by_another_name(move: Move, story: Story) -> bool:
    if isinstance(move.step, Issue):
        return story.owner is None and move.step.owner == SPOOFER
    return isinstance(move.step, Claim) and story.call is None and move.step.call == OTHER_CALL


def first_fault(worlds: Sequence[World]) -> str | None:
    """Of the first world that has one."""
    return next((found.fault for found in map(explore, worlds) if found.fault), None)


def explore(world: World, tells_before_closing: bool = False) -> Explored:
    """Breadth first through all states of a world, as far as the first fault. The shortest way to it is returned."""
    start = State({}, {}, Story())
    came_from: dict[tuple[object, ...], tuple[tuple[object, ...], Step] | None] = {start.key(): None}
    queue = deque([start])
    possible = tuple(moves(world))
    deliveries = 0
    while queue:
        state = queue.popleft()
        for move in possible:
            if _same_by_another_name(move, state.story):
                continue
            deliveries += 1
            try:
                leg, hand_back, outcome = deliver(move, state.leg, state.hand_back)
            except KeyError as missing:
                lost = f"H6 the rules miss a field: {missing}"
                return Explored(len(came_from), deliveries, lost, (*_path(came_from, state), move.step))
            before, after = (state.hand_back, hand_back) if move.to_hand_back else (state.leg, leg)
            scene = Scene(move.step, move.misdirected, before, after, outcome)
            fault = next(broken(state.story, scene), None) or _astray(move, state, hand_back)
            if fault is not None:
                return Explored(len(came_from), deliveries, fault, (*_path(came_from, state), move.step))
            story = told_on(state.story, scene, tells_before_closing)
            if leg is state.leg and hand_back is state.hand_back and story is state.story:
                continue
            reached = State(leg, hand_back, story)
            key = reached.key()
            if key not in came_from:
                came_from[key] = (state.key(), move.step)
                queue.append(reached)
    return Explored(len(came_from), deliveries)


def _astray(move: Move, state: State, hand_back: Record) -> str | None:
    """A hand-back says what was reported, once, and is written by the transaction alone."""
    if move.also is None or hand_back is state.hand_back:
        return None
    if state.hand_back:
        return "H2 a second hand-back"
    told = (hand_back.get("verdict"), hand_back.get("reported_at"))
    return None if told == (move.also.verdict, move.also.at) else "H6 the hand-back is not what was reported"


def _path(came_from: dict[tuple[object, ...], tuple[tuple[object, ...], Step] | None], state: State) -> list[Step]:
    steps: list[Step] = []
    found = came_from[state.key()]
    while found is not None:
        steps.append(found[1])
        found = came_from[found[0]]
    return steps[::-1]
