from __future__ import annotations

import pytest

from chalicelib.conditional_write import Scalar
from chalicelib.handoff import Verdict, heard
from chalicelib.voice import dialogue
from chalicelib.voice.dialogue import PHRASE, Judgement, Move, Then
from chalicelib.voice.engine import MISMATCHES, Outcome
from tests.unit.standings import ENGINE_USER, enrolling, verifying

UNJUDGED = sorted(set(Outcome) - MISMATCHES - {Outcome.MATCH, Outcome.ENROLLED, Outcome.TOO_FEW_ENROLMENTS})
REJECTED = sorted(set(Outcome) - {Outcome.MATCH, Outcome.ENROLLED, Outcome.TOO_FEW_ENROLMENTS})


def words(move: Move) -> list[str]:
    return [line.prompt for line in move.says]


def asks_to_say_it(move: Move, *first: str) -> None:
    assert move.then is Then.RECORD
    assert words(move) == [*first, "voice.say_after_tone", PHRASE.prompt]


def ends(move: Move, prompt: str) -> None:
    """A leg without a verdict tells the caller first and reports after."""
    assert (words(move), move.then, move.verdict) == ([prompt], Then.END, Verdict.INCONCLUSIVE)


# --- from the caller


def test_a_known_caller_is_asked_to_say_the_phrase_at_once() -> None:
    move = dialogue.claimed(verifying(), 0)
    asks_to_say_it(move, "voice.verify")
    assert (move.standing.recording, move.standing.due) == (1, 0)


def test_a_new_caller_is_asked_for_consent_and_for_no_recording() -> None:
    move = dialogue.claimed(enrolling(""), 0)
    assert (words(move), move.then) == (["voice.consent"], Then.ASK_CONSENT)


def test_who_agrees_is_asked_for_three_recordings_back_to_back() -> None:
    move = dialogue.consented(enrolling(""), ENGINE_USER, 0)
    asks_to_say_it(move, "voice.enrol")
    assert (move.standing.recording, move.standing.due) == (1, 2)
    assert move.standing.task.engine_user == ENGINE_USER


def test_silence_at_the_consent_question_does_not_count_against_the_recordings() -> None:
    assert dialogue.consented(enrolling("", silences=1), ENGINE_USER, 0).standing.silences == 0


@pytest.mark.parametrize(("kept", "due"), [(0, 2), (1, 1), (2, 0)])
def test_an_interrupted_enrolment_is_resumed_for_what_is_missing(kept: int, due: int) -> None:
    move = dialogue.claimed(enrolling(), kept)
    asks_to_say_it(move, "voice.resume")
    assert move.standing.due == due


@pytest.mark.parametrize(("kept", "due"), [(-1000, 2), (-1, 2), (3, 0), (10**9, 0)])
def test_a_count_that_cannot_be_asks_for_one_recording_at_least_and_three_at_most(kept: int, due: int) -> None:
    assert dialogue.claimed(enrolling(), kept).standing.due == due
    assert dialogue.consented(enrolling(), ENGINE_USER, kept).standing.due == due


def test_an_answer_that_was_not_offered_is_asked_for_once_more_and_then_the_leg_ends() -> None:
    again = dialogue.consent_not_understood(enrolling(""))
    assert (words(again), again.then) == (["voice.consent_again"], Then.ASK_CONSENT)
    ends(dialogue.consent_not_understood(again.standing), "voice.nothing_heard_end")


def test_recordings_of_a_batch_follow_each_other_without_waiting() -> None:
    second = dialogue.recorded(enrolling(recording=1, due=2))
    asks_to_say_it(second, "voice.once_more")
    assert (second.standing.recording, second.standing.due) == (2, 1)
    third = dialogue.recorded(second.standing)
    asks_to_say_it(third, "voice.once_more")
    last = dialogue.recorded(third.standing)
    assert (words(last), last.then) == (["voice.one_moment"], Then.WAIT)


def test_a_silent_caller_is_asked_again_for_the_same_recording() -> None:
    again = dialogue.nothing_recorded(enrolling(recording=2, due=1))
    asks_to_say_it(again, "voice.nothing_heard")
    assert (again.standing.recording, again.standing.due) == (2, 1)


def test_the_third_silence_ends_the_leg() -> None:
    standing = verifying(recording=1)
    for _ in range(dialogue.SILENCES - 1):
        standing = dialogue.nothing_recorded(standing).standing
    ends(dialogue.nothing_recorded(standing), "voice.nothing_heard_end")


# --- while the caller waits


def test_a_verdict_in_the_record_is_handed_back_without_a_word() -> None:
    for verdict in Verdict:
        move = dialogue.polled(verifying(recording=1), {"verdict": verdict, heard(1): Outcome.NO_MATCH})
        assert (move.says, move.then) == ((), Then.HAND_BACK)


def test_while_there_is_nothing_the_caller_waits_and_hears_now_and_then_that_somebody_is_there() -> None:
    standing = verifying(recording=1)
    said: list[str] = []
    for _ in range(dialogue.POLLS - 1):
        move = dialogue.polled(standing, {})
        assert move.then is Then.WAIT
        said += words(move)
        standing = move.standing
    assert said
    assert set(said) == {"voice.still_checking"}
    ends(dialogue.polled(standing, {}), "voice.trouble")


def test_the_note_of_an_earlier_recording_ends_no_waiting() -> None:
    assert dialogue.polled(verifying(recording=2), {heard(1): Outcome.NO_MATCH}).then is Then.WAIT


@pytest.mark.parametrize("outcome", REJECTED)
def test_a_recording_that_did_not_do_is_asked_for_again_with_a_hint(outcome: Outcome) -> None:
    move = dialogue.polled(verifying(recording=1, first_of_batch=1, polls=4), {heard(1): outcome})
    asks_to_say_it(move, f"voice.hint.{outcome}")
    standing = move.standing
    assert (standing.recording, standing.first_of_batch, standing.tried, standing.polls) == (2, 2, 1, 0)
    assert standing.mismatches == (outcome in MISMATCHES)


def test_the_hint_is_about_the_last_recording_that_did_not_do() -> None:
    leg: dict[str, Scalar] = {heard(1): "too_quiet", heard(2): "too_loud", heard(3): "enrolled", "enrolments": 1}
    move = dialogue.polled(enrolling(recording=3, first_of_batch=1), leg)
    asks_to_say_it(move, "voice.hint.too_loud")
    assert (move.standing.due, move.standing.tried, move.standing.first_of_batch) == (1, 3, 4)


def test_recordings_that_all_did_and_are_not_enough_are_followed_by_another() -> None:
    move = dialogue.polled(enrolling(recording=3), {heard(3): "enrolled", "enrolments": 2})
    asks_to_say_it(move, "voice.hint.unclear")
    assert move.standing.due == 0


def test_enrolling_ends_when_what_is_missing_cannot_be_had_in_the_recordings_left() -> None:
    leg: dict[str, Scalar] = {heard(6): "dissimilar", "enrolments": 0}
    ends(dialogue.polled(enrolling(recording=6, first_of_batch=4, tried=3), leg), "voice.enrolment_end")
    leg = {heard(6): "too_quiet", "enrolments": 1}
    asks_to_say_it(dialogue.polled(enrolling(recording=6, first_of_batch=4, tried=3), leg), "voice.hint.too_quiet")
    leg = {heard(8): "too_quiet", "enrolments": 2}
    ends(dialogue.polled(enrolling(recording=8, first_of_batch=7, tried=6), leg), "voice.enrolment_end")


def test_a_note_that_nobody_writes_is_an_error_and_no_verdict() -> None:
    with pytest.raises(ValueError, match="verified"):
        dialogue.polled(verifying(recording=1), {heard(1): "verified"})


def test_what_does_not_work_is_said_and_then_reported() -> None:
    ends(dialogue.failed(verifying(recording=1)), "voice.trouble")


# --- in the request that judges


@pytest.mark.parametrize("tried", [0, 1, 2])
def test_a_match_verifies(tried: int) -> None:
    assert dialogue.judged(verifying(tried=tried), Outcome.MATCH, 0) == Judgement(verdict=Verdict.VERIFIED)


def test_nothing_but_a_match_verifies() -> None:
    for outcome in set(Outcome) - {Outcome.MATCH}:
        for tried in range(5):
            for mismatches in range(tried + 1):
                judged = dialogue.judged(verifying(tried=tried, mismatches=mismatches), outcome, 3)
                assert judged.verdict is not Verdict.VERIFIED


def test_a_match_while_enrolling_verifies_nobody() -> None:
    for enrolments in range(5):
        for due in range(3):
            judged = dialogue.judged(enrolling(due=due), Outcome.MATCH, enrolments)
            assert judged.verdict is not Verdict.VERIFIED


@pytest.mark.parametrize("outcome", REJECTED)
@pytest.mark.parametrize("tried", [0, 1])
def test_the_first_two_recordings_that_do_not_match_are_noted(outcome: Outcome, tried: int) -> None:
    assert dialogue.judged(verifying(tried=tried), outcome, 0) == Judgement(note=outcome)


@pytest.mark.parametrize("outcome", sorted(MISMATCHES))
def test_a_third_recording_that_speaks_against_the_caller_is_not_verified(outcome: Outcome) -> None:
    assert dialogue.judged(verifying(tried=2), outcome, 0) == Judgement(verdict=Verdict.NOT_VERIFIED)


@pytest.mark.parametrize("outcome", UNJUDGED)
def test_a_third_recording_that_cannot_be_judged_is_inconclusive_unless_an_earlier_one_spoke_against(
    outcome: Outcome,
) -> None:
    assert dialogue.judged(verifying(tried=2), outcome, 0) == Judgement(verdict=Verdict.INCONCLUSIVE)
    against = verifying(tried=2, mismatches=1)
    assert dialogue.judged(against, outcome, 0) == Judgement(verdict=Verdict.NOT_VERIFIED)


def test_a_caller_whose_enrolments_are_lost_is_not_called_an_impostor() -> None:
    for tried in range(3):
        judged = dialogue.judged(verifying(tried=tried, mismatches=tried), Outcome.TOO_FEW_ENROLMENTS, 0)
        assert judged == Judgement(verdict=Verdict.INCONCLUSIVE)


def test_three_enrolments_are_enough_whatever_the_last_recording_was() -> None:
    for outcome in (Outcome.ENROLLED, Outcome.UNCLEAR):
        assert dialogue.judged(enrolling(), outcome, 3) == Judgement(verdict=Verdict.ENROLLED)


def test_fewer_are_noted_after_the_last_recording_asked_for() -> None:
    assert dialogue.judged(enrolling(), Outcome.ENROLLED, 2) == Judgement(note=Outcome.ENROLLED)


def test_while_others_follow_only_a_recording_that_did_not_do_is_noted() -> None:
    assert dialogue.judged(enrolling(due=1), Outcome.ENROLLED, 0) == Judgement()
    assert dialogue.judged(enrolling(due=1), Outcome.TOO_LOUD, 0) == Judgement(note=Outcome.TOO_LOUD)
