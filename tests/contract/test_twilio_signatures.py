"""Nothing gets past the door but what Twilio has signed, as it is, for just that address."""

from __future__ import annotations

import json
from dataclasses import replace

import boto3
import pytest

from local.twilio import verbs
from local.twilio.account import Account
from local.twilio.twiml import parse
from tests.contract.twilio_calls import CALL, CODE, Sent, Twilio, action, goes_on
from tests.contract.wiring import BASE, SteppingClock, load

pytestmark = pytest.mark.usefixtures("_twilio_settings")

CLAIM = f"{BASE}/voice/claim"


def stored() -> object:
    return boto3.client("dynamodb").scan(TableName="countersign-test")["Items"]


FORGED = {
    "with another token": Sent(token="0" * 32),
    "with no signature": Sent(header=False),
    "with an empty signature": Sent(signature=""),
    "with a signature that is no ascii": Sent(signature="å" * 28),
    "for another path": Sent(signed_url=f"{BASE}/voice/answer"),
    "for another host": Sent(signed_url=CLAIM.replace("voice.", "other.")),
    "for the address without its stage": Sent(signed_url=CLAIM.replace("/api", "")),
    "over plain http": Sent(signed_url=CLAIM.replace("https", "http")),
    "for another port": Sent(signed_url=CLAIM.replace(".org", ".org:8443")),
    "with a query that is signed": Sent(query="a=b", signed_url=CLAIM + "?a=b"),
    "with a query that is not": Sent(query="a=b"),
    "with the sum of a body": Sent(query="bodySHA256=" + "0" * 64, signed_url=CLAIM + "?bodySHA256=" + "0" * 64),
    "as json": Sent(content_type="application/json", body=json.dumps({"Digits": CODE}).encode()),
    "as a form called json": Sent(content_type="application/json"),
    "as a form called text": Sent(content_type="text/plain"),
    "as a form called bytes": Sent(content_type="application/octet-stream"),
    "as a form of parts": Sent(content_type="multipart/form-data; boundary=x"),
    "as nothing in particular": Sent(content_type=""),
    "with a field changed": Sent(body=b"CallSid=CA1&Digits=" + CODE.encode()),
    "with a body that is no form": Sent(body=b"\xff\xfe"),
    "with half a form": Sent(body=b"Digits"),
    "without a body": Sent(body=b""),
    "with far too many fields": Sent(body=b"&".join(b"F%d=" % number for number in range(1000))),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_request_gets_403_and_not_a_word_and_changes_nothing(
    forged: Sent, twilio: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    twilio.issue()
    before = stored()
    response = twilio.send(CLAIM, {"Digits": CODE}, forged)
    assert (response.status, response.body) == (403, b"")
    assert stored() == before
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert line["event"] == "webhook_refused"
    assert CODE not in json.dumps(line)


def test_the_same_request_unforged_takes_the_leg(twilio: Twilio) -> None:
    handle = twilio.issue(engine_user="usr_" + "1" * 32)
    assert twilio.send(CLAIM, {"Digits": CODE}).status == 200
    assert twilio.leg(handle)["call"] == CALL


def test_the_token_that_is_about_to_replace_the_other_will_do(twilio: Twilio, twilio_account: Account) -> None:
    response = twilio.send(f"{BASE}/voice/answer", {}, Sent(token=twilio_account.second_token))
    assert isinstance(parse(response.body)[0], verbs.Gather)


def test_twilio_may_sign_the_standard_port(twilio: Twilio) -> None:
    signed = Sent(signed_url=f"{BASE}/voice/answer".replace(".org", ".org:443"))
    assert twilio.send(f"{BASE}/voice/answer", {}, signed).status == 200


def test_a_request_on_a_leg_is_checked_in_the_same_way(twilio: Twilio) -> None:
    handle = twilio.issue(engine_user="usr_" + "1" * 32)
    claimed = twilio.post("claim", Digits=CODE)
    for url in (action(claimed), goes_on(claimed)):
        for forged in (Sent(token="0" * 32), Sent(header=False), Sent(query="a=b"), Sent(signed_url=CLAIM)):
            response = twilio.send(url, {}, replace(forged))
            assert (response.status, response.body) == (403, b"")
    assert "verdict" not in twilio.leg(handle)


def test_without_its_secrets_the_app_refuses_everything_and_asks_for_them_again(
    clock: SteppingClock,
    twilio_account: Account,
    account: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    twilio = Twilio(load("twilio_app", clock), twilio_account.auth_token)
    response = twilio.send(f"{BASE}/voice/answer", {})
    assert (response.status, response.body) == (403, b"")
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == "secrets_unavailable"
    assert told["reason"] == "SSM did not give the parameters (EndpointConnectionError)"
    monkeypatch.setenv("AWS_ENDPOINT_URL", account["AWS_ENDPOINT_URL"])
    assert twilio.send(f"{BASE}/voice/answer", {}).status == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("/countersign/twilio", " \n "), ("/countersign/hash-key", "too short"), ("PUBLIC_BASE_URL", "")],
)
def test_with_settings_that_cannot_be_used_the_app_refuses_everything(
    name: str, value: str, twilio: Twilio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if name.startswith("/"):
        boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
    else:
        monkeypatch.setenv(name, value)
    assert twilio.send(f"{BASE}/voice/answer", {}).status == 403
    assert json.loads(capsys.readouterr().out)["code"] == "misconfigured"
