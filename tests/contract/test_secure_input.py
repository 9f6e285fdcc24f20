"""What a flow gets for what was typed, and who gets the value itself: the function's code on a table and an SSM."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.errors import BadEvent, Misconfigured, SecretsUnavailable, TableUnavailable
from chalicelib.secure_input.kinds import KINDS
from flows.contract import RESULT_WORDS
from local import encrypt
from local.aws.tap import TableFaults, Tap
from local.security_key import security_key
from tests.contract.flow_calls import CONTACT, OTHER_CONTACT, event, items
from tests.contract.patience import be_patient
from tests.contract.secure_input_calls import CARD, SecureInput, message, parameter
from tests.contract.wiring import INSTANCE, SteppingClock, load

RACERS = 16
PRIVATE_KEY = f"/amazon-connect/encryption/{security_key().id}/private-key"


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    be_patient(monkeypatch)


def test_a_card_number_gives_a_token_and_its_last_four_digits(secure_input: SecureInput) -> None:
    told = secure_input.open(message(CARD))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", told.pop("token"))
    assert told == {"result": "ok", "length": "16", "check": "passed", "last4": "1111", "digits": "none"}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("date_of_birth", "19480229"), ("personal_number", "198112189876"), ("account_number", "9876543210")],
)
def test_each_kind_that_may_be_kept_is_redeemed_whole(secure_input: SecureInput, kind: str, typed: str) -> None:
    told = secure_input.open(message(typed), kind)
    assert told["result"] == "ok"
    assert typed not in told.values()
    assert secure_input.redeem(told["token"]) == {"result": "ok", "kind": kind, "value": typed}


@pytest.mark.parametrize(("kind", "typed"), [("security_code", "9753"), ("pin", "864297")])
def test_what_pci_dss_forbids_to_keep_is_never_written_down(secure_input: SecureInput, kind: str, typed: str) -> None:
    told = secure_input.open(message(typed), kind)
    assert told == {
        "result": "ok",
        "token": "none",
        "length": str(len(typed)),
        "check": "none",
        "last4": "none",
        "digits": "none",
    }
    assert items() == []


def test_a_customer_number_may_be_shown_to_the_flow(secure_input: SecureInput) -> None:
    told = secure_input.open(message("1234567890"), "digits")
    assert (told["digits"], told["last4"], told["check"]) == ("1234567890", "7890", "none")


@pytest.mark.parametrize("encrypted", [None, "", "Timeout"])
def test_nothing_typed_is_no_input_however_it_arrives(secure_input: SecureInput, encrypted: str | None) -> None:
    assert secure_input.open(encrypted) == {"result": "no_input"}


def test_nothing_typed_is_no_input_even_if_connect_encrypts_the_word(secure_input: SecureInput) -> None:
    assert secure_input.open(message("Timeout")) == {"result": "no_input"}


@pytest.mark.parametrize(
    ("kind", "typed"), [("card_number", "4111111111111112"), ("card_number", "4111"), ("pin", "12*4"), ("pin", "1")]
)
def test_what_cannot_be_right_is_invalid_and_is_not_kept(secure_input: SecureInput, kind: str, typed: str) -> None:
    assert secure_input.open(message(typed), kind) == {"result": "invalid"}
    assert items() == []


@pytest.mark.parametrize(
    "encrypted", ["$.StoredCustomerInput", message(CARD)[:-9], message(CARD).lower(), "AYAD", "x" * 900, CARD]
)
def test_what_is_no_message_is_undecryptable_and_is_not_kept(
    secure_input: SecureInput, encrypted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert secure_input.open(encrypted) == {"result": "undecryptable"}
    assert items() == []
    logged = capsys.readouterr().out
    assert encrypted not in logged
    assert ("input_not_encrypted" in logged) is (encrypted == CARD), "digits in clear are worth an alarm"


def test_a_message_for_another_security_key_is_undecryptable(secure_input: SecureInput) -> None:
    other = "b1071b33-0944-47f3-945c-098f3725ac1d"
    assert secure_input.open(message(CARD, other)) == {"result": "undecryptable"}
    assert secure_input.open(message(CARD, other), key_id=other) == {"result": "undecryptable"}, "no such parameter"


def test_the_key_id_stands_in_the_message_so_a_flow_need_not_send_it(secure_input: SecureInput) -> None:
    assert secure_input.open(message(CARD), key_id=None)["result"] == "ok"


def test_a_key_that_was_exchanged_is_noticed_and_the_old_one_works_on(
    secure_input: SecureInput, clock: SteppingClock
) -> None:
    assert secure_input.open(message(CARD))["result"] == "ok"
    new = rsa.generate_private_key(65537, 2048)
    text = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    parameter(PRIVATE_KEY, text + security_key().private_key)
    clock.sleep(31)
    made = encrypt.encrypt(CARD, new.public_key(), security_key().id)
    assert secure_input.open(made)["result"] == "ok"
    assert secure_input.open(message(CARD))["result"] == "ok"


def test_a_damaged_private_key_is_the_operators_trouble(secure_input: SecureInput) -> None:
    parameter(PRIVATE_KEY, security_key().private_key[:-60])
    with pytest.raises(Misconfigured, match=re.escape(PRIVATE_KEY)):
        secure_input.open(message(CARD))


@pytest.mark.parametrize("kind", [None, "", "card", "CARD_NUMBER", ["pin"]])
def test_no_kind_is_an_error(secure_input: SecureInput, kind: object) -> None:
    with pytest.raises(BadEvent, match="kind"):
        secure_input.open(message(CARD), kind)


@pytest.mark.parametrize("step", [None, "", "redeem", "start"])
def test_no_step_is_an_error(secure_input: SecureInput, step: object) -> None:
    with pytest.raises(BadEvent, match="step"):
        secure_input.open(message(CARD), step=step)


def test_an_event_of_another_instance_is_an_error_and_writes_nothing(secure_input: SecureInput) -> None:
    given = {"step": "open", "encrypted": message(CARD), "kind": "card_number"}
    with pytest.raises(BadEvent, match="CONNECT_INSTANCE_ARN"):
        secure_input.invoke(event(given, InstanceARN=INSTANCE[:-1] + "0"))
    assert items() == []


def test_every_word_of_the_closed_list_is_answered_somewhere_here() -> None:
    assert RESULT_WORDS["secure_input", "open"] == {"ok", "no_input", "invalid", "undecryptable", "unavailable"}


# Retries, and the token.


def test_a_retry_gets_the_same_answer_and_makes_no_second_item(secure_input: SecureInput, clock: SteppingClock) -> None:
    typed = message(CARD)
    first = secure_input.open(typed)
    clock.sleep(3)
    assert secure_input.open(typed) == first
    assert len(items()) == 1


def test_another_function_that_is_warm_gives_a_retry_the_same_token(
    secure_input: SecureInput, clock: SteppingClock
) -> None:
    typed = message(CARD)
    another = SecureInput(load("connect_app", clock), clock)
    assert another.open(typed) == secure_input.open(typed)


def test_every_other_input_contact_and_kind_gets_a_token_of_its_own(secure_input: SecureInput) -> None:
    typed = message(CARD)
    tokens = [
        secure_input.open(typed)["token"],
        secure_input.open(message(CARD))["token"],
        secure_input.open(typed, contact=OTHER_CONTACT)["token"],
        secure_input.open(typed, "account_number")["token"],
    ]
    assert len(set(tokens)) == 4


def test_a_value_is_redeemed_once_and_then_wiped(secure_input: SecureInput) -> None:
    told = secure_input.open(message(CARD))
    [kept] = items()
    assert secure_input.redeem(told["token"]) == {"result": "ok", "kind": "card_number", "value": CARD}
    assert secure_input.redeem(told["token"]) == {"result": "redeemed"}
    [left] = items()
    assert kept["sealed"]["S"] not in json.dumps(left)


def test_a_late_retry_after_the_value_was_redeemed_brings_nothing_back(secure_input: SecureInput) -> None:
    typed = message(CARD)
    told = secure_input.open(typed)
    secure_input.redeem(told["token"])
    assert secure_input.open(typed) == told
    assert secure_input.redeem(told["token"]) == {"result": "redeemed"}


def test_only_the_contact_that_typed_it_has_it(secure_input: SecureInput) -> None:
    told = secure_input.open(message(CARD))
    assert secure_input.redeem(told["token"], OTHER_CONTACT) == {"result": "unknown"}
    assert secure_input.redeem("A" * 43) == {"result": "unknown"}
    assert secure_input.redeem(told["token"])["result"] == "ok"


def test_every_redemption_is_told_to_the_log_and_names_a_contact_only_if_it_is_one(
    secure_input: SecureInput, capsys: pytest.CaptureFixture[str]
) -> None:
    token = secure_input.open(message(CARD))["token"]
    capsys.readouterr()
    for contact in (CARD, OTHER_CONTACT, CONTACT, CONTACT):
        secure_input.redeem(token, contact)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["event"], one["result"], one.get("contact")) for one in told] == [
        ("secure_input_redeemed", "unknown", None),
        ("secure_input_redeemed", "unknown", None),
        ("secure_input_redeemed", "ok", CONTACT),
        ("secure_input_redeemed", "redeemed", CONTACT),
    ]


@pytest.mark.parametrize(("seconds", "result"), [(300, "ok"), (301, "expired"), (-2, "ok"), (-3, "expired")])
def test_a_value_lives_five_minutes(secure_input: SecureInput, clock: SteppingClock, seconds: int, result: str) -> None:
    told = secure_input.open(message(CARD))
    clock.sleep(seconds)
    assert secure_input.redeem(told["token"])["result"] == result


@pytest.mark.parametrize("life", ["60", "900"])
def test_how_long_is_a_setting(secure_input: SecureInput, monkeypatch: pytest.MonkeyPatch, life: str) -> None:
    monkeypatch.setenv("INPUT_LIFE_SECONDS", life)
    told = secure_input.open(message(CARD))
    secure_input.clock.sleep(int(life) + 1)
    assert secure_input.redeem(told["token"]) == {"result": "expired"}


def test_of_many_redeemers_at_once_one_gets_the_value(secure_input: SecureInput) -> None:
    token = secure_input.open(message(CARD))["token"]
    start = Barrier(RACERS)

    def run(_: int) -> dict[str, str]:
        start.wait()
        return secure_input.redeem(token)

    secure_input.redeem("A" * 43)  # put together before the race
    with ThreadPoolExecutor(RACERS) as threads:
        told = list(threads.map(run, range(RACERS)))
    assert sorted(one["result"] for one in told) == ["ok"] + ["redeemed"] * (RACERS - 1)
    assert [one["value"] for one in told if "value" in one] == [CARD]


def test_many_deliveries_of_one_event_at_once_make_one_item(secure_input: SecureInput) -> None:
    typed = message(CARD)
    secure_input.open(None)
    start = Barrier(RACERS)

    def run(_: int) -> Any:
        start.wait()
        return secure_input.open(typed)

    with ThreadPoolExecutor(RACERS) as threads:
        told = list(threads.map(run, range(RACERS)))
    assert [one["result"] for one in told] == ["ok"] * RACERS
    assert len({one["token"] for one in told}) == len(items()) == 1


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        {"token": "A" * 43},
        {"contact": CONTACT, "token": "short"},
        {"contact": CONTACT, "token": ["A" * 43]},
        {"contact": "a#b", "token": "A" * 43},
        {"contact": 1, "token": "A" * 43},
        {"contact": CONTACT, "token": "A" * 43, "more": "x"},
        event({"step": "open", "token": "A" * 43}),
    ],
)
def test_what_is_no_redemption_is_an_error_and_connects_events_are_none(
    secure_input: SecureInput, given: object
) -> None:
    with pytest.raises(BadEvent):
        secure_input.redeem_with(given)


# What cannot be reached.


@pytest.fixture
def tapped(
    _connect_settings: None,
    _security_key: None,
    account: dict[str, str],
    clock: SteppingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """The functions, warm, with a tap between them and AWS."""
    tap = Tap(account["AWS_ENDPOINT_URL"])
    with tap.server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", tap.server.url)
        functions = SecureInput(load("connect_app", clock), clock)
        functions.module.secure_input_parts().private_keys.preload()
        functions.module.secure_input_redeem_parts()
        yield tap, functions


def test_a_table_that_is_down_is_unavailable_and_never_ok(tapped: tuple[Tap, SecureInput]) -> None:
    tap, functions = tapped
    tap.faults = TableFaults(down=True)
    assert functions.open(message(CARD)) == {"result": "unavailable"}
    with pytest.raises(TableUnavailable):
        functions.redeem("A" * 43)


def test_a_lost_answer_of_the_table_loses_no_value(tapped: tuple[Tap, SecureInput]) -> None:
    tap, functions = tapped
    tap.faults = TableFaults(at=frozenset({1, 4}), lost_answer=True)  # of the keeping, and of the taking
    token = functions.open(message(CARD))["token"]
    assert [str(request) for request in tap.requests][1].startswith("UpdateItem input: its condition did not hold")
    assert functions.redeem(token) == {"result": "ok", "kind": "card_number", "value": CARD}
    assert functions.redeem(token) == {"result": "redeemed"}


def test_opening_takes_one_request_to_the_table_and_redeeming_two(tapped: tuple[Tap, SecureInput]) -> None:
    tap, functions = tapped
    token = functions.open(message(CARD))["token"]
    assert [str(request) for request in tap.requests] == ["UpdateItem input"]
    functions.redeem(token)
    assert [str(request) for request in tap.requests][1:] == ["BatchGetItem input", "UpdateItem input"]


def test_keys_in_memory_go_on_opening_while_ssm_is_down(tapped: tuple[Tap, SecureInput], clock: SteppingClock) -> None:
    tap, functions = tapped
    tap.parameters_down = True
    assert functions.open(message(CARD))["result"] == "ok", "preloaded: nobody asked for it before"
    clock.sleep(1_200)
    assert functions.open(message(CARD))["result"] == "ok"
    clock.sleep(3_600)
    assert functions.open(message(CARD)) == {"result": "unavailable"}


def test_a_start_without_ssm_is_tried_again_by_each_call(tapped: tuple[Tap, SecureInput], clock: SteppingClock) -> None:
    tap, _ = tapped
    tap.parameters_down = True
    cold = SecureInput(load("connect_app", clock), clock)
    with pytest.raises(SecretsUnavailable):
        cold.open(message(CARD))
    tap.parameters_down = False
    assert cold.open(message(CARD))["result"] == "ok"


# What nobody may read.


def test_no_typed_digit_is_in_any_output(
    secure_input: SecureInput, capsys: pytest.CaptureFixture[str], clock: SteppingClock
) -> None:
    typed = {
        "card_number": "5555555555554444",
        "security_code": "9753",
        "pin": "864297",
        "date_of_birth": "19770419",
        "account_number": "98765432109",
        "personal_number": "198112189876",
    }
    answers = []
    for kind, digits in typed.items():
        answers.append(secure_input.open(message(digits), kind))
        answers.extend(secure_input.open(message(digits), other) for other in KINDS if other in typed)
        answers.append(secure_input.open(digits, kind))
        answers.append(secure_input.open(message(digits)[:-20], kind))
    kept = items()
    tokens = [one["token"] for one in answers if one.get("token", "none") != "none"]
    told = {"answers": repr(answers), "table": repr(kept), "log": capsys.readouterr().out}
    for digits in typed.values():
        assert not [
            where for where, text in told.items() if re.search(rf"(?<![A-Za-z0-9]){digits}(?![A-Za-z0-9])", text)
        ]
    assert not [token for token in tokens if token in told["table"] + told["log"]], "the table cannot be redeemed from"
    secret = boto3.client("ssm").get_parameter(Name="/countersign/hash-key", WithDecryption=True)["Parameter"]["Value"]
    assert secret not in "".join(told.values())
    assert all(int(item["expires_at"]["N"]) <= clock.now() + 3_600 for item in kept)
    assert all(sum(len(name) + len(next(iter(value.values()))) for name, value in item.items()) < 1024 for item in kept)
