"""Every way to weaken the hand-off's rules by one condition, one limit or one value; each has to be noticed.

A weakening replaces functions of `chalicelib.handoff`. The single conditions, limits and values are taken
from the shipped writes themselves, so a rule that is added later is weakened too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from chalicelib import handoff
from chalicelib.conditional_write import AllOf, AnyOf, Between, Condition, CopyOf, First, Record, Scalar, Write
from chalicelib.handoff import (
    Answered,
    Claim,
    Close,
    Done,
    HandBack,
    Issue,
    MustClose,
    Note,
    Outcome,
    Reason,
    Redeem,
    Refused,
    Report,
    Step,
    Verdict,
    Word,
    write_for,
)

ALWAYS, NEVER = AllOf(()), AnyOf(())

EXAMPLES: Mapping[str, Step] = {
    "issue": Issue("c", 0),
    "claim": Claim("CA", 0, 60_000),
    "note": Note("CA", 0, 1, "unclear"),
    "report": Report("CA", 0, Verdict.VERIFIED),
    "report by code": Report("CA", 0, Verdict.VERIFIED, by_code=True),
    "hand-back": HandBack(0, Verdict.VERIFIED),
    "redeem": Redeem("c", 0, 10_000),
    "redeem by code": Redeem("c", 0, 30_000, by_code=True),
    "close": Close("c", 0, Word.EXPIRED),
    "close by code": Close("c", 0, Word.EXPIRED, by_code=True),
}
"""One step of each kind: steps of a kind have writes of the same shape."""

Place = tuple[int, ...]


@dataclass(frozen=True)
class Weakened:
    """The rules but for one thing. `stand_ins` are functions, by the names that they take in `chalicelib.handoff`."""

    name: str
    stand_ins: Mapping[str, Callable[..., object]]


def kind_of(step: Step) -> str:
    return next(
        kind for kind, example in EXAMPLES.items() if type(example) is type(step) and _form(example) == _form(step)
    )


def _form(step: Step) -> bool:
    return getattr(step, "by_code", False)


def _leaves(condition: Condition, place: Place = ()) -> Iterator[tuple[Place, Condition]]:
    if isinstance(condition, AllOf | AnyOf):
        for number, part in enumerate(condition.parts):
            yield from _leaves(part, (*place, number))
    else:
        yield place, condition


def _with(condition: Condition, place: Place, change: Callable[[Condition], Condition]) -> Condition:
    if not place:
        return change(condition)
    assert isinstance(condition, AllOf | AnyOf)
    parts = list(condition.parts)
    parts[place[0]] = _with(parts[place[0]], place[1:], change)
    return replace(condition, parts=tuple(parts))


def _changed_condition(kind: str, place: Place, change: Callable[[Condition], Condition], step: Step) -> Write:
    write = write_for(step)
    if kind_of(step) != kind:
        return write
    return replace(write, condition=_with(write.condition, place, change))


def _changed_value(
    kind: str, field: str, change: Callable[[Scalar | CopyOf | First], Scalar | CopyOf | First | None], step: Step
) -> Write:
    write = write_for(step)
    if kind_of(step) != kind:
        return write
    changed = {name: change(value) if name == field else value for name, value in write.sets.items()}
    return replace(write, sets={name: value for name, value in changed.items() if value is not None})


def _moved(low: int, high: int, leaf: Condition) -> Condition:
    assert isinstance(leaf, Between)
    return Between(leaf.field, leaf.low + low, leaf.high + high)


FOREVER = 10**12
_LIMITS = {
    "never too old": (-FOREVER, 0),
    "1 ms longer": (-1, 0),
    "1 ms shorter": (1, 0),
    "never too early": (0, FOREVER),
    "1 ms more skew": (0, 1),
    "1 ms less skew": (0, -1),
}


def _on_condition(name: str, kind: str, place: Place, change: Callable[[Condition], Condition]) -> Weakened:
    return Weakened(name, {"write_for": partial(_changed_condition, kind, place, change)})


def conditions() -> Iterator[Weakened]:
    """Each condition taken away, and each made to fail always; each limit moved."""
    for kind, example in EXAMPLES.items():
        yield _on_condition(f"{kind}: everything gone", kind, (), lambda _: ALWAYS)
        for place, leaf in _leaves(write_for(example).condition):
            said = f"{kind}: {type(leaf).__name__} {leaf.field}"  # type: ignore[union-attr]  # leaves have a field
            yield _on_condition(f"{said} gone", kind, place, lambda _: ALWAYS)
            yield _on_condition(f"{said} never", kind, place, lambda _: NEVER)
            if isinstance(leaf, Between):
                for way, (low, high) in _LIMITS.items():
                    yield _on_condition(f"{said} {way}", kind, place, partial(_moved, low, high))


def values() -> Iterator[Weakened]:
    """Each value not written, and each that is not plain made plain."""
    for kind, example in EXAMPLES.items():
        for field, value in write_for(example).sets.items():
            yield Weakened(
                f"{kind}: {field} not written", {"write_for": partial(_changed_value, kind, field, lambda _: None)}
            )
            if isinstance(value, First):
                yield Weakened(
                    f"{kind}: {field} written over", {"write_for": partial(_changed_value, kind, field, _plain)}
                )
            if isinstance(value, CopyOf):
                for verdict in (Verdict.VERIFIED, Verdict.NOT_VERIFIED):
                    always = partial(_changed_value, kind, field, partial(_instead, verdict))
                    yield Weakened(f"{kind}: {field} always {verdict}", {"write_for": always})


def askers() -> Iterator[Weakened]:
    """Who may ask is part of a write's condition and of what a refusal answers: changed in both at once."""
    shipped = handoff._askable_by
    for by_code in (False, True):
        for place, leaf in _leaves(shipped("c", by_code)):
            said = f"askable{' by code' if by_code else ''}: {type(leaf).__name__} {leaf.field}"  # type: ignore[union-attr]
            for way, instead in (("gone", ALWAYS), ("never", NEVER)):

                def askable(
                    contact: str, form: bool, which: bool = by_code, place: Place = place, instead: Condition = instead
                ) -> Condition:
                    found = shipped(contact, form)
                    return _with(found, place, lambda _: instead) if form == which else found

                yield Weakened(f"{said} {way}", {"_askable_by": askable})


def _plain(value: Scalar | CopyOf | First) -> Scalar | CopyOf | First | None:
    return value.value if isinstance(value, First) else value


def _instead(verdict: Verdict, _: Scalar | CopyOf | First) -> Verdict:
    return verdict


def _refusals(
    kind: type[Step], change: Callable[[Step, Record, Outcome], Outcome]
) -> Mapping[str, Callable[..., object]]:
    shipped = handoff.refused

    def refused(step: Step, record: Record) -> Outcome:
        outcome = shipped(step, record)
        return change(step, record, outcome) if isinstance(step, kind) else outcome

    return {"refused": refused}


def _never_done(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return Refused(Reason.TAKEN) if isinstance(outcome, Done) else outcome


def _always_done(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return Done(record)


def _told_at_once(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return Answered(outcome.word, record) if isinstance(outcome, MustClose) else outcome


def _replayed_for_ever(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return Answered(str(record["answer"]), record) if isinstance(outcome, Answered) else outcome


def _replayed_to_anybody(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return Answered(str(record["answer"]), record) if "answer" in record else outcome


def _never_replayed(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return Answered(Word.EXPIRED, record) if isinstance(outcome, Answered) else outcome


def _verdict_told_late(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return Answered(str(record["verdict"]), record) if "verdict" in record else outcome


def _always(word: Word, step: Step, record: Record, outcome: Outcome) -> Outcome:
    return MustClose(word) if isinstance(outcome, MustClose) else outcome


def _anybody_closes(step: Step, record: Record, outcome: Outcome) -> Outcome:
    return MustClose(Word.EXPIRED) if record and "answer" not in record else outcome


def refusals() -> Iterator[Weakened]:
    """What is answered when a condition did not hold."""
    for kind in (Issue, Claim, Note, Report):
        yield Weakened(f"{kind.__name__} again is refused", _refusals(kind, _never_done))
        yield Weakened(f"{kind.__name__} refused is called done", _refusals(kind, _always_done))
    for ask in (Redeem, Close):
        yield Weakened(f"{ask.__name__} again is told for ever", _refusals(ask, _replayed_for_ever))
        yield Weakened(f"{ask.__name__} again is told to anybody", _refusals(ask, _replayed_to_anybody))
        yield Weakened(f"{ask.__name__} again is always expired", _refusals(ask, _never_replayed))
        yield Weakened(f"{ask.__name__} is told a verdict too late", _refusals(ask, _verdict_told_late))
    yield Weakened("Redeem is told before it is closed", _refusals(Redeem, _told_at_once))
    yield Weakened("Redeem by anybody closes", _refusals(Redeem, _anybody_closes))
    for word in Word:
        yield Weakened(f"Redeem finds everything {word}", _refusals(Redeem, partial(_always, word)))


def all_of_them() -> Iterator[Weakened]:
    yield from conditions()
    yield from values()
    yield from askers()
    yield from refusals()
