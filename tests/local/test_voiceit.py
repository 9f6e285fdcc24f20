import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import urllib3

from local import callers, tls, wav
from local.clock import VirtualClock
from local.transcript import Transcript
from local.voiceit import VoiceIt, VoiceItFaults, compare
from local.voiceit.engine import SAME_VOICE, SAME_WORDS


class Client(VoiceIt):
    """The stand-in with a client in front of it."""

    def __init__(self, folder: Path) -> None:
        certificates = tls.certificates(folder / "tls")
        self.clock, self.story = VirtualClock(), Transcript()
        super().__init__(self.clock, certificates.server_context(), transcript=self.story)
        self.pool = urllib3.PoolManager(ssl_context=certificates.client_context(), retries=False, timeout=5.0)
        self.login = urllib3.make_headers(basic_auth=f"{self.key}:{self.token}")

    def ask(self, method: str, path: str, **form: str | bytes) -> Any:
        fields = {
            name: value if isinstance(value, str) else ("take.wav", value, "audio/wav") for name, value in form.items()
        }
        got = self.pool.request(method, self.url + path, headers=self.login, fields=fields or None)
        return got.json()

    def voice(self, path: str, user: str, recording: bytes, **other: str) -> Any:
        form = {"userId": user, "contentLanguage": "en-US", "phrase": callers.PHRASE} | other
        return self.ask("POST", path, recording=recording, **form)

    def enrol(self, user: str, recording: bytes) -> str:
        return str(self.voice("/enrollments/voice", user, recording)["responseCode"])

    def verify(self, user: str, recording: bytes) -> str:
        return str(self.voice("/verification/voice", user, recording)["responseCode"])

    def user(self) -> str:
        return str(self.ask("POST", "/users")["userId"])

    def enrolled(self, caller: str) -> str:
        user = self.user()
        assert [self.enrol(user, take) for take in audio(caller)[:3]] == ["SUCC"] * 3
        return user


@pytest.fixture
def voiceit(tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path)
    with client.server:
        yield client
        client.pool.clear()


def audio(caller: str) -> list[bytes]:
    return [path.read_bytes() for path in callers.takes(caller)]


def bad(kind: str) -> bytes:
    return callers.bad(kind).read_bytes()


# -- the comparison ---------------------------------------------------------------------------------------------


def _say(what: str) -> None:
    sys.stdout.write(what + "\n")  # for `pytest -rP`: how far from the thresholds the callers are


@pytest.fixture(scope="module")
def spoken() -> dict[str, list[compare.Utterance]]:
    return {caller: [compare.utterance(wav.read(take)) for take in audio(caller)] for caller in callers.CALLERS}


def test_every_caller_has_enough_takes_and_no_two_are_alike(spoken: dict[str, list[compare.Utterance]]) -> None:
    for caller, takes in spoken.items():
        assert len(takes) >= 6, caller
        assert not any(compare.same_audio(one, other) for one, other in itertools.combinations(takes, 2)), caller


def test_genuine_takes_lie_well_below_the_threshold_and_impostors_well_above(
    spoken: dict[str, list[compare.Utterance]],
) -> None:
    def nearest(take: compare.Utterance, known: list[compare.Utterance]) -> float:
        return min(compare.voice_distance(take, one) for one in known)

    for caller, takes in spoken.items():
        genuine = [nearest(take, takes[:3]) for take in takes[3:]]
        others = [nearest(take, takes[:3]) for name in spoken if name != caller for take in spoken[name]]
        _say(f"{caller}: genuine {min(genuine):.2f}-{max(genuine):.2f}, others {min(others):.2f}-{max(others):.2f}")
        assert max(compare.voice_distance(*pair) for pair in itertools.combinations(takes, 2)) < SAME_VOICE
        assert max(genuine) < 0.85 * SAME_VOICE
        assert min(others) > 1.15 * SAME_VOICE


def test_other_words_lie_well_above_the_threshold(spoken: dict[str, list[compare.Utterance]]) -> None:
    wrong = compare.utterance(wav.read(bad("wrong_phrase")))
    distances = [compare.words_distance(wrong, take) for takes in spoken.values() for take in takes]
    _say(f"wrong phrase: {min(distances):.2f}-{max(distances):.2f}")
    assert min(distances) > 1.15 * SAME_WORDS


def test_a_copy_is_known_wherever_it_is_cut(spoken: dict[str, list[compare.Utterance]]) -> None:
    take = wav.read(audio("karin")[0])
    assert compare.same_audio(spoken["karin"][0], compare.utterance(np.pad(take // 2, (3000, 24000))))


# -- the API ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("caller", ["karin", "erik"])
def test_an_enrolled_caller_is_verified_and_others_are_not(voiceit: Client, caller: str) -> None:
    user = voiceit.enrolled(caller)
    assert [voiceit.verify(user, take) for take in audio(caller)[3:]] == ["SUCC"] * 5
    impostors = [take for other in callers.CALLERS if other != caller for take in audio(other)[:3]]
    assert {voiceit.verify(user, take) for take in impostors} == {"FAIL"}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("too_quiet", "SSTQ"),
        ("too_short", "NEHSD"),
        ("silence", "NVDT"),
        ("noise", "NVDT"),
        ("wrong_phrase", "PDNM"),
    ],
)
def test_what_goes_wrong_at_a_microphone_has_its_own_code(voiceit: Client, kind: str, code: str) -> None:
    user = voiceit.enrolled("karin")
    assert voiceit.verify(user, bad(kind)) == code
    assert voiceit.enrol(user, bad(kind)) == code
    assert voiceit.engine.enrolled == {user: 3}


def test_the_same_audio_is_never_taken_twice(voiceit: Client) -> None:
    user = voiceit.enrolled("karin")
    take = audio("karin")[3]
    assert [voiceit.verify(user, take), voiceit.verify(user, take)] == ["SUCC", "RWPU"]
    assert voiceit.verify(user, audio("karin")[0]) == "RWPU"
    assert voiceit.verify(user, wav.linear(wav.read(take))) == "RWPU"


def test_verification_needs_three_enrolments(voiceit: Client) -> None:
    user = voiceit.user()
    voiceit.enrol(user, audio("karin")[0])
    voiceit.enrol(user, audio("karin")[1])
    assert voiceit.verify(user, audio("karin")[3]) == "PNTE"


def test_somebody_else_cannot_finish_an_enrolment(voiceit: Client) -> None:
    user = voiceit.user()
    voiceit.enrol(user, audio("karin")[0])
    assert voiceit.enrol(user, audio("mallory")[0]) == "NSPE"


def test_answers_have_voiceits_shape(voiceit: Client) -> None:
    user = voiceit.user()
    enrolled = voiceit.voice("/enrollments/voice", user, audio("karin")[0])
    assert enrolled.keys() >= {"message", "status", "timeTaken", "apiCallId", "id", "textConfidence", "createdAt"}
    assert enrolled["status"] == 201
    voiceit.enrol(user, audio("karin")[1])
    voiceit.enrol(user, audio("karin")[2])
    verified = voiceit.voice("/verification/voice", user, audio("karin")[3])
    assert verified["confidence"] > 85
    assert verified["text"] == callers.PHRASE.lower()
    assert voiceit.voice("/verification/voice", user, audio("erik")[0])["confidence"] < 85


def test_users_come_and_go(voiceit: Client) -> None:
    user = voiceit.enrolled("karin")
    assert voiceit.ask("GET", f"/users/{user}")["exists"] is True
    assert voiceit.ask("GET", f"/enrollments/voice/{user}")["count"] == 3
    assert voiceit.ask("DELETE", f"/enrollments/{user}/all")["responseCode"] == "SUCC"
    assert voiceit.verify(user, audio("karin")[3]) == "PNTE"
    assert voiceit.ask("DELETE", f"/users/{user}")["responseCode"] == "SUCC"
    assert voiceit.ask("DELETE", f"/users/{user}")["responseCode"] == "UNFD"
    assert voiceit.ask("GET", f"/users/{user}")["exists"] is False
    assert voiceit.voice("/verification/voice", user, audio("karin")[3])["status"] == 404
    assert not voiceit.engine.enrolled


def test_it_can_forget_everybody(voiceit: Client) -> None:
    user = voiceit.enrolled("karin")
    voiceit.engine.forget_everybody()
    assert voiceit.verify(user, audio("karin")[3]) == "UNFD"


def test_parameters_are_checked(voiceit: Client) -> None:
    user, take = voiceit.user(), audio("karin")[0]
    path = "/enrollments/voice"
    assert voiceit.voice(path, user, take, contentLanguage="xx-XX")["responseCode"] == "INCP"
    assert voiceit.voice(path, user, take, phrase="Open sesame")["responseCode"] == "INPP"
    assert voiceit.voice(path, user, b"no audio")["responseCode"] == "IFAD"
    assert voiceit.voice(path, user, b"")["responseCode"] == "EMPF"
    assert voiceit.ask("POST", path, userId=user)["responseCode"] == "MISP"
    assert voiceit.ask("GET", "/phrases/xx-XX")["responseCode"] == "INCP"
    assert voiceit.ask("GET", "/phrases/en-US")["phrases"][0]["text"] == callers.PHRASE
    assert voiceit.ask("GET", "/nothing")["status"] == 404


def test_without_speech_to_text_any_words_will_do(voiceit: Client) -> None:
    user = voiceit.user()
    found = voiceit.voice("/enrollments/voice", user, bad("wrong_phrase"), contentLanguage="no-STT")
    assert found["responseCode"] == "SUCC"


def test_wrong_credentials_open_nothing(voiceit: Client) -> None:
    voiceit.login = urllib3.make_headers(basic_auth=f"{voiceit.key}:wrong")
    assert voiceit.ask("POST", "/users")["responseCode"] == "UNAC"
    assert not voiceit.engine.enrolled


def test_the_transcript_names_no_user(voiceit: Client) -> None:
    user = voiceit.user()
    voiceit.ask("GET", f"/users/{user}")
    assert [line.what for line in voiceit.story.lines] == ["POST /users: SUCC", "GET /users/{user}: SUCC"]


# -- faults -----------------------------------------------------------------------------------------------------


def test_it_can_be_down(voiceit: Client) -> None:
    voiceit.faults = VoiceItFaults(down=True)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        voiceit.ask("POST", "/users")
    assert not voiceit.engine.enrolled


def test_it_can_lose_its_answer_after_the_work(voiceit: Client) -> None:
    voiceit.faults = VoiceItFaults(lost_answer=True, first=1)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        voiceit.ask("POST", "/users")
    assert voiceit.ask("GET", "/users")["count"] == 1


def test_it_can_be_slow_in_virtual_time(voiceit: Client) -> None:
    began = voiceit.clock.now()
    voiceit.faults = VoiceItFaults(slow_seconds=20.0)
    assert voiceit.ask("POST", "/users")["responseCode"] == "SUCC"
    assert voiceit.clock.now() - began == pytest.approx(20.0)


def test_any_code_can_be_forced_on_some_paths_for_some_requests(voiceit: Client) -> None:
    voiceit.faults = VoiceItFaults(at="/verification", first=2, code="GERR", status=500)
    user = voiceit.enrolled("karin")
    codes = [voiceit.verify(user, audio("karin")[3]) for _ in range(3)]
    assert codes == ["GERR", "GERR", "SUCC"]
    assert [call.code for call in voiceit.calls][-3:] == codes


def test_its_body_can_be_garbage_or_far_too_big(voiceit: Client) -> None:
    voiceit.faults = VoiceItFaults(body=b"<html>")
    assert voiceit.pool.request("POST", voiceit.url + "/users").data == b"<html>"
    voiceit.faults = VoiceItFaults(oversize=True)
    assert len(voiceit.pool.request("POST", voiceit.url + "/users").data) > 60_000_000


def test_it_can_hold_a_request_until_it_stops(voiceit: Client) -> None:
    voiceit.faults = VoiceItFaults(hold=True)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        voiceit.pool.request("POST", voiceit.url + "/users", timeout=0.05)
