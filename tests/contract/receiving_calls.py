"""ID Contact's core and a login, posting to the routes of connect_app: one table and one SSM for a whole module."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest

from chalicelib import settings
from chalicelib.clock import Deadline, SystemClock
from chalicelib.conditional_write import Record
from chalicelib.keyed_hash import KeyedHash
from chalicelib.parameters import ParameterStore
from chalicelib.sealing import Seal
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items
from chalicelib.web_login import codes, session
from chalicelib.web_login.parts import Claims, LoginParts
from chalicelib.web_login.receiving import ReceivingParts
from chalicelib.web_login.trust import Trust, named
from local.aws.ministack import MiniStack
from local.aws.table import create_table
from local.gateway import Api, Gateway, in_process, routes_of
from local.web import Request, Response
from tests.contract.wiring import INSTANCE, NUMBER, SteppingClock, load
from tests.unit.web_login.tokens import CLAIMS, TYPES, genuine, listed, pem, private_key, public_pem

SECRET, NEXT_SECRET = "core-secret-" * 3, "next-secret-" * 3
PHONENUMBER = "+31201234567"
URL = "https://login.example.org/api"
_TABLE = "countersign-test"
_KEY_NAMES = {
    "DECRYPTION_KEYS_NAME": "keys",
    "SIGNATURE_KEYS_NAME": "senders",
    "CORE_SECRETS_NAME": "core",
}
_serial = itertools.count()


def private_list(number: int = 0) -> str:
    return listed(*((kind, pem(private_key(kind, number))) for kind in TYPES))


def public_list(number: int = 1) -> str:
    return listed(*((kind, public_pem(private_key(kind, number))) for kind in TYPES))


def claims(**changes: Any) -> dict[str, Any]:
    """Of a result that is no other test's."""
    return {**CLAIMS, "jti": str(next(_serial)), **changes}


def token(**changes: Any) -> str:
    return genuine(claims(**changes), "EC", "EC")


@dataclass(frozen=True)
class World:
    """What outlasts a test, because it takes long to make."""

    items: Items
    store: ParameterStore
    put: Callable[[str, str], object]
    scan: Callable[[], list[dict[str, Any]]]


@contextmanager
def world(ministack: MiniStack, account: str) -> Iterator[World]:
    """A table and an SSM in an account of their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ministack.environment(account).items():
            patch.setenv(name, value)
        made = boto3.Session()
        dynamodb, ssm = made.client("dynamodb"), made.client("ssm")
        create_table(dynamodb, _TABLE)
        items, store = Items(_TABLE), ParameterStore()
    yield World(
        items,
        store,
        lambda name, value: ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True),
        lambda: dynamodb.scan(TableName=_TABLE)["Items"],
    )


class Site:
    """The routes of a connect_app of this test's own, as API Gateway calls them."""

    def __init__(self, world: World, clock: SteppingClock, **changed: str) -> None:
        self.world, self.clock = world, clock
        self.folder = f"/web-login/{next(_serial)}"
        for name, value in (("keys", private_list()), ("senders", public_list()), ("core", SECRET)):
            self.put(name, value)
        environ = {
            "TABLE_NAME": _TABLE,
            "HASH_KEY_NAME": "/hash-key",
            "CONNECT_INSTANCE_ARN": INSTANCE,
            "TWILIO_NUMBER": NUMBER,
            "PHONENUMBER": PHONENUMBER,
            "INTERNAL_URL": URL,
            **{name: f"{self.folder}/{kind}" for name, kind in _KEY_NAMES.items()},
            **changed,
        }
        self.settings = settings.load(environ, settings.CONNECT)
        self.module = load("connect_app", clock)
        self.work_with(self.another_process())
        self._gateway = Gateway(Api(routes_of(self.module.app)), in_process(self.module.app))

    def put(self, name: str, value: str) -> None:
        """A parameter, as the operator writes it."""
        self.world.put(f"{self.folder}/{name}", value)

    def another_process(self, config: Settings | None = None, source: Any = None) -> ReceivingParts:
        """What a process that starts now works with."""
        config, hashes = config or self.settings, KeyedHash("contract-test-" * 3)
        login = LoginParts(config, self.clock, hashes, self.world.items, Seal(hashes, session.RESULTS))
        trust = Trust(config, source or self.world.store, self.clock)
        if source is None:
            trust.take(self.world.store.find(named(config)))
        return ReceivingParts(login, trust)

    def work_with(self, parts: ReceivingParts) -> None:
        self.parts = parts
        vars(self.module)["receiving_parts"] = lambda: parts

    def with_login(self, **changed: Any) -> None:
        self.work_with(replace(self.parts, login=replace(self.parts.login, **changed)))

    def send(self, path: str, body: bytes | str, headers: Mapping[str, str] | None = None) -> Response:
        sent = body if isinstance(body, bytes) else body.encode()
        request = Request("POST", f"/api{path}", "", tuple((headers or {}).items()), sent)
        return self._gateway.respond(request)

    def start(self, auth_result: str | None = None, purpose: str = "report_move", **more: Any) -> dict[str, str]:
        """The core's own request; what it is told."""
        asked = {"purpose": purpose, **({"auth_result": auth_result} if auth_result else {}), **more}
        response = self.send("/start_communication", json.dumps(asked), as_core())
        assert response.status == 200, response
        told: dict[str, str] = json.loads(response.body)
        return told

    def result(self, attr_url: str, auth_result: str, content_type: str = "application/jwt") -> Response:
        """A login's own request."""
        assert attr_url.startswith(f"{URL}/session_result/")
        return self.send(attr_url.removeprefix(URL), auth_result, {"Content-Type": content_type})

    def handle(self, client_url: str) -> str:
        return codes.session_handle(self.parts.login.hashes, code_of(client_url))

    def record(self, client_url: str) -> Record:
        """The session that a code belongs to."""
        return self.world.items.read(keys.session(self.handle(client_url)), Deadline.after(10, SystemClock()))

    def claims(self, client_url: str) -> Claims | None:
        return self.parts.login.claims(self.handle(client_url), self.record(client_url))


def code_of(client_url: str) -> str:
    found = re.fullmatch(rf"tel:{re.escape(PHONENUMBER)},+([0-9]+)", client_url)
    assert found
    return found[1]


def as_core(secret: str = SECRET) -> dict[str, str]:
    return {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}


def whole(response: Response) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Everything that the other side sees."""
    return response.status, tuple(sorted(response.headers)), response.body
