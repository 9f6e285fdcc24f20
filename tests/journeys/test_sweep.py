"""The sweep finds what it should: a product that leaks in any of these ways does not pass a single journey."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest

from chalicelib import audit
from chalicelib.customer_input import message
from chalicelib.errors import BadEvent
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal
from chalicelib.secure_input.kinds import Kind
from chalicelib.secure_input.writers import Writers
from local.aws.tap import TableFaults
from local.centre import PAYMENT_NUMBER, Centre
from local.connect import Circumstances, Fault, LambdaFaults, Unset, runner
from local.connect.actions import keys as storing
from local.connect.actions.piece import Piece
from local.connect.outcomes import Done
from local.demo.stage import KARINS_NUMBER, Stage
from local.people import Typist
from tests.journeys.sweep import TypedDigitsLeaked, leaks

CARD = "4111111111111111"
AMEX = "378282246310005"


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "x4111111111111111x",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1",
        "1111111111111114",
        "11111",
        "************11111",
        "xxxxxxxxxxx11111",
        "..." + CARD[-12:],
        CARD.encode().hex(),
        f"{int(CARD):X}",
        "".join(f"%{byte:02X}" for byte in CARD.encode()),
        base64.b64encode(CARD.encode()).decode(),
        base64.b64encode(f"a{CARD}".encode()).decode(),
        base64.b64encode(f"ab{CARD}cd".encode()).decode(),
        base64.urlsafe_b64encode(f'{{"typed": "{CARD}"}}'.encode()).decode(),
        hashlib.sha256(CARD.encode()).hexdigest(),
        base64.urlsafe_b64encode(hashlib.sha256(CARD.encode()).digest()).decode(),
    ],
)
def test_typed_digits_are_seen_in_clear_and_in_disguise(text: str) -> None:
    assert leaks(f"{CARD}#", f"before {text} after")
    assert leaks(f"{CARD}#", f'{{"name":"{text}"}}')


def test_a_shorter_number_is_seen_too() -> None:
    assert leaks("19770419", "1977-04-19")
    assert leaks("12345", "it was 12345.")


@pytest.mark.parametrize(
    "text", ["0005", "***********0005", "15", "1800000010005123", "a token QdB10005C_hXkfirj3kdNsuA"]
)
def test_the_last_four_digits_and_other_numbers_are_no_leak(text: str) -> None:
    assert leaks(f"{AMEX}#", f"before {text} after") == []
    assert leaks("1", "press 1") == []


def answers_five_digits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Kind, "shown", lambda self, typed: {"last4": typed[-5:], "digits": "none"})


def keeps_it_in_base64(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seal, "close", lambda self, value, place: base64.b64encode(value.encode()).decode())


def logs_it_backwards(patch: pytest.MonkeyPatch) -> None:
    _with_what_is_opened(patch, lambda typed: audit.record("opened", typed=typed[::-1]))


def raises_with_it(patch: pytest.MonkeyPatch) -> None:
    def refuse(typed: str) -> None:
        raise BadEvent(typed)

    _with_what_is_opened(patch, refuse)


def names_it_by_a_plain_hash(patch: pytest.MonkeyPatch) -> None:
    made = [""]
    _with_what_is_opened(patch, made.append)
    patch.setattr(KeyedHash, "of", lambda self, label, value: hashlib.sha256(made[-1].encode()).hexdigest())


def _with_what_is_opened(patch: pytest.MonkeyPatch, do: Callable[[str], object]) -> None:
    typed = message._typed

    def leaking(plain: bytes) -> str:
        do(plain.decode())
        return typed(plain)

    patch.setattr(message, "_typed", leaking)


def encrypts_nothing_and_never_stops_logging(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(storing, "_encrypted", lambda typed, *_: typed)
    goes_on = Piece("UpdateFlowLoggingBehavior", lambda *_: Done())
    patch.setattr(runner, "PIECES", {**runner.PIECES, goes_on.type: goes_on})


def posts_it_as_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Writers, "write", lambda self, typed, delivery, consumer: typed)


LEAKS = (
    (answers_five_digits, {"answers", "attributes", "screens"}),
    (keeps_it_in_base64, {"table", "requests to the table"}),
    (logs_it_backwards, {"log", "transcript"}),
    (raises_with_it, {"answers"}),
    (names_it_by_a_plain_hash, {"answers", "attributes", "screens", "table"}),
    (posts_it_as_it_is, {"posts to consumers"}),
    (encrypts_nothing_and_never_stops_logging, {"flow log"}),
)


@pytest.mark.parametrize(("leak", "wheres"), LEAKS, ids=[leak.__name__ for leak, _ in LEAKS])
def test_a_leak_anywhere_spoils_the_journey(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, leak: Callable[[pytest.MonkeyPatch], None], wheres: set[str]
) -> None:
    leak(monkeypatch)
    with pytest.raises(TypedDigitsLeaked) as refused, stage.centre() as centre:
        centre.call(Typist([f"{AMEX}#"]), KARINS_NUMBER, PAYMENT_NUMBER)
    assert wheres <= {where.partition(":")[0] for where in str(refused.value).split(", ")}
    assert AMEX not in str(refused.value)


def test_what_people_type_is_known_without_being_told(stage: Stage) -> None:
    with stage.centre() as centre:
        typist = Typist([f"{AMEX}#"])
        centre.call(typist, KARINS_NUMBER, PAYMENT_NUMBER)
        assert centre.people == [typist]
        assert typist.typed == [f"{AMEX}#"]


# Calls that fail, which are swept as all are.


def ssm_down(centre: Centre) -> None:
    centre.tap.parameters_down = True


def table_down(centre: Centre) -> None:
    centre.tap.faults = TableFaults(down=True)


def table_refuses(centre: Centre) -> None:
    centre.tap.faults = TableFaults(code="ProvisionedThroughputExceededException")


def another_key(centre: Centre) -> None:
    centre.connect.security_keys.remove("d4891de8-030f-4d96-90ab-95a99a40dab8")


@pytest.mark.parametrize("trouble", [ssm_down, table_down, table_refuses, another_key])
def test_calls_that_fail_leak_nothing(stage: Stage, trouble: Callable[[Centre], None]) -> None:
    with stage.centre({"INPUT_PRIVATE_KEY_NAME": "input-key-{key-id}"}) as centre:
        trouble(centre)
        run = centre.call(Typist([f"{AMEX}#"]), KARINS_NUMBER, PAYMENT_NUMBER)
        assert run.attributes["input_result"] == "unavailable"


@pytest.mark.parametrize("unset", list(Unset))
@pytest.mark.parametrize("fault", list(Fault))
def test_faulty_invocations_leak_nothing(stage: Stage, fault: Fault, unset: Unset) -> None:
    with stage.centre() as centre:
        centre.connect.circumstances = Circumstances(faults=LambdaFaults({1: fault}), unset=unset)
        centre.call(Typist([f"{AMEX[:-1]}6#", f"{AMEX}#"]), KARINS_NUMBER, PAYMENT_NUMBER)


def test_a_flow_that_encrypts_nothing_leaks_nothing_while_logging_is_off(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_encrypted", lambda typed, *_: typed)
    with stage.centre() as centre:
        run = centre.call(Typist([f"{AMEX}#"]), KARINS_NUMBER, PAYMENT_NUMBER)
        assert run.attributes["input_result"] == "undecryptable"
        assert any("input_not_encrypted" in line for line in centre.log.lines)
