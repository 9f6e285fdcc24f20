"""What holds of a session in every state that it can reach, and that the check would notice if it did not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chalicelib.conditional_write import Between, Record, Write
from chalicelib.web_login import session
from chalicelib.web_login.session import Answer, Answered, Done, Link, Reason, Refused, Result, Start, Step, Word
from tests.model.weakened import _LIMITS, ALWAYS, NEVER, _leaves, _moved, _with
from tests.unit.web_login.explorer import PERSON, explore

Rules = dict[str, Callable[..., Any]]
KINDS: dict[str, tuple[type[Step], Write]] = {
    "start": (Start, session.write_for(Start(0, "s", outcome=PERSON))),
    "result": (Result, session.write_for(Result(0, "s", PERSON))),
    "link": (Link, session.write_for(Link(0, "c"))),
}


def _changed(kind: str, change: Callable[[Write], Write]) -> Rules:
    shipped = session.write_for
    return {"write_for": lambda step: change(shipped(step)) if isinstance(step, KINDS[kind][0]) else shipped(step)}


def _changed_spent(change: Callable[[Write], Write]) -> Rules:
    shipped = session.spent
    return {"spent": lambda handle, until: change(shipped(handle, until))}


def _ways() -> Iterator[tuple[str, Callable[[Callable[[Write], Write]], Rules], Write]]:
    for kind, (_, write) in KINDS.items():
        yield kind, partial(_changed, kind), write
    yield "spent", _changed_spent, session.spent("h", 0)


def _conditions() -> Iterator[tuple[str, Rules]]:
    for kind, weakened, example in _ways():
        for place, leaf in _leaves(example.condition):
            said = f"{kind}: {type(leaf).__name__} {leaf.field}"  # type: ignore[union-attr]  # leaves have a field
            changes = {"gone": lambda _: ALWAYS, "never": lambda _: NEVER}
            if isinstance(leaf, Between):
                changes |= {way: partial(_moved, *limits) for way, limits in _LIMITS.items()}
            for way, change in changes.items():

                def changed(write: Write, place: Any = place, change: Any = change) -> Write:
                    return replace(write, condition=_with(write.condition, place, change))

                yield f"{said} {way}", weakened(changed)


def _values() -> Iterator[tuple[str, Rules]]:
    for kind, weakened, example in _ways():
        for field in example.sets:

            def without(write: Write, field: str = field) -> Write:
                return replace(write, sets={name: value for name, value in write.sets.items() if name != field})

            yield f"{kind}: {field} not written", weakened(without)


def _answers() -> Iterator[tuple[str, Rules]]:
    refused, standing, told = session.refused, session.standing, session._told

    def never_done(step: Step, record: Record) -> Answer:
        return Refused(Reason.TAKEN)

    def always_done(kind: type[Step], step: Step, record: Record) -> Answer:
        return Done() if isinstance(step, kind) else refused(step, record)

    def told_anybody(step: Step, record: Record) -> Answer:
        return Answered(standing(record, step.at)) if isinstance(step, Link) and record else refused(step, record)

    def instead(was: Word, word: Word, record: Record, at: int) -> Word:
        found = standing(record, at)
        return word if found is was else found

    def kept(outcome: session.Outcome, at: int) -> dict[str, Any]:
        return {**told(outcome, at), "sealed": outcome.sealed}

    yield "what is refused is never done already", {"refused": never_done}
    yield "a start that is refused is done", {"refused": partial(always_done, Start)}
    yield "a result that is refused is done", {"refused": partial(always_done, Result)}
    yield "a link that is refused is answered", {"refused": told_anybody}
    yield "a failed login links", {"standing": partial(instead, Word.NOT_AUTHENTICATED, Word.LINKED)}
    yield "a login that is not finished links", {"standing": partial(instead, Word.WAITING, Word.LINKED)}
    yield (
        "a login that is not finished has failed",
        {"standing": partial(instead, Word.WAITING, Word.NOT_AUTHENTICATED)},
    )
    yield "a session waits for ever", {"standing": partial(instead, Word.NOT_AUTHENTICATED, Word.WAITING)}
    yield "a login that succeeded does not count", {"standing": partial(instead, Word.LINKED, Word.NOT_AUTHENTICATED)}
    yield "a failed login keeps what it says", {"_told": kept}
    for by in (-1, 1):
        yield f"given up {by} ms later", {"_WRITTEN_WITHIN_MS": session._WRITTEN_WITHIN_MS + by}  # type: ignore[dict-item]


WEAKENED = dict([*_conditions(), *_values(), *_answers()])

SPARE = {
    "start: expires_at not written": "for the table's broom alone",
    "spent: expires_at not written": "for the table's broom alone",
    "result: result_at not written": "for the proof: how old the login is",
    "start: result_at not written": "as the result's",
    "start: token not written": "a session that began with its result has no address to post another to",
}
"""What no promise needs, and why it is written."""


def test_the_promises_hold_in_every_state() -> None:
    explored = explore()
    print(f"{explored.states} states, {explored.deliveries} deliveries")
    assert explored.fault is None, (explored.fault, *explored.path)
    assert explored.states > 300
    assert explored.words == {Word.LINKED, Word.WAITING, Word.NOT_AUTHENTICATED}


@pytest.mark.parametrize("name", [name for name in WEAKENED if name not in SPARE])
def test_without_any_one_of_its_rules_a_session_breaks_a_promise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for rule, stand_in in WEAKENED[name].items():
        monkeypatch.setattr(session, rule, stand_in)
    assert _fault() is not None


@pytest.mark.parametrize("name", SPARE)
def test_a_value_is_spare_only_where_it_is_known_to_be(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for rule, stand_in in WEAKENED[name].items():
        monkeypatch.setattr(session, rule, stand_in)
    assert _fault() is None


def _fault() -> str | None:
    try:
        return explore().fault
    except KeyError as missing:
        return f"the rules miss a field: {missing}"
