import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import urllib3

from local import tls
from local.clock import VirtualClock
from local.twilio import Account, RecordingFaults, Recordings

ACCOUNT = Account()
AUDIO = b"RIFF and so on"
PATH = f"/2010-04-01/Accounts/{ACCOUNT.sid}/Recordings/"
TOKEN = urllib3.make_headers(basic_auth=f"{ACCOUNT.sid}:{ACCOUNT.auth_token}")


class Store(Recordings):
    """The stand-in with a client in front of it."""

    def __init__(self, folder: Path) -> None:
        certificates = tls.certificates(folder / "tls")
        self.clock = VirtualClock()
        super().__init__(ACCOUNT, self.clock, certificates.server_context())
        self.pool = urllib3.PoolManager(ssl_context=certificates.client_context(), retries=False, timeout=5.0)

    def ask(self, method: str, path: str, headers: Mapping[str, str] = TOKEN) -> urllib3.BaseHTTPResponse:
        return self.pool.request(method, self.url + PATH + path, headers=headers)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    with store.server:
        yield store
        store.pool.clear()


@pytest.mark.parametrize("extension", ["", ".wav"])
def test_a_recording_is_served_as_wav(store: Store, extension: str) -> None:
    sid = store.keep(AUDIO)
    got = store.ask("GET", sid + extension)
    assert (got.status, got.data, got.headers["Content-Type"]) == (200, AUDIO, "audio/x-wav")
    assert store.fetched == {sid: 1}


def test_an_api_key_opens_it_too(store: Store) -> None:
    key = urllib3.make_headers(basic_auth=f"{ACCOUNT.api_key}:{ACCOUNT.api_secret}")
    assert store.ask("GET", store.keep(AUDIO), key).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        urllib3.make_headers(basic_auth=f"{ACCOUNT.sid}:wrong"),
        urllib3.make_headers(basic_auth=f"{ACCOUNT.api_key}:{ACCOUNT.auth_token}"),
    ],
)
def test_without_credentials_nothing_is_served_or_deleted(store: Store, headers: Mapping[str, str]) -> None:
    sid = store.keep(AUDIO)
    assert store.ask("GET", sid, headers).status == 401
    assert store.ask("DELETE", sid, headers).status == 401
    assert store.remaining == {sid}


@pytest.mark.parametrize("delay", [0.3, 2.0, 30.0])
def test_a_file_appears_only_after_its_delay_in_virtual_time(store: Store, delay: float) -> None:
    store.faults = RecordingFaults(appears_after=delay)
    sid = store.keep(AUDIO)
    early = store.ask("GET", sid)
    assert (early.status, early.json()["code"]) == (404, 20404)
    store.clock.sleep(delay - 0.1)
    assert store.ask("GET", sid).status == 404
    store.clock.sleep(0.2)
    assert store.ask("GET", sid).status == 200
    assert store.fetched[sid] == 1


@pytest.mark.parametrize("extension", ["", ".json"])
def test_a_recording_is_deleted_once(store: Store, extension: str) -> None:
    sid = store.keep(AUDIO)
    assert [store.ask("DELETE", sid + extension).status for _ in range(3)] == [204, 404, 404]
    assert store.ask("GET", sid).status == 404
    assert store.deleted == {sid: 1}
    assert not store.remaining


def test_a_race_to_delete_has_one_winner(store: Store) -> None:
    sid, answers = store.keep(AUDIO), []
    threads = [threading.Thread(target=lambda: answers.append(store.ask("DELETE", sid).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204] + [404] * 7


@pytest.mark.parametrize("path", ["RE" + "0" * 32, "RE123", "", "../Calls/CA1"])
def test_what_does_not_exist_is_not_found(store: Store, path: str) -> None:
    assert store.ask("GET", path).status == 404


def test_another_accounts_path_is_not_found(store: Store) -> None:
    sid = store.keep(AUDIO)
    url = store.url + PATH.replace(ACCOUNT.sid, "AC" + "0" * 32) + sid
    assert store.pool.request("GET", url, headers=TOKEN).status == 404


def test_it_can_be_slow_broken_or_gone(store: Store) -> None:
    sid, began = store.keep(AUDIO), store.clock.now()
    store.faults = RecordingFaults(slow_seconds=7.0)
    assert store.ask("GET", sid).status == 200
    assert store.clock.now() - began == pytest.approx(7.0)
    store.faults = RecordingFaults(status=503)
    assert store.ask("DELETE", sid).status == 503
    store.faults = RecordingFaults(down=True)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        store.ask("GET", sid)
    assert store.remaining == {sid}


def test_it_can_send_far_too_much(store: Store) -> None:
    store.faults = RecordingFaults(oversize=True)
    assert len(store.ask("GET", store.keep(AUDIO)).data) > 60_000_000
