from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from chalicelib.clock import Deadline, SystemClock
from chalicelib.errors import EngineUnavailable
from chalicelib.outbound import Site
from chalicelib.voice.engine import Outcome
from chalicelib.voice.voiceit import VoiceIt as Client
from local import callers
from local.tls import Certificates
from local.voiceit import VoiceIt, VoiceItFaults
from tests.contract.hostile import Answer, HostileServer, Peer, says

USER = "usr_" + "1" * 32
PHRASE = "Never forget tomorrow is a new day"
SLACK = 1.5

# Codes that VoiceIt documents, and what they are to us. Those of VERIFY and ENROL speak about the recording.
ABOUT_THE_RECORDING = {
    "FAIL": Outcome.NO_MATCH,
    "PDNM": Outcome.WRONG_PHRASE,
    "RWPU": Outcome.REPLAYED,
    "SSTQ": Outcome.TOO_QUIET,
    "SSTL": Outcome.TOO_LOUD,
    "STTF": Outcome.UNCLEAR,
    "SRNR": Outcome.UNCLEAR,
    "NEHSD": Outcome.UNCLEAR,
    "NVDT": Outcome.UNCLEAR,
    "SGTL": Outcome.UNCLEAR,
    "NSPE": Outcome.DISSIMILAR,
}
USER_UNKNOWN = ["UNFD", "UDNM"]
NOTHING_ENROLLED = ["PNTE", "ENFD", "DDNE", "MISU"]
TECHNICAL = [
    "INPP", "IFAD", "EMPF", "IEID", "MISP", "INCP", "CLNE", "NPFC", "UNAC", "FBDN",
    "DAID", "EMNV", "ACLR", "AULR", "ACTO", "GERR", "NIMP", "INVT", "FNFD", "FTMF",
    "NFEF", "TVER", "IFVD", "NVEN", "FALI", "GNFD", "GNTM", "SANF", "EAEX", "UAEX",
    "ISAE", "ISAU", "SDDNE", "PRNF", "ABCD",
]  # fmt: skip


def soon(seconds: float = 10.0) -> Deadline:
    return Deadline.after(seconds, SystemClock())


def client(voiceit: VoiceIt, *, token: str = "") -> Client:
    return Client(Site(voiceit.url, voiceit.key, token or voiceit.token))


def enrol(engine: Client, recording: bytes = b"wav", user: str = USER) -> Outcome:
    return engine.enrol(user, recording, PHRASE, "en-US", soon())


def verify(engine: Client, recording: bytes = b"wav", user: str = USER) -> Outcome:
    return engine.verify(user, recording, PHRASE, "en-US", soon())


def every_call(engine: Client, deadline: Deadline) -> list[object]:
    """Each call of the port; what it raised in place of an answer."""
    calls: list[Callable[[], object]] = [
        lambda: engine.create(deadline),
        lambda: engine.enrolments(USER, deadline),
        lambda: engine.enrol(USER, b"wav", PHRASE, "en-US", deadline),
        lambda: engine.verify(USER, b"wav", PHRASE, "en-US", deadline),
        lambda: engine.clear(USER, deadline),
        lambda: engine.delete(USER, deadline),
    ]
    answers: list[object] = []
    for call in calls:
        try:
            answers.append(call())
        except EngineUnavailable as trouble:
            answers.append(trouble)
    return answers


def none_answers(engine: Client, deadline: Deadline) -> None:
    assert {type(answer) for answer in every_call(engine, deadline)} == {EngineUnavailable}


# --- against an engine that works


def test_a_caller_is_made_enrolled_recognised_and_deleted(voiceit: VoiceIt) -> None:
    engine = client(voiceit)
    takes = [path.read_bytes() for path in callers.takes("karin")]
    user = engine.create(soon())
    assert engine.enrolments(user, soon()) == 0
    assert verify(engine, takes[0], user) is Outcome.TOO_FEW_ENROLMENTS
    assert [enrol(engine, take, user) for take in takes[:3]] == [Outcome.ENROLLED] * 3
    assert engine.enrolments(user, soon()) == 3
    assert verify(engine, takes[3], user) is Outcome.MATCH
    assert verify(engine, takes[3], user) is Outcome.REPLAYED
    assert verify(engine, callers.takes("mallory")[0].read_bytes(), user) is Outcome.NO_MATCH
    engine.clear(user, soon())
    assert engine.enrolments(user, soon()) == 0
    engine.delete(user, soon())
    engine.delete(user, soon())
    engine.clear(user, soon())
    assert engine.enrolments(user, soon()) is None
    assert verify(engine, takes[4], user) is Outcome.TOO_FEW_ENROLMENTS


@pytest.mark.parametrize(
    ("bad", "outcome"),
    [
        ("too_quiet", Outcome.TOO_QUIET),
        ("too_short", Outcome.UNCLEAR),
        ("silence", Outcome.UNCLEAR),
        ("wrong_phrase", Outcome.WRONG_PHRASE),
    ],
)
def test_a_recording_that_will_not_do_is_told_apart(bad: str, outcome: Outcome, voiceit: VoiceIt) -> None:
    engine = client(voiceit)
    assert enrol(engine, callers.bad(bad).read_bytes(), engine.create(soon())) is outcome


@pytest.mark.parametrize("recording", [b"", b"RIFF", b"\x00" * 1000, b"ID3\x04 not a wav"])
def test_what_is_no_recording_is_nobodys_fault(recording: bytes, voiceit: VoiceIt) -> None:
    engine = client(voiceit)
    user = engine.create(soon())
    with pytest.raises(EngineUnavailable):
        enrol(engine, recording, user)


def test_wrong_credentials_are_told_to_the_operator(voiceit: VoiceIt) -> None:
    engine = client(voiceit, token="tok_" + "0" * 32)
    answers = every_call(engine, soon())
    assert all(isinstance(answer, EngineUnavailable) and "UNAC" in str(answer) for answer in answers)


# --- response codes


@pytest.mark.parametrize(("code", "outcome"), ABOUT_THE_RECORDING.items())
@pytest.mark.parametrize("status", [200, 400])
def test_a_code_about_the_recording_is_an_outcome(code: str, outcome: Outcome, status: int, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(code=code, status=status)
    assert enrol(client(voiceit)) is outcome
    assert verify(client(voiceit)) is outcome


@pytest.mark.parametrize("code", TECHNICAL)
def test_a_technical_code_and_one_that_nobody_knows_are_trouble_for_every_call(code: str, voiceit: VoiceIt) -> None:
    for status in (200, 400):
        voiceit.faults = VoiceItFaults(code=code, status=status)
        answers = every_call(client(voiceit), soon())
        assert all(isinstance(answer, EngineUnavailable) and code in str(answer) for answer in answers)


@pytest.mark.parametrize("code", USER_UNKNOWN)
def test_a_user_whom_the_engine_does_not_have_is_no_trouble(code: str, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(code=code, status=404)
    engine = client(voiceit)
    assert engine.enrolments(USER, soon()) is None
    assert verify(engine) is Outcome.TOO_FEW_ENROLMENTS
    engine.clear(USER, soon())
    engine.delete(USER, soon())
    with pytest.raises(EngineUnavailable):
        enrol(engine)
    with pytest.raises(EngineUnavailable):
        engine.create(soon())


@pytest.mark.parametrize("code", NOTHING_ENROLLED)
def test_a_user_without_enrolments_cannot_be_compared_with(code: str, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(code=code, status=400)
    engine = client(voiceit)
    assert verify(engine) is Outcome.TOO_FEW_ENROLMENTS
    engine.clear(USER, soon())
    with pytest.raises(EngineUnavailable):
        engine.delete(USER, soon())
    with pytest.raises(EngineUnavailable):
        enrol(engine)


@pytest.mark.parametrize("status", [300, 302, 400, 401, 404, 500, 503])
def test_success_with_a_status_that_is_none_is_no_success(status: int, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(code="SUCC", status=status)
    none_answers(client(voiceit), soon())


# --- answers that are not VoiceIt's


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        None,
        "SUCC",
        {"status": 200, "message": "SUCC"},
        {"responseCode": None},
        {"responseCode": ["SUCC"]},
        {"responseCode": {"SUCC": 1}},
        {"responseCode": True},
        {"responseCode": "succ"},
        {"responseCode": "SUCC "},
        {"responseCode": ""},
        {"responsecode": "SUCC"},
    ],
)
def test_an_answer_without_a_code_is_no_answer(answer: object, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(body=json.dumps(answer).encode())
    none_answers(client(voiceit), soon())


@pytest.mark.parametrize("body", [b"", b"<html>SUCC</html>", b'{"responseCode": "SUCC"', b"\xff\xfe", b"[" * 60_000])
def test_a_body_that_is_no_json_is_no_answer(body: bytes, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(body=body)
    none_answers(client(voiceit), soon())


@pytest.mark.parametrize("user", [None, 7, "", "usr_", "usr_" + "1" * 31, "usr_../" + "1" * 29, USER + "\n", [USER]])
def test_a_user_that_could_not_be_addressed_is_none(user: object, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(body=json.dumps({"responseCode": "SUCC", "userId": user}).encode())
    with pytest.raises(EngineUnavailable, match="make a user"):
        client(voiceit).create(soon())


@pytest.mark.parametrize("count", [None, "3", 3.0, True, -1, [3], {}])
def test_a_count_that_is_none_is_not_taken_for_enrolments(count: object, voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(body=json.dumps({"responseCode": "SUCC", "count": count}).encode())
    with pytest.raises(EngineUnavailable, match="count enrolments"):
        client(voiceit).enrolments(USER, soon())


def test_too_much_of_an_answer_is_none(voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(oversize=True)
    none_answers(client(voiceit), soon())


def test_a_lost_answer_is_none(voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(lost_answer=True)
    none_answers(client(voiceit), soon())


def half(peer: Peer) -> None:
    peer.send(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"responseCode": "SUCC"}')


def redirecting(peer: Peer) -> None:
    says("302 Found", b'{"responseCode": "SUCC"}', "Location: https://localhost:1/verification/voice")(peer)


def downgrading(peer: Peer) -> None:
    says("301 Moved Permanently", b"", "Location: http://localhost:1/")(peer)


@pytest.mark.parametrize("answer", [half, redirecting, downgrading])
def test_half_an_answer_and_a_redirection_are_none(answer: Answer, certificates: Certificates) -> None:
    with HostileServer(answer, certificates.server_context()) as server:
        none_answers(Client(Site(server.url, "key", "token")), soon())
        assert len(server.heads) == 6, "each call was sent once, and nowhere else"


def dripping(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n")
    peer.drip(b'{"responseCode": "SUCC"}' + b" " * 29_976)


def hanging(peer: Peer) -> None:
    peer.hang()


@pytest.mark.parametrize("answer", [dripping, hanging])
def test_an_engine_that_hangs_or_drips_is_given_up_at_the_deadline(answer: Answer, certificates: Certificates) -> None:
    with HostileServer(answer, certificates.server_context()) as server:
        engine, began = Client(Site(server.url, "key", "token")), time.monotonic()
        none_answers(engine, soon(0.5))
        assert time.monotonic() - began < 0.5 + SLACK


def test_the_text_of_the_trouble_names_neither_user_nor_credentials(voiceit: VoiceIt) -> None:
    voiceit.faults = VoiceItFaults(code="GERR", status=500)
    for trouble in every_call(client(voiceit), soon()):
        for secret in (USER, voiceit.key, voiceit.token, PHRASE):
            assert secret not in str(trouble)
