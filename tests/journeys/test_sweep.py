"""The sweep finds what it should: a product that leaks in any of these ways does not pass a single journey."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

import pytest

from chalicelib import agent_view, audit
from chalicelib.agent_screen import views
from chalicelib.customer_input import message
from chalicelib.errors import BadEvent
from chalicelib.keyed_hash import KeyedHash
from chalicelib.routes import json_response
from chalicelib.sealing import Seal
from chalicelib.secure_input.kinds import Kind
from chalicelib.secure_input.writers import Writers
from chalicelib.web_login import codes, flow_steps
from chalicelib.web_login.claims import AuthResult
from chalicelib.web_login.parts import LoginParts
from chalicelib.web_login.session import Outcome
from local.aws.tap import TableFaults
from local.centre import PAYMENT_NUMBER, Centre
from local.connect import Circumstances, Fault, LambdaFaults, Unset, runner
from local.connect.actions import keys as storing
from local.connect.actions.piece import Piece
from local.connect.outcomes import Done
from local.demo.stage import KARINS_NUMBER, Stage
from local.demo.web_login import KARIN, agents_do, logs_in, looks, types
from local.people import Typist
from tests.journeys.log_schema import UnknownEvent
from tests.journeys.sweep import SomethingPersonalLeaked, TypedDigitsLeaked, leaks

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


def keeps_logins_in_clear(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seal, "close", lambda self, value, place: value)


def logs_who_logged_in(patch: pytest.MonkeyPatch) -> None:
    outcome = LoginParts.outcome

    def leaking(self: LoginParts, handle: str, result: AuthResult) -> Outcome:
        audit.record("web_login_told", attributes=json.dumps(dict(result.attributes)))
        return outcome(self, handle, result)

    patch.setattr(LoginParts, "outcome", leaking)


def answers_the_flow_with_it(patch: pytest.MonkeyPatch) -> None:
    link = flow_steps.link
    told = {"fullname": KARIN.attributes["fullname"]}
    patch.setattr(flow_steps, "link", lambda *asked: {**link(*asked), **told})


def tells_strangers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(views, "refusal", lambda status: json_response(status, dict(KARIN.attributes)))


def logs_the_handle(patch: pytest.MonkeyPatch) -> None:
    contact_of = agent_view.contact_of

    def leaking(hashes: KeyedHash, text: str) -> str | None:
        audit.record("agent_view_asked", handle=text)
        return contact_of(hashes, text)

    patch.setattr(agent_view, "contact_of", leaking)


LOGIN_LEAKS = (
    (keeps_logins_in_clear, {"table: told by a login", "requests to the table: told by a login"}),
    (logs_who_logged_in, {"log: told by a login", "transcript: told by a login"}),
    (answers_the_flow_with_it, {"answers: told by a login"}),
    (tells_strangers, {"answers of the API: told by a login"}),
    (logs_the_handle, {"log: a handle", "transcript: a handle"}),
)


@pytest.mark.parametrize(("leak", "wheres"), LOGIN_LEAKS, ids=[leak.__name__ for leak, _ in LOGIN_LEAKS])
def test_what_a_login_tells_and_the_handle_that_shows_it_spoil_the_journey_anywhere_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, leak: Callable[[pytest.MonkeyPatch], None], wheres: set[str]
) -> None:
    leak(monkeypatch)
    with pytest.raises(SomethingPersonalLeaked) as refused:
        _logs_in_and_calls(stage)
    assert wheres <= {*str(refused.value).split(", ")}
    assert not [value for value in KARIN.attributes.values() if value in str(refused.value)]


def test_a_session_code_in_the_table_spoils_the_journey(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "session_handle", lambda hashes, code: code.rjust(43, "x"))
    with pytest.raises(TypedDigitsLeaked) as refused:
        _logs_in_and_calls(stage)
    assert {"table: whole", "requests to the table: whole"} <= {*str(refused.value).split(", ")}


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        ({"number": "4"}, "web_login_result: number is not in the schema"),
        ({"result": "Karin"}, "web_login_result: result"),
    ],
)
def test_an_event_that_is_not_as_the_schema_says_spoils_the_journey(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, fact: dict[str, str], told: str
) -> None:
    record = audit.record
    monkeypatch.setattr(audit, "record", lambda event, **facts: record(event, **facts | fact))
    with pytest.raises(UnknownEvent) as refused:
        _logs_in_and_calls(stage)
    assert told in str(refused.value).split("; ")


def _logs_in_and_calls(stage: Stage) -> None:
    """An agent sees who it is, and once nobody."""
    with stage.centre() as centre:
        pages = agents_do(centre, looks)
        shown = logs_in(centre)
        centre.call(types(shown.code), KARINS_NUMBER, shown.number)
        pages[0].handle = "none"
        assert pages[0].look().status == 404


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
