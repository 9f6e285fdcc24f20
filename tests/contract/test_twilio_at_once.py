"""The same request at the same time, and a world that hangs."""

from __future__ import annotations

import threading
import time

import pytest

from chalicelib import prompts
from chalicelib.clock import SystemClock
from chalicelib.voice.profile import Purpose
from local import callers
from local.twilio import verbs
from local.twilio.account import Account
from local.twilio.recordings import RecordingFaults, Recordings
from local.voiceit import VoiceIt, VoiceItFaults
from local.web import NeverAnswer, Request, Response, WebServer, json_response
from tests.contract.twilio_calls import CODE, Twilio, action, goes_on, soon, spoken, status_url
from tests.contract.wiring import BASE, SteppingClock, load

PHRASE = callers.PHRASE


def test_a_recording_told_twice_at_once_is_judged_once(
    twilio: Twilio, clock: SteppingClock, twilio_account: Account, recordings: Recordings, voiceit: VoiceIt
) -> None:
    user = twilio.parts.engine.create(soon())
    for take in callers.takes("karin")[:3]:
        voiceit.engine.enrol(user, "en-US", PHRASE, take.read_bytes())
    twilio.keep_profile("enrolled", engine_user=user)
    handle = twilio.issue(engine_user=user)
    url = status_url(twilio.post("claim", Digits=CODE))
    sid = recordings.keep(callers.takes("karin")[3].read_bytes())
    instances = [twilio, Twilio(load("twilio_app", clock), twilio_account.auth_token)]
    ready, answers = threading.Barrier(2), []

    def tell(instance: Twilio) -> None:
        instance.now()  # puts its parts together
        ready.wait()
        answers.append(instance.post(url, RecordingSid=sid, RecordingStatus="completed"))

    threads = [threading.Thread(target=tell, args=(instance,)) for instance in instances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(), ()]
    assert twilio.leg(handle)["verdict"] == "verified"
    assert [call.path for call in voiceit.calls].count("/verification/voice") == 1


def hangs(request: Request) -> Response:
    raise NeverAnswer


@pytest.fixture
def slow(
    _twilio_settings: None, twilio_account: Account, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Twilio, Twilio]:
    """Two instances on real time: one whose DynamoDB works, and one whose DynamoDB hangs."""
    works = Twilio(load("twilio_app", SystemClock()), twilio_account.auth_token)
    works.now()  # puts its parts together
    return works, Twilio(load("twilio_app", SystemClock()), twilio_account.auth_token)


def test_whatever_hangs_a_caller_is_answered_within_three_seconds(
    slow: tuple[Twilio, Twilio],
    account: dict[str, str],
    voiceit: VoiceIt,
    recordings: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    works, hung = slow
    works.issue(Purpose.ENROL)
    consent = works.post("claim", Digits=CODE)
    recording = works.post(action(consent), Digits="1")
    voiceit.faults, recordings.faults = VoiceItFaults(hold=True), RecordingFaults(hold=True)
    voice = [f"{BASE}/voice/{step}" for step in ("answer", "no-code", "claim", "fallback")]
    waiting = goes_on(recording).replace("/silence", "/wait")
    leg = [action(consent), goes_on(consent), action(recording), goes_on(recording), waiting]
    leg.append(waiting.replace("/wait", "/end"))
    with WebServer(hangs) as dynamodb:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url)
        hung.now()  # puts its parts together
        for url in (*voice, *leg):
            for key in ("1", "2") if "/consent" in url else (CODE,):
                began = time.monotonic()
                answer = hung.post(url, Digits=key)
                assert time.monotonic() - began < 3.0, url
                assert answer, url


def test_secrets_that_come_late_leave_a_first_caller_with_an_apology_within_three_seconds(
    slow: tuple[Twilio, Twilio], secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = slow
    asked, never = [], threading.Event()

    def comes_late(request: Request) -> Response:
        never.wait(1.2)
        found = [{"Name": name, "Value": value} for name, value in secrets.items()]
        return json_response(200, {"Parameters": found})

    def counts_and_hangs(request: Request) -> Response:
        asked.append(request)
        raise NeverAnswer

    with WebServer(comes_late) as ssm, WebServer(counts_and_hangs) as dynamodb:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", ssm.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url)
        began = time.monotonic()
        answer = first.post("claim", Digits=CODE)
        assert time.monotonic() - began < 3.0
    assert len(asked) < 2  # a second time only when the secrets took none of the time
    assert spoken(answer) == prompts.text("en-GB", "voice.trouble")


@pytest.mark.parametrize("profile", ["enrolling", "lost"])
def test_an_engine_that_hangs_while_the_table_works_is_told_within_three_seconds(
    profile: str, slow: tuple[Twilio, Twilio], voiceit: VoiceIt
) -> None:
    works, _ = slow
    user = works.parts.engine.create(soon())
    works.keep_profile("enrolling", engine_user=user)
    works.issue(Purpose.ENROL, user)
    if profile == "lost":
        voiceit.engine.delete_user(user)
    voiceit.faults = VoiceItFaults(at="/enrollments" if profile == "enrolling" else "/users", hold=True)
    began = time.monotonic()
    answer = works.post("claim", Digits=CODE)
    assert time.monotonic() - began < 3.0
    assert "your voice cannot be checked" in spoken(answer)
    assert isinstance(answer[-1], verbs.Redirect)


def test_an_engine_that_hangs_while_judging_is_inconclusive_before_twilio_gives_up(
    slow: tuple[Twilio, Twilio], voiceit: VoiceIt, recordings: Recordings
) -> None:
    works, _ = slow
    user = works.parts.engine.create(soon())
    works.keep_profile("enrolled", engine_user=user)
    handle = works.issue(engine_user=user)
    asked = works.post("claim", Digits=CODE)
    voiceit.faults = VoiceItFaults(hold=True)
    sid = recordings.keep(callers.takes("karin")[0].read_bytes())
    began = time.monotonic()
    assert works.post(status_url(asked), RecordingSid=sid, RecordingStatus="completed") == ()
    assert time.monotonic() - began < 13.5
    assert works.leg(handle)["verdict"] == "inconclusive"
    assert recordings.remaining == frozenset()
