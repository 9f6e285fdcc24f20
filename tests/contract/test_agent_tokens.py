"""Who an agent is: the one form of token that opens the screen, and all those that do not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from chalicelib import settings
from chalicelib.agent_screen import agents, key_set
from chalicelib.agent_screen.agents import Agents
from chalicelib.clock import Deadline
from chalicelib.errors import AgentFault, AgentRefused, Unavailable
from local.cognito import Cognito, signing_key
from local.security_key import security_key
from local.tls import Certificates
from local.web import Request, Response, json_response
from tests.contract.flow_calls import soon
from tests.contract.screen_calls import BASE, KARIN, environ
from tests.contract.wiring import SteppingClock

CONFIG = settings.load({**BASE, "COGNITO_CLIENT_ID": "client"}, settings.CONNECT)


class NoKeys(key_set.KeySet):
    """Of a user pool that has none."""

    def __init__(self) -> None: ...

    def key(self, key_id: str, deadline: Deadline) -> None:
        return None


NOBODYS = Agents(CONFIG, NoKeys(), SteppingClock())


@dataclass
class Door:
    """What lets agents in, and the user pool that it relies on."""

    pool: Cognito
    clock: SteppingClock
    agents: Agents

    def set(self, **changed: str) -> None:
        self.agents = agents.build(settings.load(environ(self.pool, **changed), settings.CONNECT), self.clock)

    def name(self, token: str) -> str:
        return self.agents.known(f"Bearer {token}", soon()).name

    def refused(self, authorization: str) -> AgentFault:
        with pytest.raises(AgentRefused) as refused:
            self.agents.known(authorization, soon())
        assert refused.value.__cause__ is None
        assert str(refused.value) == f"an agent's token was refused: {refused.value.fault}"
        return refused.value.fault

    @property
    def fetched(self) -> int:
        return sum(count for path, count in self.pool.served.items() if path.endswith(key_set.PATH))

    def answers(self, answer: Callable[[Request], Response]) -> None:
        """From now on the user pool answers so."""
        self.pool.server.handler = answer


@pytest.fixture(scope="module")
def pool(certificates: Certificates) -> Iterator[Cognito]:
    made = Cognito(SteppingClock().now, certificates.server_context())
    made.add(KARIN, "k", groups=["agents"])
    with made.server:
        yield made
    assert made.server.failures == []


@pytest.fixture
def door(pool: Cognito, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A process that has met nobody, and a user pool that nobody has asked anything."""
    clock = SteppingClock()
    pool.now, pool.keys, pool.served = clock.now, {"laptop-1": signing_key()}, {}
    monkeypatch.setattr(pool.server, "handler", pool.server.handler)
    return Door(pool, clock, agents.build(settings.load(environ(pool), settings.CONNECT), clock))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header: Mapping[str, Any] | str, claims: Mapping[str, Any] | str, sign: Callable[[bytes], bytes]) -> str:
    """What no library would write."""
    parts = [one if isinstance(one, str) else json.dumps(one) for one in (header, claims)]
    signed = ".".join(base64url(part.encode()) for part in parts)
    return f"{signed}.{base64url(sign(signed.encode()))}"


def by_pool(header: Mapping[str, Any], claims: Mapping[str, Any] | str) -> str:
    """Signed with the user pool's own key, whatever the header says of it."""
    token = JWS(claims if isinstance(claims, str) else json.dumps(claims))
    token.add_signature(signing_key(), alg="RS256", protected=json.dumps({"alg": "RS256", **header}))
    return str(token.serialize(compact=True))


def stranger() -> JWK:
    """Another key for RSA."""
    return JWK.from_pem(security_key().private_key.encode())


def test_an_agent_is_who_their_user_pool_says(door: Door) -> None:
    assert door.name(door.pool.access_token(KARIN)) == KARIN


def test_an_agents_name_is_in_no_text_of_it(door: Door) -> None:
    assert KARIN not in repr(door.agents.known(f"Bearer {door.pool.access_token(KARIN)}", soon()))


@pytest.mark.parametrize(
    ("authorization", "fault"),
    [
        ("", AgentFault.MISSING),
        ("Basic a2FyaW46aw==", AgentFault.MISSING),
        ("bearer token", AgentFault.MISSING),
        ("Bearer ", AgentFault.FORM),
        ("Bearer token", AgentFault.FORM),
        ("Bearer a.b.c.d", AgentFault.FORM),
        ("Bearer ä.ö.ü", AgentFault.FORM),
        ("Bearer ..", AgentFault.FORM),
        (f"Bearer {'a' * 8_193}", AgentFault.TOO_LONG),
        (f"Bearer {base64url(b'[' * 4_000)}.e30.AA", AgentFault.FORM),
        (f"Bearer {base64url(b'{} ')}.e30.AA", AgentFault.ALGORITHM),
    ],
)
def test_what_is_no_token_is_refused_before_any_key_is_asked_for(
    door: Door, authorization: str, fault: AgentFault
) -> None:
    assert door.refused(authorization) is fault
    assert door.fetched == 0


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ({"alg": "none"}, AgentFault.ALGORITHM),
        ({"alg": "None"}, AgentFault.ALGORITHM),
        ({"alg": "HS256"}, AgentFault.ALGORITHM),
        ({"alg": "PS256"}, AgentFault.ALGORITHM),
        ({"alg": ["RS256"]}, AgentFault.ALGORITHM),
        ({"kid": 1}, AgentFault.HEADER),
        ({"kid": "k" * 201}, AgentFault.HEADER),
        ({"jwk": {}}, AgentFault.HEADER),
        ({"jku": "https://example.org/"}, AgentFault.HEADER),
        ({"x5c": []}, AgentFault.HEADER),
        ({"crit": ["exp"]}, AgentFault.HEADER),
        ({"b64": False}, AgentFault.HEADER),
    ],
)
def test_no_header_chooses_how_it_is_to_be_checked(door: Door, header: dict[str, Any], fault: AgentFault) -> None:
    unsigned = forged({"alg": "RS256", "kid": "laptop-1", **header}, door.pool.claims(KARIN), lambda _: b"")
    assert door.refused(f"Bearer {unsigned}") is fault
    assert door.fetched == 0


def test_a_header_that_says_something_twice_is_refused(door: Door) -> None:
    header = '{"alg": "RS256", "kid": "laptop-1", "alg": "RS256"}'
    assert door.refused(f"Bearer {forged(header, door.pool.claims(KARIN), lambda _: b'')}") is AgentFault.FORM


def test_the_public_key_is_no_secret_to_sign_with(door: Door) -> None:
    public = signing_key().export_to_pem()

    def sign(signed: bytes) -> bytes:
        return hmac.digest(public, signed, hashlib.sha256)

    for algorithm, fault in (("HS256", AgentFault.ALGORITHM), ("RS256", AgentFault.SIGNATURE)):
        token = forged({"alg": algorithm, "kid": "laptop-1"}, door.pool.claims(KARIN), sign)
        assert door.refused(f"Bearer {token}") is fault


def test_a_token_of_another_key_is_refused_under_every_name(door: Door) -> None:
    door.pool.keys["strangers"] = stranger()
    signed = door.pool.access_token(KARIN, "strangers")
    del door.pool.keys["strangers"]
    assert door.refused(f"Bearer {signed}") is AgentFault.KEY
    door.pool.keys["laptop-1"] = stranger()
    renamed = door.pool.access_token(KARIN)
    door.pool.keys["laptop-1"] = signing_key()
    assert door.refused(f"Bearer {renamed}") is AgentFault.SIGNATURE


def test_a_token_that_was_changed_on_the_way_is_refused(door: Door) -> None:
    header, _, signature = door.pool.access_token(KARIN).split(".")
    claims = base64url(json.dumps(door.pool.claims(KARIN) | {"username": "somebody"}).encode())
    assert door.refused(f"Bearer {header}.{claims}.{signature}") is AgentFault.SIGNATURE
    shorter = by_pool({"kid": "laptop-1"}, door.pool.claims(KARIN)).rpartition(".")[0] + f".{base64url(b'7' * 255)}"
    assert door.refused(f"Bearer {shorter}") is AgentFault.SIGNATURE


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Another"}, AgentFault.ISSUER),
        ({"iss": None}, AgentFault.ISSUER),
        ({"client_id": "another-client"}, AgentFault.CLIENT),
        ({"client_id": None, "aud": "1laptopclient2laptopclient"}, AgentFault.CLIENT),
        ({"token_use": "id"}, AgentFault.USE),
        ({"token_use": None}, AgentFault.USE),
        ({"exp": None}, AgentFault.TIMES),
        ({"exp": "2999999999"}, AgentFault.TIMES),
        ({"exp": 2999999999.5}, AgentFault.TIMES),
        ({"exp": True}, AgentFault.TIMES),
        ({"iat": "now"}, AgentFault.TIMES),
        ({"nbf": 2_222_222_222 + 6}, AgentFault.NOT_YET),
        ({"iat": 2_222_222_222 + 6}, AgentFault.NOT_YET),
        ({"cognito:groups": "agents"}, AgentFault.GROUP),
        ({"username": None}, AgentFault.NAME),
        ({"username": ""}, AgentFault.NAME),
        ({"username": ["karin.agent"]}, AgentFault.NAME),
        ({"username": "karin\n"}, AgentFault.NAME),
        ({"username": "k" * 257}, AgentFault.NAME),
    ],
)
def test_a_token_for_something_else_is_refused(door: Door, changed: dict[str, Any], fault: AgentFault) -> None:
    assert door.refused(f"Bearer {door.pool.access_token(KARIN, **changed)}") is fault


@pytest.mark.parametrize("payload", ["[]", '"karin"', "", '{"iss": 1, "iss": 2}', '{"exp": NaN}'])
def test_claims_that_are_no_object_or_say_something_twice_are_refused(door: Door, payload: str) -> None:
    assert door.refused(f"Bearer {by_pool({'kid': 'laptop-1'}, payload)}") is AgentFault.CLAIMS


def test_an_id_token_opens_nothing(door: Door) -> None:
    assert door.refused(f"Bearer {door.pool.id_token(KARIN)}") is AgentFault.CLIENT


def test_a_token_counts_until_it_expires_and_a_little_longer_since_clocks_differ(door: Door) -> None:
    token = door.pool.access_token(KARIN)
    door.clock.at += 3_604
    assert door.name(token) == KARIN
    door.clock.at += 1
    assert door.refused(f"Bearer {token}") is AgentFault.EXPIRED


def test_only_those_in_the_group_are_agents_when_there_is_one(door: Door) -> None:
    door.set(AGENT_GROUP="agents")
    assert door.name(door.pool.access_token(KARIN)) == KARIN
    for groups in (None, [], ["agent", "agents "], ["supervisors"]):
        token = door.pool.access_token(KARIN, **{"cognito:groups": groups})
        assert door.refused(f"Bearer {token}") is AgentFault.GROUP


def test_a_name_may_be_in_another_claim(door: Door) -> None:
    door.set(AGENT_NAME_CLAIM="connect_name")
    assert door.name(door.pool.access_token(KARIN, connect_name="Karin_K")) == "Karin_K"
    assert door.refused(f"Bearer {door.pool.access_token(KARIN)}") is AgentFault.NAME


@pytest.mark.parametrize(
    ("username", "groups", "name"),
    [
        ("Okta_karin.agent", ["{pool}_Okta"], "karin.agent"),
        ("okta_karin.agent", ["{pool}_Okta"], "karin.agent"),
        ("Okta_EU_karin_agent", ["agents", "{pool}_Okta_EU"], "karin_agent"),
        ("Okta_karin.agent", [], "Okta_karin.agent"),
        ("Okta_karin.agent", ["Okta", "agents"], "Okta_karin.agent"),
        ("Okta_karin.agent", ["eu-north-1_Another_Okta"], "Okta_karin.agent"),
        ("Okta_karin.agent", ["{pool}_"], "Okta_karin.agent"),
        ("Okta_karin.agent", ["{pool}_Entra"], "Okta_karin.agent"),
        ("karin_agent", ["{pool}_Okta"], "karin_agent"),
    ],
)
def test_an_identity_provider_is_left_out_of_a_name_when_the_user_pool_says_that_it_is_one(
    door: Door, username: str, groups: list[str], name: str
) -> None:
    pool_id = door.pool.issuer.rpartition("/")[2]
    said = [group.format(pool=pool_id) for group in groups]
    assert door.name(door.pool.access_token(KARIN, username=username, **{"cognito:groups": said})) == name


@given(st.text() | st.binary().map(lambda raw: f"Bearer {base64url(raw)}.e30.AA"))
def test_nothing_that_anybody_can_write_is_unexpected(authorization: str) -> None:
    with pytest.raises(AgentRefused) as refused:
        NOBODYS.known(authorization, soon())
    assert refused.value.fault is not AgentFault.UNEXPECTED


def test_what_is_unexpected_opens_nothing_and_its_text_goes_no_further(door: Door) -> None:
    def broken(key_id: str, deadline: object) -> None:
        raise LookupError(door.pool.access_token(KARIN))

    vars(door.agents)["_keys"].key = broken
    assert door.refused(f"Bearer {door.pool.access_token(KARIN)}") is AgentFault.UNEXPECTED


# --- the user pool's keys -------------------------------------------------------------------------------------------


def test_keys_are_fetched_once_an_hour(door: Door) -> None:
    for _ in range(3):
        door.name(door.pool.access_token(KARIN))
        door.clock.at += 1_199
    assert door.fetched == 1
    door.clock.at += 3
    door.name(door.pool.access_token(KARIN))
    assert door.fetched == 2


def test_a_new_key_counts_at_once_and_one_that_is_gone_within_the_hour(door: Door) -> None:
    old = door.pool.access_token(KARIN, exp=2_999_999_999)
    assert door.name(old) == KARIN
    door.pool.keys = {"laptop-2": stranger()}
    door.clock.at += key_set.PAUSE_SECONDS
    assert door.name(door.pool.access_token(KARIN, "laptop-2")) == KARIN
    assert door.refused(f"Bearer {old}") is AgentFault.KEY


def test_unknown_keys_make_nobody_ask_more_than_twice_a_minute(door: Door) -> None:
    door.pool.keys["strangers"] = stranger()
    token = door.pool.access_token(KARIN, "strangers")
    del door.pool.keys["strangers"]
    for _ in range(10):
        assert door.refused(f"Bearer {token}") is AgentFault.KEY
        door.clock.at += 5.9
    assert door.fetched == 2


def unreachable(_: Request) -> Response:
    return json_response(500, {"message": "no"})


def test_a_user_pool_that_does_not_answer_keeps_nobody_out_whose_key_is_known(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    token = door.pool.access_token(KARIN, exp=2_999_999_999)
    door.name(token)
    door.answers(unreachable)
    door.clock.at += key_set.STALE_SECONDS - 1
    assert door.name(token) == KARIN
    assert '"agent_keys_unavailable"' in capsys.readouterr().out
    door.clock.at += 1
    with pytest.raises(Unavailable):
        door.name(token)


@pytest.mark.parametrize(
    "answer",
    [
        json_response(500, {"message": "no"}),
        json_response(200, {}),
        json_response(200, {"keys": []}),
        json_response(200, {"keys": {"kid": "laptop-1"}}),
        json_response(200, []),
        Response(200, (), b"no json"),
        Response(200, (), b"[" * 70_000),
        Response(302, (("Location", "https://localhost:1/"),)),
    ],
)
def test_without_any_keys_nobody_is_let_in_nor_called_a_stranger(door: Door, answer: Response) -> None:
    honest, token = door.pool.server.handler, door.pool.access_token(KARIN)
    door.answers(lambda _: answer)
    with pytest.raises(Unavailable):
        door.name(token)
    door.answers(honest)
    with pytest.raises(Unavailable):  # not asked again at once
        door.name(token)
    assert door.fetched == 0
    door.clock.at += key_set.RETRY_SECONDS
    assert door.name(token) == KARIN


def test_keys_that_are_not_for_this_are_passed_over(door: Door) -> None:
    good = signing_key().export_public(as_dict=True)
    weak = {"kty": "RSA", "n": base64url(b"\xff" * 128), "e": "AQAB"}
    told = [
        "no key",
        {**good, "kid": 7},
        {**good, "kid": "other", "use": "enc"},
        {**good, "kid": "other", "alg": "RS512"},
        {**good, "kid": "other", "kty": "EC"},
        {**good, "kid": "other", "n": "!"},
        {name: value for name, value in good.items() if name != "e"} | {"kid": "other"},
        {**weak, "kid": "other"},
        good,
    ]
    door.answers(lambda _: json_response(200, {"keys": told}))
    assert door.name(door.pool.access_token(KARIN)) == KARIN
    assert door.refused(f"Bearer {by_pool({'kid': 'other'}, door.pool.claims(KARIN))}") is AgentFault.KEY
