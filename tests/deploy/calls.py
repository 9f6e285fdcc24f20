"""What the outside world sends to a deployed app, and the secrets that it needs to answer."""

from __future__ import annotations

import json
from typing import Any

import boto3

INSTANCE = "arn:aws:connect:eu-central-1:123456789012:instance/00000000-0000-0000-0000-000000000001"
PUBLIC_URL = "https://voice.example.com/api"
TOKEN = "0123456789abcdef0123456789abcdef"
FORM = {"CallSid": "CA" + "0" * 32, "From": "+46701234567", "To": "+46101234567"}
_CONTACT = "5ca32fbd-8f92-46af-92a5-6b0f970f0efe"


def put_secrets(stage: str) -> None:
    """The parameters of `stage`, as an operator makes them."""
    secrets = {
        "hash-key": "k" * 64,
        "twilio-auth-tokens": TOKEN,
        "voiceit-api-key": "key_1",
        "voiceit-api-token": "tok_1",
    }
    parameters = boto3.client("ssm")
    for name, value in secrets.items():
        parameters.put_parameter(Name=f"/countersign/{stage}/{name}", Value=value, Type="SecureString")


def start_event() -> dict[str, Any]:
    """What Connect sends when a flow starts the voice step for a caller whose number is known."""
    return _event({"step": "start"})


def open_event() -> dict[str, Any]:
    """What Connect sends when a flow passes on that the caller typed nothing."""
    return _event({"step": "open", "encrypted": "Timeout", "kind": "pin"})


def _event(parameters: dict[str, str]) -> dict[str, Any]:
    contact = {
        "Attributes": {},
        "Channel": "VOICE",
        "ContactId": _CONTACT,
        "CustomerEndpoint": {"Address": "+46701234567", "Type": "TELEPHONE_NUMBER"},
        "InitialContactId": _CONTACT,
        "InitiationMethod": "INBOUND",
        "InstanceARN": INSTANCE,
        "LanguageCode": "en-US",
        "MediaStreams": {},
        "PreviousContactId": _CONTACT,
        "Queue": None,
        "SystemEndpoint": {"Address": "+46101234567", "Type": "TELEPHONE_NUMBER"},
    }
    return {"Name": "ContactFlowEvent", "Details": {"ContactData": contact, "Parameters": parameters}}


def invoke(function: str, event: object) -> Any:
    """The answer of the deployed function (name or ARN); it must not be an error."""
    answer: Any = boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    return payload
