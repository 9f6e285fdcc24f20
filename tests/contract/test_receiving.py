"""What the core and the logins post, through the routes, onto a table: sessions begin and get their results."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import boto3
import pytest

from chalicelib import assurance
from chalicelib.assurance import Level
from chalicelib.clock import Deadline, SystemClock
from chalicelib.conditional_write import Absent, Write
from chalicelib.errors import SecretsUnavailable
from chalicelib.table import keys
from chalicelib.web_login import core_authentication, receiving
from chalicelib.web_login.receiving import START
from chalicelib.web_login.session import CODE_LIFE_MS
from local.aws.ministack import MiniStack
from local.web import Response
from tests.contract.patience import be_patient
from tests.contract.receiving_calls import (
    NEXT_SECRET,
    PHONENUMBER,
    SECRET,
    URL,
    Site,
    World,
    as_core,
    claims,
    code_of,
    private_list,
    public_list,
    token,
    whole,
    world,
)
from tests.contract.wiring import SteppingClock, load
from tests.unit.web_login.tokens import ATTRIBUTES, Forge, genuine

JSON = ("Content-Type", "application/json")
NUMBERS = itertools.count()
IS_FREE = Absent("contact")
RACERS = 8
UNKNOWN = f"{URL}/session_result/{'A' * 86}"


@pytest.fixture(scope="module")
def shared(ministack: MiniStack, worker_id: str) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        be_patient(patch)
        with world(ministack, "777000000001") as made:
            yield made


@pytest.fixture
def site(shared: World, clock: SteppingClock) -> Site:
    return Site(shared, clock)


def refused(response: Response, status: int, word: str) -> bool:
    return whole(response) == (
        status,
        (("Cache-Control", "no-store"), JSON),
        json.dumps({"error": word}, separators=(",", ":")).encode(),
    )


def not_found(response: Response) -> bool:
    return refused(response, 404, "NotFound")


def bad_request(response: Response) -> bool:
    return refused(response, 400, "BadRequest")


def unauthorized(response: Response) -> bool:
    return refused(response, 401, "Unauthorized")


def unavailable(response: Response) -> bool:
    return refused(response, 503, "Unavailable")


# --- as it should be


def test_a_session_begins_and_its_login_brings_the_result(site: Site) -> None:
    told = site.start()
    assert told.keys() == {"client_url", "attr_url"}
    assert re.fullmatch(rf"tel:{re.escape(PHONENUMBER)},[0-9]{{8}}", told["client_url"])
    assert re.fullmatch(rf"{URL}/session_result/[A-Za-z0-9_-]{{86}}", told["attr_url"])
    assert site.record(told["client_url"])["purpose"] == "report_move"
    assert site.claims(told["client_url"]) is None
    answered = site.result(told["attr_url"], token())
    assert (answered.status, answered.body) == (200, b"")
    said = site.claims(told["client_url"])
    assert said is not None
    assert dict(said.attributes) == ATTRIBUTES
    assert said.session_url == "https://login.example.org/session/update/3f9"


def test_a_login_that_came_first_is_there_from_the_start(site: Site) -> None:
    told = site.start(token())
    assert told.keys() == {"client_url"}
    said = site.claims(told["client_url"])
    assert said is not None
    assert dict(said.attributes) == ATTRIBUTES


@pytest.mark.parametrize("first", [True, False])
def test_a_login_that_failed_is_a_result_too_and_leaves_nobody_behind(site: Site, first: bool) -> None:
    failed = token(status="failed")
    told = site.start(failed if first else None)
    if not first:
        assert site.result(told["attr_url"], failed).status == 200
    record = site.record(told["client_url"])
    assert record["result"] == "failed"
    assert not {"sealed", "subject"} & record.keys()


def test_length_and_pauses_of_the_code_are_settings(shared: World, clock: SteppingClock) -> None:
    site = Site(shared, clock, DTMF_LENGTH="11", DTMF_PAUSES=",,,")
    assert re.fullmatch(rf"tel:{re.escape(PHONENUMBER)},,,[0-9]{{11}}", site.start()["client_url"])


def test_fields_that_nobody_told_us_of_are_left_alone(site: Site) -> None:
    asked = {"purpose": "p", "auth_result": None, "comm_method": "call", "nested": {"a": [1, None]}}
    told = site.send(START, json.dumps(asked), as_core())
    assert json.loads(told.body).keys() == {"client_url", "attr_url"}


@pytest.mark.parametrize("purpose", ["a", "p" * 200, "flytt – anmälan 日本"])
def test_a_purpose_is_a_line_of_text(site: Site, purpose: str) -> None:
    assert site.record(site.start(purpose=purpose)["client_url"])["purpose"] == purpose


@pytest.mark.parametrize(
    "content_type",
    [
        "application/jwt",
        "APPLICATION/JWT; charset=utf-8",
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/json",
        "application/octet-stream",  # which API Gateway hands on as base64
        "application/x-www-form-urlencoded",
        "nonsense",
        "",
        None,
    ],
)
def test_whatever_the_content_is_called_it_is_looked_at(site: Site, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    key = {"X-API-Key": SECRET}
    begun = site.send(START, b'{"purpose":"report_move"}', {**headers, **key})
    assert begun.status == 200
    attr_url = json.loads(begun.body)["attr_url"]
    assert site.send(attr_url.removeprefix(URL), token(), headers).status == 200


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_line_end_after_a_token_is_forgiven(site: Site, end: str) -> None:
    told = site.start()
    assert bad_request(site.result(told["attr_url"], token() + end + end))
    assert site.result(told["attr_url"], token() + end).status == 200


def test_the_same_result_may_come_again_at_the_same_address(site: Site) -> None:
    told, brought = site.start(), token()
    assert site.result(told["attr_url"], brought).status == 200
    assert site.result(told["attr_url"], brought).status == 200


def test_a_result_that_comes_after_the_call_puts_its_proof_on_the_contact(site: Site) -> None:
    told, contact, soon = site.start(), f"contact-{next(NUMBERS)}", Deadline.after(10, SystemClock())
    site.world.items.write(keys.session(site.handle(told["client_url"])), Write(IS_FREE, {"contact": contact}), soon)
    assert site.result(told["attr_url"], token()).status == 200
    [proof] = assurance.proofs(site.world.items.read(keys.contact(contact), soon))
    at = int(site.clock.at) * 1000
    assert (proof.method, proof.level, proof.at, proof.until) == ("web_login", Level.SUBSTANTIAL, at, at + 1_800_000)


def test_of_many_sessions_that_get_the_same_token_at_once_one_has_its_result(site: Site) -> None:
    told, brought, together = [site.start() for _ in range(RACERS)], token(), Barrier(RACERS)

    def post(attr_url: str) -> int:
        together.wait()
        return site.result(attr_url, brought).status

    with ThreadPoolExecutor(RACERS) as racers:
        answers = list(racers.map(post, [one["attr_url"] for one in told]))
    assert sorted(answers) == [200, *[404] * (RACERS - 1)]
    assert ["result" in site.record(one["client_url"]) for one in told] == [answer == 200 for answer in answers]


def test_the_successors_of_id_contact_have_words_of_their_own(shared: World, clock: SteppingClock) -> None:
    site = Site(shared, clock, WEB_LOGIN_DIALECT="verder_helpen")
    told = site.start()
    assert bad_request(site.result(told["attr_url"], token()))
    assert site.result(told["attr_url"], token(sub="verder-helpen-attributes", status="success")).status == 200


# --- the core


@pytest.mark.parametrize("header", [{"Authorization": f"bearer {SECRET}"}, {"x-api-key": SECRET}])
def test_the_core_shows_its_secret_in_either_header(site: Site, header: dict[str, str]) -> None:
    assert site.send(START, b'{"purpose":"p"}', header).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": SECRET},
        {"Authorization": f"Basic {SECRET}"},
        {"Authorization": f"Bearer {SECRET}x"},
        {"Authorization": f"Bearer {SECRET[:-1]}"},
        {"Authorization": f"Bearer {SECRET} {SECRET}"},
        {"X-API-Key": f" {SECRET}x"},
        {"X-API-Key": "é" * 40},
        {"X-API-Key": ""},
    ],
)
@pytest.mark.parametrize("body", [b'{"purpose":"p"}', b"not even JSON"])
def test_whoever_shows_no_secret_begins_nothing_and_gets_the_same_answer(
    site: Site, headers: dict[str, str], body: bytes
) -> None:
    before = len(site.world.scan())
    assert unauthorized(site.send(START, body, headers))
    assert len(site.world.scan()) == before


def test_without_secrets_nobody_is_the_core(shared: World, clock: SteppingClock) -> None:
    site = Site(shared, clock, CORE_SECRETS_NAME="")
    for secret in (SECRET, "", "None"):
        assert unauthorized(site.send(START, b'{"purpose":"p"}', as_core(secret)))


def test_a_secret_is_replaced_while_both_count_and_without_a_deployment(site: Site) -> None:
    asked = b'{"purpose":"p"}'
    assert unauthorized(site.send(START, asked, as_core(NEXT_SECRET)))
    site.put("core", f"{NEXT_SECRET}\n{SECRET}\n")
    site.clock.at += 31
    assert site.send(START, asked, as_core(NEXT_SECRET)).status == 200
    assert site.send(START, asked, as_core()).status == 200
    site.put("core", NEXT_SECRET)
    site.clock.at += 661
    assert unauthorized(site.send(START, asked, as_core()))
    assert site.send(START, asked, as_core(NEXT_SECRET)).status == 200


def signed(body: bytes, at: float, secret: str = SECRET, path: str = START, method: str = "POST") -> dict[str, str]:
    text = f"{method}\n{path}\n{int(at)}\n".encode() + body
    return {
        "X-Countersign-Time": str(int(at)),
        "X-Countersign-Signature": core_authentication.signature(secret, text),
    }


@pytest.fixture
def signing(shared: World, clock: SteppingClock) -> Site:
    return Site(shared, clock, CORE_AUTHENTICATION="hmac")


@pytest.mark.parametrize("off", [0, -60, 60])
def test_the_core_signs_time_and_body(signing: Site, off: int) -> None:
    body = b'{"purpose":"p"}'
    assert signing.send(START, body, signed(body, signing.clock.at + off)).status == 200


def test_a_signature_is_for_one_time_one_body_and_one_path(signing: Site) -> None:
    body, now = b'{"purpose":"p"}', signing.clock.at
    good = signed(body, now)
    for headers in (
        {},
        signed(body, now - 61),
        signed(body, now + 61),
        signed(b'{"purpose":"q"}', now),
        signed(body, now, path="/api/start_communication"),
        signed(body, now, method="GET"),
        signed(body, now, NEXT_SECRET),
        {**good, "X-Countersign-Time": str(int(now) + 1)},
        {**good, "X-Countersign-Time": f" {int(now)}"},
        {**good, "X-Countersign-Time": "²²²"},
        {**good, "X-Countersign-Signature": good["X-Countersign-Signature"].upper()},
        {**good, "X-Countersign-Signature": ""},
        as_core(),  # the other way is not open besides
    ):
        assert unauthorized(signing.send(START, body, headers)), headers
    assert signing.send(START, body, good).status == 200


def test_a_signature_is_no_api_key(site: Site) -> None:
    body = b'{"purpose":"p"}'
    assert unauthorized(site.send(START, body, signed(body, site.clock.at)))


# --- what is refused


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"purpose"',
        b"{}",
        b'{"purpose":null}',
        b'{"purpose":7}',
        b'{"purpose":""}',
        b'{"purpose":["p"]}',
        b'{"purpose":"' + b"p" * 201 + b'"}',
        b'{"purpose":"two\\nlines"}',
        b'{"purpose":"\\ud800"}',
        b'{"purpose":"\\u202e"}',
        b'{"purpose":"p","purpose":"p"}',
        b'{"purpose":"p","auth_result":7}',
        b'{"purpose":"p","auth_result":{}}',
        b'{"purpose":"p","auth_result":""}',
        b'{"purpose":"p","auth_result":"a.b.c.d.e"}',
        b'{"purpose":"p","n":NaN}',
        b'{"purpose":"p","n":' + b"9" * 5000 + b"}",
        b'{"purpose":"p","n":' + b"[" * 30_000 + b"}",
        b'{"purpose":"p"} x',
        b'\xff{"purpose":"p"}',
        b'\xef\xbb\xbf{"purpose":"p"}',
        b'{"purpose":"p","n":"' + b"n" * receiving.LONGEST_BODY + b'"}',
    ],
    ids=lambda body: body[:28].decode(errors="replace"),
)
def test_what_is_no_start_begins_nothing_and_gets_the_same_answer(site: Site, body: bytes) -> None:
    before = len(site.world.scan())
    assert bad_request(site.send(START, body, as_core()))
    assert len(site.world.scan()) == before


def bad_tokens() -> dict[str, str]:
    good = token()
    stranger = Forge("EC", "EC", claims=claims(), by_number=2).token()
    return {
        "empty": "",
        "nothing": "nothing",
        "not text": "\x00\ud7ff é",
        "inner alone": Forge("EC", "EC", claims=claims()).inner(),
        "cut": good[:-1],
        "changed": good[:-8] + "AAAAAAAA",
        "for somebody else": Forge("EC", "EC", claims=claims(), to_number=2).token(),
        "by a stranger": stranger,
        "expired": token(exp=int(SteppingClock().at) - 5),
        "of no time": token(exp=None),
        "other dialect": token(sub="verder-helpen-attributes", status="success"),
        "long": "A" * 20_000,
        "very long": "A" * 300_000,
    }


def test_a_bad_token_gets_the_same_answer_everywhere_and_is_not_remembered(site: Site) -> None:
    told, answered = site.start(), site.start()
    assert site.result(answered["attr_url"], token()).status == 200
    before = len(site.world.scan())
    for name, bad in bad_tokens().items():
        for attr_url in (told["attr_url"], answered["attr_url"], UNKNOWN):
            assert bad_request(site.result(attr_url, bad)), name
        assert bad_request(site.send(START, json.dumps({"purpose": "p", "auth_result": bad}), as_core())), name
    assert len(site.world.scan()) == before
    assert site.result(told["attr_url"], token()).status == 200


def test_an_address_without_a_use_is_as_one_that_never_was(site: Site) -> None:
    answered, replayed, other, late = (site.start() for _ in range(4))
    used = token()
    assert site.result(answered["attr_url"], used).status == 200
    assert not_found(site.result(answered["attr_url"], token()))
    assert not_found(site.result(replayed["attr_url"], used))
    handle, secret = other["attr_url"][-86:-43], answered["attr_url"][-43:]
    assert not_found(site.result(f"{URL}/session_result/{handle}{secret}", token()))
    assert not_found(site.result(UNKNOWN, token()))
    for nothing in ("x", "A" * 85, "A" * 87, "%2e%2e", "A" * 85 + "="):
        assert not_found(site.result(f"{URL}/session_result/{nothing}", token()))
    site.clock.at += (CODE_LIFE_MS + 3_000) / 1000
    exp = int(site.clock.at) + 300
    assert not_found(site.result(late["attr_url"], token(iat=exp - 300, exp=exp)))
    assert "result" not in site.record(replayed["client_url"])
    assert "result" not in site.record(late["client_url"])


@pytest.mark.parametrize("first", ["result", "start"])
def test_a_result_counts_once_however_it_is_encrypted_anew(site: Site, first: str) -> None:
    said = claims()
    stolen = Forge("EC", "EC", claims=said)
    inner = stolen.inner()
    wrapped = [Forge(kind, "EC", envelope={"njwt": inner}).token() for kind in ("EC", "RSA", "EC")]
    if first == "start":
        site.start(wrapped[0])
    else:
        assert site.result(site.start()["attr_url"], wrapped[0]).status == 200
    victim = site.start()
    assert not_found(site.result(victim["attr_url"], wrapped[1]))
    assert bad_request(site.send(START, json.dumps({"purpose": "p", "auth_result": wrapped[2]}), as_core()))
    assert "result" not in site.record(victim["client_url"])


# --- keys that are replaced


def test_our_keys_and_the_senders_are_replaced_mid_day(site: Site) -> None:
    ours, theirs = site.start()["attr_url"], site.start()["attr_url"]
    to_new = Forge("EC", "EC", claims=claims(), to_number=3).token()
    by_new = Forge("EC", "EC", claims=claims(), by_number=4).token()
    assert bad_request(site.result(ours, to_new))
    assert bad_request(site.result(theirs, by_new))
    site.put("keys", json.dumps(json.loads(private_list(3)) + json.loads(private_list())))
    site.put("senders", json.dumps(json.loads(public_list(4)) + json.loads(public_list())))
    assert bad_request(site.result(ours, to_new))  # SSM is not asked for every token that a stranger makes
    site.clock.at += 31
    assert site.result(ours, to_new).status == 200
    assert site.result(theirs, by_new).status == 200
    assert site.result(site.start()["attr_url"], token()).status == 200


def test_a_damaged_parameter_leaves_the_keys_that_were_there(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.put("keys", private_list().replace("PRIVATE", "PUBLIC"))
    site.clock.at += 661
    exp = int(site.clock.at) + 300
    assert site.result(site.start()["attr_url"], token(iat=exp - 300, exp=exp)).status == 200
    assert '"parameter_stale","Events":1,"what":"web_login_keys"' in capsys.readouterr().out


@pytest.mark.parametrize(("name", "text"), [("keys", "[]"), ("senders", "junk"), ("core", "too short")])
def test_a_parameter_that_cannot_be_used_is_our_fault_and_nobody_elses(
    site: Site, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told, brought = site.start(), token()
    site.put(name, text)
    site.work_with(site.another_process())
    path = START if name == "core" else told["attr_url"].removeprefix(URL)
    body = b'{"purpose":"p"}' if name == "core" else brought
    assert refused(site.send(path, body, as_core()), 500, "InternalServerError")
    assert f"{site.folder}/{name} must hold" in capsys.readouterr().out


# --- what is outside does not answer


class Silent:
    """An SSM that takes its time and does not answer."""

    def __init__(self, clock: SteppingClock) -> None:
        self.clock, self.asked = clock, 0

    def find(self, names: Any) -> dict[str, str]:
        self.asked += 1
        self.clock.at += 2
        raise SecretsUnavailable("as the test says")

    under = find


def test_ssm_that_does_not_answer_is_waited_for_once(site: Site) -> None:
    told, silent = site.start(), Silent(site.clock)
    site.work_with(site.another_process(source=silent))
    before = site.clock.at
    assert unavailable(site.send(START, b'{"purpose":"p"}', as_core()))
    assert unavailable(site.result(told["attr_url"], token()))
    assert (silent.asked, site.clock.at - before) == (1, 2)


def test_what_is_in_memory_outlasts_an_ssm_that_does_not_answer(site: Site) -> None:
    silent = Silent(site.clock)
    parts = site.another_process(source=silent)
    parts.trust.take(site.world.store.find([f"{site.folder}/{name}" for name in ("keys", "senders", "core")]))
    site.work_with(parts)
    site.clock.at += 700
    exp = int(site.clock.at) + 300
    site.start(token(iat=exp - 300, exp=exp))
    assert silent.asked == 1


def test_ssm_is_asked_for_everything_at_once(site: Site) -> None:
    asked: list[list[str]] = []

    class Counting:
        def find(self, names: Any) -> dict[str, str]:
            asked.append(sorted(names))
            return site.world.store.find(names)

        under = find

    site.work_with(site.another_process(source=Counting()))
    site.start(token())
    assert asked == [[f"{site.folder}/{name}" for name in ("core", "keys", "senders")]]


def test_a_table_that_has_no_time_left_to_answer(site: Site) -> None:
    told = site.start()

    def slowly(handle: str, step: Any, deadline: Any) -> Any:
        site.clock.at += 3  # of the four seconds that an answer may take
        return type(login).take(login, handle, step, deadline)

    login = site.parts.login
    site.with_login()
    object.__setattr__(site.parts.login, "take", slowly)
    assert unavailable(site.send(START, b'{"purpose":"p"}', as_core()))
    assert unavailable(site.result(told["attr_url"], token()))
    assert "result" not in site.record(told["client_url"])


# --- codes


def test_a_code_that_is_taken_is_not_given_out_again(site: Site) -> None:
    taken = int(code_of(site.start()["client_url"]))
    numbers = iter([taken] * 9 + [(taken + 1) % 10**8])
    site.with_login(below=lambda most: next(numbers))
    told = site.start(token())
    assert int(code_of(told["client_url"])) == (taken + 1) % 10**8
    assert site.claims(told["client_url"]) is not None


def test_after_ten_tries_there_is_no_free_code(site: Site) -> None:
    taken = site.start()
    site.with_login(below=lambda most: int(code_of(taken["client_url"])))
    assert unavailable(site.send(START, b'{"purpose":"other"}', as_core()))
    brought = token()
    asked = json.dumps({"purpose": "other", "auth_result": brought})
    assert unavailable(site.send(START, asked, as_core()))
    assert site.record(taken["client_url"])["purpose"] == "report_move"
    assert site.result(taken["attr_url"], brought).status == 200  # nothing was used up


# --- what nobody hears


def test_nothing_of_a_person_and_no_secret_is_in_logs_answers_or_the_table(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    brought = token()
    told = site.start()
    said = [site.result(told["attr_url"], brought), site.result(UNKNOWN, brought)]
    first = site.start(token())
    said += [site.send(START, json.dumps({"purpose": "p", "auth_result": brought}), as_core())]
    said += [site.result(told["attr_url"], bad) for bad in bad_tokens().values()]
    said += [site.send(START, b'{"purpose":"p"}', as_core(NEXT_SECRET))]
    out, err = capfd.readouterr()
    assert err == ""
    code, address = code_of(told["client_url"]), told["attr_url"].rpartition("/")[2]
    secrets = [*ATTRIBUTES.values(), *ATTRIBUTES, SECRET, NEXT_SECRET, brought[:60], code, address[43:]]
    written = {
        "log": out + err,
        "answers": " ".join(repr(whole(one)) for one in said),
        "table": json.dumps(site.world.scan(), ensure_ascii=False),
    }
    assert out
    for where, text in written.items():
        assert not [secret for secret in secrets if secret in text], where
    assert code_of(first["client_url"]) not in written["log"]
    assert address[:43] not in written["log"]
    assert "report_move" not in written["log"]


def test_what_nobody_foresaw_is_counted_and_answered_without_a_word(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(most: int) -> int:
        raise RuntimeError("Testpersoon Zoë")

    site.with_login(below=fails)
    assert refused(site.send(START, b'{"purpose":"p"}', as_core()), 500, "InternalServerError")
    out, err = capfd.readouterr()
    assert (json.loads(out)["event"], json.loads(out)["reason"], err) == ("function_failed", "RuntimeError", "")


# --- as it is put together


@pytest.mark.usefixtures("_connect_settings")
def test_the_routes_are_put_together_from_the_environment(
    clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {"DECRYPTION_KEYS_NAME": private_list(), "SIGNATURE_KEYS_NAME": public_list(), "CORE_SECRETS_NAME": SECRET}
    for setting, value in kept.items():
        name = f"/countersign/{setting.lower()}"
        boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
        monkeypatch.setenv(setting, name)
    module = load("connect_app", clock)
    monkeypatch.setenv("PHONENUMBER", PHONENUMBER)
    assert module.receiving_parts() is None  # no login could reach an address
    module.receiving_parts.cache_clear()
    monkeypatch.setenv("INTERNAL_URL", URL)
    parts = module.receiving_parts()
    assert parts is module.receiving_parts()
    assert parts.trust.result(genuine(claims(), "RSA", "RSA")).attributes == ATTRIBUTES
