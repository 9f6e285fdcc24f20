from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from chalicelib.clock import Clock, Deadline, SystemClock
from chalicelib.errors import BadWebhook, RecordingMissing, RecordingUnavailable
from chalicelib.voice import recordings as client
from chalicelib.voice.recordings import LARGEST_RECORDING, AlreadyTaken
from local.tls import Certificates
from local.twilio.account import Account
from local.twilio.recordings import RecordingFaults, Recordings
from local.web import Request, Response, WebServer, json_response
from tests.contract.wiring import SteppingClock

WAV = b"RIFF....WAVE" + b"\x01" * 1000
ACCOUNT = Account()
SID = "RE" + "0" * 32


def taker(url: str, clock: Clock, *tokens: str) -> client.Recordings:
    return client.Recordings(url, ACCOUNT.sid, tokens or (ACCOUNT.auth_token,), clock)


def within(clock: Clock, seconds: float = 5.0) -> Deadline:
    return Deadline.after(seconds, clock)


def test_a_recording_is_fetched_and_then_gone_from_twilio(recordings: Recordings, clock: SteppingClock) -> None:
    sid = recordings.keep(WAV)
    assert taker(recordings.url, clock).take(sid, within(clock)) == WAV
    assert recordings.remaining == frozenset()
    assert clock.slept == []


def test_a_file_that_comes_late_is_waited_for(recordings: Recordings, clock: SteppingClock) -> None:
    recordings.faults = RecordingFaults(appears_after=1.5)
    sid = recordings.keep(WAV)
    assert taker(recordings.url, clock).take(sid, within(clock)) == WAV
    assert clock.slept == [0.25, 0.5, 1.0]
    assert recordings.remaining == frozenset()


@pytest.mark.parametrize("seconds", [5.0, 3.0, 0.8, 0.3])
def test_a_file_that_does_not_come_in_time_is_missing_and_deleted(
    seconds: float, recordings: Recordings, clock: SteppingClock
) -> None:
    recordings.faults = RecordingFaults(appears_after=60)
    sid = recordings.keep(WAV)
    with pytest.raises(RecordingMissing):
        taker(recordings.url, clock).take(sid, within(clock, seconds))
    assert sum(clock.slept) <= seconds
    assert recordings.remaining == frozenset()


def test_who_comes_second_is_told_that_it_is_taken(recordings: Recordings, clock: SteppingClock) -> None:
    sid = recordings.keep(WAV)
    own = taker(recordings.url, clock)
    own.take(sid, within(clock))
    with pytest.raises(AlreadyTaken):
        own.take(sid, within(clock))


def test_of_two_who_come_at_once_one_has_it(recordings: Recordings, clock: SteppingClock) -> None:
    sid = recordings.keep(WAV)
    own = taker(recordings.url, clock)
    came_to: list[object] = []
    ready = threading.Barrier(2)

    def take() -> None:
        ready.wait()
        try:
            came_to.append(own.take(sid, within(clock)))
        except AlreadyTaken as taken:
            came_to.append(taken)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came_to.count(WAV) == 1
    assert sum(isinstance(one, AlreadyTaken) for one in came_to) == 1
    assert recordings.deleted[sid] == 1


@pytest.mark.parametrize(
    "sid",
    [
        "",
        "RE",
        SID.lower(),
        SID + "0",
        SID + "\n",
        SID.replace("0", "g"),
        SID.replace("RE", "CA"),
        "../../2010-04-01/Accounts.json?",
        "http://169.254.169.254/",
        SID[:-1] + "\u0660",
    ],
)
def test_what_is_no_sid_never_leaves_the_machine(sid: str, clock: SteppingClock) -> None:
    own = taker("https://localhost:1", clock)
    with pytest.raises(BadWebhook):
        own.take(sid, within(clock))
    with pytest.raises(BadWebhook):
        own.discard(sid)


def test_a_recording_that_nobody_will_judge_is_discarded(recordings: Recordings, clock: SteppingClock) -> None:
    sid = recordings.keep(WAV)
    own = taker(recordings.url, clock)
    own.discard(sid)
    own.discard(sid)
    assert recordings.remaining == frozenset()
    assert recordings.fetched[sid] == 0


def test_while_the_token_changes_the_one_that_works_is_used(recordings: Recordings, clock: SteppingClock) -> None:
    own = taker(recordings.url, clock, "0" * 32, ACCOUNT.auth_token)
    for _ in range(2):
        assert own.take(recordings.keep(WAV), within(clock)) == WAV
    assert own._sites[0]._headers == taker(recordings.url, clock)._sites[0]._headers, "it is tried first from then on"


def test_tokens_that_twilio_does_not_accept_are_trouble(recordings: Recordings, clock: SteppingClock) -> None:
    sid = recordings.keep(WAV)
    with pytest.raises(RecordingUnavailable, match=r"none of the auth tokens|did not confirm"):
        taker(recordings.url, clock, "0" * 32, "1" * 32).take(sid, within(clock))


@pytest.mark.parametrize(
    "faults",
    [
        RecordingFaults(down=True),
        RecordingFaults(status=500),
        RecordingFaults(status=429),
        RecordingFaults(status=403),
        RecordingFaults(status=301),
    ],
)
def test_a_twilio_that_is_down_is_trouble_that_asks_for_deleting_by_hand(
    faults: RecordingFaults, recordings: Recordings, clock: SteppingClock
) -> None:
    sid = recordings.keep(WAV)
    recordings.faults = faults
    with pytest.raises(RecordingUnavailable, match=f"deletion of {sid}"):
        taker(recordings.url, clock).take(sid, within(clock))


def test_a_recording_that_is_too_large_is_not_taken_and_deleted_all_the_same(
    recordings: Recordings, clock: SteppingClock
) -> None:
    recordings.faults = RecordingFaults(oversize=True)
    sid = recordings.keep(WAV)
    with pytest.raises(RecordingUnavailable, match=f"larger than {LARGEST_RECORDING}"):
        taker(recordings.url, clock).take(sid, within(clock))
    assert recordings.remaining == frozenset()


def test_a_twilio_that_hangs_ends_by_the_deadline(recordings: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_DELETE_SECONDS", 0.3)
    recordings.faults = RecordingFaults(hold=True)
    clock, began = SystemClock(), time.monotonic()
    with pytest.raises(RecordingUnavailable):
        taker(recordings.url, clock).take(SID, within(clock, 0.3))
    assert time.monotonic() - began < 0.3 + 2 * 0.3 + 1.5


# --- a Twilio made of a function


class Twilio:
    """Answers GET and DELETE as told, one answer after the other; `asked` is what came."""

    def __init__(self, gets: list[Response], deletes: list[Response | Exception]) -> None:
        self._answers: dict[str, list[Response | Exception]] = {"GET": [*gets], "DELETE": deletes}
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self._answers[request.method].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


GONE = json_response(404, {"code": 20404})
DELETED = Response(204)
FILE = Response(200, (("Content-Type", "audio/x-wav"),), WAV)

Serve = Callable[[Twilio], str]


@pytest.fixture
def serve(certificates: Certificates) -> Callable[[Callable[[Request], Response]], WebServer]:
    return lambda handler: WebServer(handler, certificates.server_context())


def test_a_deletion_whose_answer_was_lost_is_ours(serve: Callable[..., WebServer], clock: SteppingClock) -> None:
    from local.web import CloseWithoutAnswer

    with serve(Twilio([FILE], [CloseWithoutAnswer(), GONE])) as server:
        assert taker(server.url, clock).take(SID, within(clock)) == WAV


def test_a_deletion_is_tried_again(serve: Callable[..., WebServer], clock: SteppingClock) -> None:
    with serve(Twilio([FILE], [json_response(500, {}), DELETED])) as server:
        assert taker(server.url, clock).take(SID, within(clock)) == WAV


def test_a_deletion_that_is_never_confirmed_is_trouble(serve: Callable[..., WebServer], clock: SteppingClock) -> None:
    with (
        serve(Twilio([FILE], [json_response(500, {}), json_response(503, {})])) as server,
        pytest.raises(RecordingUnavailable, match="by hand"),
    ):
        taker(server.url, clock).take(SID, within(clock))


def test_an_empty_file_is_one_that_is_not_there_yet(serve: Callable[..., WebServer], clock: SteppingClock) -> None:
    with serve(Twilio([Response(200), FILE], [DELETED])) as server:
        assert taker(server.url, clock).take(SID, within(clock)) == WAV
    assert clock.slept == [0.25]


def test_a_redirection_is_followed_without_credentials(serve: Callable[..., WebServer], clock: SteppingClock) -> None:
    seen: list[Request] = []

    def store(request: Request) -> Response:
        seen.append(request)
        return FILE

    with serve(store) as elsewhere:
        location = (("Location", f"{elsewhere.url}/bucket/{SID}?signature=a%2Bb"),)
        with serve(Twilio([Response(302, location)], [DELETED])) as server:
            assert taker(server.url, clock).take(SID, within(clock)) == WAV
    (request,) = seen
    assert (request.path, request.query) == (f"/bucket/{SID}", "signature=a%2Bb")
    assert request.header("Authorization") is None


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:1/x",
        "/relative",
        "//localhost:1/x",
        "file:///etc/passwd",
        "https://",
        "https://[::1/x",
        "https://localhost:1/x",
        "https://localhost:99999/x",
        "https://\u00e5/\u00e5",
    ],
)
def test_a_redirection_to_anything_but_https_is_not_followed(
    location: str, serve: Callable[..., WebServer], clock: SteppingClock
) -> None:
    twilio = Twilio([Response(302, (("Location", location),))], [DELETED])
    with serve(twilio) as server, pytest.raises(RecordingUnavailable):
        taker(server.url, clock).take(SID, within(clock))
    assert [request.method for request in twilio.asked] == ["GET", "DELETE"]


def test_a_redirection_to_another_is_followed_once(serve: Callable[..., WebServer], clock: SteppingClock) -> None:
    def store(request: Request) -> Response:
        return Response(302, (("Location", "https://localhost:1/x"),))

    with serve(store) as elsewhere:
        twilio = Twilio([Response(302, (("Location", f"{elsewhere.url}/x"),))], [DELETED])
        with serve(twilio) as server, pytest.raises(RecordingUnavailable, match="HTTP 302"):
            taker(server.url, clock).take(SID, within(clock))


def test_a_location_without_a_redirection_is_ignored(serve: Callable[..., WebServer], clock: SteppingClock) -> None:
    file = Response(200, (("Location", "https://localhost:1/x"),), WAV)
    with serve(Twilio([file], [DELETED])) as server:
        assert taker(server.url, clock).take(SID, within(clock)) == WAV
