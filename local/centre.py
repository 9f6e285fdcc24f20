"""The whole contact centre, put together: Connect, the two apps, Twilio, VoiceIt and the table, on virtual time."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from chalice.app import Chalice

from flows import templates
from flows.render import render
from local import apps
from local.agent_screen import AgentScreen
from local.aws.ministack import MiniStack
from local.aws.table import create_table
from local.aws.tap import TableRequest, Tap
from local.bankid import BankID
from local.clock import VirtualClock
from local.cognito import Cognito
from local.connect.admin_api import AdminApi, Segment
from local.connect.circumstances import Circumstances
from local.connect.contact import INSTANCE_ARN, Contact
from local.connect.event import invocation_event, segment_event
from local.connect.functions import Function
from local.connect.instance import ConnectInstance
from local.connect.queues import Agent, Queue, Screen
from local.connect.record import ContactRun, Step
from local.consumers.two import consumers
from local.gateway import Api, Gateway, in_process, routes_of
from local.logs import caught
from local.people import Anybody
from local.posts import Posts
from local.security_key import SecurityKey, security_key
from local.telephone import Call, Exchange
from local.tls import Certificates
from local.transcript import Transcript
from local.twilio.account import Account, Number
from local.twilio.line import TwilioLine
from local.twilio.recordings import Recordings
from local.voiceit import VoiceIt
from local.web import WebServer
from local.web_login import Core, Login, decryption_keys, signature_keys

CONNECT_NUMBER, HAND_BACK_NUMBER, TWILIO_NUMBER = "+46101111111", "+46102222222", "+46103333333"
PAYMENT_NUMBER, BANKID_NUMBER, WEB_LOGIN_NUMBER = "+46104444444", "+46105555555", "+46106666666"
_FUNCTIONS = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-"
VOICE_ARN, SECURE_INPUT_ARN, BANKID_ARN = (f"{_FUNCTIONS}{name}" for name in ("voice", "secure_input", "bankid"))
WEB_LOGIN_ARN, ASSURANCE_ARN = (f"{_FUNCTIONS}{name}" for name in ("web_login", "assurance"))
FEEDBACK_FUNCTION = "countersign-connect-dev-session_feedback"
ORGANISATION = "Exempelbolaget"
TABLE = "countersign-laptop"
STAGE = "api"
PUBLIC_BASE_URL = f"https://voice.countersign.example/{STAGE}"

SCREEN_NAMES = {
    "purposes": {"report_move": {"en": "Report a move", "sv": "Flyttanmälan", "nl": "Verhuizing doorgeven"}},
    "attributes": {"fullname": {"en": "Full name", "sv": "Namn", "nl": "Volledige naam"}},
}
WORKSPACE_ORIGIN = "https://exempelbolaget.my.connect.aws"
CORE_SECRET = "laptop-only-core-" * 2

_EVENT_RETRY_SECONDS = (60.0, 120.0)
_BY_AND_BY_SECONDS = 0.1
_accounts = itertools.count(200_000_000_001)


@dataclass(frozen=True)
class Secrets:
    """By the name of their SSM parameter."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, account: Account, voiceit: VoiceIt, bankid: BankID) -> Secrets:
        return cls(
            {
                "/countersign/laptop/hash-key": "laptop-only-" * 4,
                "/countersign/laptop/twilio-auth-tokens": f"{account.auth_token} {account.second_token}",
                "/countersign/laptop/voiceit-api-key": voiceit.key,
                "/countersign/laptop/voiceit-api-token": voiceit.token,
                "/countersign/laptop/bankid-certificate": bankid.relying_party_pem,
                "/countersign/laptop/bankid-root": bankid.root_pem,
                "/countersign/laptop/bankid-signing-roots": bankid.signing_root_pem,
                "/countersign/laptop/core-secrets": CORE_SECRET,
                "/countersign/laptop/result-keys": decryption_keys(),
                "/countersign/laptop/login-keys": signature_keys(),
            }
        )


@dataclass(frozen=True)
class Hosted:
    """How the two apps run: the functions behind Connect, those that it may not invoke, and the two gateways."""

    voice: Function
    secure_input: Function
    secure_input_redeem: Function
    bankid: Function
    web_login: Function
    assurance: Function
    contact_ended: Function
    session_feedback: Function
    webhooks: Gateway
    api: Gateway


@dataclass
class Centre:
    """One contact centre with an AWS account of its own in `aws`. Use it in a `with`.

    `settings` override those of both apps. What happened is read from `transcript`, what was asked of the table from
    `tap`, what the product logged from `log`, what agents saw from `agents`, who phoned from `people`.
    """

    aws: MiniStack
    certificates: Certificates
    settings: Mapping[str, str] = field(default_factory=dict)
    language: str = "en-GB"
    circumstances: Circumstances = field(default_factory=Circumstances)

    def __post_init__(self) -> None:
        self.clock = VirtualClock()
        self.on_begin: Callable[[Step], object] = lambda step: None
        self.on_step: Callable[[Step], object] = lambda step: None
        self.transcript = Transcript()
        self.exchange = Exchange()
        self.account = Account()
        self.people: list[Anybody] = []
        self.agents = {"verified": Agent("agent"), "not_verified": Agent("agent")}
        self._asked: list[Future[object]] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def call(
        self, person: Anybody, caller_id: str | None, number: str = CONNECT_NUMBER, digits: str = ""
    ) -> ContactRun:
        """Somebody phones the contact centre; how that contact went once every request in flight is done.

        `digits` are what their telephone sends by itself, as soon as it is answered.
        """
        self.people.append(person)
        if digits:
            person.typed.append(digits)
        run = self.connect.run(Call(number, caller_id, person, digits))
        self.settle()
        return run

    def ask_voice(self, contact_id: str, caller_id: str, **parameters: str) -> object:
        """Have a contact of this instance ask the function `voice` something, outside any flow."""
        contact = Contact(contact_id, caller_id, CONNECT_NUMBER, INSTANCE_ARN)
        return self._hosted.voice(invocation_event(contact, parameters))

    def dial_twilio(self, person: Anybody, caller_id: str, digits: str) -> None:
        """Somebody phones the leg's number directly, and types what they please."""
        self.people.append(person)
        person.typed.append(digits)
        self.exchange.dial(Call(TWILIO_NUMBER, caller_id, person, digits))
        self.settle()

    def redeem(self, contact: str, token: str) -> dict[str, str]:
        """A system of the operator's, which IAM lets in, asks for what a caller typed."""
        answer = self._hosted.secure_input_redeem({"contact": contact, "token": token})
        assert isinstance(answer, dict)
        self.say("system", f"redeems a token: {answer['result']}")
        return answer

    def ask_secure_input(self, contact_id: str, **parameters: str) -> object:
        """Have a contact of this instance ask the function `secure_input` something, outside any flow."""
        contact = Contact(contact_id, None, PAYMENT_NUMBER, INSTANCE_ARN)
        return self._hosted.secure_input(invocation_event(contact, parameters))

    def add_key(self, key: SecurityKey) -> None:
        """An operator uploads another security key and puts its private key into SSM."""
        self.connect.security_keys.upload(key.id, key.public_key)
        self._parameters.put_parameter(Name=self._private_key_name(key), Value=key.private_key, Type="SecureString")
        self.say("operator", f"uploads the security key {key.id}")

    def switch_flows(self, key: SecurityKey) -> None:
        """An operator publishes every flow anew, encrypting with `key`."""
        self.connect.publish(self._flows(key))
        self.say("operator", f"publishes the flows with the security key {key.id}")

    def retire_key(self, key: SecurityKey) -> None:
        """An operator removes a security key, and its private key from SSM."""
        self.connect.security_keys.remove(key.id)
        self._parameters.delete_parameter(Name=self._private_key_name(key))
        self.say("operator", f"retires the security key {key.id}")

    def ask_bankid(self, contact_id: str, **parameters: str) -> object:
        """Have a contact of this instance ask the function `bankid` something, outside any flow."""
        contact = Contact(contact_id, None, BANKID_NUMBER, INSTANCE_ARN)
        return self._hosted.bankid(invocation_event(contact, parameters))

    def agent_screen(self, agent: str, screen: Screen, initial: str = "") -> AgentScreen:
        """The page of an agent who has answered a call, or a part of it (`initial` being the call's own ContactId)."""
        if agent not in self.pool.users:
            self.pool.add(agent, "password")
            self.admin.users[f"user of {agent}"] = agent
        initial = initial or screen.contact_id
        self.admin.contacts[screen.contact_id] = Segment(initial, f"user of {agent}")
        token, handle = self.pool.access_token(agent), screen.attributes["auth_view"]
        address = f"{self.connect_api_url}/agent/view"
        return AgentScreen(address, token, handle, screen.contact_id, self.clock, self.posts)

    @contextmanager
    def transferred(self, screen: Screen, to: str) -> Iterator[AgentScreen]:
        """The agent of `screen` hands the caller to another, whose page this is as long as they talk.

        The other agent's part of the call has a ContactId of its own; the first part is over when it begins.
        """
        initial, second = screen.contact_id, replace(screen, contact_id=str(uuid.uuid4()))
        self._part("INITIATED", second.contact_id, initial)
        self._part("DISCONNECTED", initial, initial)
        self.say("agent", f"hands the caller to {to}")
        yield self.agent_screen(to, second, initial)
        self._part("DISCONNECTED", second.contact_id, initial)

    def _part(self, kind: str, segment: str, initial: str) -> None:
        self._contact_ended(segment_event(kind, segment, initial, self.clock.now(), INSTANCE_ARN))

    def product_time(self) -> float:
        """The time that the apps go by."""
        return self.clock.now()

    def say(self, who: str, what: str) -> None:
        self.transcript.add(self.clock.now(), who, what)

    # --- putting it together --------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.log = self._open.enter_context(caught(self.clock, self.transcript))
        tls = self.certificates.server_context()
        self.voiceit = VoiceIt(self.clock, tls, transcript=self.transcript)
        self.recordings = Recordings(self.account, self.clock, tls, transcript=self.transcript)
        self.consumers = consumers(self.product_time, tls, self.transcript)
        self.bankid = self.run_bankid()
        self.tap = Tap(self.aws.url, self._table_was_asked, functions={FEEDBACK_FUNCTION: self._feedback_was_asked})
        heard = (self.consumers.payments, self.consumers.archive)
        stand_ins = (self.voiceit, self.recordings, self.bankid, *heard, self.tap)
        for server in (stand_in.server for stand_in in stand_ins):
            self._open.enter_context(server)
        self._prepare_account()
        gateway_server = WebServer(lambda request: self._hosted.webhooks.respond(request), tls)
        api_server = WebServer(lambda request: self._hosted.api.respond(request), tls)
        self._open.enter_context(gateway_server)
        self._open.enter_context(api_server)
        self.connect_api_url = f"{api_server.url}/{STAGE}"
        self.core = self._core()
        self.posts = Posts(self.certificates.client_context())
        self._open.callback(self.posts.close)
        self.admin = AdminApi(INSTANCE_ARN.rpartition("/")[2])
        self._open.enter_context(self.admin.server)
        self.pool = Cognito(self.product_time, tls, [f"{self.connect_api_url}/agent/signed-in"])
        self._open.enter_context(self.pool.server)
        self.environment = self._environment()
        self._hosted = self.host()
        self.line = self._twilio_line(gateway_server.url)
        self._open.callback(self.line.close)
        self.connect = self._connect_instance()

    def _core(self) -> Core:
        """ID Contact's core, with one login."""
        posts, of_login = (Posts(self.certificates.client_context()) for _ in range(2))
        login = Login(self.product_time, of_login, self.certificates.server_context(), self.transcript)
        for close in (posts.close, of_login.close, login.pages.server.stop):
            self._open.callback(close)
        return Core(self.connect_api_url, CORE_SECRET, self.product_time, posts, login, self.transcript)

    def run_bankid(self) -> BankID:
        """BankID goes by the time of the apps: what it signs must be of the same minute."""
        return BankID(self.clock, self.transcript)

    def host(self) -> Hosted:
        """The apps in this process, on the centre's own clock."""
        routes = routes_of(self._twilio_app())
        webhooks = apps.Instances(lambda: in_process(self._twilio_app()))
        voice = apps.load("connect_app", "voice_parts", self.environment, self.clock).voice
        return Hosted(
            lambda event: voice(event, None),
            self._function("secure_input"),
            self._function("secure_input_redeem"),
            self._function("bankid"),
            self._function("web_login"),
            self._function("assurance"),
            self._function("contact_ended"),
            self._function("session_feedback"),
            Gateway(Api(routes, STAGE), webhooks.invoke),
            Gateway(Api(routes_of(apps.new_module("connect_app").app), STAGE), self._connect_app()),
        )

    def _connect_app(self) -> Callable[[dict[str, Any]], object]:
        """Its routes, those of one method in one instance, loaded when the first of them is asked for."""

        @cache
        def loaded(parts: str) -> Callable[[dict[str, Any]], object]:
            return in_process(apps.load("connect_app", parts, self.environment, self.clock).app)

        def invoked(event: dict[str, Any]) -> object:
            function = loaded(_parts_of(event["resource"]))
            with apps.inside(self.environment):  # what asks Connect is put together when it is first asked
                return function(event)

        return invoked

    def _function(self, name: str) -> Function:
        """One of connect_app's, loaded when it is first invoked."""

        @cache
        def loaded() -> Any:
            return getattr(apps.load("connect_app", f"{name}_parts", self.environment, self.clock), name)

        return lambda event: loaded()(event, None)

    def _twilio_app(self) -> Chalice:
        app: Chalice = apps.load("twilio_app", "leg_parts", self.environment, self.clock).app
        return app

    def _prepare_account(self) -> None:
        self.aws_environment = self.aws.environment(str(next(_accounts)))
        session = boto3.Session(
            aws_access_key_id=self.aws_environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.aws_environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.aws_environment["AWS_REGION"],
        )
        create_table(session.client("dynamodb", endpoint_url=self.aws.url), TABLE)
        self._parameters = session.client("ssm", endpoint_url=self.aws.url)
        self._parameters.put_parameter(
            Name="/countersign/laptop/screen-names", Value=json.dumps(SCREEN_NAMES), Type="String"
        )
        private_key = {self._private_key_name(security_key()): security_key().private_key}
        secrets = Secrets.of(self.account, self.voiceit, self.bankid).values
        for name, value in {**secrets, **private_key}.items():
            self._parameters.put_parameter(Name=name, Value=value, Type="SecureString")
        for name, value in self.consumers.parameters.items():
            secret = name.endswith("/hmac-key")
            self._parameters.put_parameter(Name=name, Value=value, Type="SecureString" if secret else "String")

    def _private_key_name(self, key: SecurityKey) -> str:
        pattern = self.settings.get("INPUT_PRIVATE_KEY_NAME", "/amazon-connect/encryption/{key-id}/private-key")
        return pattern.replace("{key-id}", key.id)

    def _environment(self) -> dict[str, str]:
        names = {
            "HASH_KEY_NAME": "/countersign/laptop/hash-key",
            "TWILIO_AUTH_TOKENS_NAME": "/countersign/laptop/twilio-auth-tokens",
            "VOICEIT_API_KEY_NAME": "/countersign/laptop/voiceit-api-key",
            "VOICEIT_API_TOKEN_NAME": "/countersign/laptop/voiceit-api-token",
            "BANKID_CERTIFICATE_NAME": "/countersign/laptop/bankid-certificate",
            "BANKID_ROOT_NAME": "/countersign/laptop/bankid-root",
            "BANKID_SIGNING_ROOTS_NAME": "/countersign/laptop/bankid-signing-roots",
            "CORE_SECRETS_NAME": "/countersign/laptop/core-secrets",
            "DECRYPTION_KEYS_NAME": "/countersign/laptop/result-keys",
            "SIGNATURE_KEYS_NAME": "/countersign/laptop/login-keys",
        }
        return {
            **self.aws_environment,
            "AWS_ENDPOINT_URL": self.tap.server.url,
            "AWS_ENDPOINT_URL_CONNECT": self.admin.server.url,
            **self.certificates.environment,
            **names,
            "TABLE_NAME": TABLE,
            "CONNECT_INSTANCE_ARN": INSTANCE_ARN,
            "TWILIO_NUMBER": TWILIO_NUMBER,
            "CONNECT_NUMBER": HAND_BACK_NUMBER,
            "PUBLIC_BASE_URL": PUBLIC_BASE_URL,
            "TWILIO_ACCOUNT_SID": self.account.sid,
            "TWILIO_API_URL": self.recordings.server.url,
            "VOICEIT_API_URL": self.voiceit.server.url,
            "BANKID_API_URL": self.bankid.url,
            "BANKID_ROOT_SHA256": self.bankid.root_sha256,
            "ORGANISATION_NAME": ORGANISATION,
            "PHONENUMBER": WEB_LOGIN_NUMBER,
            "INTERNAL_URL": self.connect_api_url,
            "SESSION_URL_HOSTS": self.core.login.pages.host,
            "SESSION_FEEDBACK_FUNCTION": FEEDBACK_FUNCTION,
            "WORKSPACE_ORIGIN": WORKSPACE_ORIGIN,
            "COGNITO_ISSUER": self.pool.issuer,
            "COGNITO_DOMAIN": self.pool.domain,
            "COGNITO_CLIENT_ID": self.pool.client_id,
            "SCREEN_NAMES_NAME": "/countersign/laptop/screen-names",
            "INSECURE_TRUST_ON_FIRST_USE": "yes",
            **self.settings,
        }

    def _twilio_line(self, gateway_url: str) -> TwilioLine:
        number = Number(TWILIO_NUMBER, f"{PUBLIC_BASE_URL}/voice/answer", f"{PUBLIC_BASE_URL}/voice/fallback")
        line = TwilioLine(
            self.account,
            number,
            self.clock,
            self.transcript,
            self.recordings,
            self.certificates.client_context(),
            exchange=self.exchange,
            addresses={PUBLIC_BASE_URL.removesuffix(f"/{STAGE}"): gateway_url},
        )
        self.exchange.connect(TWILIO_NUMBER, line)
        return line

    def _connect_instance(self) -> ConnectInstance:
        return ConnectInstance(
            {
                CONNECT_NUMBER: "authenticate-caller",
                HAND_BACK_NUMBER: "voice-hand-back",
                PAYMENT_NUMBER: "take-card-number",
                BANKID_NUMBER: "authenticate-by-bankid",
                WEB_LOGIN_NUMBER: "authenticate-by-web-login",
            },
            self._flows(security_key()),
            {
                VOICE_ARN: self._hosted.voice,
                SECURE_INPUT_ARN: self._hosted.secure_input,
                BANKID_ARN: self._hosted.bankid,
                WEB_LOGIN_ARN: self._hosted.web_login,
                ASSURANCE_ARN: self._hosted.assurance,
            },
            [Queue(f"queue/{name}", name.replace("_", " "), agent) for name, agent in self.agents.items()],
            exchange=self.exchange,
            clock=self.clock,
            transcript=self.transcript,
            security_keys={security_key().id: security_key().public_key},
            circumstances=self.circumstances,
            contact_ended=self._contact_ended,
            on_step=self.on_step,
            on_begin=self.on_begin,
        )

    def _flows(self, key: SecurityKey) -> dict[str, dict[str, Any]]:
        """Every flow and module by its id, encrypting what callers type with `key`."""
        dialled_back = self.settings.get("HAND_BACK") == "dial"
        fillings = {
            "lambda:voice": VOICE_ARN,
            "lambda:secure_input": SECURE_INPUT_ARN,
            "lambda:bankid": BANKID_ARN,
            "lambda:web_login": WEB_LOGIN_ARN,
            "lambda:assurance": ASSURANCE_ARN,
            "queue:verified": "queue/verified",
            "queue:not_verified": "queue/not_verified",
            "module:voice": "module-voice",
            "module:secure-input": "module-secure-input",
            "module:bankid": "module-bankid",
            "module:web-login": "module-web-login",
            "module:agent-view": "module-agent-view",
            "flow:agent-guide": "agent-guide",
            "setting:session_code_length": self.settings.get("DTMF_LENGTH", "8"),
            "setting:aws_region": "eu-central-1",
            "setting:organisation_name": ORGANISATION,
            "setting:input_kind": "card_number",
            "setting:input_length": "19",
            "setting:input_consumer": "all",
            "security_key_id": key.id,
            "security_key_certificate_pem": key.certificate,
        }
        names = {
            "authenticate-caller": "authenticate-caller",
            "voice-hand-back": "voice-hand-back",
            "module-voice": "voice-dial" if dialled_back else "voice",
            "take-card-number": "take-card-number",
            "module-secure-input": "secure-input-relay",
            "authenticate-by-bankid": "authenticate-by-bankid",
            "module-bankid": "bankid",
            "authenticate-by-web-login": "authenticate-by-web-login",
            "module-web-login": "web-login",
            "module-agent-view": "agent-view",
            "agent-guide": "agent-guide",
        }
        return {name: render(templates.load(template), self.language, fillings) for name, template in names.items()}

    def _contact_ended(self, event: dict[str, Any]) -> None:
        """As EventBridge has Lambda do it."""
        self._deliver("contact_ended", self._hosted.contact_ended, event)

    def _feedback_was_asked(self, event: dict[str, Any]) -> None:
        """Who asks does not wait; in virtual time the function runs after whatever they do at this moment."""

        def run() -> None:
            self.clock.sleep(_BY_AND_BY_SECONDS)
            self._deliver("session_feedback", self._hosted.session_feedback, event)

        self._asked.append(self.clock.spawn(run))

    def _deliver(self, name: str, function: Function, event: dict[str, Any]) -> None:
        """Without anybody waiting for an answer: once, and twice more if the function fails."""
        for pause in (*_EVENT_RETRY_SECONDS, None):
            try:
                function(event)
            except Exception as failure:  # noqa: BLE001 (whatever a function raises, Lambda tries again)
                self.say("lambda", f"{name}: {type(failure).__name__}")
                if pause is not None:
                    self.clock.sleep(pause)
            else:
                self.say("lambda", f"{name}: done")
                return

    def settle(self) -> None:
        """Let virtual time pass until everything that nobody waits for is done."""
        self.line.settle()
        while any(not done.done() for done in self._asked):
            self.clock.sleep(_BY_AND_BY_SECONDS)

    def _table_was_asked(self, request: TableRequest) -> None:
        self.say("table", str(request))


def _parts_of(route: str) -> str:
    """Which of connect_app's functions puts together what a route needs."""
    if route.startswith(("/agent", "/ccp")):
        return "screen_parts" if route == "/agent/view" else "agent_pages"
    return "receiving_parts"


def laptop_certificates() -> Path:
    """Where the laptop's certificates are kept between runs."""
    return Path(__file__).resolve().parents[1] / "build" / "tls"
