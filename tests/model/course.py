"""A leg's usual course, step by step, for tests that take it from somewhere along the way."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.conditional_write import Record
from chalicelib.handoff import (
    HAND_BACK_LIFE_MS,
    Answered,
    Claim,
    Close,
    Done,
    HandBack,
    Issue,
    Outcome,
    Redeem,
    Report,
    Step,
    Verdict,
    Word,
    transition,
)

T = 2_222_222_222_000  # long after today: what is "swept" by its time must not be swept while a test runs
CODE_LIFE = 60_000
LIFE = 10_000

ISSUE = Issue("contact-1", T, {"purpose": "verify", "caller": "hash"})
CLAIM = Claim("CA1", T, CODE_LIFE)
REPORT = Report("CA1", T, Verdict.VERIFIED)
BY_CODE = Report("CA1", T, Verdict.VERIFIED, by_code=True)
HAND_BACK = HandBack(T, Verdict.VERIFIED, {"caller": "hash"})
REDEEM = Redeem("contact-1", T, LIFE)
TYPED = Redeem("contact-2", T, HAND_BACK_LIFE_MS, by_code=True)
CLOSE = Close("contact-1", T, Word.ABANDONED)


def after(*steps: Step) -> Record:
    """The record that the steps leave; all of them take effect."""
    record: Record = {}
    for step in steps:
        written, outcome = transition(step, record)
        assert isinstance(outcome, Done | Answered)
        assert written != record
        record = written
    return record


def outcome(step: Step, record: Record) -> Outcome:
    """Of a step that leaves the record as it is."""
    written, answer = transition(step, record)
    assert written == record
    return answer


def later(step: Step, by: int) -> Step:
    """The same step, taken `by` ms later."""
    return replace(step, at=step.at + by)
