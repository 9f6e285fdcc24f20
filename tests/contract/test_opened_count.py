"""Each message that is opened is counted by its key id: that tells when a security key is no longer used."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.security_key import security_key
from tests.contract.secure_input_calls import CARD, SecureInput, message

OTHER = "5f0c1f5e-6a53-4a3c-9d0e-2f6f1f4b7a10"


def counted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] == "input_opened"]


def test_what_was_opened_is_counted_by_key_id_even_if_it_is_no_value_of_its_kind(
    secure_input: SecureInput, capsys: pytest.CaptureFixture[str]
) -> None:
    assert secure_input.open(message(CARD))["result"] == "ok"
    assert secure_input.open(message("123"))["result"] == "invalid"
    first, second = counted(capsys)
    assert first["key_id"] == second["key_id"] == security_key().id
    assert first["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["event"], ["event", "key_id"]]
    assert first.keys() == {"_aws", "event", "Events", "key_id"}


def test_what_was_not_opened_is_not_counted(secure_input: SecureInput, capsys: pytest.CaptureFixture[str]) -> None:
    for refused in ("Timeout", CARD, message(CARD)[:-20], message(CARD, OTHER)):
        assert secure_input.open(refused, key_id="")["result"] != "ok"
    assert counted(capsys) == []
