"""The flow's side of the function `web_login`, and logins on the web as the rules of sessions have them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chalicelib import assurance, settings
from chalicelib.assurance import Proof
from chalicelib.conditional_write import Record
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.errors import SecretsUnavailable
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal
from chalicelib.table import keys
from chalicelib.table.items import Items
from chalicelib.web_login import codes, session
from chalicelib.web_login.claims import AuthResult, Status
from chalicelib.web_login.linking import LinkParts
from chalicelib.web_login.parts import LoginParts
from chalicelib.web_login.session import Done, Refused, Result, Start
from local.aws.tap import Tap
from local.security_key import security_key
from tests.contract.feedback_calls import Noting, soon
from tests.contract.flow_calls import CALLER, CONTACT, event
from tests.contract.wiring import INSTANCE, NUMBER, SteppingClock

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CODE, OTHER_CODE = "48205917", "73019264"
KARIN, LARS = "198112189876", "199908072391"
HASH_KEY = "contract-test-" * 3
LOGIN_TABLE = "countersign-web-login"
ENVIRON = {
    "TABLE_NAME": LOGIN_TABLE,
    "HASH_KEY_NAME": "/countersign/hash-key",
    "CONNECT_INSTANCE_ARN": INSTANCE,
    "TWILIO_NUMBER": NUMBER,
    "WEB_LOGIN_SUBJECT_ATTRIBUTE": "personalnumber",
}
SESSION_URL = "https://login.example.org/session?id=9f8e7d6c"
PERSONAL = (KARIN, LARS, KARIN[2:], "Karin", CALLER, SESSION_URL, CODE, OTHER_CODE)
"""What must stand nowhere in clear."""


class OneKey:
    """Parameters with the private key for what callers type; none while they are `down`."""

    def __init__(self) -> None:
        self.down = False
        self.values = {f"/amazon-connect/encryption/{security_key().id}/private-key": security_key().private_key}

    def find(self, names: Iterable[str]) -> Mapping[str, str]:
        if self.down:
            raise SecretsUnavailable("as the test says")
        return {name: self.values[name] for name in names if name in self.values}

    def under(self, path: str) -> Mapping[str, str]:
        return self.values


def told(number: str = KARIN, *, well: bool = True, digest: str = "") -> AuthResult:
    """A login's result, verified; by another token each time that another `digest` is given."""
    attributes = {"personalnumber": number, "fullname": "Karin Testsson"} if well else {}
    status = Status.SUCCEEDED if well else Status.FAILED
    return AuthResult(status, 2_222_222_522, attributes, SESSION_URL, digest or f"{number} {well}")


@dataclass
class LoginTable:
    """The table, by way of what stands before it, and `straight`."""

    tap: Tap
    items: Items
    straight: DynamoDBClient

    def clear(self) -> None:
        """Nothing in it, nothing asked of it, nothing wrong with it."""
        for item in self.everything():
            self.straight.delete_item(TableName=LOGIN_TABLE, Key={"pk": item["pk"]})
        self.tap.faults = None
        self.asked_nothing()

    def asked_nothing(self) -> None:
        self.tap.requests.clear()
        self.tap.bodies.clear()

    def everything(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.straight.scan(TableName=LOGIN_TABLE)["Items"]
        return found


class WebLogin:
    """Invokes the function as Lambda does; events and answers pass through JSON."""

    def __init__(self, module: ModuleType, clock: SteppingClock, table: LoginTable) -> None:
        self.module, self.clock, self.table = module, clock, table
        config = settings.load(ENVIRON, settings.CONNECT)
        self.parameters = OneKey()
        private_keys = PrivateKeys(config.input_private_key_name, self.parameters, clock)
        hashes = KeyedHash(HASH_KEY)
        login = LoginParts(config, clock, hashes, table.items, Seal(hashes, session.RESULTS))
        self.work = LinkParts(login, private_keys, Noting())
        vars(module)["web_login_parts"] = lambda: self.work

    def set(self, **changed: object) -> None:
        """Settings."""
        config = replace(self.login.settings, **changed)  # type: ignore[arg-type]
        self.work = replace(self.work, login=replace(self.login, settings=config))

    @property
    def login(self) -> LoginParts:
        return self.work.login

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What websites were to be told."""
        assert isinstance(self.work.feedback, Noting)
        return self.work.feedback.asked

    def invoke(self, given: object) -> dict[str, str]:
        answer = json.loads(json.dumps(self.module.web_login(json.loads(json.dumps(given)), None)))
        assert isinstance(answer, dict)
        assert all(isinstance(value, str) and value for value in answer.values()), "Connect reads flat strings alone"
        return answer

    def link(self, digits: object = CODE, contact: str = CONTACT, caller: str | None = CALLER, **data: Any) -> Any:
        return self.invoke(event({"step": "link", "digits": digits, "language": "sv-SE"}, contact, caller, **data))

    def given(self, **parameters: object) -> dict[str, str]:
        return self.invoke(event({"step": "link", **parameters}))

    # The other side.

    def start(self, code: str = CODE, result: AuthResult | None = None) -> Done | Refused:
        handle = self.handle(code)
        outcome = self.login.outcome(handle, result) if result else None
        step = Start(self.login.now(), "secret", {"purpose": "report_move"}, outcome)
        return self.login.take(handle, step, soon())

    def result(self, code: str = CODE, result: AuthResult | None = None) -> Done | Refused:
        handle = self.handle(code)
        outcome = self.login.outcome(handle, result or told())
        return self.login.take(handle, Result(self.login.now(), "secret", outcome, self.login.worth), soon())

    def handle(self, code: str = CODE) -> str:
        return codes.session_handle(self.login.hashes, code)

    def on_contact(self, contact: str = CONTACT) -> Record:
        return self.login.items.read(keys.contact(contact), soon())

    def proofs(self, contact: str = CONTACT) -> list[Proof]:
        return assurance.proofs(self.on_contact(contact))

    def wrong_codes(self, of: str = "system", key: str = "") -> int:
        """How many are counted; of a contact's own as many as it has had."""
        record = self.login.items.read(keys.wrong_codes(of, key), soon())
        if of == "contact":
            return sum(name.startswith("wrong_") for name in record)
        return int(record.get("wrong", 0))

    def wrong_codes_of_caller(self, caller: str = CALLER) -> int:
        return self.wrong_codes("caller", self.login.hashes.of("caller", caller))
