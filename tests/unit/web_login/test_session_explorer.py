"""What holds of sessions and contacts in every state that they can reach, and that the check would notice if not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from chalicelib.assurance import Proof
from chalicelib.conditional_write import Between, Record, Write
from chalicelib.web_login import session
from chalicelib.web_login.session import (
    Again,
    Answered,
    Done,
    Link,
    Linked,
    Linking,
    LookAgain,
    Meeting,
    Outcome,
    Reason,
    Refused,
    Result,
    Start,
    Word,
    Writes,
)
from tests.model.weakened import _LIMITS, ALWAYS, NEVER, _leaves, _moved, _with
from tests.unit.web_login.explorer import PERSON, WORTH, explore

Rules = Mapping[str, Callable[..., Any]]
Change = Callable[[Write], Write]


@dataclass(frozen=True)
class Way:
    """One of the writes of one kind of step: how to change it in the rules, and what it looks like."""

    kind: str
    example: Write
    weakened: Callable[[Change], Rules]


def _changed(writes: Writes, part: str, change: Change) -> Writes:
    if part == "session":
        return replace(writes, session=change(writes.session))
    changed = {name: one and (one[0], change(one[1])) for name, one in _named(writes).items() if name == part}
    return replace(writes, **changed)  # type: ignore[arg-type]  # token or contact


def _named(writes: Writes) -> dict[str, tuple[str, Write] | None]:
    return {"token": writes.token, "contact": writes.contact}


def _part(writes: Writes, part: str) -> Write:
    found = writes.session if part == "session" else _named(writes)[part]
    assert found is not None
    return found if isinstance(found, Write) else found[1]


def _of_step(kind: str, part: str, step: Start | Result, only: Callable[[Any], bool]) -> Way:
    shipped = session.writes_for

    def weakened(change: Change) -> Rules:
        def writes_for(taken: Start | Result, handle: str) -> Writes:
            writes = shipped(taken, handle)
            return _changed(writes, part, change) if isinstance(taken, type(step)) and only(taken) else writes

        return {"writes_for": writes_for}

    return Way(kind, _part(shipped(step, "A"), part), weakened)


def _of_link(kind: str, part: str) -> Way:
    shipped = session._linking

    def weakened(change: Change) -> Rules:
        def linking(*given: Any) -> Linking:
            found = shipped(*given)
            return replace(found, writes=_changed(found.writes, part, change))

        return {"_linking": linking}

    came: Record = {"started_at": 0, "result": "succeeded", "result_at": 0, "subject": "s"}
    return Way(kind, _part(shipped(Link(0, "c", WORTH, {"view": "v"}), "A", came, {}).writes, part), weakened)


def _meets(meeting: Meeting, step: Result) -> bool:
    return step.linked is not None and step.linked.meeting is meeting


def _ways() -> Iterator[Way]:
    posted = Result(0, "s", PERSON, WORTH)
    yield _of_step("start", "session", Start(0, "s", outcome=PERSON), lambda _: True)
    yield _of_step("start's token", "token", Start(0, "s", outcome=PERSON), lambda _: True)
    yield _of_step("result", "session", posted, lambda step: step.linked is None and step.outcome.succeeded)
    yield _of_step("result's token", "token", posted, lambda _: True)
    for meeting in (Meeting.AGREES, Meeting.REPLACES):
        meets = replace(posted, linked=Linked("c", meeting))
        yield _of_step(f"result that {meeting.name}", "contact", meets, partial(_meets, meeting))
    late = replace(posted, linked=Linked("c"))
    yield _of_step("linked result", "session", late, lambda step: step.linked is not None and step.outcome.succeeded)
    yield _of_link("link", "session")
    yield _of_link("link's contact", "contact")


def _conditions() -> Iterator[tuple[str, Rules]]:
    for way in _ways():
        for place, leaf in _leaves(way.example.condition):
            said = f"{way.kind}: {type(leaf).__name__} {leaf.field}"  # type: ignore[union-attr]  # leaves have a field
            changes = {"gone": lambda _: ALWAYS, "never": lambda _: NEVER}
            if isinstance(leaf, Between):
                ends = {name: by for name, by in _LIMITS.items() if by[1] or leaf.low}
                changes |= {name: partial(_moved, *by) for name, by in ends.items()}
            for name, change in changes.items():

                def changed(write: Write, place: Any = place, change: Any = change) -> Write:
                    return replace(write, condition=_with(write.condition, place, change))

                yield f"{said} {name}", way.weakened(changed)


def _values() -> Iterator[tuple[str, Rules]]:
    for way in _ways():
        for field in (name for name in way.example.sets if name != "expires_at"):  # for the table's broom alone

            def without(write: Write, field: str = field) -> Write:
                return replace(write, sets={name: value for name, value in write.sets.items() if name != field})

            yield f"{way.kind}: {field} not written", way.weakened(without)


def _refusals() -> Iterator[tuple[str, Rules]]:
    shipped = session.refused

    def never_done(step: Start | Result, record: Record) -> Any:
        answer = shipped(step, record)
        return Refused(Reason.TAKEN) if answer == Done() else answer

    def always_done(kind: type[Start | Result], step: Start | Result, record: Record) -> Any:
        return Done() if isinstance(step, kind) else shipped(step, record)

    def never_again(step: Start | Result, record: Record) -> Any:
        answer = shipped(step, record)
        return Refused(Reason.UNKNOWN) if isinstance(answer, Again) else answer

    def at_once(meeting: Meeting, step: Start | Result, record: Record) -> Any:
        answer = shipped(step, record)
        if isinstance(answer, Again) and answer.step.linked and answer.step.linked.meeting.value < meeting.value:
            return Again(replace(answer.step, linked=replace(answer.step.linked, meeting=meeting)))
        return answer

    yield "what is refused is never done already", {"refused": never_done}
    yield "a start that is refused is done", {"refused": partial(always_done, Start)}
    yield "a result that is refused is done", {"refused": partial(always_done, Result)}
    yield "a result after the link is refused", {"refused": never_again}
    yield "a result after the link is always of somebody else", {"refused": partial(at_once, Meeting.REPLACES)}
    yield "a result after the link brings no proof", {"refused": partial(at_once, Meeting.YIELDS)}


def _looks() -> Iterator[tuple[str, Rules]]:
    look, linking = session.look, session._linking

    def told_anybody(step: Link, handle: str, record: Record, contact: Record) -> Any:
        answer = look(step, handle, record, contact)
        return session._standing(record, None, step.at) if answer == Refused(Reason.TAKEN) else answer

    def known_to_nobody(step: Link, handle: str, record: Record, contact: Record) -> Any:
        answer = look(step, handle, record, contact)
        return Refused(Reason.TAKEN) if isinstance(answer, Answered) else answer

    def never_torn(step: Link, handle: str, record: Record, contact: Record) -> Any:
        answer = look(step, handle, record, contact)
        return Answered(Word.NOT_AUTHENTICATED) if isinstance(answer, LookAgain) else answer

    def always_torn(step: Link, handle: str, record: Record, contact: Record) -> Any:
        return LookAgain() if record.get("contact") == step.contact else look(step, handle, record, contact)

    def changes(noted: bool, /, *given: Any) -> Linking:
        return replace(linking(*given), subject_changed=noted)

    def blind(*given: Any) -> Linking:
        step, handle, record, _ = given
        return linking(step, handle, record, {})

    yield "another contact is answered", {"look": told_anybody}
    yield "a contact is not known again", {"look": known_to_nobody}
    yield "a look in between is believed", {"look": never_torn}
    yield "no look is believed", {"look": always_torn}
    yield "a link does not see what the contact has", {"_linking": blind}
    yield "another subject goes unnoticed", {"_linking": partial(changes, False)}
    yield "every link changes the subject", {"_linking": partial(changes, True)}


def _answers() -> Iterator[tuple[str, Rules]]:
    standing, told = session._standing, session._told

    def instead(was: Word, word: Word, record: Record, proof: Proof | None, at: int) -> Answered:
        found = standing(record, proof, at)
        return Answered(word, proof) if found.word is was else found

    def kept(outcome: Outcome, at: int) -> dict[str, Any]:
        return {**told(outcome, at), "sealed": outcome.sealed}

    for was, word, name in (
        (Word.NOT_AUTHENTICATED, Word.LINKED, "a failed login links"),
        (Word.WAITING, Word.LINKED, "a login that is not finished links"),
        (Word.WAITING, Word.NOT_AUTHENTICATED, "a login that is not finished has failed"),
        (Word.NOT_AUTHENTICATED, Word.WAITING, "a session waits for ever"),
        (Word.LINKED, Word.NOT_AUTHENTICATED, "a login that succeeded does not count"),
    ):
        yield name, {"_standing": partial(instead, was, word)}
    yield "a proof counts for ever", {"_counts": lambda proof, at: True}
    yield "a proof never counts", {"_counts": lambda proof, at: False}
    yield "a proof counts a millisecond longer", {"_counts": lambda proof, at: at <= proof.until}
    yield "a failed login keeps what it says", {"_told": kept}
    for by in (-1, 1):
        yield f"given up {by} ms later", {"_WRITTEN_WITHIN_MS": session._WRITTEN_WITHIN_MS + by}  # type: ignore[dict-item]


WEAKENED = dict([*_conditions(), *_values(), *_refusals(), *_looks(), *_answers()])

_SAME_TIME = "of two results of the same millisecond either may stand"
SPARE: Mapping[str, str] = {
    "start: token not written": "a session that began with its result has no address to post another to",
    "linked result: Is contact gone": "a session's contact never changes",
    "link: Is started_at gone": "a session that was read is there for an hour; a link must never make one",
    "result that AGREES: Between web_login_at 1 ms less skew": _SAME_TIME,
    "result that REPLACES: Between web_login_at 1 ms less skew": _SAME_TIME,
    "result that REPLACES: web_login_level not written": "every login is worth the same, unless settings change",
}
"""What no promise needs, and why it is there."""


def test_the_promises_hold_in_every_state() -> None:
    explored = explore()
    print(f"{explored.states} states, {explored.deliveries} deliveries")
    assert explored.fault is None, (explored.fault, *explored.path)
    assert explored.states > 1_500
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
