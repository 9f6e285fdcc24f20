import contextlib
import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import callers, wav
from local.aws.ministack import MiniStack
from local.centre import BANKID_NUMBER, CONNECT_NUMBER, PAYMENT_NUMBER, STAGE
from local.demo.stage import KARINS_NUMBER
from local.phone.handset import Handset
from local.tls import Certificates
from local.web import WebServer
from tests.browser.running_phone import Phone, running_phone


@pytest.fixture(scope="module")
def running(ministack: MiniStack, certificates: Certificates) -> Iterator[Phone]:
    with running_phone(ministack, certificates) as phone:
        yield phone


@pytest.fixture
def phone(running: Phone) -> Iterator[Phone]:
    yield running
    running.put_down()


def test_only_its_own_name_leads_to_it(phone: Phone) -> None:
    assert phone.ask("GET", "/")[0] == 200
    assert phone.ask("GET", "/", Host="phone.attacker.example")[0] == 403
    assert phone.ask("GET", "/events", Host=f"127.0.0.1:{phone.server.server.port}")[0] == 403


def test_what_it_frames_is_for_its_own_pages_too(phone: Phone) -> None:
    centre = phone.centre
    for server, path in [(centre.workspace.server, "/"), (centre.screens, f"/{STAGE}/agent")]:
        own = f"localhost:{server.port}"
        headers = {
            200: [{"Host": own}, {"Host": own, "Origin": server.url}],
            403: [{"Host": "phone.attacker.example"}, {"Host": own, "Origin": "http://attacker.example"}],
        }
        for status, sent in headers.items():
            assert [answered(server, path, one) for one in sent] == [status] * 2


def answered(server: WebServer, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=10.0)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


@pytest.mark.parametrize("origin", ["http://attacker.example", "http://localhost:1", "null", ""])
def test_only_its_own_page_has_anything_done(phone: Phone, origin: str) -> None:
    for path in ("/dial", "/hang-up", "/recording", "/fault"):
        assert phone.ask("POST", path, {"number": PAYMENT_NUMBER}, Origin=origin)[0] == 403
    assert phone.switchboard.handset is None


def test_a_second_call_is_refused_while_one_is_open(phone: Phone) -> None:
    assert phone.ask("POST", "/dial", {"number": PAYMENT_NUMBER})[0] == 200
    assert phone.ask("POST", "/dial", {"number": BANKID_NUMBER}) == (
        409,
        {"sorry": "You are on the phone already. Hang up first."},
    )
    phone.events_until("spoken")
    phone.ask("POST", "/hang-up", {})
    assert phone.events_until("over")[-1]["how"] == "the caller hung up"
    assert phone.ask("POST", "/dial", {"number": BANKID_NUMBER})[0] == 200


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/dial", {"number": "+46700000000"}, 404),
        ("/dial", {"number": PAYMENT_NUMBER, "caller_id": "0701740605"}, 400),
        ("/dial", {"number": PAYMENT_NUMBER, "types_code": True}, 409),
        ("/keys", {"keys": "1"}, 409),
        ("/keys", {"keys": "A"}, 400),
        ("/keys", {"keys": 1}, 409),
        ("/voice", {"caller": "nobody"}, 404),
        ("/voice", {"caller": "karin"}, 409),
        ("/recording", b"RIFF", 409),
        ("/fault", {"name": "fire"}, 404),
        ("/fault", {"name": ["voiceit"]}, 404),
        ("/website", {"purpose": "none"}, 404),
        ("/website", {"purpose": {}}, 404),
        ("/login", {"person": "mallory"}, 404),
        ("/login", {"person": ["karin"]}, 404),
        ("/login", {}, 409),
        ("/nothing", {}, 404),
        ("/dial", b"[]", 404),
        ("/dial", b"{", 400),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(phone: Phone, path: str, asked: object, status: int) -> None:
    got, told = phone.ask("POST", path, asked)
    assert got == status
    assert told["sorry"]


def test_an_own_a_withheld_and_a_spoofed_number_arrive_as_such(phone: Phone) -> None:
    for caller_id, told in [(KARINS_NUMBER, KARINS_NUMBER), (None, "withheld")]:
        phone.ask("POST", "/dial", {"number": PAYMENT_NUMBER, "caller_id": caller_id})
        events = phone.events_until("spoken")
        phone.put_down()
        assert f"answers {PAYMENT_NUMBER}, caller id {told}" in [event.get("what") for event in events]


def test_a_recording_lives_as_long_as_its_call(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    files: list[Path] = []
    speak = Handset.speak

    def noted(handset: Handset, sound: bytes) -> None:
        speak(handset, sound)
        files.extend(handset._folder.iterdir())

    monkeypatch.setattr(Handset, "speak", noted)
    phone.ask("POST", "/dial", {"number": PAYMENT_NUMBER})
    phone.events_until("spoken")
    assert phone.ask("POST", "/recording", b"RIFF")[0] == 400
    assert phone.ask("POST", "/recording", wav.linear(wav.read(callers.takes("karin")[0].read_bytes())))[0] == 200
    assert [file.exists() for file in files] == [True]
    phone.ask("POST", "/hang-up", {})
    phone.events_until("over")
    assert [file.parent.exists() for file in files] == [False]


def broken(phone: Phone, fault: str) -> None:
    """Somebody calls while something is."""
    assert phone.ask("POST", "/fault", {"name": fault, "on": True})[0] == 200
    phone.ask("POST", "/dial", {"number": CONNECT_NUMBER, "caller_id": KARINS_NUMBER})


def test_what_is_broken_by_hand_shows_in_the_next_call(phone: Phone) -> None:
    broken(phone, "function")
    events = phone.events_until("silence")
    phone.put_down()
    assert "its answer never arrives" in str(events)
    assert events[-1]["seconds"] > 4

    broken(phone, "table")
    assert "ProvisionedThroughputExceeded" in str(phone.events_until("step", type="InvokeLambdaFunction"))


def test_each_switch_breaks_something_and_mends_it(phone: Phone) -> None:
    def faults() -> list[bool]:
        centre = phone.centre
        of_functions = centre.connect.circumstances.faults.attempts
        down = centre.bankid.faults.take("/collect").down
        return [centre.voiceit.faults.down, down, centre.tap.faults is not None, bool(of_functions)]

    for on in (True, False):
        for name in ("voiceit", "bankid", "table", "function"):
            phone.ask("POST", "/fault", {"name": name, "on": on})
        assert faults() == [on] * 4
        assert [fault["on"] for fault in phone.ask("GET", "/settings")[1]["faults"]] == [on] * 4


def test_nothing_that_is_typed_or_heard_in_confidence_is_drawn(phone: Phone) -> None:
    phone.ask("POST", "/dial", {"number": BANKID_NUMBER})
    phone.events_until("spoken")
    phone.events_until("asked", what="keys")
    phone.ask("POST", "/keys", {"keys": "199908072391#"})
    events = phone.events_until("block", block="instruct")
    drawn = [event for event in events if event["kind"] != "spoken"]
    assert "199908072391" not in str(events)
    assert "instruct" in str(drawn)
    assert phone.centre.bankid.app_of("199908072391").waiting is not None
