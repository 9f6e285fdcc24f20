"""Private keys in Secrets Manager: the same answers and the same errors as from SSM."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import boto3
import pytest

from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.errors import Misconfigured, SecretsUnavailable
from chalicelib.secrets_manager import SecretsManager
from local.security_key import security_key
from local.web import CloseWithoutAnswer, Request, Response, WebServer
from tests.contract.flow_calls import event
from tests.contract.secure_input_calls import CARD, SecureInput, message
from tests.contract.wiring import SteppingClock, load

PATTERN = "/amazon-connect/encryption/{key-id}/private-key"
NAME = PATTERN.replace("{key-id}", security_key().id)


def secret(name: str, value: str) -> None:
    boto3.client("secretsmanager").create_secret(Name=name, SecretString=value)


@pytest.fixture
def _kept(account: dict[str, str]) -> None:
    secret("/below/a/private-key", "secret-a")
    secret("/below/b/private-key", "secret b\n")
    secret("/below-b/a/private-key", "another")


@pytest.mark.usefixtures("_kept")
def test_secrets_are_found_by_name_and_those_that_do_not_exist_are_left_out() -> None:
    found = SecretsManager().find(["/below/b/private-key", "/below/a/private-key", "/below/c/private-key"])
    assert found == {"/below/a/private-key": "secret-a", "/below/b/private-key": "secret b\n"}


@pytest.mark.usefixtures("_kept")
def test_a_secret_that_is_marked_for_deletion_does_not_exist() -> None:
    boto3.client("secretsmanager").delete_secret(SecretId="/below/a/private-key", RecoveryWindowInDays=30)
    assert SecretsManager().find(["/below/a/private-key"]) == {}
    assert SecretsManager().under("/below") == {"/below/b/private-key": "secret b\n"}


@pytest.mark.usefixtures("_kept")
def test_all_secrets_below_a_path_are_fetched() -> None:
    assert SecretsManager().under("/below") == {
        "/below/a/private-key": "secret-a",
        "/below/b/private-key": "secret b\n",
    }
    assert SecretsManager().under("/elsewhere") == {}


@pytest.fixture
def answers(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Response | type[Exception]]]:
    """What Secrets Manager will say, in order; the last again and again."""
    planned: list[Response | type[Exception]] = []

    def respond(request: Request) -> Response:
        answer = planned.pop(0) if len(planned) > 1 else planned[0]
        if isinstance(answer, Response):
            return answer
        raise answer

    with WebServer(respond) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield planned


def refusal(code: str) -> Response:
    return Response(400, body=json.dumps({"__type": code, "message": "not you"}).encode())


def page(**content: object) -> Response:
    return Response(200, body=json.dumps(content).encode())


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (refusal("AccessDeniedException"), "AccessDeniedException"),
        (refusal("DecryptionFailure"), "DecryptionFailure"),
        (Response(500, body=b"<html>"), "500"),
        (CloseWithoutAnswer, "ConnectionClosedError"),
    ],
)
def test_a_service_that_refuses_or_is_down_gives_no_secrets(
    response: Response | type[Exception], code: str, answers: list[Response | type[Exception]]
) -> None:
    answers.append(response)
    asked: tuple[Callable[[], object], ...] = (
        lambda: SecretsManager().find([NAME]),
        lambda: SecretsManager().under("/below"),
    )
    for ask in asked:
        with pytest.raises(SecretsUnavailable) as told:
            ask()
        assert str(told.value) == f"Secrets Manager did not give the secrets ({code})"
        assert told.value.__suppress_context__


def test_pages_are_followed_and_what_another_role_reads_is_left_out(answers: list[Response | type[Exception]]) -> None:
    first = {"Name": "/below/a", "SecretString": "a"}
    second = {"Name": "/below/b", "SecretString": "b"}
    denied = [{"SecretId": "/below/c", "ErrorCode": "AccessDeniedException"}]
    answers += [page(SecretValues=[first], NextToken="more"), page(SecretValues=[second], Errors=denied)]
    assert SecretsManager().under("/below") == {"/below/a": "a", "/below/b": "b"}


def test_a_list_without_an_end_is_not_followed_for_ever(answers: list[Response | type[Exception]]) -> None:
    answers.append(page(SecretValues=[{"Name": "/below/a", "SecretString": "a"}], NextToken="more"))
    assert SecretsManager().under("/below") == {"/below/a": "a"}


def test_being_refused_every_secret_is_not_the_same_as_there_being_none(
    answers: list[Response | type[Exception]],
) -> None:
    answers.append(page(SecretValues=[], Errors=[{"SecretId": "x", "ErrorCode": "AccessDeniedException"}]))
    with pytest.raises(SecretsUnavailable, match=r"\(AccessDeniedException\)"):
        SecretsManager().under("/below")


def test_a_secret_of_bytes_holds_no_key(account: dict[str, str]) -> None:
    boto3.client("secretsmanager").create_secret(Name=NAME, SecretBinary=security_key().private_key.encode())
    with pytest.raises(Misconfigured, match=NAME):
        PrivateKeys(PATTERN, SecretsManager(), SteppingClock()).of(security_key().id)


@pytest.mark.usefixtures("_connect_settings")
def test_the_function_opens_with_a_key_from_secrets_manager_which_is_there_before_the_first_call(
    clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INPUT_PRIVATE_KEY_STORE", "secretsmanager")
    secret(NAME, security_key().private_key)
    told = SecureInput(load("connect_app", clock), clock)
    told.module.secure_input_parts().private_keys.preload()
    boto3.client("secretsmanager").delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    given = {"step": "open", "encrypted": message(CARD), "kind": "card_number"}
    assert told.invoke(event(given))["last4"] == CARD[-4:]


@pytest.mark.usefixtures("_connect_settings", "_security_key")
def test_a_key_in_the_store_that_was_not_chosen_opens_nothing(
    clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INPUT_PRIVATE_KEY_STORE", "secretsmanager")
    assert SecureInput(load("connect_app", clock), clock).open(message(CARD)) == {"result": "undecryptable"}
