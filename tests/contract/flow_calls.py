"""The flow's side of the function `voice`, and what others write to the table meanwhile."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import boto3

from chalicelib import assurance
from chalicelib.assurance import Level, Method, Proof
from chalicelib.clock import Deadline, SystemClock
from chalicelib.conditional_write import Absent, Scalar, Write
from chalicelib.handoff import Claim, Report, Verdict
from chalicelib.table import keys
from chalicelib.voice.flow_steps import FlowParts
from tests.contract.wiring import INSTANCE, SteppingClock

CALLER = "+46701234567"
CONTACT, OTHER_CONTACT = "11111111-aaaa-4000-8000-000000000001", "22222222-bbbb-4000-8000-000000000002"
CALL = "CA" + "0" * 32
ENGINE_USER = "usr_" + "1" * 32
PERSON = "person-" + "p" * 36


def event(parameters: object, contact: str = CONTACT, caller: str | None = CALLER, **data: object) -> dict[str, Any]:
    endpoint = {"Type": "TELEPHONE_NUMBER", "Address": caller} if caller else None
    contact_data = {
        "Channel": "VOICE",
        "ContactId": contact,
        "InitialContactId": contact,
        "InstanceARN": INSTANCE,
        "CustomerEndpoint": endpoint,
        "InitiationMethod": "INBOUND",
        **data,
    }
    return {"Name": "ContactFlowEvent", "Details": {"ContactData": contact_data, "Parameters": parameters}}


class Flow:
    """The flow's side: invokes the function as Connect does; and, to set a scene, what others write to the table."""

    def __init__(self, module: ModuleType, clock: SteppingClock) -> None:
        self.module, self.clock = module, clock

    @property
    def parts(self) -> FlowParts:
        parts: FlowParts = self.module.voice_parts()
        return parts

    def invoke(self, given: object) -> dict[str, str]:
        """Through Lambda's entry; events and answers pass through JSON, as they do there."""
        answer = json.loads(json.dumps(self.module.voice(json.loads(json.dumps(given)), None)))
        assert isinstance(answer, dict)
        assert all(isinstance(value, str) and value for value in answer.values()), "Connect reads flat strings alone"
        return answer

    def start(self, contact: str = CONTACT, **parameters: object) -> dict[str, str]:
        return self.invoke(event({"step": "start", **parameters}, contact))

    def result(self, contact: str = CONTACT, **parameters: object) -> dict[str, str]:
        return self.invoke(event({"step": "result", **parameters}, contact))

    def proved(
        self, level: Level = Level.HIGH, subject: str = PERSON, until: int = 900, contact: str = CONTACT
    ) -> None:
        now = int(self.clock.now() * 1000)
        proof = Proof(Method.BANKID, level, subject, now, now + until * 1000)
        self.parts.items.write(keys.contact(contact), assurance.recorded(proof), soon())

    def profile(self, state: str, **other: Scalar) -> None:
        facts = {"engine_user": ENGINE_USER, "subject": PERSON, "phrase": "Kept phrase", "content_language": "sv-SE"}
        caller = keys.caller(self.parts.hashes.of("caller", CALLER))
        kept = {"voice_state": state, **(facts if state != "opted_out" else {}), **other}
        self.parts.items.write(caller, Write(Absent("voice_state"), kept), soon())

    def claimed(self, leg: str) -> None:
        self.parts.legs.take(Claim(CALL, int(self.clock.now() * 1000), 60_000), leg, soon())

    def reported(self, leg: str, verdict: Verdict) -> None:
        self.claimed(leg)
        self.parts.legs.take(Report(CALL, int(self.clock.now() * 1000), verdict), leg, soon())


def soon() -> Deadline:
    return Deadline.after(10, SystemClock())


def items() -> list[dict[str, Any]]:
    return boto3.client("dynamodb").scan(TableName="countersign-test")["Items"]
