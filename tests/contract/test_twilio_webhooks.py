"""Each webhook of a leg, asked as Twilio asks it."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from local import callers
from local.twilio import verbs
from local.twilio.recordings import RecordingFaults, Recordings
from local.twilio.verbs import Verb
from local.voiceit import VoiceIt, VoiceItFaults
from tests.contract.twilio_calls import (
    CALL,
    CODE,
    OTHER_CALL,
    Sent,
    Speaker,
    Twilio,
    action,
    goes_on,
    record,
    soon,
    spoken,
    status_url,
    ticket,
)
from tests.contract.wiring import BASE, SteppingClock

pytestmark = pytest.mark.usefixtures("_twilio_settings")

UNKNOWN_CODE = "this call could not be connected"
TROUBLE = "your voice cannot be checked"
WRONG = "something went wrong"


@pytest.fixture
def karin(twilio: Twilio, voiceit: VoiceIt) -> str:
    """Karin is enrolled; who the engine knows her as."""
    user = twilio.parts.engine.create(soon())
    for take in callers.takes("karin")[:3]:
        voiceit.engine.enrol(user, "en-US", "Never forget tomorrow is a new day", take.read_bytes())
    twilio.keep_profile("enrolled", engine_user=user)
    return user


# --- before a leg is claimed


def test_the_call_is_answered_by_listening(twilio: Twilio) -> None:
    gather, otherwise = twilio.post("answer", CallStatus="ringing")
    assert isinstance(gather, verbs.Gather)
    assert gather.action == f"{BASE}/voice/claim"
    assert otherwise == verbs.Redirect(f"{BASE}/voice/no-code")


def test_a_call_without_a_code_is_not_ours(twilio: Twilio) -> None:
    assert UNKNOWN_CODE in spoken(twilio.post("no-code"))


@pytest.mark.parametrize("digits", ["", "#", "123456789", "01234567890", "0123456789##", "\u0661" * 10, "9876543210"])
def test_every_code_that_is_none_sounds_the_same(
    digits: str, twilio: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    twilio.issue()
    assert UNKNOWN_CODE in spoken(twilio.post("claim", Digits=digits))
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert line["event"] == "leg_code_refused"
    assert not digits or digits not in json.dumps(line)


def test_a_code_that_is_too_old_is_none(twilio: Twilio, clock: SteppingClock) -> None:
    twilio.issue()
    clock.at += 61
    assert UNKNOWN_CODE in spoken(twilio.post("claim", Digits=CODE))


def test_a_code_belongs_to_the_first_call_and_a_repeat_of_it(twilio: Twilio, karin: str) -> None:
    twilio.issue(engine_user=karin)
    assert record(twilio.post("claim", Digits=CODE + "#")).action
    assert UNKNOWN_CODE in spoken(twilio.post("claim", Digits=CODE, CallSid=OTHER_CALL))
    assert record(twilio.post("claim", Digits=CODE)).action


@pytest.mark.parametrize("call", ["", "CA1", "XX" + "0" * 32, CALL + "\n"])
def test_a_request_without_a_call_is_no_request(call: str, twilio: Twilio, karin: str) -> None:
    handle = twilio.issue(engine_user=karin)
    assert TROUBLE in spoken(twilio.post("claim", Digits=CODE, CallSid=call))
    assert "call" not in twilio.leg(handle)


def test_after_a_failure_twilio_is_told_to_say_so(twilio: Twilio, capsys: pytest.CaptureFixture[str]) -> None:
    assert WRONG in spoken(twilio.post("fallback", ErrorCode="11200 +46701234567", ErrorUrl=f"{BASE}/voice/x"))
    assert json.loads(capsys.readouterr().out)["code"] == "11200"


@pytest.mark.parametrize("path", ["other", "x/other", "x%2Fclaim", "%7B0%7D", "{step}", "x/{0}", "..%2F.."])
def test_a_path_that_is_none_of_ours_is_answered_all_the_same(path: str, twilio: Twilio) -> None:
    signed = Sent(signed_url=f"{BASE}/voice/{unquote(path)}")
    response = twilio.send(f"{BASE}/voice/{path}", {}, signed)
    assert response.status == 200
    assert WRONG.encode() in response.body


# --- a known caller


def test_a_known_caller_is_recognised(
    twilio: Twilio, karin: str, recordings: Recordings, capsys: pytest.CaptureFixture[str]
) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    waiting = Speaker(twilio, recordings, callers.takes("karin")[3]).says(asked)
    assert twilio.leg(handle)["verdict"] == "verified"
    assert twilio.hands_back(twilio.post(goes_on(waiting)))
    assert twilio.hands_back(twilio.post("claim", Digits=CODE)), "even when the first answer was lost"
    assert recordings.remaining == frozenset()
    written = capsys.readouterr().out
    for secret in (CODE, karin, CALL):
        assert secret not in written


def test_somebody_else_is_not_recognised_after_three_recordings(
    twilio: Twilio, karin: str, recordings: Recordings
) -> None:
    handle = twilio.issue(engine_user=karin)
    mallory = Speaker(twilio, recordings, *callers.takes("mallory"))
    asked: tuple[Verb, ...] = twilio.post("claim", Digits=CODE)
    for _ in range(2):
        waiting = mallory.says(asked)
        asked = twilio.post(goes_on(waiting))
        assert record(asked).action
    waiting = mallory.says(asked)
    assert twilio.leg(handle)["verdict"] == "not_verified"
    assert twilio.hands_back(twilio.post(goes_on(waiting)))


def test_silence_is_asked_about_and_then_ends_the_leg(twilio: Twilio, karin: str) -> None:
    handle = twilio.issue(engine_user=karin)
    answer = twilio.post("claim", Digits=CODE)
    for _ in range(3):
        answer = twilio.post(goes_on(answer))
    assert "verdict" not in twilio.leg(handle), "it is said first and reported after"
    assert twilio.hands_back(twilio.post(goes_on(answer)))
    assert twilio.leg(handle)["verdict"] == "inconclusive"


def test_a_recording_that_is_told_twice_is_judged_once(
    twilio: Twilio, karin: str, recordings: Recordings, voiceit: VoiceIt
) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    speaker = Speaker(twilio, recordings, callers.takes("mallory")[0])
    sid = speaker.keep()
    for _ in range(3):
        speaker.told(asked, sid)
    assert twilio.leg(handle)["heard_1"] == "no_match"
    assert [call.path for call in voiceit.calls].count("/verification/voice") == 1


def test_a_recording_whose_file_never_comes_is_asked_for_again(
    twilio: Twilio, karin: str, recordings: Recordings
) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    recordings.faults = RecordingFaults(appears_after=60)
    Speaker(twilio, recordings, callers.takes("karin")[3]).says(asked)
    assert twilio.leg(handle)["heard_1"] == "unclear"
    assert recordings.remaining == frozenset()


@pytest.mark.parametrize("status", ["absent", "failed", "in-progress", ""])
def test_a_recording_that_is_not_complete_is_not_judged(status: str, twilio: Twilio, karin: str) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    assert twilio.post(status_url(asked), RecordingSid="RE" + "0" * 32, RecordingStatus=status) == ()
    assert "heard_1" not in twilio.leg(handle)


@pytest.mark.parametrize("sid", ["", "RE1", "../../x"])
def test_a_recording_without_a_sid_is_not_fetched(sid: str, twilio: Twilio, karin: str) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    assert TROUBLE in spoken(twilio.post(status_url(asked), RecordingSid=sid, RecordingStatus="completed"))
    assert "verdict" not in twilio.leg(handle)


@pytest.mark.parametrize(
    "faults", [VoiceItFaults(down=True), VoiceItFaults(code="GERR", status=500), VoiceItFaults(code="SUCC", status=400)]
)
def test_an_engine_that_fails_is_inconclusive_and_the_recording_is_gone(
    faults: VoiceItFaults, twilio: Twilio, karin: str, recordings: Recordings, voiceit: VoiceIt
) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    voiceit.faults = faults
    waiting = Speaker(twilio, recordings, callers.takes("karin")[3]).says(asked)
    assert twilio.leg(handle)["verdict"] == "inconclusive"
    assert twilio.hands_back(twilio.post(goes_on(waiting)))
    assert recordings.remaining == frozenset()


def test_a_twilio_whose_recordings_fail_is_inconclusive(twilio: Twilio, karin: str, recordings: Recordings) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    recordings.faults = RecordingFaults(status=500)
    Speaker(twilio, recordings, callers.takes("karin")[3]).says(asked)
    assert twilio.leg(handle)["verdict"] == "inconclusive"


def test_a_caller_whose_enrolments_are_lost_is_told_nothing_of_it_and_enrols_next_time(
    twilio: Twilio, karin: str, recordings: Recordings, voiceit: VoiceIt
) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    voiceit.engine.delete_enrolments(karin)
    Speaker(twilio, recordings, callers.takes("karin")[3]).says(asked)
    assert twilio.leg(handle)["verdict"] == "inconclusive"
    assert twilio.profile()["voice_state"] == "enrolling"


def test_the_caller_waits_until_it_takes_too_long(twilio: Twilio, karin: str) -> None:
    twilio.issue(engine_user=karin)
    answer = twilio.post(action(twilio.post("claim", Digits=CODE)))
    waits = 0
    while goes_on(answer).endswith("/wait"):
        answer = twilio.post(goes_on(answer))
        waits += 1
        assert waits < 30
    assert TROUBLE in spoken(answer)
    assert twilio.hands_back(twilio.post(goes_on(answer)))


# --- tickets


def test_the_ticket_of_another_call_opens_nothing(twilio: Twilio, karin: str) -> None:
    handle = twilio.issue(engine_user=karin)
    asked = twilio.post("claim", Digits=CODE)
    for url in (action(asked), goes_on(asked), f"{BASE}/voice/{ticket(action(asked))}/end"):
        assert TROUBLE in spoken(twilio.post(url, CallSid=OTHER_CALL))
    assert "verdict" not in twilio.leg(handle)


@pytest.mark.parametrize("wrong", ["x", "A" * 400, "A" * 3000])
def test_a_ticket_that_is_none_opens_nothing(wrong: str, twilio: Twilio) -> None:
    for step in ("consent", "no-key", "recorded", "silence", "wait", "end"):
        assert TROUBLE in spoken(twilio.post(f"{BASE}/voice/{wrong}/{step}", Digits="1"))


def test_a_recording_that_belongs_to_no_leg_is_deleted_unheard(twilio: Twilio, recordings: Recordings) -> None:
    sid = recordings.keep(callers.takes("karin")[0].read_bytes())
    told = twilio.post(f"{BASE}/voice/x/recording-status", RecordingSid=sid, RecordingStatus="completed")
    assert TROUBLE in spoken(told)
    assert recordings.remaining == frozenset()
    assert recordings.fetched[sid] == 0


# --- handing back by dialling


def test_a_leg_may_be_handed_back_by_dialling_with_a_code(
    twilio: Twilio, karin: str, recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECT_NUMBER", "+46102222222")
    twilio.module.leg_parts.cache_clear()
    handle = twilio.issue(engine_user=karin, hand_back="dial")
    asked = twilio.post("claim", Digits=CODE)
    waiting = Speaker(twilio, recordings, callers.takes("karin")[3]).says(asked)
    first, again = (twilio.post(goes_on(waiting)) for _ in range(2))
    assert first == again
    (dial,) = first
    assert isinstance(dial, verbs.Dial)
    assert dial.numbers[0].number == "+46102222222"
    code = dial.numbers[0].send_digits.strip("w#")
    hand_back = twilio.parts.items.read("hand_back#" + twilio.parts.hashes.of("hand-back code", code), soon())
    assert hand_back["verdict"] == "verified"
    assert twilio.leg(handle)["answer"] == "expired", "the leg itself is closed"


def test_dialling_back_without_a_number_is_told_before_anybody_speaks(
    twilio: Twilio, karin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    twilio.issue(engine_user=karin, hand_back="dial")
    assert TROUBLE in spoken(twilio.post("claim", Digits=CODE))
    assert "CONNECT_NUMBER is not set" in capsys.readouterr().out


def test_what_is_unexpected_is_counted_by_its_kind_and_nothing_else(
    twilio: Twilio, karin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    twilio.issue(engine_user=karin, language="xx-XX")
    assert WRONG in spoken(twilio.post("claim", Digits=CODE))
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["event"], line["code"], line["reason"]) == ("webhook_failed", "unexpected", "ModuleNotFoundError")
