"""What the contract tests share: certificates that the product trusts, and the stand-ins of what is outside."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest

from chalicelib import audit, settings
from chalicelib.settings import Settings
from chalicelib.table.items import Items
from local import tls
from local.aws.ministack import MiniStack
from local.aws.table import create_table
from local.aws.tap import Tap
from local.security_key import security_key
from local.tls import Certificates
from local.twilio.account import Account
from local.twilio.recordings import Recordings
from local.voiceit import VoiceIt
from tests.contract.bankid_calls import ORGANISATION, BankIDFlow, ScriptedBankID, parts_over
from tests.contract.flow_calls import Flow
from tests.contract.patience import be_patient
from tests.contract.secure_input_calls import SecureInput
from tests.contract.twilio_calls import Twilio
from tests.contract.web_login_calls import LOGIN_TABLE, LoginTable, WebLogin
from tests.contract.wiring import BASE, INSTANCE, NUMBER, SteppingClock, load
from tests.journeys import log_schema

_tables = itertools.count(1)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The authority of this worker's servers."""
    return tls.certificates(tmp_path_factory.mktemp("contract") / "tls")


@pytest.fixture(autouse=True)
def _trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process trusts that authority, in the way that a Lambda function would."""
    for name, value in certificates.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _schema(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every event that a test causes is as docs/audit.schema.json says; tests may call contacts what they like."""
    write, told = audit._write, set[str]()

    def written(values: Mapping[str, str | int], directives: list[dict[str, Any]]) -> None:
        told.update(log_schema.misfits(json.dumps({"_aws": {}, **values})))
        write(values, directives)

    monkeypatch.setattr(audit, "_write", written)
    yield
    assert [one for one in told if not one.endswith(": contact")] == []


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def twilio_account() -> Account:
    return Account()


@pytest.fixture
def recordings(twilio_account: Account, certificates: Certificates, clock: SteppingClock) -> Iterator[Recordings]:
    """Twilio's recordings API."""
    stand_in = Recordings(twilio_account, clock, certificates.server_context())
    with stand_in.server:
        yield stand_in
    assert stand_in.server.failures == []


@pytest.fixture
def voiceit(certificates: Certificates, clock: SteppingClock) -> Iterator[VoiceIt]:
    """VoiceIt's API."""
    stand_in = VoiceIt(clock, certificates.server_context())
    with stand_in.server:
        yield stand_in
    assert stand_in.server.failures == []


@pytest.fixture
def secrets(account: dict[str, str], twilio_account: Account) -> dict[str, str]:
    """What SSM holds, by name."""
    kept = {
        "/countersign/hash-key": "contract-test-" * 3,
        "/countersign/twilio": f"{twilio_account.auth_token}\n{twilio_account.second_token}",
        "/countersign/voiceit-key": "key_" + "1" * 32,
        "/countersign/voiceit-token": "tok_" + "2" * 32,
    }
    client = boto3.client("ssm")
    for name, value in kept.items():
        client.put_parameter(Name=name, Value=value, Type="SecureString")
    return kept


@pytest.fixture
def _connect_settings(table: str, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of connect_app."""
    named = {"HASH_KEY_NAME": "/countersign/hash-key", "CONNECT_INSTANCE_ARN": INSTANCE, "TWILIO_NUMBER": NUMBER}
    for name, value in named.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def _twilio_settings(
    table: str,
    secrets: dict[str, str],
    twilio_account: Account,
    recordings: Recordings,
    voiceit: VoiceIt,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The environment of twilio_app."""
    named = {
        "HASH_KEY_NAME": "/countersign/hash-key",
        "PUBLIC_BASE_URL": BASE,
        "TWILIO_ACCOUNT_SID": twilio_account.sid,
        "TWILIO_AUTH_TOKENS_NAME": "/countersign/twilio",
        "TWILIO_API_URL": recordings.url,
        "VOICEIT_API_URL": voiceit.url,
        "VOICEIT_API_KEY_NAME": "/countersign/voiceit-key",
        "VOICEIT_API_TOKEN_NAME": "/countersign/voiceit-token",
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def _security_key(secrets: dict[str, str]) -> None:
    """The private key that opens what callers type."""
    name = f"/amazon-connect/encryption/{security_key().id}/private-key"
    boto3.client("ssm").put_parameter(Name=name, Value=security_key().private_key, Type="SecureString")


@pytest.fixture
def secure_input(_connect_settings: None, _security_key: None, clock: SteppingClock) -> SecureInput:
    """A flow that takes digits, and a system that redeems them, with a connect_app of this test's own."""
    return SecureInput(load("connect_app", clock), clock)


@pytest.fixture
def bankid(_connect_settings: None, _security_key: None, clock: SteppingClock) -> BankIDFlow:
    """A flow that asks for BankID, with a connect_app of this test's own and a BankID that does as the test says."""
    scripted = ScriptedBankID(clock)
    parts = parts_over(scripted, clock, {**os.environ, "ORGANISATION_NAME": ORGANISATION})
    return BankIDFlow(load("connect_app", clock), clock, scripted, parts)


@pytest.fixture(scope="module")
def web_login_table(ministack: MiniStack) -> Iterator[LoginTable]:
    """A table that the tests of a module share, one after the other, and what stands before it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ministack.environment(f"5{next(_tables):011}").items():
            patch.setenv(name, value)
        be_patient(patch)
        straight = boto3.Session().client("dynamodb")
        create_table(straight, LOGIN_TABLE)
        with (tap := Tap(ministack.url)).server:
            patch.setenv("AWS_ENDPOINT_URL", tap.server.url)
            yield LoginTable(tap, Items(LOGIN_TABLE), straight)


@pytest.fixture
def web_login(web_login_table: LoginTable, clock: SteppingClock) -> WebLogin:
    """A flow that takes session codes, with a connect_app of this test's own, and an empty table."""
    web_login_table.clear()
    return WebLogin(load("connect_app", clock), clock, web_login_table)


@pytest.fixture(scope="module")
def feedback_items(ministack: MiniStack) -> Iterator[Items]:
    """A table that the tests of a module share; each has contacts and sessions of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ministack.environment(f"4{next(_tables):011}").items():
            patch.setenv(name, value)
        create_table(boto3.Session().client("dynamodb"), "countersign-feedback")
        yield Items("countersign-feedback")


@pytest.fixture(scope="module")
def feedback_config() -> Settings:
    environment = {
        "TABLE_NAME": "countersign-feedback",
        "HASH_KEY_NAME": "/countersign/hash-key",
        "CONNECT_INSTANCE_ARN": INSTANCE,
        "TWILIO_NUMBER": NUMBER,
    }
    return settings.load(environment, settings.CONNECT)


@pytest.fixture
def twilio(_twilio_settings: None, clock: SteppingClock, twilio_account: Account) -> Twilio:
    """Twilio, calling a twilio_app of this test's own."""
    return Twilio(load("twilio_app", clock), twilio_account.auth_token)


@pytest.fixture
def flow(_connect_settings: None, clock: SteppingClock) -> Flow:
    """A flow, invoking a connect_app of this test's own."""
    return Flow(load("connect_app", clock), clock)
