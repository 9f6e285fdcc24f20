"""The function `assurance`, as flows invoke it: the standing of a contact, and the agent's view of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import boto3
import pytest

from chalicelib import agent_view
from chalicelib.assurance import Level, Method
from chalicelib.conditional_write import Absent, AllOf, Record, Write
from chalicelib.errors import BadEvent, Misconfigured, SecretsUnavailable, TableUnavailable
from chalicelib.keyed_hash import KeyedHash
from chalicelib.standing.flow_steps import StandingParts
from chalicelib.standing.needs import PAUSE_SECONDS, Needs
from chalicelib.table import keys
from local.aws.ministack import MiniStack
from local.tls import Certificates
from tests.contract import screen_calls
from tests.contract.flow_calls import event, soon
from tests.contract.screen_calls import SOMEBODY, SOMEBODY_ELSE, ParameterStoreOf, Screen, World
from tests.contract.wiring import load


@pytest.fixture(scope="module")
def world(ministack: MiniStack, certificates: Certificates) -> Iterator[World]:
    with screen_calls.world(ministack, certificates) as made:
        yield made


@dataclass
class Call:
    """A flow in a contact of its own, and its agent's screen."""

    module: ModuleType
    screen: Screen

    def invoke(self, given: object) -> dict[str, str]:
        """Through Lambda's entry; events and answers pass through JSON, as they do there."""
        self.screen.world.asked.clear()
        answer = json.loads(json.dumps(self.module.assurance(json.loads(json.dumps(given)), None)))
        assert isinstance(answer, dict)
        assert all(isinstance(value, str) and value for value in answer.values()), "Connect reads flat strings alone"
        return answer

    def read(self, contact: str = "", **parameters: object) -> dict[str, str]:
        return self.invoke(event({"step": "read", **parameters}, contact or self.screen.contact))

    def view(self, **parameters: object) -> dict[str, str]:
        return self.invoke(event({"step": "view", **parameters}, self.screen.contact))

    @property
    def record(self) -> Record:
        return self.screen.login.items.read(keys.contact(self.screen.contact), soon())

    def require(self, purpose: object = "transfer", **parameters: object) -> dict[str, str]:
        return self.invoke(event({"step": "require", "purpose": purpose, **parameters}, self.screen.contact))

    def work_with(self, hash_key: str | None = None, source: ParameterStoreOf | None = None) -> None:
        login, needs = self.screen.login, self.screen.parts.needs
        hashes = KeyedHash(hash_key) if hash_key else login.hashes
        if source is not None:
            needs = Needs(replace(login.settings, policy_name=POLICY), source, self.screen.clock)
        parts = StandingParts(login.settings, self.screen.clock, hashes, login.items, needs)
        vars(self.module)["assurance_parts"] = lambda: parts


@pytest.fixture
def call(world: World) -> Call:
    screen = screen_calls.screen(world)
    made = Call(load("connect_app", screen.clock), screen)
    made.work_with()
    return made


POLICY = "/countersign/policy"
FILE = {
    "purposes": {"balance": {"level": "low"}, "transfer": {"level": "substantial", "younger_than_seconds": 300}},
    "otherwise": {"level": "high"},
}


def policy_of(content: object) -> ParameterStoreOf:
    return ParameterStoreOf({POLICY: content if isinstance(content, str) else json.dumps(content)})


def events(capsys: pytest.CaptureFixture[str], name: str) -> list[dict[str, Any]]:
    return [event for event in map(json.loads, capsys.readouterr().out.splitlines()) if event["event"] == name]


GUIDE = "99999999-aaaa-4000-8000-000000000009"
"""A contact of its own, in which a guide for agents runs."""


def test_a_contact_without_proofs_is_none_and_nothing_else(call: Call) -> None:
    assert call.read() == {"result": "none"}
    call.view()
    assert call.read() == {"result": "none"}


def test_a_proof_is_told_with_its_method_its_age_its_subject_and_its_end(call: Call) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH, seconds=900)
    call.screen.clock.at += 61.9
    assert call.read() == {
        "result": "high",
        "method": "bankid",
        "age_seconds": "61",
        "minutes_left": "13",
        "subject": SOMEBODY,
        "until": "2040-06-02T04:12:02Z",
    }


def test_a_proof_counts_until_its_end(call: Call) -> None:
    call.screen.proved(Method.VOICE, Level.LOW, seconds=60)
    call.screen.clock.at += 59.9
    assert call.read()["result"] == "low"
    assert call.read()["minutes_left"] == "0"
    call.screen.clock.at += 0.1
    assert call.read() == {"result": "none"}


def test_a_proof_of_a_clock_that_is_a_little_ahead_has_no_age(call: Call) -> None:
    call.screen.proved(Method.VOICE, Level.LOW)
    call.screen.clock.at -= 2
    assert call.read()["age_seconds"] == "0"
    call.screen.clock.at -= 1
    assert call.read() == {"result": "none"}


def test_proofs_of_two_people_are_none_and_on_record(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    call.screen.proved(Method.WEB_LOGIN, Level.SUBSTANTIAL, SOMEBODY_ELSE)
    assert call.read() == {"result": "none"}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["subjects_differ", "assurance_step"]
    assert not any(subject in json.dumps(lines) for subject in (SOMEBODY, SOMEBODY_ELSE))


def test_a_guide_in_another_contact_reads_by_the_handle(call: Call, world: World) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    handle = call.view()["auth_view"]
    assert call.read(GUIDE) == {"result": "none"}
    assert call.read(GUIDE, auth_view=handle)["result"] == "high"
    assert world.asked == ["BatchGetItem"]


def test_of_two_contacts_the_handle_says_which(call: Call) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    other = Call(call.module, screen_calls.screen(call.screen.world))
    handle = other.view()["auth_view"]
    assert call.read(auth_view=handle) == {"result": "none"}


@pytest.mark.parametrize("handle", ["-", "1.2", "../contact", "a" * 10_000, "{contact}.AAAA", "ä.ö"])
def test_a_handle_that_is_none_opens_nothing_and_tells_nothing(call: Call, world: World, handle: str) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    call.view()
    assert call.read(auth_view=handle.format(contact=call.screen.contact)) == {"result": "none"}
    assert world.asked == []


def test_a_handle_that_was_not_given_out_or_is_over_opens_nothing(call: Call) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH, seconds=7_200)
    assert call.read(GUIDE, auth_view=call.screen.handle) == {"result": "none"}
    call.view()
    call.screen.clock.at += 3_599
    assert call.read(GUIDE, auth_view=call.screen.handle)["result"] == "high"
    call.screen.clock.at += 1
    assert call.read(GUIDE, auth_view=call.screen.handle) == {"result": "none"}
    assert call.read()["result"] == "high"


def test_when_the_call_is_over_a_guide_reads_for_two_minutes_more(call: Call) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    handle = call.view()["auth_view"]
    call.screen.ended(call.screen.contact)
    call.screen.clock.at += 119
    assert call.read(GUIDE, auth_view=handle)["result"] == "high"
    call.screen.clock.at += 1
    assert call.read(GUIDE, auth_view=handle) == {"result": "none"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_handle_that_is_not_set_is_as_if_it_was_not_passed(call: Call, nothing: str | None) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    assert call.read(auth_view=nothing)["result"] == "high"


def test_reading_takes_one_request_and_opening_a_view_another(call: Call, world: World) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    call.read()
    assert world.asked == ["BatchGetItem"]
    call.view()
    assert world.asked == ["UpdateItem"]


def test_a_view_is_opened_by_the_same_handle_each_time_and_from_the_first_on(call: Call) -> None:
    opened = call.view()
    assert opened == {"result": "open", "auth_view": call.screen.handle}
    since = call.record["view_since"]
    call.screen.clock.at += 1_800
    assert call.view() == opened
    assert call.record["view_since"] == since


def test_what_was_given_out_with_a_proof_takes_no_request_and_what_never_was_opens_nothing(
    call: Call, world: World
) -> None:
    assert call.view(auth_result="verified") == {"result": "open", "auth_view": call.screen.handle}
    assert world.asked == []
    call.screen.proved(Method.BANKID, Level.HIGH)
    assert call.read(GUIDE, auth_view=call.screen.handle) == {"result": "none"}


@pytest.mark.parametrize("said", ["not_verified", "unavailable", "Verified", "", None])
def test_whatever_else_a_flow_was_told_a_view_is_opened_in_the_table(call: Call, world: World, said: object) -> None:
    assert call.view(auth_result=said) == {"result": "open", "auth_view": call.screen.handle}
    assert world.asked == ["UpdateItem"]


def test_opening_a_view_leaves_proofs_and_their_time_alone(call: Call) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    before = call.record
    call.screen.clock.at += 600
    call.view()
    assert {name: call.record[name] for name in before} == before
    assert set(call.record) - set(before) == {"view", "view_since", "view_segment"}


def test_a_record_that_a_view_began_lasts_for_the_proofs_that_follow(call: Call) -> None:
    call.view()
    assert call.record["expires_at"] == int(call.screen.clock.now()) + 86_400
    call.screen.proved(Method.BANKID, Level.HIGH, seconds=7_200)
    assert int(call.record["expires_at"]) > int(call.record["bankid_until"]) // 1000


def test_with_another_hash_key_a_view_that_is_open_is_not_opened_again(call: Call) -> None:
    call.view()
    before = call.record
    call.work_with("another-key-" * 3)
    with pytest.raises(Misconfigured, match="hash key"):
        call.view()
    assert call.record == before


# --- what purposes require ------------------------------------------------------------------------------------------


def test_without_a_policy_every_purpose_needs_the_required_level(call: Call) -> None:
    assert call.require() == call.require("balance") == {"result": "step_up", "methods": "web_login"}
    call.screen.proved(Method.VOICE, Level.LOW)
    assert call.require("balance")["result"] == "step_up"
    call.screen.proved(Method.BANKID, Level.SUBSTANTIAL)
    assert call.require() == call.require("balance") == {"result": "enough"}


def test_the_policy_says_what_each_purpose_needs(call: Call) -> None:
    call.screen.set(bankid_certificate_name="/certificate")
    call.work_with(source=policy_of(FILE))
    call.screen.proved(Method.WEB_LOGIN, Level.SUBSTANTIAL, seconds=1_800)
    assert [call.require(one)["result"] for one in ("balance", "transfer", "else")] == ["enough", "enough", "step_up"]
    assert call.require("else") == {"result": "step_up", "methods": "bankid"}
    call.screen.clock.at += 300
    assert call.require("balance") == {"result": "enough"}
    assert call.require() == {"result": "step_up", "methods": "web_login,bankid"}
    call.screen.proved(Method.BANKID, Level.HIGH)
    assert call.require() == {"result": "enough"}


def test_what_no_method_in_use_can_give_is_impossible(call: Call) -> None:
    call.work_with(source=policy_of(FILE))
    call.screen.proved(Method.WEB_LOGIN, Level.SUBSTANTIAL)
    assert call.require("else") == {"result": "impossible"}


def test_proofs_of_two_people_are_enough_for_nothing_and_on_record(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    call.work_with(source=policy_of(FILE))
    call.screen.proved(Method.BANKID, Level.HIGH)
    call.screen.proved(Method.WEB_LOGIN, Level.SUBSTANTIAL, SOMEBODY_ELSE)
    assert call.require("balance") == {"result": "impossible"}
    assert [event["contact"] for event in events(capsys, "subjects_differ")] == [call.screen.contact]


def test_a_handle_of_another_call_is_enough_for_nothing_in_this_one(call: Call) -> None:
    call.screen.proved(Method.BANKID, Level.HIGH)
    handle = call.view()["auth_view"]
    other = Call(call.module, screen_calls.screen(call.screen.world))
    assert other.require(auth_view=handle)["result"] == "step_up"
    assert call.require(auth_view=handle) == {"result": "enough"}


def test_requiring_takes_one_request_to_the_table_and_the_policy_is_kept(call: Call, world: World) -> None:
    source = policy_of(FILE)
    call.work_with(source=source)
    for purpose in ("balance", "transfer", "else"):
        call.require(purpose)
        assert world.asked == ["BatchGetItem"]
    assert source.asked == 1


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (
            {POLICY: json.dumps({"purposes": {}, "otherwise": {"level": "Low"}})},
            "the level of otherwise must be one of",
        ),
        ({POLICY: ""}, "no JSON"),
        ({}, "SSM has no parameter /countersign/policy"),
    ],
)
def test_with_a_policy_that_cannot_be_used_nothing_is_enough(
    call: Call, capsys: pytest.CaptureFixture[str], found: dict[str, str], reason: str
) -> None:
    call.work_with(source=ParameterStoreOf(found))
    call.screen.proved(Method.BANKID, Level.HIGH)
    assert call.require("balance") == call.require("balance") == {"result": "impossible"}
    [told] = events(capsys, "policy_unusable")
    assert told["code"] == "misconfigured"
    assert reason in told["reason"]
    call.screen.clock.at += PAUSE_SECONDS
    assert call.require("balance") == {"result": "impossible"}
    assert len(events(capsys, "policy_unusable")) == 1
    assert call.read()["result"] == "high"


def test_a_policy_that_was_damaged_meanwhile_is_not_served_from_before_and_a_mended_one_is_taken(call: Call) -> None:
    source = policy_of(FILE)
    call.work_with(source=source)
    call.screen.proved(Method.VOICE, Level.LOW, seconds=14_400)
    assert call.require("balance") == {"result": "enough"}
    source.values[POLICY] = "{}"
    call.screen.clock.at += 661
    assert call.require("balance") == {"result": "impossible"}
    source.values[POLICY] = json.dumps(FILE)
    call.screen.clock.at += 661
    assert call.require("balance") == {"result": "enough"}


def test_while_ssm_does_not_answer_a_policy_serves_for_an_hour_and_without_one_nothing_is_enough(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(ParameterStoreOf):
        fails = False

        def find(self, names: Iterable[str]) -> dict[str, str]:
            if self.fails:
                self.asked += 1
                raise SecretsUnavailable("SSM does not answer")
            return super().find(names)

    source = Failing(policy_of(FILE).values)
    call.work_with(source=source)
    call.screen.proved(Method.VOICE, Level.LOW, seconds=14_400)
    assert call.require("balance") == {"result": "enough"}
    source.fails = True
    call.screen.clock.at += 3_599
    assert call.require("balance") == {"result": "enough"}
    call.screen.clock.at += 16
    source.asked = 0
    assert call.require("balance") == call.require("balance") == {"result": "impossible"}
    assert source.asked == 1
    [told] = events(capsys, "policy_unusable")
    assert told["code"] == "secrets_unavailable"


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_purpose_nothing_is_judged(call: Call, nothing: str | None) -> None:
    with pytest.raises(BadEvent, match="purpose"):
        call.require(nothing)


def test_what_was_required_is_on_record_by_names_of_the_policy_alone(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    call.work_with(source=policy_of(FILE))
    call.require("balance")
    call.require("Karin Testsson")
    noted = [(one["purpose"], one["result"]) for one in events(capsys, "assurance_required")]
    assert noted == [("balance", "step_up"), ("otherwise", "impossible")]


def test_half_a_proof_is_an_error_and_no_standing(call: Call) -> None:
    half: dict[str, Any] = {"bankid_at": call.screen.login.now(), "bankid_level": 3}
    call.screen.write(keys.contact(call.screen.contact), Write(AllOf((Absent("bankid_at"),)), half))
    with pytest.raises(Exception, match="KeyError"):
        call.read()


def test_a_table_that_does_not_answer_is_an_error_and_no_standing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(key: str, deadline: object) -> Record:
        raise TableUnavailable("DynamoDB: as the test says")

    monkeypatch.setattr(call.screen.login.items, "read", silent)
    with pytest.raises(TableUnavailable):
        call.read()


def test_the_function_puts_itself_together(call: Call, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in screen_calls.environ(world.pool).items():
        monkeypatch.setenv(name, value)
    call.screen.proved(Method.BANKID, Level.HIGH)
    call.module = load("connect_app", call.screen.clock)
    assert call.read()["result"] == "high"


def test_the_function_fetches_the_policy_before_anybody_asks(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boto3.client("ssm").put_parameter(Name=POLICY, Value=json.dumps(FILE), Type="String")
    for name, value in screen_calls.environ(world.pool, POLICY_NAME=POLICY).items():
        monkeypatch.setenv(name, value)
    call.screen.proved(Method.WEB_LOGIN, Level.SUBSTANTIAL)
    call.module = load("connect_app", call.screen.clock)
    call.module.assurance_parts()
    boto3.client("ssm").delete_parameter(Name=POLICY)
    assert call.require() == {"result": "enough"}
    assert call.require("else") == {"result": "impossible"}


@pytest.mark.parametrize("parameters", [{}, {"step": "required"}, {"step": ""}, None])
def test_a_step_that_there_is_not_is_refused(call: Call, parameters: object) -> None:
    with pytest.raises(BadEvent):
        call.invoke(event(parameters, call.screen.contact))


def test_another_instances_event_is_refused(call: Call) -> None:
    with pytest.raises(BadEvent, match="instance"):
        call.invoke(event({"step": "read"}, call.screen.contact, InstanceARN="arn:aws:connect:x:1:instance/2"))


def test_what_is_written_of_a_step_is_its_word_and_its_contact(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    call.view()
    lines = capsys.readouterr().out
    [line] = map(json.loads, lines.splitlines())
    assert {name: line[name] for name in ("event", "step", "result", "contact")} == {
        "event": "assurance_step",
        "step": "view",
        "result": "open",
        "contact": call.screen.contact,
    }
    assert agent_view.handle(call.screen.login.hashes, call.screen.contact) not in lines
