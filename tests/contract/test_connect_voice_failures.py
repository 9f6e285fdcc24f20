from __future__ import annotations

import json
import time

import boto3
import pytest

from chalicelib.clock import SystemClock
from chalicelib.conditional_write import Absent, Scalar, Write
from chalicelib.errors import (
    BadEvent,
    CountersignError,
    Misconfigured,
    SecretsUnavailable,
    TableUnavailable,
    Unexpected,
)
from chalicelib.handoff import Verdict
from chalicelib.table import keys
from local.web import NeverAnswer, Request, Response, WebServer
from tests.contract.flow_calls import (
    CALLER,
    Flow,
    event,
    items,
    soon,
)
from tests.contract.wiring import INSTANCE, SteppingClock, load

pytestmark = pytest.mark.usefixtures("_connect_settings")


@pytest.mark.parametrize(
    "parameters", [None, {}, {"step": ""}, {"step": None}, {"step": "verified"}, {"step": ["start"]}]
)
def test_no_step_is_an_error(flow: Flow, parameters: object) -> None:
    with pytest.raises(BadEvent, match="step"):
        flow.invoke(event(parameters))


def test_an_event_of_another_instance_is_an_error_and_writes_nothing(flow: Flow) -> None:
    with pytest.raises(BadEvent, match="CONNECT_INSTANCE_ARN"):
        flow.invoke(event({"step": "start"}, InstanceARN=INSTANCE[:-1] + "0"))
    assert items() == []


@pytest.mark.parametrize("shape", [None, [], "", 0, {}, {"Details": None}, {"Records": []}])
def test_what_is_no_event_is_an_error(flow: Flow, shape: object) -> None:
    with pytest.raises(BadEvent):
        flow.invoke(shape)


def failing(flow: Flow) -> CountersignError:
    with pytest.raises(CountersignError) as failed:
        flow.start()
    return failed.value


def test_missing_settings_are_told_to_the_operator(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_NUMBER")
    assert isinstance(failing(flow), Misconfigured)


def test_a_hash_key_that_is_too_short_is_refused(flow: Flow) -> None:
    boto3.client("ssm").put_parameter(Name="/countersign/hash-key", Value="short", Type="SecureString", Overwrite=True)
    assert isinstance(failing(flow), Misconfigured)


def test_a_table_that_is_not_there_is_an_error(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "another")
    assert isinstance(failing(flow), TableUnavailable)


def test_secrets_that_cannot_be_had_are_an_error_and_are_asked_for_again(
    flow: Flow, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert isinstance(failing(flow), SecretsUnavailable)
    monkeypatch.setenv("AWS_ENDPOINT_URL", account["AWS_ENDPOINT_URL"])
    assert flow.start() == {"result": "proof_needed"}


def test_whatever_hangs_the_function_fails_in_time(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(request: Request) -> Response:
        raise NeverAnswer

    function = Flow(load("connect_app", SystemClock()), SteppingClock())
    with WebServer(hangs) as dynamodb:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url)
        for parameters in ({"step": "start"}, {"step": "result", "leg": "x" * 43}):
            began = time.monotonic()
            with pytest.raises(TableUnavailable):
                function.invoke(event(parameters))
            assert time.monotonic() - began < 7


@pytest.mark.parametrize("kept", [{"voice_state": "other"}, {"voice_state": "enrolled"}])
def test_a_profile_that_makes_no_sense_is_an_error_that_tells_nothing_of_it(
    flow: Flow, kept: dict[str, Scalar], capsys: pytest.CaptureFixture[str]
) -> None:
    caller = keys.caller(flow.parts.hashes.of("caller", CALLER))
    flow.parts.items.write(caller, Write(Absent("voice_state"), kept), soon())
    failure = failing(flow)
    assert isinstance(failure, Unexpected)
    assert str(failure) in {"ValueError", "KeyError"}
    assert "other" not in capsys.readouterr().out


def test_neither_the_log_nor_the_table_nor_an_error_holds_a_number_or_a_secret(
    flow: Flow, secrets: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.profile("enrolled")
    told = flow.start()
    flow.reported(told["leg"], Verdict.VERIFIED)
    flow.result(leg=told["leg"])
    flow.result(leg="x" * 43)
    failures = []
    for wrong in (event({"step": "other"}), event({"step": "start"}, InstanceARN=CALLER), {"Details": CALLER}):
        with pytest.raises(CountersignError) as failed:
            flow.invoke(wrong)
        failures.append(f"{failed.value} {failed.value!r}")
    written = capsys.readouterr().out
    assert {json.loads(line)["event"] for line in written.splitlines()} == {
        "voice_step",
        "redeem_refused",
        "function_failed",
    }
    code = told["dtmf"].strip(",#")
    for place in (written, json.dumps(items()), " ".join(failures)):
        for secret in (CALLER, CALLER[1:], CALLER[3:], code, secrets["/countersign/hash-key"]):
            assert secret not in place
