"""The hand-off, row by row. That the rows keep their promises together is what test_handoff_explorer.py is for."""

from __future__ import annotations

from dataclasses import fields

import pytest

from chalicelib import handoff
from chalicelib.conditional_write import Record
from chalicelib.handoff import (
    HAND_BACK_LIFE_MS,
    LEG_LIFE_MS,
    REPLAY_MS,
    SKEW_MS,
    Answered,
    Claim,
    Close,
    Done,
    HandBack,
    Issue,
    Kind,
    Note,
    Reason,
    Refused,
    Report,
    Step,
    Verdict,
    Word,
    transition,
)
from chalicelib.voice.profile import Task
from tests.model import promises
from tests.model.course import BY_CODE, CLAIM, CODE_LIFE, HAND_BACK, ISSUE, REDEEM, REPORT, T, after, later, outcome


def test_the_limits_are_the_promised_ones() -> None:
    assert (SKEW_MS, REPLAY_MS) == (promises.SKEW, promises.REPLAY)
    assert (LEG_LIFE_MS, HAND_BACK_LIFE_MS) == (promises.LEG_LIFE, promises.HAND_BACK_LIFE)


# --- issue ---------------------------------------------------------------------------------------------------


def test_an_issued_leg_has_its_owner_its_time_and_what_travels_with_it() -> None:
    record: Record = {"kind": "leg", "owner": "contact-1", "issued_at": T, "purpose": "verify", "caller": "hash"}
    assert transition(ISSUE, {}) == (record, Done(record))


def test_what_travels_with_a_leg_cannot_pass_for_the_hand_off_s_own() -> None:
    forged: Record = {"kind": "hand_back", "owner": "contact-2", "issued_at": 0}
    assert after(Issue("contact-1", T, forged)) == {"kind": "leg", "owner": "contact-1", "issued_at": T}


def test_a_task_s_fields_have_none_of_the_hand_off_s_names() -> None:
    everything = after(ISSUE, CLAIM, Note("CA1", T, 1, "unclear", 2), REPORT, REDEEM)
    own = set(everything) - set(ISSUE.facts) | {"pk", "expires_at"}
    assert not own & {field.name for field in fields(Task)}


def test_the_retry_of_an_issue_whose_answer_was_lost_has_the_leg() -> None:
    leg = after(ISSUE)
    assert outcome(ISSUE, leg) == Done(leg)


@pytest.mark.parametrize("other", [Issue("contact-2", T), Issue("contact-1", T + 1)])
def test_a_code_that_is_in_use_is_not_issued_again(other: Issue) -> None:
    assert outcome(other, after(ISSUE)) == Refused(Reason.TAKEN)


def test_a_leg_that_a_call_has_taken_is_not_issued_again() -> None:
    assert outcome(ISSUE, after(ISSUE, CLAIM)) == Refused(Reason.TAKEN)


# --- claim ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [-SKEW_MS, 0, CODE_LIFE])
def test_a_code_is_claimed_within_its_life(late: int) -> None:
    leg = after(ISSUE, Claim("CA1", T + late, CODE_LIFE))
    assert (leg["call"], leg["claimed_at"]) == ("CA1", T + late)
    assert leg["purpose"] == "verify"


@pytest.mark.parametrize("late", [-SKEW_MS - 1, CODE_LIFE + 1])
def test_a_code_is_not_claimed_outside_its_life(late: int) -> None:
    assert outcome(Claim("CA1", T + late, CODE_LIFE), after(ISSUE)) == Refused(Reason.EXPIRED)


def test_an_unknown_code_is_not_claimed() -> None:
    assert outcome(CLAIM, {}) == Refused(Reason.UNKNOWN)


def test_a_hand_back_is_not_claimed() -> None:
    assert outcome(CLAIM, after(HAND_BACK)) == Refused(Reason.UNKNOWN)
    assert outcome(CLAIM, {"kind": "hand_back", "issued_at": T}) == Refused(Reason.UNKNOWN)


def test_a_call_that_claims_again_has_its_leg_since_the_first_time() -> None:
    record, again = transition(Claim("CA1", T + CODE_LIFE + 1, CODE_LIFE), after(ISSUE, CLAIM))
    assert record["claimed_at"] == T
    assert again == Done(record)


def test_a_second_call_is_refused() -> None:
    assert outcome(Claim("CA2", T, CODE_LIFE), after(ISSUE, CLAIM)) == Refused(Reason.TAKEN)


@pytest.mark.parametrize("report", [REPORT, BY_CODE], ids=["resume", "by code"])
def test_a_call_that_claims_again_after_its_report_learns_that_there_is_a_verdict(report: Report) -> None:
    _, again = transition(CLAIM, after(ISSUE, CLAIM, report))
    assert isinstance(again, Done)
    assert again.record["verdict"] == "verified"


def test_a_call_that_claims_again_after_the_contact_has_the_verdict_learns_that_there_is_one() -> None:
    leg = after(ISSUE, CLAIM, REPORT, REDEEM)
    assert outcome(CLAIM, leg) == Done(leg)
    assert outcome(Claim("CA2", T, CODE_LIFE), leg) == Refused(Reason.CLOSED)


def test_a_leg_whose_contact_was_told_a_word_is_not_claimed_any_more() -> None:
    told = Close("contact-1", T, Word.UNAVAILABLE)
    assert outcome(CLAIM, after(ISSUE, told)) == Refused(Reason.CLOSED)
    assert outcome(CLAIM, after(ISSUE, CLAIM, told)) == Refused(Reason.CLOSED)


# --- note ----------------------------------------------------------------------------------------------------


def test_a_note_says_what_became_of_a_recording() -> None:
    leg = after(ISSUE, CLAIM, Note("CA1", T, 2, "unclear"))
    assert leg[handoff.heard(2)] == leg["heard_2"] == "unclear"
    assert "enrolments" not in leg


def test_a_note_may_count_enrolments() -> None:
    assert after(ISSUE, CLAIM, Note("CA1", T, 1, "enrolled", 0))["enrolments"] == 0


def test_the_first_note_about_a_recording_stands() -> None:
    leg = after(ISSUE, CLAIM, Note("CA1", T, 1, "unclear"))
    assert outcome(Note("CA1", T, 1, "too_quiet", 3), leg) == Done(leg)
    assert after(ISSUE, CLAIM, Note("CA1", T, 1, "unclear"), Note("CA1", T, 2, "too_quiet"))["heard_1"] == "unclear"


# --- report --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", Verdict)
def test_a_report_is_written_with_its_time(verdict: Verdict) -> None:
    leg = after(ISSUE, CLAIM, Report("CA1", T + 5, verdict))
    assert (leg["verdict"], leg["reported_at"]) == (verdict, T + 5)
    assert "answer" not in leg


def test_a_report_by_code_closes_the_leg_itself() -> None:
    leg = after(ISSUE, CLAIM, BY_CODE)
    assert (leg["answer"], leg["answered_at"]) == ("expired", T)
    assert outcome(REDEEM, leg) == Answered("expired", leg)


def test_the_first_verdict_stands() -> None:
    for report in (REPORT, BY_CODE):
        leg = after(ISSUE, CLAIM, report)
        assert outcome(Report("CA1", T + LEG_LIFE_MS + 1, Verdict.NOT_VERIFIED), leg) == Done(leg)


WORDS_OF_A_CALL = [Report("CA1", T, Verdict.VERIFIED), BY_CODE, Note("CA1", T, 1, "unclear")]


@pytest.mark.parametrize("word", WORDS_OF_A_CALL, ids=["report", "by code", "note"])
class TestWordsOfACall:
    """Notes and reports."""

    @pytest.mark.parametrize("late", [-SKEW_MS, LEG_LIFE_MS])
    def test_count_within_the_leg_s_life(self, word: Step, late: int) -> None:
        after(ISSUE, CLAIM, later(word, late))

    @pytest.mark.parametrize("late", [-SKEW_MS - 1, LEG_LIFE_MS + 1])
    def test_do_not_count_outside_the_leg_s_life(self, word: Step, late: int) -> None:
        assert outcome(later(word, late), after(ISSUE, CLAIM)) == Refused(Reason.EXPIRED)

    def test_do_not_count_on_no_leg(self, word: Step) -> None:
        assert outcome(word, {}) == Refused(Reason.UNKNOWN)

    def test_do_not_count_before_a_claim(self, word: Step) -> None:
        assert outcome(word, after(ISSUE)) == Refused(Reason.EXPIRED)

    def test_do_not_count_from_another_call(self, word: Step) -> None:
        assert outcome(word, after(ISSUE, Claim("CA2", T, CODE_LIFE))) == Refused(Reason.TAKEN)

    def test_of_another_call_are_not_called_done(self, word: Step) -> None:
        spoken = after(
            ISSUE, Claim("CA2", T, CODE_LIFE), Note("CA2", T, 1, "noise"), Report("CA2", T, Verdict.ENROLLED)
        )
        assert outcome(word, spoken) == Refused(Reason.CLOSED)

    def test_do_not_count_after_the_contact_was_told(self, word: Step) -> None:
        told = after(ISSUE, CLAIM, Close("contact-1", T, Word.ABANDONED))
        assert outcome(word, told) == Refused(Reason.CLOSED)

    def test_do_not_change_a_hand_back(self, word: Step) -> None:
        assert outcome(word, after(HAND_BACK)) == Refused(Reason.UNKNOWN)


def test_a_note_after_the_verdict_is_refused() -> None:
    assert outcome(Note("CA1", T, 1, "unclear"), after(ISSUE, CLAIM, REPORT)) == Refused(Reason.CLOSED)


# --- hand-back -----------------------------------------------------------------------------------------------


def test_a_hand_back_has_the_verdict_and_what_travels_with_it_and_no_owner() -> None:
    record: Record = {"kind": Kind.HAND_BACK, "verdict": "verified", "reported_at": T, "caller": "hash"}
    assert transition(HAND_BACK, {}) == (record, Done(record))
    forged: Record = {"kind": "leg", "verdict": "verified", "reported_at": 0}
    assert after(HandBack(T, Verdict.INCONCLUSIVE, forged)) == {
        "kind": "hand_back",
        "verdict": "inconclusive",
        "reported_at": T,
    }


def test_the_retry_of_a_hand_back_is_done() -> None:
    record = after(HAND_BACK)
    assert outcome(HAND_BACK, record) == Done(record)


@pytest.mark.parametrize("other", [HandBack(T, Verdict.NOT_VERIFIED), HandBack(T + 1, Verdict.VERIFIED)])
def test_a_hand_back_never_replaces_another_leg_s(other: HandBack) -> None:
    assert outcome(other, after(HAND_BACK)) == Refused(Reason.TAKEN)
