"""An instance to make and watch keys for: Connect's admin API on loopback, and the rest of AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import boto3
import pytest

from local.connect.admin_api import AdminApi
from tests.contract.wiring import INSTANCE

NOW = datetime(2040, 6, 1, tzinfo=UTC)
SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2040-06-01T00:00:00Z",
    "region": "eu-central-1",
    "resources": ["arn:aws:events:eu-central-1:123456789012:rule/expiry_watch"],
    "detail": {},
}
"""What EventBridge sends (its user guide, "Scheduled events")."""


@contextmanager
def admin_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[AdminApi]:
    """The API of INSTANCE, which this process's SDK finds."""
    api = AdminApi(INSTANCE.rpartition("/")[2])
    with api.server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CONNECT", api.server.url)
        yield api
    assert api.server.failures == []


def flow(key_id: str, certificate: str) -> str:
    """The content of a flow that stores what callers type, encrypted."""
    encryption = {"EncryptionKeyId": key_id, "Key": certificate}
    block = {"Identifier": "ask", "Type": "GetParticipantInput", "Parameters": {"InputEncryption": encryption}}
    return json.dumps({"Version": "2019-10-30", "StartAction": "ask", "Actions": [block]})


@dataclass(frozen=True)
class Kept:
    """What SSM holds of a key."""

    private_key: str | None
    kind: str | None
    certificate: str | None


def kept(key_id: str) -> Kept:
    path = f"/amazon-connect/encryption/{key_id}"
    names = [f"{path}/private-key", f"{path}/certificate"]
    found = boto3.client("ssm").get_parameters(Names=names, WithDecryption=True)["Parameters"]
    by_name = {one["Name"].rpartition("/")[2]: one for one in found}
    private_key = by_name.get("private-key", {})
    return Kept(private_key.get("Value"), private_key.get("Type"), by_name.get("certificate", {}).get("Value"))
