"""The flow's side of the function `bankid`, EventBridge's of `contact_ended`, and a BankID that obeys the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from types import ModuleType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chalicelib import settings
from chalicelib.bankid import parts as bankid_parts
from chalicelib.bankid.answers import CallInitiator, Collected, Complete, Failed, Pending
from chalicelib.bankid.collecting import Judge
from chalicelib.bankid.flow_steps import BankIDParts
from chalicelib.bankid.parts import OrderParts
from chalicelib.bankid.relying_party import RelyingParty
from chalicelib.clock import Clock, Deadline
from chalicelib.contact_end import EndParts
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.errors import BankIDFault, BankIDTrouble
from chalicelib.keyed_hash import KeyedHash
from chalicelib.parameters import ParameterStore
from chalicelib.sealing import Seal
from chalicelib.table.items import Items
from local.security_key import security_key
from tests.contract.flow_calls import CALLER, CONTACT, event
from tests.contract.secure_input_calls import message
from tests.contract.wiring import INSTANCE, SteppingClock
from tests.unit.evidence import signing

KARIN, SOMEBODY = signing.KARIN, signing.OTHER
ORGANISATION = "Exempel AB"
Script = Collected | BankIDTrouble | Callable[["Asked"], Collected]


@cache
def our_certificate() -> str:
    """In PEM."""
    attributes = [(NameOID.COMMON_NAME, "FP Testcert 5"), (NameOID.ORGANIZATION_NAME, "Testbank A AB (publ)")]
    named = x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes])
    made = signing.issue(named, "relying party", None, signing.SIGNER)
    return made.certificate.public_bytes(Encoding.PEM).decode()


OUR_NAME = "cn=FP Testcert 5,o=Testbank A AB (publ)"


@dataclass
class Asked:
    """An order that BankID was asked for."""

    order_ref: str
    personal_number: str
    call_initiator: CallInitiator
    visible: str
    non_visible: bytes
    collected_at: list[float] = field(default_factory=list)
    over: bool = False


def completed(asked: Asked, **changes: Any) -> Complete:
    """As the person does who was asked, with what was asked."""
    made = {"visible": asked.visible, "non_visible": asked.non_visible, "service_name": OUR_NAME, **changes}
    return signing.evidence(**made)


def trouble(fault: BankIDFault, uncertain: bool = False) -> BankIDTrouble:
    return BankIDTrouble("as the test says", fault, uncertain=uncertain)


UNANSWERED = trouble(BankIDFault.UNANSWERED, uncertain=True)
OPEN_APP, NO_CLIENT = Pending("outstandingTransaction"), Pending("noClient")


class ScriptedBankID(RelyingParty):
    """Answers each call with the next of its script, and when that is out, that the order is pending.

    A last word is given once. `before` runs while a call is under way.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.orders: list[Asked] = []
        self.starts: list[BankIDTrouble] = []
        self.script: list[Script] = []
        self.cancelled: list[str] = []
        self.cancels: list[BankIDTrouble] = []
        self.time_to_start = 0.0
        self.during_connect: Callable[[], None] = lambda: None
        self.during_start: Callable[[], None] = lambda: None
        self.during_collect: Callable[[], None] = lambda: None

    def phone_auth(
        self,
        personal_number: str,
        call_initiator: CallInitiator,
        visible: str,
        non_visible: bytes,
        deadline: Deadline,
        *,
        certificate_policies: Sequence[str] = (),
        pin_code: bool = False,
    ) -> str:
        with self._lock:
            order_ref = f"00000000-0000-4000-8000-{len(self.orders):012}"
            self.orders.append(Asked(order_ref, personal_number, call_initiator, visible, non_visible))
            failing = self.starts.pop(0) if self.starts else None
        self.time_to_start = deadline.remaining()
        self.during_start()
        if failing:
            raise failing
        return order_ref

    def connect(self, deadline: Deadline) -> None:
        self.during_connect()

    def collect(self, order_ref: str, deadline: Deadline, send_by: Deadline | None = None) -> Collected:
        [asked] = [one for one in self.orders if one.order_ref == order_ref]
        with self._lock:
            asked.collected_at.append(self._clock.now())
            if asked.over:
                raise trouble(BankIDFault.INVALID_PARAMETERS)
            said = self.script.pop(0) if self.script else OPEN_APP
            if callable(said):
                said = said(asked)
            asked.over = isinstance(said, Complete | Failed)
        self.during_collect()
        if isinstance(said, BankIDTrouble):
            raise said
        return said

    def cancel(self, order_ref: str, deadline: Deadline) -> None:
        if self.cancels:
            raise self.cancels.pop(0)
        [asked] = [one for one in self.orders if one.order_ref == order_ref]
        self.cancelled.append(order_ref)
        if asked.over:
            raise trouble(BankIDFault.INVALID_PARAMETERS)
        asked.over = True


def parts_over(bankid: ScriptedBankID, clock: Clock, environ: dict[str, str], collector: str = "c1") -> BankIDParts:
    """What one process of the function works with."""
    config = settings.load(environ, settings.CONNECT)
    hashes = KeyedHash("contract-test-" * 3)
    seal = Seal(hashes, bankid_parts.ORDER_SECRETS)
    orders = OrderParts(config, clock, hashes, Items(config.table_name), seal, bankid, collector, bankid_parts._token)
    keys = PrivateKeys(config.input_private_key_name, ParameterStore(), clock)
    return BankIDParts(orders, keys, Judge([signing.root().certificate], our_certificate()))


class BankIDFlow:
    """Invokes both functions as Lambda does; events and answers pass through JSON."""

    def __init__(self, module: ModuleType, clock: SteppingClock, bankid: ScriptedBankID, parts: BankIDParts) -> None:
        self.module, self.clock, self.bankid = module, clock, bankid
        self.work_with(parts)

    def work_with(self, parts: BankIDParts) -> None:
        """From now on the function runs in the process that has these parts."""
        self.parts = parts
        vars(self.module)["bankid_parts"] = lambda: parts
        vars(self.module)["contact_ended_parts"] = lambda: EndParts(INSTANCE, parts.orders)

    def another_process(self, collector: str = "c2") -> None:
        """Another process takes over."""
        self.work_with(replace(self.parts, orders=replace(self.parts.orders, collector=collector)))

    def set(self, **changed: object) -> None:
        """Settings."""
        orders = self.parts.orders
        self.work_with(replace(self.parts, orders=replace(orders, settings=replace(orders.settings, **changed))))  # type: ignore[arg-type]

    def invoke(self, given: object) -> dict[str, str]:
        answer = json.loads(json.dumps(self.module.bankid(json.loads(json.dumps(given)), None)))
        assert isinstance(answer, dict)
        assert all(isinstance(value, str) and value for value in answer.values()), "Connect reads flat strings alone"
        return answer

    def start(self, encrypted: object = None, contact: str = CONTACT, **data: Any) -> dict[str, str]:
        typed = typed_by(KARIN) if encrypted is None else encrypted
        given = {"step": "start", "encrypted": typed, "key_id": security_key().id, "language": "sv-SE"}
        return self.invoke(event(given, contact, **data))

    def collect(self, seen: str = "", contact: str = CONTACT, **data: Any) -> dict[str, str]:
        return self.invoke(event({"step": "collect", "seen": seen}, contact, **data))

    def cancel(self, contact: str = CONTACT) -> dict[str, str]:
        return self.invoke(event({"step": "cancel"}, contact))

    def contact_ended(self, contact: str = CONTACT, segment: str | None = None, **detail: object) -> None:
        self.module.contact_ended(ended_event(contact, segment, **detail), None)


@cache
def typed_by(person: str) -> str:
    """One typing of a personal number, as Connect encrypts it."""
    return message(person)


def ended_event(contact: str = CONTACT, segment: str | None = None, **detail: object) -> dict[str, Any]:
    """As EventBridge delivers it."""
    return {
        "version": "0",
        "id": "1",
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": "111122223333",
        "time": "2040-06-01T00:00:00Z",
        "region": "eu-central-1",
        "resources": [INSTANCE],
        "detail": {
            "eventType": "DISCONNECTED",
            "contactId": segment or contact,
            "initialContactId": contact,
            "channel": "VOICE",
            "instanceArn": INSTANCE,
            "initiationMethod": "INBOUND",
            "disconnectReason": "CUSTOMER_DISCONNECT",
            **detail,
        },
    }


def day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


PERSONAL = (KARIN, SOMEBODY, KARIN[2:], CALLER, "Karin", "Testsson")
