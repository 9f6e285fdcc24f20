from __future__ import annotations

import json

import boto3
import pytest

from chalicelib import parameters
from chalicelib.errors import Misconfigured, SecretsUnavailable
from local.web import CloseWithoutAnswer, Request, Response, WebServer


@pytest.fixture
def _kept(account: dict[str, str]) -> None:
    client = boto3.client("ssm")
    for name, value in (("/countersign/a", "secret-a"), ("/countersign/b", "secret b\n")):
        client.put_parameter(Name=name, Value=value, Type="SecureString")


@pytest.mark.usefixtures("_kept")
def test_secrets_are_fetched_together_decrypted_by_name() -> None:
    found = parameters.fetch(["/countersign/b", "/countersign/a", "/countersign/a"])
    assert found == {"/countersign/a": "secret-a", "/countersign/b": "secret b\n"}


@pytest.mark.usefixtures("_kept")
def test_a_parameter_that_does_not_exist_is_named() -> None:
    with pytest.raises(Misconfigured, match="/countersign/c, /countersign/d; create it") as told:
        parameters.fetch(["/countersign/d", "/countersign/a", "/countersign/c"])
    assert "secret-a" not in str(told.value)


def test_all_secrets_below_a_path_are_fetched_page_by_page(account: dict[str, str]) -> None:
    client = boto3.client("ssm")
    for number in range(12):
        client.put_parameter(Name=f"/below/{number}/key", Value=f"secret-{number}", Type="SecureString")
    client.put_parameter(Name="/below/1/certificate", Value="public", Type="String")
    client.put_parameter(Name="/beside/1/key", Value="another", Type="SecureString")
    found = parameters.ParameterStore().under("/below")
    assert {name: value for name, value in found.items() if value != "public"} == {
        f"/below/{number}/key": f"secret-{number}" for number in range(12)
    }


def answering(response: Response) -> WebServer:
    return WebServer(lambda request: response)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (
            Response(400, body=json.dumps({"__type": "AccessDeniedException", "message": "not you"}).encode()),
            "AccessDeniedException",
        ),
        (Response(400, body=json.dumps({"__type": "ThrottlingException"}).encode()), "ThrottlingException"),
        (Response(500, body=b"<html>"), "500"),
    ],
)
def test_an_ssm_that_refuses_or_talks_nonsense_gives_no_secrets(
    response: Response, code: str, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(response) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(SecretsUnavailable) as told:
            parameters.fetch(["/countersign/a"])
        with pytest.raises(SecretsUnavailable):
            parameters.ParameterStore().under("/countersign")
    assert str(told.value) == f"SSM did not give the parameters ({code})"
    assert told.value.__suppress_context__


def test_an_ssm_that_does_not_answer_is_not_asked_again_while_somebody_waits(
    account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Request] = []

    def closes(request: Request) -> Response:
        asked.append(request)
        raise CloseWithoutAnswer

    with WebServer(closes) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        with pytest.raises(SecretsUnavailable):
            parameters.fetch(["/countersign/a"])
    assert len(asked) == 1
