from __future__ import annotations

import pytest

from chalicelib.conditional_write import Record, Write, applied, holds
from chalicelib.prompts import CONSENT_VERSION
from chalicelib.voice import profile
from chalicelib.voice.profile import Purpose, State, Task
from tests.unit.standings import ENGINE_USER, task

OTHER_USER = "usr_" + "2" * 32
NOW = 1_800_000_000_000


def after(write: Write, record: Record) -> Record | None:
    return applied(write, record) if holds(write.condition, record) else None


ENROLLING = after(profile.agreed(task(Purpose.ENROL, ""), ENGINE_USER, NOW), {}) or {}
ENROLLED = {**ENROLLING, "voice_state": "enrolled"}
OPTED_OUT = after(profile.declined(task(Purpose.ENROL, ""), NOW), {}) or {}


def test_a_caller_about_whom_nothing_is_kept_has_no_state() -> None:
    assert profile.state({}) is None
    assert profile.state({"engine_user": ENGINE_USER}) is None


def test_a_state_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(ValueError, match="other"):
        profile.state({"voice_state": "other"})


def test_consent_is_kept_with_its_time_its_wording_its_language_and_its_channel() -> None:
    assert profile.state(ENROLLING) is State.ENROLLING
    assert {name: value for name, value in ENROLLING.items() if name.startswith("consent")} == {
        "consent": "given",
        "consent_at": NOW,
        "consent_text": CONSENT_VERSION,
        "consent_language": "en-GB",
        "consent_channel": "telephone",
    }
    assert ENROLLING["engine_user"] == ENGINE_USER


def test_a_refusal_is_kept_without_a_name_at_the_engine() -> None:
    assert profile.state(OPTED_OUT) is State.OPTED_OUT
    assert OPTED_OUT["consent"] == "refused"
    assert "engine_user" not in OPTED_OUT


def test_a_profile_holds_neither_a_voice_nor_a_number() -> None:
    assert set(ENROLLING) == {
        "voice_state",
        "engine_user",
        "subject",
        "phrase",
        "content_language",
        "consent",
        "consent_at",
        "consent_text",
        "consent_language",
        "consent_channel",
    }


@pytest.mark.parametrize("kept", [ENROLLING, ENROLLED, OPTED_OUT])
def test_a_second_answer_to_the_consent_question_changes_nothing(kept: Record) -> None:
    assert after(profile.agreed(task(), OTHER_USER, NOW + 1), kept) is None
    assert after(profile.declined(task(), NOW + 1), kept) is None


def test_a_caller_is_enrolled_only_as_the_user_who_was_recorded() -> None:
    assert profile.state(after(profile.enrolled(ENGINE_USER), ENROLLING) or {}) is State.ENROLLED
    for other in ({}, OPTED_OUT, {**ENROLLING, "engine_user": OTHER_USER}):
        assert after(profile.enrolled(ENGINE_USER), other) is None


def test_a_caller_whose_enrolments_are_lost_enrols_again() -> None:
    assert profile.state(after(profile.unfinished(ENGINE_USER), ENROLLED) or {}) is State.ENROLLING
    assert after(profile.unfinished(ENGINE_USER), OPTED_OUT) is None


def test_a_lost_user_is_replaced_once_and_begins_again_with_the_same_consent() -> None:
    renewed = after(profile.renewed(ENGINE_USER, OTHER_USER), ENROLLED) or {}
    assert profile.state(renewed) is State.ENROLLING
    assert renewed["engine_user"] == OTHER_USER
    assert renewed["consent_at"] == NOW
    assert after(profile.renewed(ENGINE_USER, "usr_" + "3" * 32), renewed) is None


@pytest.mark.parametrize("given", [task(), task(Purpose.ENROL, ""), task(hand_back="dial", language="sv-SE")])
def test_a_task_travels_with_a_leg_and_leaves_out_what_is_empty(given: Task) -> None:
    facts = given.facts()
    assert all(facts.values())
    assert Task.of({**facts, "kind": "leg", "issued_at": NOW}) == given


@pytest.mark.parametrize("purpose", [None, "", "other"])
def test_a_leg_without_a_purpose_has_no_task(purpose: str | None) -> None:
    record = task().facts() | ({"purpose": purpose} if purpose is not None else {})
    if purpose is None:
        del record["purpose"]
    with pytest.raises((KeyError, ValueError)):
        Task.of(record)
