"""How a new caller's voice is learnt: consent first, then three recordings that fit each other."""

from __future__ import annotations

import pytest

from chalicelib.conditional_write import Is, Write
from chalicelib.table import keys
from chalicelib.voice.profile import Purpose
from local import callers
from local.twilio import verbs
from local.twilio.recordings import Recordings
from local.twilio.verbs import Verb
from local.voiceit import VoiceIt, VoiceItFaults
from tests.contract.twilio_calls import (
    CALLER,
    CODE,
    PERSON,
    Speaker,
    Twilio,
    action,
    goes_on,
    record,
    soon,
    spoken,
    status_url,
)

KARIN = callers.takes("karin")
TROUBLE = "your voice cannot be checked"


def asked_for_consent(twilio: Twilio) -> tuple[Verb, ...]:
    twilio.issue(Purpose.ENROL)
    return twilio.post("claim", Digits=CODE)


def users(voiceit: VoiceIt) -> list[str]:
    return list(voiceit.engine.enrolled)


def test_a_new_caller_is_asked_before_anything_is_made_of_them(twilio: Twilio, voiceit: VoiceIt) -> None:
    asked = asked_for_consent(twilio)
    assert "press 1" in spoken(asked)
    assert not any(isinstance(verb, verbs.Record) for verb in asked)
    assert users(voiceit) == []
    assert twilio.profile() == {}


def test_who_agrees_is_enrolled_with_three_recordings(twilio: Twilio, recordings: Recordings, voiceit: VoiceIt) -> None:
    handle = twilio.issue(Purpose.ENROL)
    asked = twilio.post(action(twilio.post("claim", Digits=CODE)), Digits="1")
    profile = twilio.profile()
    assert (profile["voice_state"], profile["consent"], profile["subject"]) == ("enrolling", "given", PERSON)
    karin = Speaker(twilio, recordings, *KARIN)
    for _ in range(3):
        asked = karin.says(asked)
    assert voiceit.engine.enrolled == {profile["engine_user"]: 3}
    assert twilio.profile()["voice_state"] == "enrolled"
    assert twilio.leg(handle)["verdict"] == "enrolled"
    assert twilio.hands_back(twilio.post(goes_on(asked)))
    assert recordings.remaining == frozenset()


def test_who_refuses_is_left_alone_and_it_is_written_down(twilio: Twilio, voiceit: VoiceIt) -> None:
    handle = twilio.issue(Purpose.ENROL)
    asked = twilio.post("claim", Digits=CODE)
    for _ in range(2):
        assert twilio.hands_back(twilio.post(action(asked), Digits="2"))
    profile = twilio.profile()
    assert (profile["voice_state"], profile["consent"]) == ("opted_out", "refused")
    assert "engine_user" not in profile
    assert twilio.leg(handle)["verdict"] == "opted_out"
    assert users(voiceit) == []


@pytest.mark.parametrize("key", ["3", "0", "*", "", "12"])
def test_any_other_key_is_asked_about_once_and_then_the_leg_ends(key: str, twilio: Twilio, voiceit: VoiceIt) -> None:
    again = twilio.post(action(asked_for_consent(twilio)), Digits=key)
    assert "press 1" in spoken(again)
    ended = twilio.post(action(again), Digits=key)
    assert twilio.hands_back(twilio.post(goes_on(ended)))
    assert twilio.profile() == {}
    assert users(voiceit) == []


def test_no_key_at_all_is_no_consent(twilio: Twilio) -> None:
    again = twilio.post(goes_on(asked_for_consent(twilio)))
    ended = twilio.post(goes_on(again))
    assert twilio.hands_back(twilio.post(goes_on(ended)))
    assert twilio.profile() == {}


def test_consent_that_is_delivered_twice_leaves_one_user(twilio: Twilio, voiceit: VoiceIt) -> None:
    asked = asked_for_consent(twilio)
    for _ in range(2):
        assert record(twilio.post(action(asked), Digits="1")).action
    assert users(voiceit) == [twilio.profile()["engine_user"]]


def test_a_surplus_user_that_cannot_be_deleted_stops_nobody(twilio: Twilio, voiceit: VoiceIt) -> None:
    asked = asked_for_consent(twilio)
    twilio.post(action(asked), Digits="1")
    voiceit.faults = VoiceItFaults(at="/users/", down=True)
    assert record(twilio.post(action(asked), Digits="1")).action
    assert len(users(voiceit)) == 2


def test_consent_after_a_refusal_in_another_call_does_not_count(twilio: Twilio, voiceit: VoiceIt) -> None:
    asked = asked_for_consent(twilio)
    twilio.keep_profile("opted_out")
    assert TROUBLE in spoken(twilio.post(action(asked), Digits="1"))
    assert twilio.profile()["voice_state"] == "opted_out"
    assert users(voiceit) == []


def test_a_voice_never_ends_up_in_the_profile_of_somebody_else_on_the_same_number(
    twilio: Twilio, voiceit: VoiceIt
) -> None:
    asked = asked_for_consent(twilio)
    theirs = twilio.parts.engine.create(soon())
    twilio.keep_profile("enrolling", engine_user=theirs)
    twilio.parts.items.write(
        keys.caller(CALLER), Write(Is("engine_user", theirs), {"subject": "somebody else"}), soon()
    )
    assert TROUBLE in spoken(twilio.post(action(asked), Digits="1"))
    assert users(voiceit) == [theirs]


def test_a_refusal_while_another_call_agrees_changes_nothing_there(twilio: Twilio) -> None:
    handle = twilio.issue(Purpose.ENROL)
    asked = twilio.post("claim", Digits=CODE)
    twilio.keep_profile("enrolling", engine_user="usr_" + "1" * 32)
    assert twilio.hands_back(twilio.post(action(asked), Digits="2"))
    assert twilio.profile()["voice_state"] == "enrolling"
    assert twilio.leg(handle)["verdict"] == "inconclusive"


def test_an_engine_that_makes_no_user_makes_no_profile(twilio: Twilio, voiceit: VoiceIt) -> None:
    asked = asked_for_consent(twilio)
    voiceit.faults = VoiceItFaults(down=True)
    said = twilio.post(action(asked), Digits="1")
    assert TROUBLE in spoken(said)
    assert twilio.hands_back(twilio.post(goes_on(said)))
    assert twilio.profile() == {}


# --- taken up again


def begun(twilio: Twilio, voiceit: VoiceIt, takes: int) -> str:
    """An enrolment that stopped after `takes` recordings; who the engine knows the caller as."""
    user = twilio.parts.engine.create(soon())
    for take in KARIN[:takes]:
        voiceit.engine.enrol(user, "en-US", callers.PHRASE, take.read_bytes())
    twilio.keep_profile("enrolling", engine_user=user)
    return user


def test_an_interrupted_enrolment_asks_only_for_what_is_missing(
    twilio: Twilio, recordings: Recordings, voiceit: VoiceIt
) -> None:
    user = begun(twilio, voiceit, 2)
    handle = twilio.issue(Purpose.ENROL, user)
    asked = twilio.post("claim", Digits=CODE)
    assert "where we stopped" in spoken(asked)
    Speaker(twilio, recordings, KARIN[2]).says(asked)
    assert twilio.leg(handle)["verdict"] == "enrolled"
    assert voiceit.engine.enrolled == {user: 3}


def test_an_enrolment_whose_last_answer_was_lost_is_finished_without_a_word(twilio: Twilio, voiceit: VoiceIt) -> None:
    handle = twilio.issue(Purpose.ENROL, begun(twilio, voiceit, 3))
    assert twilio.hands_back(twilio.post("claim", Digits=CODE))
    assert twilio.leg(handle)["verdict"] == "enrolled"
    assert twilio.profile()["voice_state"] == "enrolled"


def test_a_user_whom_the_engine_lost_is_made_anew_once(twilio: Twilio, voiceit: VoiceIt) -> None:
    lost = begun(twilio, voiceit, 2)
    voiceit.engine.delete_user(lost)
    twilio.issue(Purpose.ENROL, lost)
    for _ in range(2):
        assert record(twilio.post("claim", Digits=CODE)).action
    assert users(voiceit) == [twilio.profile()["engine_user"]]
    assert twilio.profile()["engine_user"] != lost
    assert twilio.profile()["voice_state"] == "enrolling"


@pytest.mark.parametrize("at", ["/enrollments", "/users"])
def test_an_engine_that_cannot_tell_how_far_it_came_ends_the_leg(at: str, twilio: Twilio, voiceit: VoiceIt) -> None:
    lost = begun(twilio, voiceit, 2)
    voiceit.engine.delete_user(lost)
    twilio.issue(Purpose.ENROL, lost)
    voiceit.faults = VoiceItFaults(at=at, down=True)
    said = twilio.post("claim", Digits=CODE)
    assert TROUBLE in spoken(said)
    assert goes_on(said).endswith("/end")


def test_recordings_that_do_not_fit_each_other_are_all_made_anew(
    twilio: Twilio, recordings: Recordings, voiceit: VoiceIt
) -> None:
    handle = twilio.issue(Purpose.ENROL)
    asked = twilio.post(action(twilio.post("claim", Digits=CODE)), Digits="1")
    for take in (KARIN[0], KARIN[1], callers.takes("erik")[0]):
        asked = Speaker(twilio, recordings, take).says(asked)
    assert list(voiceit.engine.enrolled.values()) == [0]
    assert twilio.leg(handle)["heard_3"] == "dissimilar"
    again = twilio.post(goes_on(asked))
    assert "too different" in spoken(again)
    for take in KARIN[2:5]:
        again = Speaker(twilio, recordings, take).says(again)
    assert twilio.leg(handle)["verdict"] == "enrolled"


def test_a_caller_whose_recordings_never_do_is_let_go_within_eight(twilio: Twilio, recordings: Recordings) -> None:
    handle = twilio.issue(Purpose.ENROL)
    answer = twilio.post(action(twilio.post("claim", Digits=CODE)), Digits="1")
    made = 0
    while not goes_on(answer).endswith("/end"):
        if goes_on(answer).endswith("/wait"):
            answer = twilio.post(goes_on(answer))
            continue
        answer = Speaker(twilio, recordings, callers.bad("too_quiet")).says(answer)
        made += 1
    assert 3 <= made <= 8
    assert twilio.hands_back(twilio.post(goes_on(answer)))
    assert twilio.leg(handle)["verdict"] == "inconclusive"


def test_a_profile_that_was_erased_meanwhile_is_not_enrolled(
    twilio: Twilio, recordings: Recordings, voiceit: VoiceIt
) -> None:
    handle = twilio.issue(Purpose.ENROL, begun(twilio, voiceit, 2))
    asked = twilio.post("claim", Digits=CODE)
    sid = recordings.keep(KARIN[2].read_bytes())
    twilio.parts.items.write(
        keys.caller(CALLER), Write(Is("voice_state", "enrolling"), {"engine_user": "usr_" + "9" * 32}), soon()
    )
    assert twilio.post(status_url(asked), RecordingSid=sid, RecordingStatus="completed") == ()
    assert twilio.leg(handle)["verdict"] == "inconclusive"
    assert twilio.profile()["voice_state"] == "enrolling"
