"""The agent's screen with what it stands on: a table, a user pool, Connect's admin API; and calls to look at.

Everything that takes long to make (a table, clients of AWS's SDK, a pool's key) is made once for a module of tests;
tests do not meet, since each has contacts of its own. So are the pool's keys fetched once.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import boto3
import pytest

from chalicelib import agent_view, assurance, settings
from chalicelib.agent_screen import parts as screen_parts
from chalicelib.agent_screen import views
from chalicelib.agent_screen.agents import Agents
from chalicelib.agent_screen.key_set import KeySet
from chalicelib.agent_screen.names import Names
from chalicelib.agent_screen.ownership import Owners
from chalicelib.agent_screen.parts import Minute, ScreenParts
from chalicelib.assurance import Level, Method, Proof
from chalicelib.conditional_write import Absent, Write
from chalicelib.outbound import Site
from chalicelib.parameters import ParameterStore
from chalicelib.routes import Request, Response
from chalicelib.settings import Settings
from chalicelib.standing.needs import Needs
from chalicelib.table import keys
from chalicelib.web_login.feedback import Feedback
from chalicelib.web_login.parts import LoginParts
from chalicelib.web_login.session import Link, Linking, Outcome, Start, look
from local.aws.ministack import MiniStack
from local.aws.table import create_table
from local.cognito import Cognito
from local.connect.admin_api import AdminApi, Segment
from local.tls import Certificates
from tests.contract.feedback_calls import Noting
from tests.contract.flow_calls import soon
from tests.contract.wiring import INSTANCE, NUMBER, SteppingClock

WORKSPACE = "https://example.my.connect.aws"
KARIN, ERIK = "karin.agent", "erik.agent"
TABLE = "countersign-screens"
SOMEBODY, SOMEBODY_ELSE = "subject-" + "s" * 35, "subject-" + "e" * 35
NAMES = "/countersign/screen-names"

_accounts = itertools.count(200_000_000_001)
_contacts = itertools.count(1)


@dataclass(frozen=True)
class World:
    """What a module of tests shares. `asked` are the operations that DynamoDB was asked for."""

    pool: Cognito
    connect: AdminApi
    parts: ScreenParts
    client: Any
    asked: list[str]
    keys: KeySet


@contextmanager
def world(ministack: MiniStack, certificates: Certificates) -> Iterator[World]:
    clock = SteppingClock()
    pool = Cognito(clock.now, certificates.server_context())
    pool.add(KARIN, "k", groups=["agents"])
    pool.add(ERIK, "e", groups=["agents"])
    admin = AdminApi(INSTANCE.rpartition("/")[2], users={"u-karin": KARIN, "u-erik": ERIK})
    with pytest.MonkeyPatch.context() as environment, pool.server, admin.server:
        for name, value in ministack.environment(str(next(_accounts))).items():
            environment.setenv(name, value)
        environment.setenv("AWS_ENDPOINT_URL_CONNECT", admin.server.url)
        environment.setenv("SSL_CERT_FILE", str(certificates.ca_file))
        environment.setattr(boto3, "DEFAULT_SESSION", None)
        create_table(boto3.client("dynamodb"), TABLE)
        boto3.client("ssm").put_parameter(Name="/countersign/hash-key", Value="screen-test-" * 3, Type="SecureString")
        parts = screen_parts.build(settings.load(environ(pool), settings.CONNECT), clock)
        assert parts is not None
        assert parts.owners is not None
        asked: list[str] = []
        client = parts.login.items._client
        client.meta.events.register("before-send.dynamodb", lambda request, **_: asked.append(operation(request)))
        yield World(pool, admin, parts, parts.owners._client, asked, KeySet(Site(pool.issuer), SteppingClock()))
    assert pool.server.failures == admin.server.failures == []


def operation(request: Any) -> str:
    asked: bytes | str = request.headers["X-Amz-Target"]
    return (asked.decode() if isinstance(asked, bytes) else asked).rpartition(".")[2]


BASE = {
    "TABLE_NAME": TABLE,
    "HASH_KEY_NAME": "/countersign/hash-key",
    "CONNECT_INSTANCE_ARN": INSTANCE,
    "TWILIO_NUMBER": NUMBER,
    "PHONENUMBER": NUMBER,
    "WORKSPACE_ORIGIN": WORKSPACE,
}


def environ(pool: Cognito, **changed: str) -> dict[str, str]:
    return {
        **BASE,
        "COGNITO_ISSUER": pool.issuer,
        "COGNITO_DOMAIN": pool.domain,
        "COGNITO_CLIENT_ID": pool.client_id,
        **changed,
    }


@dataclass
class Screen:
    """An agent's screen before a call of its own, in a process of its own.

    `segment` is the part of the call that the agent has.
    """

    world: World
    clock: SteppingClock
    parts: ScreenParts
    feedback: Noting
    contact: str = field(default_factory=lambda: str(UUID(int=next(_contacts))))
    segment: str = ""
    token: str | None = None

    def __post_init__(self) -> None:
        self.segment = self.segment or self.contact
        self.world.connect.contacts[self.contact] = Segment(agent="u-karin")
        self.world.connect.fails.clear()
        self.world.connect.asked.clear()
        self.world.asked.clear()

    @property
    def login(self) -> LoginParts:
        return self.parts.login

    @property
    def handle(self) -> str:
        return agent_view.handle(self.login.hashes, self.contact)

    def set(self, **changed: object) -> None:
        """Settings that are read at each look."""
        config = replace(self.login.settings, **changed)  # type: ignore[arg-type]
        needs = Needs(config, ParameterStoreOf({}), self.clock)
        self.parts = replace(self.parts, login=replace(self.login, settings=config), needs=needs)

    def another_process(self) -> None:
        self.parts = _fresh(self.world, self.login.settings, self.clock, self.feedback)

    # --- what has happened to the contact --------------------------------------------------------------------------

    def write(self, key: str, write: Write) -> None:
        self.login.items.write(key, write, soon())

    def opened(self) -> Screen:
        """The contact's handle was given out."""
        sets = agent_view.given_out(self.login.hashes, self.contact, self.segment, self.login.now())
        self.write(keys.contact(self.contact), Write(Absent("view"), sets))
        return self

    def proved(self, method: Method, level: Level, subject: str = SOMEBODY, seconds: int = 900) -> None:
        at = self.login.now()
        proof = Proof(method, level, subject, at, at + seconds * 1000)
        self.write(keys.contact(self.contact), assurance.recorded(proof))

    def logged_in(
        self, attributes: Mapping[str, str] | None = None, succeeded: bool | None = True, subject: str = SOMEBODY
    ) -> None:
        """The caller typed the code of a login for reporting a move; `succeeded` None: it has no result yet."""
        at, session = self.login.now(), f"session-of-{self.contact}"
        told = json.dumps({"attributes": dict(attributes or {}), "session_url": None})
        sealed = self.login.seal.close(told, session)
        outcome = None
        if succeeded is not None:
            outcome = Outcome(succeeded, f"token-of-{self.contact}", at // 1000 + 300, subject, sealed)
        self.login.take(session, Start(at, "s" * 43, {"purpose": "report_move"}, outcome), soon())
        given = agent_view.given_out(self.login.hashes, self.contact, self.segment, at)
        step = Link(at, self.contact, self.login.worth, given)
        records = self.login.items.read_together([keys.session(session), keys.contact(self.contact)], soon())
        found = look(step, session, *records)
        assert isinstance(found, Linking)
        assert self.login.write(session, found.writes, soon()) is None

    def ended(self, segment: str) -> None:
        """A part of the call is over."""
        over = agent_view.ended(self.login.hashes, self.contact, segment, self.login.now())
        self.write(keys.contact(self.contact), over)

    # --- what the screen asks --------------------------------------------------------------------------------------

    def ask(self, body: object = None, **changed: object) -> Response:
        """As the screen does, or with what is `changed`, or another body."""
        asked = {"handle": self.handle, "contact": self.segment, "language": "sv", **changed}
        sent = body if isinstance(body, bytes) else json.dumps(asked if body is None else body).encode()
        token = self.world.pool.access_token(KARIN) if self.token is None else self.token
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.world.asked.clear()
        return views.view(self.parts, Request(headers, sent), soon())

    def seen(self, **changed: object) -> dict[str, Any]:
        response = self.ask(**changed)
        assert response.status == 200, response.status
        told: dict[str, Any] = json.loads(response.body)
        return told


def screen(world: World) -> Screen:
    """Before a call that nobody has looked at."""
    clock, feedback = SteppingClock(), Noting()
    world.pool.now = clock.now
    return Screen(world, clock, _fresh(world, world.parts.login.settings, clock, feedback), feedback)


def _fresh(world: World, config: Settings, clock: SteppingClock, feedback: Feedback) -> ScreenParts:
    owners = Owners(INSTANCE, clock)
    vars(owners)["_client"] = world.client
    return replace(
        world.parts,
        login=replace(world.parts.login, settings=config, clock=clock),
        agents=lambda: Agents(config, world.keys, clock),
        owners=owners,
        names=Names("", ParameterStoreOf({}), clock),
        needs=Needs(config, ParameterStoreOf({}), clock),
        feedback=lambda: feedback,
        minute=Minute(),
    )


class ParameterStoreOf(ParameterStore):
    """SSM with these parameters; `asked` counts."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values, self.asked = values, 0

    def find(self, names: Any) -> dict[str, str]:
        self.asked += 1
        return {name: self.values[name] for name in names if name in self.values}
