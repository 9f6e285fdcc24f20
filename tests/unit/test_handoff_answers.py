"""What a contact is told: redeem, close, and asking again. The other half of test_handoff.py."""

from __future__ import annotations

import pytest

from chalicelib.conditional_write import Record, Scalar
from chalicelib.handoff import (
    HAND_BACK_LIFE_MS,
    REPLAY_MS,
    SKEW_MS,
    Answered,
    Close,
    HandBack,
    MustClose,
    Reason,
    Redeem,
    Refused,
    Report,
    Step,
    Verdict,
    Word,
    transition,
)
from tests.model.course import BY_CODE, CLAIM, CLOSE, HAND_BACK, ISSUE, LIFE, REDEEM, REPORT, TYPED, T, after, outcome

STRANGER = Redeem("contact-2", T, LIFE)
REPORTED = after(ISSUE, CLAIM, REPORT)


@pytest.mark.parametrize("verdict", Verdict)
def test_the_owner_is_told_the_verdict_that_was_reported(verdict: Verdict) -> None:
    record, told = transition(REDEEM, after(ISSUE, CLAIM, Report("CA1", T, verdict)))
    assert told == Answered(verdict, record)
    assert (record["owner"], record["answer"], record["answered_at"]) == ("contact-1", verdict, T)
    assert record["caller"] == "hash"


@pytest.mark.parametrize("late", [-SKEW_MS, 0, LIFE])
def test_a_verdict_counts_within_its_life(late: int) -> None:
    record, told = transition(Redeem("contact-1", T + late, LIFE), REPORTED)
    assert told == Answered("verified", record)
    assert record["answered_at"] == T + late


@pytest.mark.parametrize("late", [-SKEW_MS - 1, LIFE + 1])
def test_a_verdict_does_not_count_outside_its_life(late: int) -> None:
    assert outcome(Redeem("contact-1", T + late, LIFE), REPORTED) == MustClose(Word.EXPIRED)


def test_there_is_nothing_to_redeem_before_a_report() -> None:
    assert outcome(REDEEM, after(ISSUE)) == MustClose(Word.UNAVAILABLE)
    assert outcome(REDEEM, after(ISSUE, CLAIM)) == MustClose(Word.ABANDONED)


@pytest.mark.parametrize("ask", [STRANGER, Close("contact-2", T, Word.EXPIRED)], ids=["redeem", "close"])
@pytest.mark.parametrize("leg", [after(ISSUE), after(ISSUE, CLAIM), REPORTED, after(ISSUE, CLAIM, REPORT, REDEEM)])
def test_another_contact_learns_nothing(ask: Step, leg: Record) -> None:
    assert outcome(ask, leg) == Refused(Reason.TAKEN)


@pytest.mark.parametrize("ask", [REDEEM, TYPED, CLOSE, Close("contact-1", T, Word.EXPIRED, by_code=True)])
def test_of_no_record_nothing_is_told_and_none_is_made(ask: Step) -> None:
    assert transition(ask, {}) == ({}, Refused(Reason.UNKNOWN))


# --- close ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", Word)
@pytest.mark.parametrize("leg", [after(ISSUE), after(ISSUE, CLAIM), REPORTED])
def test_a_word_is_fixed_before_it_is_told(word: Word, leg: Record) -> None:
    record, told = transition(Close("contact-1", T + 1, word), leg)
    assert told == Answered(word, record)
    assert record == {**leg, "answer": word, "answered_at": T + 1}


def test_a_report_that_comes_too_late_does_not_turn_what_was_told() -> None:
    closed = after(ISSUE, CLAIM, CLOSE)
    assert outcome(REPORT, closed) == Refused(Reason.CLOSED)
    assert outcome(REDEEM, closed) == Answered("abandoned", closed)


def test_a_close_that_comes_after_the_verdict_was_told_tells_the_verdict() -> None:
    told = after(ISSUE, CLAIM, REPORT, REDEEM)
    assert outcome(CLOSE, told) == Answered("verified", told)


# --- asking again --------------------------------------------------------------------------------------------

ANSWERED = after(ISSUE, CLAIM, REPORT, REDEEM)


@pytest.mark.parametrize("late", [-SKEW_MS, 0, REPLAY_MS])
@pytest.mark.parametrize("life", [0, LIFE])
def test_asking_again_in_time_is_told_the_same(late: int, life: int) -> None:
    assert outcome(Redeem("contact-1", T + late, life), ANSWERED) == Answered("verified", ANSWERED)
    assert outcome(Close("contact-1", T + late, Word.EXPIRED), ANSWERED) == Answered("verified", ANSWERED)


@pytest.mark.parametrize("late", [-SKEW_MS - 1, REPLAY_MS + 1])
def test_asking_again_out_of_time_is_told_that_it_expired(late: int) -> None:
    assert outcome(Redeem("contact-1", T + late, 10**9), ANSWERED) == Answered("expired", ANSWERED)
    assert outcome(Close("contact-1", T + late, Word.ABANDONED), ANSWERED) == Answered("expired", ANSWERED)


def test_a_word_is_told_again_too() -> None:
    closed = after(ISSUE, CLAIM, CLOSE)
    assert outcome(Close("contact-1", T + REPLAY_MS, Word.EXPIRED), closed) == Answered("abandoned", closed)


# --- by code -------------------------------------------------------------------------------------------------


def test_a_hand_back_belongs_to_the_first_contact_that_types_its_code() -> None:
    record, told = transition(TYPED, after(HAND_BACK))
    assert told == Answered("verified", record)
    assert record["owner"] == "contact-2"
    assert outcome(Redeem("contact-1", T, HAND_BACK_LIFE_MS, by_code=True), record) == Refused(Reason.TAKEN)
    assert outcome(TYPED, record) == Answered("verified", record)


@pytest.mark.parametrize("late", [-SKEW_MS, HAND_BACK_LIFE_MS])
def test_a_hand_back_counts_within_its_life(late: int) -> None:
    _, told = transition(Redeem("contact-2", T + late, HAND_BACK_LIFE_MS, by_code=True), after(HAND_BACK))
    assert isinstance(told, Answered)


@pytest.mark.parametrize("late", [-SKEW_MS - 1, HAND_BACK_LIFE_MS + 1])
def test_a_hand_back_does_not_count_outside_its_life(late: int) -> None:
    late_ask = Redeem("contact-2", T + late, HAND_BACK_LIFE_MS, by_code=True)
    assert outcome(late_ask, after(HAND_BACK)) == MustClose(Word.EXPIRED)


def test_whoever_finds_a_hand_back_expired_owns_it_from_then_on() -> None:
    closed = after(HAND_BACK, Close("contact-2", T, Word.EXPIRED, by_code=True))
    assert (closed["owner"], closed["answer"]) == ("contact-2", "expired")
    assert outcome(Redeem("contact-1", T, HAND_BACK_LIFE_MS, by_code=True), closed) == Refused(Reason.TAKEN)
    assert outcome(TYPED, closed) == Answered("expired", closed)


@pytest.mark.parametrize("ask", [TYPED, Close("contact-1", T, Word.EXPIRED, by_code=True)])
@pytest.mark.parametrize("leg", [after(ISSUE), REPORTED, after(ISSUE, CLAIM, BY_CODE)])
def test_a_leg_is_not_asked_for_by_code(ask: Step, leg: Record) -> None:
    assert outcome(ask, leg) == Refused(Reason.TAKEN)


@pytest.mark.parametrize("ask", [STRANGER, REDEEM, CLOSE])
@pytest.mark.parametrize("hand_back", [after(HAND_BACK), after(HAND_BACK, TYPED)])
def test_a_hand_back_is_not_asked_for_as_a_leg(ask: Step, hand_back: Record) -> None:
    assert outcome(ask, hand_back) == Refused(Reason.TAKEN)


def test_two_legs_with_the_same_hand_back_code_keep_the_first() -> None:
    first = after(HAND_BACK)
    assert outcome(HandBack(T, Verdict.NOT_VERIFIED, {"caller": "other"}), first) == Refused(Reason.TAKEN)


# --- what cannot be read -------------------------------------------------------------------------------------

QUESTIONS: list[tuple[Step, Record]] = [
    (REDEEM, REPORTED),
    (REDEEM, ANSWERED),
    (TYPED, after(HAND_BACK)),
    (TYPED, after(HAND_BACK, TYPED)),
]
JUNK: list[Scalar] = ["", "x", "verified ", 0, -1, T + 10**9]


@pytest.mark.parametrize(("ask", "record"), QUESTIONS)
@pytest.mark.parametrize("junk", JUNK)
def test_a_record_with_a_damaged_field_is_never_verified(ask: Step, record: Record, junk: Scalar) -> None:
    decides = {"kind", "owner", "answer", "answered_at"} if "answer" in record else {"kind", "verdict", "reported_at"}
    for name in decides:
        _, told = transition(ask, {**record, name: junk})
        assert not (isinstance(told, Answered) and told.answer == Verdict.VERIFIED)


@pytest.mark.parametrize(
    ("ask", "record", "name"),
    [
        *[(REDEEM, REPORTED, name) for name in ("kind", "owner", "reported_at")],
        *[(REDEEM, ANSWERED, name) for name in ("kind", "owner", "answered_at")],
        *[(TYPED, after(HAND_BACK), name) for name in ("kind", "reported_at")],
        *[(TYPED, after(HAND_BACK, TYPED), name) for name in ("kind", "answered_at")],
    ],
)
def test_a_record_that_has_lost_a_field_is_not_verified(ask: Step, record: Record, name: str) -> None:
    _, told = transition(ask, {field: value for field, value in record.items() if field != name})
    assert not (isinstance(told, Answered) and told.answer == Verdict.VERIFIED)
