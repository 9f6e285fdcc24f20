"""What was typed reaches the consumers that may have it, once, in a form that they alone read; and nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import boto3
import pytest

from chalicelib.errors import BadEvent, Misconfigured
from chalicelib.secure_input import registry
from flows.contract import RESULT_WORDS
from local.aws.tap import TableFaults, Tap
from local.consumers.inbox import Inbox
from local.consumers.reading import connect_messages, jwes
from local.tls import Certificates
from tests.contract.consumer_calls import (
    KEY_ID,
    REGISTRY,
    SECRET,
    certificate_of_version_six,
    consumer_entry,
    private_pem,
    register,
    small_point,
)
from tests.contract.flow_calls import CONTACT, OTHER_CONTACT, items
from tests.contract.hostile import Answer, HostileServer, says
from tests.contract.patience import be_patient
from tests.contract.secure_input_calls import CARD, SecureInput, message
from tests.contract.wiring import SteppingClock, load

SHOWN = {"length": "16", "check": "passed", "last4": "1111", "digits": "none"}
DELIVERED = {"result": "delivered", **SHOWN}
UNAVAILABLE = {"result": "unavailable"}
RACERS = 8
NewInbox = Callable[..., Inbox]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    be_patient(monkeypatch)


@pytest.fixture
def inbox(certificates: Certificates, clock: SteppingClock, secure_input: SecureInput) -> Iterator[NewInbox]:
    """Makes consumers that are posted to and puts them into the registry."""
    made: list[Inbox] = []

    def new(name: str = "crm", form: str = "connect", secret: str = SECRET, **changed: object) -> Inbox:
        sort = "rsa-2048" if form == "connect" else "p-256"
        read = (
            connect_messages(private_pem(), KEY_ID) if form == "connect" else jwes(private_pem(sort), name, clock.now)
        )
        one = Inbox(name, read, clock.now, certificates.server_context(), secret)
        one.server.start()
        made.append(one)
        register(name, consumer_entry(form, sort, **{"deliver": one.address, **changed}), secret)
        return one

    yield new
    for one in made:
        one.server.stop()
        assert one.server.failures == []


def relayed(functions: SecureInput, encrypted: object, consumer: object = "crm", **more: Any) -> dict[str, str]:
    told: dict[str, str] = functions.open(encrypted, step="relay", consumer=consumer, **more)
    return told


def digits(*inboxes: Inbox) -> list[list[str]]:
    return [[one.digits for one in inbox.received.values()] for inbox in inboxes]


def events(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


# Who gets it.


def test_a_consumer_reads_what_was_typed_and_the_flow_sees_its_last_four_digits(
    secure_input: SecureInput, inbox: NewInbox
) -> None:
    crm = inbox()
    assert relayed(secure_input, message(CARD)) == DELIVERED
    [received] = crm.received.values()
    assert (received.digits, received.contact, received.kind) == (CARD, CONTACT, "card_number")


def test_a_consumer_that_is_not_posted_to_gets_it_through_the_flow(secure_input: SecureInput) -> None:
    register("crm", consumer_entry())
    told = relayed(secure_input, message(CARD))
    assert len(json.dumps(told)) < 32 * 1024
    assert connect_messages(private_pem(), KEY_ID)(told.pop("message")) == CARD
    assert told == {"result": "ciphertext", **SHOWN}
    assert items() == []


def test_all_are_those_who_may_have_the_kind_and_are_posted_to(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm, bank, other = inbox(), inbox("bank", "jwe"), inbox("other", kinds=["pin"])
    register("in-the-flow", consumer_entry())
    assert relayed(secure_input, message(CARD), "all") == DELIVERED
    assert digits(crm, bank, other) == [[CARD], [CARD], []]


def test_a_new_consumer_is_one_parameter_and_no_change_of_the_flow(
    secure_input: SecureInput, inbox: NewInbox, clock: SteppingClock
) -> None:
    crm = inbox()
    relayed(secure_input, message(CARD), "all")
    bank = inbox("bank", "jwe")
    assert relayed(secure_input, message(CARD), "bank") == DELIVERED, "by its name at once"
    clock.sleep(661)
    assert relayed(secure_input, message(CARD), "all") == DELIVERED
    assert digits(crm, bank) == [[CARD, CARD], [CARD, CARD]]


@pytest.mark.parametrize(("kind", "typed"), [("security_code", "9753"), ("pin", "864297")])
def test_what_may_never_be_kept_may_pass_through_and_leaves_nothing(
    secure_input: SecureInput, inbox: NewInbox, kind: str, typed: str
) -> None:
    crm = inbox(kinds=[kind])
    told = relayed(secure_input, message(typed), kind=kind)
    assert told == {
        "result": "delivered",
        "length": str(len(typed)),
        "check": "none",
        "last4": "none",
        "digits": "none",
    }
    assert digits(crm) == [[typed]]
    [item] = items()
    assert item.keys() == {"pk", "begun_at", "delivered_at", "expires_at"}


# Who does not.


@pytest.mark.parametrize("name", ["nobody", "../consumers/crm", "crm/hmac-key", "a b", "{consumer}", "x" * 64])
def test_who_is_not_in_the_registry_is_unknown(secure_input: SecureInput, inbox: NewInbox, name: str) -> None:
    crm = inbox()
    assert relayed(secure_input, message(CARD), name) == {"result": "unknown_consumer"}
    assert crm.posts == []
    assert items() == []


@pytest.mark.parametrize("given", [None, "", ["crm"]])
def test_no_consumer_is_an_error(secure_input: SecureInput, given: object) -> None:
    with pytest.raises(BadEvent, match="consumer"):
        relayed(secure_input, message(CARD), given)


def test_all_where_nobody_may_have_the_kind_is_unknown(secure_input: SecureInput, inbox: NewInbox) -> None:
    assert relayed(secure_input, message(CARD), "all") == {"result": "unknown_consumer"}
    inbox(kinds=["pin"])
    assert relayed(secure_input, message(CARD), "all") == {"result": "unknown_consumer"}


def test_a_consumer_gets_no_kind_that_its_entry_does_not_allow(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm = inbox(kinds=["pin"])
    assert relayed(secure_input, message(CARD)) == {"result": "not_allowed"}
    assert crm.posts == []


def test_an_entry_past_its_end_is_served_no_more_and_said_to_be_so(
    secure_input: SecureInput, inbox: NewInbox, clock: SteppingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    crm = inbox(not_after="2040-06-02T03:57:10Z")  # eight seconds after the test clock's start
    assert relayed(secure_input, message(CARD)) == DELIVERED
    clock.sleep(8)
    assert relayed(secure_input, message(CARD)) == {"result": "not_allowed"}
    assert relayed(secure_input, message(CARD), "all") == {"result": "unknown_consumer"}
    expired = [one for one in events(capsys.readouterr().out) if one["event"] == "consumer_expired"]
    assert [one["consumer"] for one in expired] == ["crm", "crm"]
    assert len(crm.posts) == 1


@pytest.mark.parametrize(
    "entry",
    [
        "no entry",
        {"format": "jwe"},
        consumer_entry(kinds=[]),
        consumer_entry(public_key=certificate_of_version_six()),
        consumer_entry("jwe", public_key=small_point(), deliver="https://localhost:1/"),
    ],
)
def test_a_damaged_entry_is_not_served_keeps_nobody_else_from_it_and_is_said_to_be_damaged(
    secure_input: SecureInput,
    inbox: NewInbox,
    clock: SteppingClock,
    capsys: pytest.CaptureFixture[str],
    entry: object,
) -> None:
    crm = inbox()
    register("bad", entry)
    assert relayed(secure_input, message(CARD), "bad") == {"result": "unknown_consumer"}
    assert relayed(secure_input, message(CARD), "all") == DELIVERED
    damaged = [one for one in events(capsys.readouterr().out) if one["event"] == "parameter_damaged"]
    assert len(damaged) == 1
    assert f"{REGISTRY}/bad" in damaged[0]["reason"]
    register("bad", consumer_entry())
    clock.sleep(31)
    assert relayed(secure_input, message(CARD), "bad")["result"] == "ciphertext", "mended within half a minute"
    assert digits(crm) == [[CARD]]


def test_an_entry_that_is_damaged_meanwhile_does_not_go_on_as_it_was(
    secure_input: SecureInput, inbox: NewInbox, clock: SteppingClock
) -> None:
    inbox()
    assert relayed(secure_input, message(CARD)) == DELIVERED
    register("crm", "oops")
    clock.sleep(661)
    assert relayed(secure_input, message(CARD)) == {"result": "unknown_consumer"}


@pytest.mark.parametrize("consumer", ["all", "crm"])
def test_what_was_removed_from_the_registry_is_used_no_more(
    secure_input: SecureInput, inbox: NewInbox, clock: SteppingClock, consumer: str
) -> None:
    crm, ssm = inbox(), boto3.client("ssm")
    assert relayed(secure_input, message(CARD), consumer) == DELIVERED
    ssm.delete_parameter(Name=f"{REGISTRY}/crm/hmac-key")
    clock.sleep(661)
    assert relayed(secure_input, message(CARD), consumer) == UNAVAILABLE
    assert crm.posts[-1].header("Countersign-Signature") is None
    ssm.delete_parameter(Name=f"{REGISTRY}/crm")
    clock.sleep(661)
    assert relayed(secure_input, message(CARD), consumer) == {"result": "unknown_consumer"}


def test_a_signing_key_that_is_too_short_is_never_used(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm = inbox(secret="short")
    assert relayed(secure_input, message(CARD)) == {"result": "unknown_consumer"}
    assert crm.posts == []


def test_more_consumers_than_a_caller_can_wait_for_are_an_error(
    secure_input: SecureInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "MOST_CONSUMERS", 2)
    for number in range(3):
        register(f"crm-{number}", consumer_entry())
    with pytest.raises(Misconfigured, match="more than 2"):
        relayed(secure_input, message(CARD), "all")
    assert relayed(secure_input, message(CARD), "crm-1")["result"] == "ciphertext"


def test_a_registry_that_cannot_be_seen_whole_is_an_error_and_nothing_goes_out_unsigned(
    secure_input: SecureInput, inbox: NewInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "MOST_CONSUMERS", 2)
    crm = inbox()
    for number in range(5):
        register(f"crm/a-{number}", "not ours")
    with pytest.raises(Misconfigured, match="more than"):
        relayed(secure_input, message(CARD), "all")
    assert crm.posts == []
    assert relayed(secure_input, message(CARD)) == DELIVERED


@pytest.mark.parametrize(
    ("encrypted", "result"),
    [
        (None, "no_input"),
        ("Timeout", "no_input"),
        (message("4111111111111112"), "invalid"),
        (message(CARD)[:-9], "undecryptable"),
        (CARD, "undecryptable"),
    ],
)
def test_what_cannot_be_opened_or_be_right_goes_nowhere(
    secure_input: SecureInput, inbox: NewInbox, encrypted: str | None, result: str
) -> None:
    crm = inbox()
    assert relayed(secure_input, encrypted) == {"result": result}
    assert crm.posts == []
    assert items() == []


def test_every_word_of_the_closed_list_is_answered_somewhere_here() -> None:
    assert RESULT_WORDS["secure_input", "relay"] == {
        "delivered",
        "ciphertext",
        "unknown_consumer",
        "not_allowed",
        "no_input",
        "invalid",
        "undecryptable",
        "unavailable",
    }


# Retries, ours and Connect's.


def test_connects_retry_after_a_delivery_posts_nothing(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm, typed = inbox(), message(CARD)
    assert relayed(secure_input, typed) == relayed(secure_input, typed) == DELIVERED
    assert len(crm.posts) == 1


def test_another_input_contact_kind_and_consumer_are_other_deliveries(
    secure_input: SecureInput, inbox: NewInbox
) -> None:
    kinds = ["card_number", "account_number"]
    crm, bank, typed = inbox(kinds=kinds), inbox("bank", kinds=kinds), message(CARD)
    relayed(secure_input, typed)
    relayed(secure_input, message(CARD))
    relayed(secure_input, typed, contact=OTHER_CONTACT)
    relayed(secure_input, typed, kind="account_number")
    relayed(secure_input, typed, "bank")
    assert len(crm.received) == 4
    assert not set(crm.received) & set(bank.received)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", one) for one in crm.received)


@pytest.mark.parametrize("answers", [[503], [429], [None], [500, None]])
def test_a_consumer_that_cannot_answer_now_is_asked_again(
    secure_input: SecureInput, inbox: NewInbox, answers: list[int | None]
) -> None:
    crm = inbox()
    crm.answers = list(answers)
    assert relayed(secure_input, message(CARD)) == DELIVERED
    assert len(crm.posts) == len(answers) + 1
    assert len({post.header("Idempotency-Key") for post in crm.posts}) == 1
    assert digits(crm) == [[CARD]]


def test_a_consumer_that_took_it_and_could_not_say_so_takes_it_once(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm = inbox()
    crm.answers, crm.takes_first = [None], True
    assert relayed(secure_input, message(CARD)) == DELIVERED
    assert len(crm.posts) == 2
    assert digits(crm) == [[CARD]]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 422])
def test_a_refusal_is_final(secure_input: SecureInput, inbox: NewInbox, status: int) -> None:
    crm = inbox()
    crm.answers = [status]
    assert relayed(secure_input, message(CARD)) == UNAVAILABLE
    assert len(crm.posts) == 1


def test_a_repeat_posts_only_to_those_who_are_missing(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm, bank, typed = inbox(), inbox("bank", "jwe"), message(CARD)
    bank.answers = [503] * 3
    assert relayed(secure_input, typed, "all") == UNAVAILABLE
    assert digits(crm, bank) == [[CARD], []]
    assert relayed(secure_input, typed, "all") == DELIVERED
    assert digits(crm, bank) == [[CARD], [CARD]]
    assert len(crm.posts) == 1


def test_deliveries_of_one_event_that_race_reach_the_consumer_under_one_id(
    secure_input: SecureInput, inbox: NewInbox
) -> None:
    crm, typed = inbox(), message(CARD)
    relayed(secure_input, None)
    start = Barrier(RACERS)

    def run(_: int) -> dict[str, str]:
        start.wait()
        return relayed(secure_input, typed)

    with ThreadPoolExecutor(RACERS) as threads:
        assert list(threads.map(run, range(RACERS))) == [DELIVERED] * RACERS
    assert digits(crm) == [[CARD]]
    assert len(items()) == 1


def hanging(peer: Any) -> None:
    peer.hang()


def dripping(peer: Any) -> None:
    peer.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)


@pytest.mark.parametrize(
    "answer",
    [
        hanging,
        dripping,
        says("200 OK", b"x" * 100_000),
        says("302 Found", b"", "Location: https://localhost/"),
        lambda peer: peer.send(b"nonsense\r\n\r\n"),
    ],
    ids=["hangs", "drips", "floods", "sends elsewhere", "talks nonsense"],
)
def test_a_hostile_answer_is_none_and_takes_no_longer_than_there_is_time(
    certificates: Certificates, secure_input: SecureInput, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr("chalicelib.secure_input.posting.POST_SECONDS", 0.3)
    vars(secure_input.module)["clock"] = SteppingAndPassing()
    with HostileServer(answer, certificates.server_context()) as server:
        register("crm", consumer_entry(deliver=f"{server.url}/input"))
        assert relayed(secure_input, message(CARD)) == UNAVAILABLE
        assert 1 <= len(server.heads) <= 3


def test_who_hangs_or_drips_keeps_nobody_else_from_it(
    certificates: Certificates, secure_input: SecureInput, inbox: NewInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.secure_input.posting.POST_SECONDS", 0.5)
    vars(secure_input.module)["clock"] = SteppingAndPassing()
    crm, tls = inbox(), certificates.server_context
    with HostileServer(hanging, tls()) as one, HostileServer(dripping, tls()) as other:
        register("one", consumer_entry(deliver=one.url))
        register("other", consumer_entry(deliver=other.url))
        assert relayed(secure_input, message(CARD), "all") == UNAVAILABLE
    assert digits(crm) == [[CARD]]


class SteppingAndPassing(SteppingClock):
    """Real time passes too: what hangs is waited for."""

    def __init__(self) -> None:
        super().__init__()
        import time

        self._monotonic, self._started = time.monotonic, time.monotonic()

    def now(self) -> float:
        return self.at + self._monotonic() - self._started


def test_a_consumer_whose_certificate_nobody_vouches_for_gets_nothing(
    secure_input: SecureInput, inbox: NewInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = inbox()
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    assert relayed(secure_input, message(CARD)) == UNAVAILABLE
    assert crm.posts == []


# Who posts, and what.


def test_a_consumer_can_tell_who_posts(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm = inbox()
    relayed(secure_input, message(CARD))
    [post] = crm.posts
    assert post.header("Content-Type") == "text/plain; charset=us-ascii"
    assert re.fullmatch(r"t=2222222222,v1=[0-9a-f]{64}", post.header("Countersign-Signature") or "")
    crm.secret = "another " * 5
    assert relayed(secure_input, message(CARD)) == UNAVAILABLE
    assert post.header("Content-Length") == str(len(post.body))


@pytest.mark.parametrize("name", ["Idempotency-Key", "Countersign-Contact", "Countersign-Kind", "Countersign-Consumer"])
def test_what_the_headers_say_is_signed_too(secure_input: SecureInput, inbox: NewInbox, name: str) -> None:
    from dataclasses import replace

    crm = inbox()
    relayed(secure_input, message(CARD))
    [post] = crm.posts
    forged = tuple((known, "other" if known.lower() == name.lower() else value) for known, value in post.headers)
    assert crm._taken(post) == 204
    assert crm._taken(replace(post, headers=forged)) == 401


def test_a_post_for_another_consumer_is_not_taken(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm = inbox()
    relayed(secure_input, message(CARD))
    crm.name = "bank"
    assert crm._taken(crm.posts[0]) == 401


def test_an_old_post_is_not_taken_again(secure_input: SecureInput, inbox: NewInbox, clock: SteppingClock) -> None:
    crm = inbox()
    relayed(secure_input, message(CARD))
    clock.sleep(301)
    assert crm._taken(crm.posts[0]) == 401


def test_without_a_secret_nothing_is_signed(secure_input: SecureInput, inbox: NewInbox) -> None:
    crm = inbox(secret="")
    assert relayed(secure_input, message(CARD)) == DELIVERED
    assert crm.posts[0].header("Countersign-Signature") is None


# What cannot be reached.


@pytest.fixture
def tapped(
    secure_input: SecureInput, account: dict[str, str], clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Tap, SecureInput]]:
    tap = Tap(account["AWS_ENDPOINT_URL"])
    with tap.server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", tap.server.url)
        yield tap, SecureInput(load("connect_app", clock), clock)


def test_consumers_in_memory_are_served_while_ssm_is_down(
    tapped: tuple[Tap, SecureInput], inbox: NewInbox, clock: SteppingClock
) -> None:
    tap, functions = tapped
    crm = inbox()
    functions.module.secure_input_parts().preload()
    tap.parameters_down = True
    assert relayed(functions, message(CARD), "all") == DELIVERED
    clock.sleep(1_200)
    assert relayed(functions, message(CARD), "all") == DELIVERED
    assert relayed(functions, message(CARD)) == DELIVERED
    assert relayed(functions, message(CARD), "nobody") == UNAVAILABLE
    clock.sleep(3_600)
    assert relayed(functions, message(CARD), "all") == UNAVAILABLE
    assert relayed(functions, message(CARD)) == UNAVAILABLE
    assert len(crm.posts) == 3


def test_a_start_without_ssm_is_made_up_for_by_the_first_call(tapped: tuple[Tap, SecureInput], inbox: NewInbox) -> None:
    tap, functions = tapped
    crm, parts = inbox(), functions.module.secure_input_parts()
    tap.parameters_down = True
    parts.preload()
    tap.parameters_down = False
    assert relayed(functions, message(CARD), "all") == DELIVERED
    assert digits(crm) == [[CARD]]


def test_without_the_table_nothing_is_posted(tapped: tuple[Tap, SecureInput], inbox: NewInbox) -> None:
    tap, functions = tapped
    crm = inbox()
    tap.faults = TableFaults(down=True)
    assert relayed(functions, message(CARD)) == UNAVAILABLE
    assert crm.posts == []


def test_a_delivery_that_could_not_be_noted_is_one_and_its_repeat_has_the_same_id(
    tapped: tuple[Tap, SecureInput], inbox: NewInbox, capsys: pytest.CaptureFixture[str]
) -> None:
    tap, functions = tapped
    crm, typed = inbox(), message(CARD)
    tap.faults = TableFaults(down=True, at=frozenset({2, 3}))
    assert relayed(functions, typed) == DELIVERED
    assert "relay_not_noted" in capsys.readouterr().out
    assert relayed(functions, typed) == DELIVERED
    assert len(crm.posts) == 2
    assert digits(crm) == [[CARD]]


def test_a_delivery_takes_two_requests_to_the_table_and_its_repeat_one(
    tapped: tuple[Tap, SecureInput], inbox: NewInbox
) -> None:
    tap, functions = tapped
    inbox()
    typed = message(CARD)
    relayed(functions, typed)
    relayed(functions, typed)
    assert [one.operation for one in tap.requests] == ["UpdateItem"] * 3
    assert {kind for one in tap.requests for kind in one.kinds} == {"delivery"}


# What the log says, and what nobody may read.


def test_the_log_says_of_every_input_which_consumer_has_it(
    secure_input: SecureInput, inbox: NewInbox, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox()
    register("in-the-flow", consumer_entry())
    for name in ("crm", "in-the-flow"):
        relayed(secure_input, message(CARD), name)
    told = [one for one in events(capsys.readouterr().out) if one["event"] in {"relay_delivered", "relay_handed_over"}]
    assert [(one["event"], one["consumer"], one["kind"], one["contact"]) for one in told] == [
        ("relay_delivered", "crm", "card_number", CONTACT),
        ("relay_handed_over", "in-the-flow", "card_number", CONTACT),
    ]


def test_no_typed_digit_is_in_any_output_but_the_consumers_own(
    secure_input: SecureInput, inbox: NewInbox, capsys: pytest.CaptureFixture[str]
) -> None:
    crm, bank = inbox(), inbox("bank", "jwe")
    crm.answers = [503, 422]
    register("in-the-flow", consumer_entry())
    typed = "5555555555554444"
    answers = [relayed(secure_input, message(typed), name) for name in ("all", "crm", "in-the-flow", "nobody")]
    answers.append(relayed(secure_input, typed, "crm"))
    posted = repr([(post.headers, post.body) for one in (crm, bank) for post in one.posts])
    told = {"answers": repr(answers), "table": repr(items()), "log": capsys.readouterr().out, "posts": posted}
    for where, text in told.items():
        assert text
        assert typed not in text, where
    assert SECRET not in repr(told)
