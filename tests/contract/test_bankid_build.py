"""The functions for BankID, put together from what SSM holds, as their first call does it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

import boto3
import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib import contact_end, settings
from chalicelib.bankid import flow_steps
from chalicelib.bankid.relying_party import RelyingParty
from chalicelib.errors import Misconfigured
from chalicelib.parameters import ParameterStore
from chalicelib.settings import Settings
from local.bankid import Authority, authority
from local.clock import WallClock
from tests.contract.bankid_calls import ORGANISATION

NAMES = {
    "BANKID_CERTIFICATE_NAME": "/countersign/test/bankid-certificate",
    "BANKID_ROOT_NAME": "/countersign/test/bankid-root",
    "BANKID_SIGNING_ROOTS_NAME": "/countersign/test/bankid-signing-roots",
}


@pytest.fixture
def made() -> Authority:
    return authority()


@pytest.fixture
def config(_connect_settings: None, made: Authority) -> Settings:
    """The settings; the parameters that they name are in SSM."""
    kept = (made.relying_party(), made.identity("tls-root").pem, made.identity("signing-root").pem)
    for name, value in zip(NAMES.values(), kept, strict=True):
        boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True, Tier="Advanced")
    root = made.identity("tls-root").certificate
    environment = {
        **os.environ,
        **NAMES,
        "ORGANISATION_NAME": ORGANISATION,
        "BANKID_API_URL": "https://localhost:1/rp/v6.0",
        "BANKID_ROOT_SHA256": root.fingerprint(SHA256()).hex(),
    }
    return settings.load(environment, settings.CONNECT)


@dataclass
class Noted:
    """What SSM was asked for."""

    names: list[str] = field(default_factory=list)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Noted:
    asked, find = Noted(), ParameterStore.find

    def noting(store: ParameterStore, names: list[str]) -> dict[str, str]:
        asked.names += names
        return find(store, names)

    monkeypatch.setattr(ParameterStore, "find", noting)
    return asked


def test_the_function_bankid_is_put_together_from_what_ssm_holds(
    config: Settings, made: Authority, noted: Noted
) -> None:
    parts = flow_steps.build(config, WallClock())
    assert isinstance(parts.orders.relying_party, RelyingParty)
    assert parts.judge.certificate_pem == made.relying_party()
    assert list(parts.judge.roots) == [made.identity("signing-root").certificate]
    assert set(NAMES.values()) <= set(noted.names)


def test_the_function_contact_ended_does_without_bankids_signing_roots(config: Settings, noted: Noted) -> None:
    parts = contact_end.build(config, WallClock())
    assert parts.orders is not None
    assert set(NAMES.values()) - set(noted.names) == {NAMES["BANKID_SIGNING_ROOTS_NAME"]}


def test_the_function_contact_ended_has_one_client_and_one_hash_key_for_all_whom_it_tells(config: Settings) -> None:
    parts = contact_end.build(replace(config, workspace_origin="https://exempel.my.connect.aws"), WallClock())
    assert parts.orders is not None
    assert parts.views is not None
    assert (parts.views.items, parts.views.hashes) == (parts.orders.items, parts.orders.hashes)


def test_the_certificate_may_be_in_secrets_manager(config: Settings, made: Authority, noted: Noted) -> None:
    boto3.client("secretsmanager").create_secret(
        Name=NAMES["BANKID_CERTIFICATE_NAME"], SecretString=made.relying_party()
    )
    parts = flow_steps.build(replace(config, bankid_certificate_store="secretsmanager"), WallClock())
    assert parts.judge.certificate_pem == made.relying_party()
    assert NAMES["BANKID_CERTIFICATE_NAME"] not in noted.names


@pytest.mark.parametrize("name", [NAMES["BANKID_CERTIFICATE_NAME"], NAMES["BANKID_ROOT_NAME"]])
def test_what_is_no_certificate_stops_the_start(config: Settings, name: str) -> None:
    boto3.client("ssm").put_parameter(Name=name, Value="no PEM", Type="SecureString", Overwrite=True)
    with pytest.raises(Misconfigured, match="PEM"):
        flow_steps.build(config, WallClock())
