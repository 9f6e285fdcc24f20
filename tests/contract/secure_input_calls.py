"""The flow's side of the function `secure_input`, and the side of who redeems what was typed."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import boto3

from local import encrypt
from local.security_key import security_key
from tests.contract.flow_calls import CONTACT, event
from tests.contract.wiring import SteppingClock

CARD = "4111111111111111"


def message(typed: str, key_id: str | None = None) -> str:
    """As Connect encrypts it."""
    key = security_key()
    return encrypt.encrypt(typed, encrypt.certified_key(key.certificate.encode()), key_id or key.id)


class SecureInput:
    """Invokes both functions as Lambda does; events and answers pass through JSON."""

    def __init__(self, module: ModuleType, clock: SteppingClock) -> None:
        self.module, self.clock = module, clock

    def invoke(self, given: object) -> dict[str, str]:
        answer = json.loads(json.dumps(self.module.secure_input(json.loads(json.dumps(given)), None)))
        assert isinstance(answer, dict)
        assert all(isinstance(value, str) and value for value in answer.values()), "Connect reads flat strings alone"
        return answer

    def open(self, encrypted: object, kind: object = "card_number", contact: str = CONTACT, **more: object) -> Any:
        given = {"step": "open", "encrypted": encrypted, "key_id": security_key().id, "kind": kind, **more}
        return self.invoke(event(given, contact))

    def redeem(self, token: object, contact: object = CONTACT) -> dict[str, str]:
        return self.redeem_with({"contact": contact, "token": token})

    def redeem_with(self, given: object) -> dict[str, str]:
        answer = json.loads(json.dumps(self.module.secure_input_redeem(json.loads(json.dumps(given)), None)))
        assert isinstance(answer, dict)
        return answer


def parameter(name: str, value: str) -> None:
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
