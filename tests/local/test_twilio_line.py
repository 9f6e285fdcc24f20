import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from twilio.request_validator import RequestValidator

from local import callers, tls, wav
from local.clock import VirtualClock
from local.telephone import Asked, Call, Ended, Exchange, HangUp, Press, Reaction, Say, Stay
from local.transcript import Transcript
from local.twilio import (
    Account,
    LineFaults,
    Number,
    RecordingFaults,
    Recordings,
    Repeat,
    RequestKind,
    Signature,
    StatusOrder,
    TwilioLine,
)
from local.web import CloseWithoutAnswer, Request, Response, WebServer

ACCOUNT = Account()
NUMBER = "+46101234567"
KARIN = callers.takes("karin")[0]
Answer = str | Response | Callable[[Request], Response]


@dataclass
class Application:
    """A customer's web application: TwiML by path. Keeps what it was asked."""

    pages: dict[str, Answer] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> Response:
        with self.lock:
            self.got.append((request.path, dict(parse_qsl(request.body.decode(), keep_blank_values=True))))
            self.headers.append(request)
        page = self.pages.get(request.path, "")
        if callable(page):
            return page(request)
        return page if isinstance(page, Response) else twiml(page)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.got]

    def params(self, path: str) -> dict[str, str]:
        return next(params for asked, params in self.got if asked == path)


def twiml(inside: str) -> Response:
    return Response(200, (("Content-Type", "text/xml; charset=utf-8"),), f"<Response>{inside}</Response>".encode())


@dataclass
class Caller:
    """A person with a list of reactions; after the last one they listen."""

    reactions: list[Reaction] = field(default_factory=list)
    heard: list[tuple[str, Asked]] = field(default_factory=list)

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        self.heard.append((heard, asked))
        if asked is Asked.NOTHING:
            return Stay()
        return self.reactions.pop(0) if self.reactions else Stay()


@dataclass
class World:
    clock: VirtualClock
    transcript: Transcript
    application: Application
    server: WebServer
    recordings: Recordings
    line: TwilioLine

    def call(self, *reactions: Reaction, digits: str = "", person: Caller | None = None) -> Ended:
        call = Call(NUMBER, "+46701234567", person or Caller(list(reactions)), digits)
        ended = self.line.answer(call)
        self.line.settle()
        return ended

    @property
    def story(self) -> str:
        return "\n".join(f"{line.who}: {line.what}" for line in self.transcript.lines)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tls.Certificates:
    return tls.certificates(tmp_path_factory.mktemp("line") / "tls")


@contextlib.contextmanager
def a_world(
    certificates: tls.Certificates,
    pages: Mapping[str, Answer],
    faults: LineFaults | None = None,
    *,
    recording_faults: RecordingFaults | None = None,
    voice_url: str = "/voice",
    fallback: str | None = None,
    status_callback: str | None = None,
    exchange: Exchange | None = None,
    public: str | None = None,
) -> Iterator[World]:
    clock, transcript, application = VirtualClock(), Transcript(), Application(dict(pages))
    recordings = Recordings(ACCOUNT, clock, certificates.server_context(), recording_faults)
    with WebServer(application, certificates.server_context()) as server, recordings.server:
        origin = public or server.url
        number = Number(
            NUMBER,
            origin + voice_url,
            origin + fallback if fallback else None,
            origin + status_callback if status_callback else None,
        )
        line = TwilioLine(
            ACCOUNT,
            number,
            clock,
            transcript,
            recordings,
            certificates.client_context(),
            exchange=exchange,
            faults=faults,
            addresses={public: server.url} if public else None,
        )
        yield World(clock, transcript, application, server, recordings, line)
        line.close()


# -- requests ---------------------------------------------------------------------------------------------------


def test_the_first_request_is_ringing_and_carries_what_twilio_really_sends(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": "<Redirect>/next</Redirect>"}) as world:
        world.call()
        first, later = world.application.params("/voice"), world.application.params("/next")
    assert first["CallStatus"] == "ringing"
    assert later["CallStatus"] == "in-progress"
    assert first["From"] == "+46701234567"
    assert first["FromZip"] == ""
    assert not first["ToCity"].isascii()
    assert "FeatureOfNextYear" in first
    assert first["CallSid"] == later["CallSid"]


def test_a_withheld_number_is_something_that_is_no_number(certificates: tls.Certificates) -> None:
    with a_world(certificates, {}) as world:
        world.line.answer(Call(NUMBER, None, Caller()))
        assert world.application.params("/voice")["From"] == "Anonymous"


def _valid(world: World, request: Request, token: str = ACCOUNT.auth_token) -> bool:
    params = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    url = world.server.url + request.path + (f"?{request.query}" if request.query else "")
    return bool(RequestValidator(token).validate(url, params, request.header("X-Twilio-Signature") or ""))


@pytest.mark.parametrize("signature", [Signature.VALID, Signature.WITHOUT_PORT])
def test_requests_are_signed_so_that_twilios_own_validator_accepts_them(
    certificates: tls.Certificates, signature: Signature
) -> None:
    with a_world(certificates, {}, LineFaults(signature=signature)) as world:
        world.call()
        assert all(_valid(world, request) for request in world.application.headers)


@pytest.mark.parametrize("signature", [Signature.WRONG, Signature.MISSING, Signature.SECOND_TOKEN])
def test_a_request_can_be_signed_wrongly_or_not_at_all(certificates: tls.Certificates, signature: Signature) -> None:
    with a_world(certificates, {}, LineFaults(signature=signature)) as world:
        world.call()
        (request,) = world.application.headers
        assert not _valid(world, request)
        assert _valid(world, request, ACCOUNT.second_token) == (signature is Signature.SECOND_TOKEN)


def test_a_public_address_may_be_served_on_the_laptop_and_signed_with_port_443(certificates: tls.Certificates) -> None:
    with a_world(
        certificates, {}, LineFaults(signature=Signature.WITH_PORT), public="https://voice.example.org"
    ) as world:
        world.call()
        (request,), (made,) = world.application.headers, world.line.requests
        signed = RequestValidator(ACCOUNT.auth_token).compute_signature(
            "https://voice.example.org:443/voice", dict(made.params)
        )
    assert request.header("Host") == "voice.example.org"
    assert request.header("X-Twilio-Signature") == signed


def test_a_shared_key_signs_with_sha_256_and_names_itself(certificates: tls.Certificates) -> None:
    with a_world(certificates, {}, LineFaults(signature=Signature.SHARED_KEY)) as world:
        world.call()
        (request,) = world.application.headers
    assert "algorithm=HMAC_SHA256" in (request.header("X-Twilio-Webhooks-Signature-Settings") or "")
    assert len(request.header("X-Twilio-Signature") or "") == 44


def test_each_request_has_its_own_idempotency_token_and_its_repeat_the_same(certificates: tls.Certificates) -> None:
    faults = LineFaults(repeats={RequestKind.INCOMING: Repeat.TWICE, RequestKind.REDIRECT: Repeat.TWICE_AT_ONCE})
    with a_world(certificates, {"/voice": "<Redirect>/next</Redirect>"}, faults) as world:
        world.call()
        tokens = [request.header("I-Twilio-Idempotency-Token") for request in world.application.headers]
        paths = world.application.paths
    assert sorted(paths) == ["/next", "/next", "/voice", "/voice"]
    by_path = {path: {token for token, asked in zip(tokens, paths, strict=True) if asked == path} for path in paths}
    assert [len(of) for of in by_path.values()] == [1, 1]
    assert by_path["/voice"] != by_path["/next"]


def test_parameters_can_be_left_out_and_a_query_added(certificates: tls.Certificates) -> None:
    faults = LineFaults(left_out=frozenset({"FromCity"}), added_query="debug=1", idempotency_token=False)
    with a_world(certificates, {}, faults) as world:
        world.call()
        (request,) = world.application.headers
        assert "FromCity" not in world.application.params("/voice")
        assert request.query == "debug=1"
        assert request.header("I-Twilio-Idempotency-Token") is None
        assert _valid(world, request)


# -- answering and speaking -------------------------------------------------------------------------------------


def test_speech_takes_its_time_and_is_heard(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": f"<Say>{'a' * 140}</Say>"}) as world:
        person = Caller()
        began = world.clock.now()
        assert world.call(person=person) is Ended.FAR_END_HUNG_UP
        assert world.clock.now() - began == pytest.approx(10.5)
        assert person.heard == [("a" * 140, Asked.NOTHING)]
        assert world.transcript.longest_silence() == pytest.approx(0.0, abs=1e-5)


def test_a_pause_is_silence(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": '<Say>hi</Say><Pause length="6"/><Play>/x.mp3</Play>'}) as world:
        world.call()
        assert world.transcript.longest_silence() == pytest.approx(6.0)


def test_a_leading_pause_delays_the_answer_past_the_callers_patience(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": '<Pause length="40"/><Say>hello</Say>'}) as world:
        assert world.call() is Ended.NO_ANSWER
        assert "answers" not in world.story


def test_a_rejected_call_is_never_answered(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": '<Reject reason="busy"/>'}) as world:
        assert world.call() is Ended.FAILED
        assert "answers" not in world.story


def test_a_person_may_hang_up_on_what_they_hear(certificates: tls.Certificates) -> None:
    class Impatient(Caller):
        def reacts(self, heard: str, asked: Asked) -> Reaction:
            return HangUp()

    with a_world(certificates, {"/voice": "<Say>Please hold.</Say><Redirect>/next</Redirect>"}) as world:
        assert world.call(person=Impatient()) is Ended.CALLER_HUNG_UP
        assert world.application.paths == ["/voice"]


# -- Gather -----------------------------------------------------------------------------------------------------

GATHER = '<Gather action="/keys" timeout="10" finishOnKey="#"/><Redirect>/none</Redirect>'


def test_digits_of_the_calling_machine_reach_a_gather_that_listens_at_answer(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": GATHER}) as world:
        world.call(digits=",,1234567890#")
        params = world.application.params("/keys")
        assert params["Digits"] == "1234567890"
        assert params["FinishedOnKey"] == "#"
        assert "1234567890" not in world.story
        assert "11 keys" in world.story


def test_digits_sent_while_nobody_listens_are_lost(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": "<Say>Welcome to the voice check.</Say>" + GATHER}) as world:
        world.call(digits="12345#")
        assert world.application.paths == ["/voice", "/none"]


def test_a_prompt_inside_a_gather_stops_at_the_first_key(certificates: tls.Certificates) -> None:
    page = f'<Gather action="/keys" numDigits="1"><Say>{"a" * 1400}</Say></Gather>'
    with a_world(certificates, {"/voice": page}) as world:
        began = world.clock.now()
        world.call(digits=",,5")
        assert world.application.params("/keys")["Digits"] == "5"
        assert world.clock.now() - began < 5


def test_a_person_is_asked_for_keys_with_what_they_have_heard(certificates: tls.Certificates) -> None:
    person = Caller([Press("12#")])
    page = '<Say>Hello.</Say><Gather action="/keys"><Say>Your code, please.</Say></Gather>'
    with a_world(certificates, {"/voice": page}) as world:
        world.call(person=person)
        assert person.heard[0] == ("Hello. Your code, please.", Asked.KEYS)
        assert world.application.params("/keys")["Digits"] == "12"


@pytest.mark.parametrize("keys", ["", "#"])
def test_a_gather_without_digits_falls_through(certificates: tls.Certificates, keys: str) -> None:
    with a_world(certificates, {"/voice": GATHER}) as world:
        world.call(Press(keys))
        assert world.application.paths == ["/voice", "/none"]


def test_an_empty_gather_asks_its_action_when_told_to(certificates: tls.Certificates) -> None:
    page = '<Gather action="/keys" actionOnEmptyResult="true"/>'
    with a_world(certificates, {"/voice": page}) as world:
        world.call()
        assert world.application.params("/keys")["Digits"] == ""


def test_digits_without_a_finishing_key_are_sent_when_time_is_up(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": '<Gather action="/keys" finishOnKey="" timeout="4"/>'}) as world:
        began = world.clock.now()
        world.call(digits="12#")
        assert world.application.params("/keys")["Digits"] == "12#"
        assert world.clock.now() - began == pytest.approx(0.5 + 0.6 + 4.0)


def test_hanging_up_at_a_gather_asks_no_action(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": GATHER}) as world:
        assert world.call(HangUp()) is Ended.CALLER_HUNG_UP
        assert world.application.paths == ["/voice"]


def test_an_action_may_be_asked_by_get_with_everything_in_the_signed_query(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": GATHER.replace("<Gather", '<Gather method="GET"')}) as world:
        world.call(digits="12#")
        request = world.application.headers[-1]
        assert request.method == "GET"
        assert dict(parse_qsl(request.query))["Digits"] == "12"
        assert _valid(world, request)


# -- Record -----------------------------------------------------------------------------------------------------

RECORD = (
    '<Record action="/recorded" maxLength="8" timeout="3" finishOnKey="#" trim="do-not-trim"'
    ' recordingStatusCallback="/status" recordingStatusCallbackEvent="completed absent"/><Redirect>/silent</Redirect>'
)


def test_a_recording_holds_what_the_person_said(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": RECORD}) as world:
        world.call(Say(KARIN))
        params = world.application.params("/recorded")
        (sid,) = world.recordings.remaining
        assert params["RecordingSid"] == sid
        assert params["RecordingUrl"].endswith(f"/Accounts/{ACCOUNT.sid}/Recordings/{sid}")
        assert params["Digits"] == ""
        assert params["RecordingDuration"] == "6"
        spoken = wav.read(KARIN.read_bytes())
        kept = wav.read(world.recordings._kept[sid].audio)
        assert (kept[: len(spoken)] == spoken).all()
        assert not kept[len(spoken) :].any()


def test_a_trimmed_recording_ends_with_the_speech(certificates: tls.Certificates) -> None:
    page = RECORD.replace(' trim="do-not-trim"', "")
    with a_world(certificates, {"/voice": page}) as world:
        world.call(Say(KARIN))
        assert world.application.params("/recorded")["RecordingDuration"] == "3"


def test_a_recording_is_never_longer_than_it_may(certificates: tls.Certificates) -> None:
    page = RECORD.replace('maxLength="8"', 'maxLength="2"')
    with a_world(certificates, {"/voice": page}) as world:
        world.call(Say(KARIN))
        assert world.application.params("/recorded")["RecordingDuration"] == "2"


@pytest.mark.parametrize("reaction", [Stay(), Say(callers.bad("silence")), Press("#")])
def test_an_empty_recording_asks_no_action_and_goes_on(certificates: tls.Certificates, reaction: Reaction) -> None:
    with a_world(certificates, {"/voice": RECORD}) as world:
        world.call(reaction)
        assert [path for path in world.application.paths if path != "/status"] == ["/voice", "/silent"]
        absent = world.application.params("/status")
        assert absent["RecordingStatus"] == "absent"
        assert absent["ErrorCode"] == ("16101" if reaction == Press("#") else "16102")
        assert not world.recordings.remaining


def test_absence_is_told_only_when_it_was_asked_for(certificates: tls.Certificates) -> None:
    page = RECORD.replace("completed absent", "completed")
    with a_world(certificates, {"/voice": page}) as world:
        world.call()
        assert world.application.paths == ["/voice", "/silent"]


def test_hanging_up_while_recording_still_asks_the_action(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": RECORD, "/recorded": "<Say>Nobody hears this.</Say>"}) as world:
        assert world.call(HangUp()) is Ended.CALLER_HUNG_UP
        params = world.application.params("/recorded")
        assert params["Digits"] == "hangup"
        assert params["CallStatus"] == "completed"
        assert "Nobody hears this" not in world.story
        assert len(world.recordings.remaining) == 1


def test_the_recordings_status_comes_after_the_action_and_names_neither_party(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": RECORD, "/recorded": '<Pause length="2"/>'}) as world:
        world.call(Say(KARIN))
        assert world.application.paths == ["/voice", "/recorded", "/status"]
        params = world.application.params("/status")
        assert params["RecordingStatus"] == "completed"
        assert not {"From", "To"} & params.keys()
        recorded, status = (
            world.line.requests_of(kind)[0] for kind in (RequestKind.RECORD, RequestKind.RECORDING_STATUS)
        )
        assert status.started - recorded.started == pytest.approx(0.3)


def test_the_recordings_status_can_come_first(certificates: tls.Certificates) -> None:
    faults = LineFaults(recording_status=StatusOrder.BEFORE)
    with a_world(certificates, {"/voice": RECORD}, faults) as world:
        world.call(Say(KARIN))
        assert world.application.paths == ["/voice", "/status", "/recorded"]


def test_the_recordings_status_can_come_twice_or_never(certificates: tls.Certificates) -> None:
    twice = LineFaults(repeats={RequestKind.RECORDING_STATUS: Repeat.TWICE_AT_ONCE})
    with a_world(certificates, {"/voice": RECORD}, twice) as world:
        world.call(Say(KARIN))
        assert world.application.paths.count("/status") == 2
        world.line.faults = LineFaults(recording_status=StatusOrder.NEVER)
        world.call(Say(KARIN))
        assert world.application.paths.count("/status") == 2


def test_the_status_never_comes_before_the_file_is_there(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": RECORD}, recording_faults=RecordingFaults(appears_after=30.0)) as world:
        world.call(Say(KARIN))
        recorded, status = (
            world.line.requests_of(kind)[0] for kind in (RequestKind.RECORD, RequestKind.RECORDING_STATUS)
        )
        assert status.started - recorded.started == pytest.approx(30.0)


# -- failures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response(500), "11200"),
        (Response(403), "11200"),
        (Response(200, (("Content-Type", "application/json"),), b"<Response/>"), "12300"),
        (Response(200, (), b"<Response/>"), "12300"),
        (Response(200, (("Content-Type", "text/xml"),), b""), "11770"),
        (twiml("<Speak>hello</Speak>"), "12200"),
        (twiml('<Record maxLength="1"/>'), "13612"),
    ],
)
def test_a_failing_application_goes_to_the_fallback(
    certificates: tls.Certificates, answer: Response, code: str
) -> None:
    with a_world(certificates, {"/voice": answer, "/fallback": "<Hangup/>"}, fallback="/fallback") as world:
        assert world.call() is Ended.FAR_END_HUNG_UP
        params = world.application.params("/fallback")
        assert params["ErrorCode"] == code
        assert params["ErrorUrl"] == world.server.url + "/voice"
        assert len(world.line.errors) == 1


def test_without_a_fallback_the_caller_hears_an_apology(certificates: tls.Certificates) -> None:
    person = Caller()
    with a_world(certificates, {"/voice": Response(500)}) as world:
        assert world.call(person=person) is Ended.FAR_END_HUNG_UP
    assert person.heard[0][0] == "We are sorry, an application error has occurred. Goodbye."


def test_an_answer_after_fifteen_virtual_seconds_is_no_answer(certificates: tls.Certificates) -> None:
    def slow(request: Request) -> Response:
        world.clock.sleep(16.0)
        return twiml("<Say>too late</Say>")

    with a_world(certificates, {"/voice": slow}) as world:
        world.call()
        (made,) = world.line.requests
        assert made.virtual_seconds == pytest.approx(16.0)
        assert made.status is None
        assert "too late" not in world.story


def test_a_slow_answer_within_the_limit_is_an_answer(certificates: tls.Certificates) -> None:
    def slow(request: Request) -> Response:
        world.clock.sleep(14.0)
        return twiml("<Say>in time</Say>")

    with a_world(certificates, {"/voice": slow}) as world:
        world.call()
        assert "in time" in world.story


@pytest.mark.parametrize(
    ("fragment", "tries"),
    [("", 1), ("#rc=3&rp=5xx", 4), ("#rc=0&rp=5xx", 1), ("#rc=2&rp=all", 3), ("#rc=2&rp=ct,rt", 1)],
)
def test_a_server_error_is_retried_only_as_the_url_says(
    certificates: tls.Certificates, fragment: str, tries: int
) -> None:
    with a_world(certificates, {"/voice": Response(500)}, voice_url="/voice" + fragment) as world:
        world.call()
        assert len(world.application.got) == tries
        assert len({request.header("I-Twilio-Idempotency-Token") for request in world.application.headers}) == 1
        assert all(_valid(world, request) for request in world.application.headers)


def test_a_dropped_connection_is_retried_when_the_url_says_so(certificates: tls.Certificates) -> None:
    def drop_first(request: Request) -> Response:
        if len(world.application.got) == 1:
            raise CloseWithoutAnswer
        return twiml("<Say>second time lucky</Say>")

    with a_world(certificates, {"/voice": drop_first}, voice_url="/voice#rp=rt") as world:
        world.call()
        assert "second time lucky" in world.story


def test_a_connection_that_fails_is_tried_twice(certificates: tls.Certificates) -> None:
    with a_world(certificates, {}) as world:
        world.server.stop()
        world.call()
        assert [made.failure for made in world.line.requests] == [11205, 11205]
        assert [made.status for made in world.line.requests] == [None, None]


def test_a_server_that_twilio_does_not_trust_is_an_error(certificates: tls.Certificates, tmp_path: Path) -> None:
    with a_world(tls.certificates(tmp_path / "others"), {}) as world:
        stranger = TwilioLine(
            ACCOUNT, world.line.number, world.clock, Transcript(), world.recordings, certificates.client_context()
        )
        stranger.answer(Call(NUMBER, None, Caller()))
        stranger.close()
    assert {made.failure for made in stranger.requests} == {11220}


def test_a_fragment_that_twilio_does_not_know_is_an_error(certificates: tls.Certificates) -> None:
    with a_world(certificates, {}, voice_url="/voice#rp=sometimes") as world:
        world.call()
        assert "11243" in world.line.errors[0]


def test_a_failing_status_callback_is_logged_and_the_call_goes_on(certificates: tls.Certificates) -> None:
    pages: dict[str, Answer] = {
        "/voice": RECORD,
        "/recorded": '<Pause length="2"/><Say>Thank you.</Say>',
        "/status": Response(500),
    }
    with a_world(certificates, pages) as world:
        world.call(Say(KARIN))
        assert "Thank you." in world.story
        assert ["15003" in error for error in world.line.errors] == [True]


def test_a_loop_ends(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": "<Redirect>/voice</Redirect>"}) as world:
        assert world.call() is Ended.FAR_END_HUNG_UP
        assert len(world.application.got) <= 200
        assert "more than 200" in world.line.errors[0]


def test_speech_without_end_ends_too(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": '<Say loop="0">on and on</Say>'}) as world:
        assert world.call() is Ended.FAR_END_HUNG_UP
        assert "more than 200" in world.line.errors[0]


# -- hanging up at any step -------------------------------------------------------------------------------------


def test_the_caller_can_leave_while_any_document_is_fetched(certificates: tls.Certificates) -> None:
    pages = {"/voice": GATHER, "/keys": "<Say>one</Say><Redirect>/last</Redirect>", "/last": "<Say>two</Say>"}
    with a_world(certificates, pages) as world:
        for step, paths in enumerate((["/voice"], ["/voice", "/keys"], ["/voice", "/keys", "/last"]), start=1):
            world.application.got.clear()
            world.line.faults = LineFaults(hang_up_at_request=step)
            assert world.call(digits=",,1#") is Ended.CALLER_HUNG_UP
            assert world.application.paths == paths


def test_the_caller_can_leave_right_after_speaking(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": RECORD}, LineFaults(hang_up_at_question=1)) as world:
        assert world.call(Say(KARIN)) is Ended.CALLER_HUNG_UP
        params = world.application.params("/recorded")
        assert (params["Digits"], params["RecordingDuration"]) == ("hangup", "3")


def test_the_numbers_status_callback_tells_of_the_end(certificates: tls.Certificates) -> None:
    with a_world(
        certificates, {"/voice": '<Pause length="1"/><Say>x</Say><Pause length="70"/>'}, status_callback="/end"
    ) as world:
        world.call()
        params = world.application.params("/end")
    assert (params["CallStatus"], params["CallDuration"], params["Duration"]) == ("completed", "70", "2")


# -- Dial -------------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """Somebody who can be dialled."""

    ended: Ended
    calls: list[Call] = field(default_factory=list)

    def answer(self, call: Call) -> Ended:
        self.calls.append(call)
        return self.ended


DIAL = f'<Dial action="/dialled" callerId="{NUMBER}"><Number sendDigits="wW12#">+46207654321</Number></Dial>'


@pytest.mark.parametrize(
    ("ended", "status"),
    [(Ended.FAR_END_HUNG_UP, "completed"), (Ended.NO_ANSWER, "no-answer"), (Ended.FAILED, "failed")],
)
def test_a_dialled_desk_gets_the_digits_and_the_action_its_outcome(
    certificates: tls.Certificates, ended: Ended, status: str
) -> None:
    exchange, desk = Exchange(), Desk(ended)
    exchange.connect("+46207654321", desk)
    with a_world(certificates, {"/voice": DIAL, "/dialled": "<Say>back</Say>"}, exchange=exchange) as world:
        assert world.call() is Ended.FAR_END_HUNG_UP
        assert world.application.params("/dialled")["DialCallStatus"] == status
        assert "back" in world.story
    (call,) = desk.calls
    assert (call.digits, call.caller_id) == ("www12#", NUMBER)


def test_a_caller_who_leaves_a_dialled_call_leaves_the_call(certificates: tls.Certificates) -> None:
    exchange = Exchange()
    exchange.connect("+46207654321", Desk(Ended.CALLER_HUNG_UP))
    with a_world(certificates, {"/voice": DIAL, "/dialled": "<Say>nobody hears</Say>"}, exchange=exchange) as world:
        assert world.call() is Ended.CALLER_HUNG_UP
        assert world.application.params("/dialled")["CallStatus"] == "completed"
        assert "nobody hears" not in world.story


def test_a_dial_without_an_action_goes_on_with_the_next_verb(certificates: tls.Certificates) -> None:
    page = DIAL.replace(' action="/dialled"', "") + "<Say>nobody was there</Say>"
    with a_world(certificates, {"/voice": page}) as world:
        world.call()
        assert "nobody was there" in world.story


def test_nobody_may_be_called_in_somebody_elses_name(certificates: tls.Certificates) -> None:
    exchange, desk = Exchange(), Desk(Ended.FAR_END_HUNG_UP)
    exchange.connect("+46207654321", desk)
    page = DIAL.replace(NUMBER, "+46700000000")
    with a_world(certificates, {"/voice": page}, exchange=exchange) as world:
        world.call()
        assert world.application.params("/dialled")["DialCallStatus"] == "failed"
        assert "13214" in world.line.errors[0]
    assert not desk.calls


# -- sending again ----------------------------------------------------------------------------------------------


def test_a_recorded_request_can_be_sent_again_exactly(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": GATHER}) as world:
        world.call(digits="12#")
        (gathered,) = world.line.requests_of(RequestKind.GATHER)
        again = world.line.send_again(gathered)
        first, second = (request for request in world.application.headers if request.path == "/keys")
        assert replace(first, client_certificate=None) == replace(second, client_certificate=None)
        assert (again.status, again.answer) == (200, b"<Response></Response>")


def test_a_forged_request_does_not_carry_a_valid_signature(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": GATHER}) as world:
        world.call(digits="12#")
        (gathered,) = world.line.requests_of(RequestKind.GATHER)
        world.line.send_again(gathered, changes={"Digits": "99", "FromCity": None})
        world.line.send_again(gathered, signature=Signature.MISSING)
        world.line.send_again(gathered, changes={"Digits": "98"}, signature=Signature.VALID)
        forged, unsigned, insider = world.application.headers[-3:]
        assert not _valid(world, forged)
        assert b"FromCity" not in forged.body
        assert unsigned.header("X-Twilio-Signature") is None
        assert _valid(world, insider)


# -- several calls ----------------------------------------------------------------------------------------------


def test_calls_at_the_same_time_do_not_mix(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": GATHER, "/keys": "<Say>thanks</Say>"}) as world:
        calls = [
            world.clock.spawn(lambda n=n: world.line.answer(Call(NUMBER, f"+4670000000{n}", Caller(), f",{n}{n}#")))  # type: ignore[misc]
            for n in range(8)
        ]
        world.clock.sleep(60)
        assert {call.result() for call in calls} == {Ended.FAR_END_HUNG_UP}
        got = [params for path, params in world.application.got if path == "/keys"]
    assert {params["From"][-1]: params["Digits"] for params in got} == {str(n): f"{n}{n}" for n in range(8)}


def test_keys_that_do_not_exist_are_refused(certificates: tls.Certificates) -> None:
    with a_world(certificates, {}) as world, pytest.raises(ValueError, match="no such key"):
        world.call(digits="12a")


def test_a_tiny_recording_is_too_short(certificates: tls.Certificates, tmp_path: Path) -> None:
    cough = tmp_path / "cough.wav"
    cough.write_bytes(wav.linear(np.full(2000, 5000, dtype=np.int16)))
    page = RECORD.replace(' trim="do-not-trim"', "")
    with a_world(certificates, {"/voice": page}) as world:
        world.call(Say(cough))
        assert world.application.params("/status")["ErrorCode"] == "16101"


# -- somebody who is really there -------------------------------------------------------------------------------


@dataclass
class Present(Caller):
    """Acts in the midst of whatever goes on, at virtual times on `clock`: presses a key, or with "" hangs up."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    acts: dict[float, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def hears(self, spoken: str) -> None:
        self.words.append(spoken)

    def pressed(self) -> str:
        due = [at for at, key in self.acts.items() if key and at <= self.clock.now()]
        return "".join(self.acts.pop(at) for at in due)

    def has_hung_up(self) -> bool:
        return any(not key and at <= self.clock.now() for at, key in self.acts.items())


def present(world: World, acts: Mapping[float, str]) -> Present:
    """Somebody who acts so many seconds from now."""
    return Present(clock=world.clock, acts={world.clock.now() + after: key for after, key in acts.items()})


def test_keys_pressed_while_a_gather_speaks_cut_it_short(certificates: tls.Certificates) -> None:
    asks = f'<Gather timeout="5" numDigits="2" action="/typed"><Say>{"x" * 140}</Say></Gather>'
    with a_world(certificates, {"/voice": asks}) as world:
        person, began = present(world, {3.0: "4", 6.0: "7"}), world.clock.now()
        world.call(person=person)
        assert world.application.params("/typed")["Digits"] == "47"
        assert 6.0 <= world.clock.now() - began < 6.5
        assert person.words == ["x" * 140]


def test_keys_pressed_after_a_gather_has_spoken_count_within_its_time(certificates: tls.Certificates) -> None:
    asks = '<Gather timeout="5" action="/typed" finishOnKey="#"><Say>Hi</Say></Gather>'
    with a_world(certificates, {"/voice": asks}) as world:
        world.call(person=present(world, {4.0: "1", 7.0: "2", 8.0: "#"}))
        assert world.application.params("/typed")["Digits"] == "12"


def test_whoever_hangs_up_is_gone_in_the_middle_of_a_word(certificates: tls.Certificates) -> None:
    with a_world(certificates, {"/voice": f"<Say>{'x' * 140}</Say>"}) as world:
        began = world.clock.now()
        assert world.call(person=present(world, {3.0: ""})) is Ended.CALLER_HUNG_UP
        assert 3.0 <= world.clock.now() - began < 3.2
