"""`POST /agent/view`: what an agent sees of a caller, and that nobody else sees anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.agent_screen import ownership, parts
from chalicelib.agent_screen.names import Names
from chalicelib.assurance import Level, Method
from chalicelib.clock import Deadline
from chalicelib.conditional_write import Absent, Scalar, Write
from chalicelib.errors import ConnectUnavailable, Misconfigured, SecretsUnavailable
from chalicelib.routes import Response
from chalicelib.standing.needs import Needs
from chalicelib.table import keys
from local.aws.ministack import MiniStack
from local.connect.admin_api import Segment
from local.gateway import Api, Gateway, in_process, routes_of
from local.tls import Certificates
from local.web import Request
from tests.contract import screen_calls
from tests.contract.screen_calls import ERIK, KARIN, SOMEBODY_ELSE, ParameterStoreOf, Screen, World
from tests.contract.wiring import INSTANCE, load

HOSTILE = {
    "fullname": '</script><img src=x onerror=alert(1)>\u2028"\\',
    "= cmd|' /C calc'!A0": "{{7*7}} ${7*7} \u202eNils",
    "__proto__": "Zoë 𝒩",
}


@pytest.fixture(scope="module")
def world(ministack: MiniStack, certificates: Certificates) -> Iterator[World]:
    with screen_calls.world(ministack, certificates) as made:
        yield made


@pytest.fixture
def screen(world: World) -> Screen:
    """Before a call that nobody has looked at."""
    return screen_calls.screen(world)


def events(capsys: pytest.CaptureFixture[str], name: str) -> list[dict[str, Any]]:
    return [event for event in map(json.loads, capsys.readouterr().out.splitlines()) if event["event"] == name]


def nothing(response: Response) -> bool:
    """Whether this is the answer that says nothing, to the byte."""
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return response == Response(404, '{"error":"NotFound"}', headers)


# --- what is seen -------------------------------------------------------------------------------------------------


def test_a_caller_who_logged_in_is_seen_with_what_the_login_says(screen: Screen) -> None:
    screen.logged_in({"fullname": "Karin Testsson"})
    now = int(screen.clock.now())
    assert screen.seen() == {
        "level": "substantial",
        "required": "substantial",
        "conflict": False,
        "now": now,
        "proofs": [{"method": "web_login", "level": "substantial", "at": now, "until": now + 1_800}],
        "missing": [],
        "login": {
            "state": "linked",
            "purpose": "report_move",
            "purpose_name": "report_move",
            "attributes": [{"name": "fullname", "label": "fullname", "value": "Karin Testsson"}],
        },
    }


def test_an_answer_is_for_nobody_to_keep(screen: Screen) -> None:
    screen.logged_in({"fullname": "Karin Testsson"})
    assert dict(screen.ask().headers) == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def test_what_a_login_says_arrives_as_it_was_whatever_is_in_it(screen: Screen) -> None:
    screen.logged_in(HOSTILE)
    shown = screen.seen()["login"]["attributes"]
    assert {one["name"]: one["value"] for one in shown} == HOSTILE
    assert [one["label"] for one in shown] == list(HOSTILE)


def test_a_caller_who_has_proved_nothing_is_nobody(screen: Screen) -> None:
    told = screen.opened().seen()
    assert (told["level"], told["proofs"], told["missing"]) == ("none", [], ["web_login"])
    assert told["login"] == {"state": "none", "purpose": "", "purpose_name": "", "attributes": []}


def test_a_login_that_is_not_finished_is_waited_for(screen: Screen) -> None:
    screen.logged_in(succeeded=None)
    told = screen.seen()
    assert told["login"] == {
        "state": "waiting",
        "purpose": "report_move",
        "purpose_name": "report_move",
        "attributes": [],
    }
    assert told["level"] == "none"


def test_a_login_that_failed_says_nothing_of_anybody(screen: Screen) -> None:
    screen.logged_in({"fullname": "Karin Testsson"}, succeeded=False)
    told = screen.seen()
    assert (told["login"]["state"], told["login"]["attributes"]) == ("not_authenticated", [])


def test_when_its_proof_is_over_a_login_says_nothing_of_anybody_any_more(screen: Screen) -> None:
    screen.logged_in({"fullname": "Karin Testsson"})
    screen.clock.at += 1_799.9
    assert screen.seen()["login"]["attributes"]
    screen.clock.at += 0.1
    told = screen.seen()
    assert (told["level"], told["proofs"], told["login"]["attributes"]) == ("none", [], [])


def test_proofs_of_one_person_add_up_to_the_best_and_are_shown_in_their_order(screen: Screen) -> None:
    screen.logged_in({"fullname": "Karin Testsson"})
    screen.clock.at += 60
    screen.proved(Method.BANKID, Level.HIGH)
    told = screen.seen()
    assert (told["level"], [one["method"] for one in told["proofs"]]) == ("high", ["web_login", "bankid"])
    assert told["login"]["attributes"]


def test_proofs_of_two_people_are_a_conflict_and_nobody_is_shown(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.logged_in({"fullname": "Karin Testsson"})
    screen.proved(Method.BANKID, Level.HIGH, SOMEBODY_ELSE)
    told = screen.seen()
    assert (told["level"], told["conflict"], told["login"]["attributes"]) == ("none", True, [])
    assert told["missing"] == []
    assert len(told["proofs"]) == 2
    assert told["missing"] == []
    assert [event["contact"] for event in events(capsys, "subjects_differ")] == [screen.contact]


def test_a_session_of_another_contact_is_none_of_this_one(screen: Screen) -> None:
    screen.opened()
    screen.write(keys.contact(screen.contact), Write(Absent("login"), {"login": "of-another"}))
    facts: dict[str, Scalar] = {"started_at": screen.login.now(), "contact": "another", "purpose": "report_move"}
    screen.write(keys.session("of-another"), Write(Absent("started_at"), facts))
    assert screen.seen()["login"] == {"state": "none", "purpose": "", "purpose_name": "", "attributes": []}


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"required_level": "high"}, []),
        ({"required_level": "high", "bankid_certificate_name": "/c"}, ["bankid"]),
        ({"required_level": "substantial", "bankid_certificate_name": "/c"}, ["bankid", "web_login"]),
        ({"required_level": "substantial", "phonenumber": ""}, []),
        ({"required_level": "substantial", "web_login_level": "low"}, []),
        ({"required_level": "low", "web_login_level": "low"}, ["web_login"]),
    ],
)
def test_what_is_missing_are_the_methods_in_use_that_would_be_enough(
    screen: Screen, settings: dict[str, str], missing: list[str]
) -> None:
    screen.opened()
    screen.set(**settings)
    told = screen.seen()
    assert (told["missing"], told["required"]) == (missing, settings["required_level"])


def test_nothing_is_missing_once_the_level_is_reached(screen: Screen) -> None:
    screen.opened().proved(Method.VOICE, Level.LOW)
    screen.set(required_level="low")
    assert (screen.seen()["level"], screen.seen()["missing"]) == ("low", [])


POLICY = {
    "purposes": {"report_move": {"level": "substantial", "younger_than_seconds": 300}},
    "otherwise": {"level": "low"},
}


def governed(screen: Screen, text: str) -> None:
    """The policy says what is needed; BankID is in use, too."""
    screen.set(bankid_certificate_name="/c")
    config = replace(screen.login.settings, policy_name="/policy")
    screen.parts = replace(screen.parts, needs=Needs(config, ParameterStoreOf({"/policy": text}), screen.clock))


def test_what_is_required_is_what_the_policy_says_of_the_logins_purpose(screen: Screen) -> None:
    governed(screen, json.dumps(POLICY))
    told = screen.opened().seen()
    assert (told["required"], told["missing"]) == ("low", ["bankid", "web_login"])
    assert "younger_than_seconds" not in told
    screen.logged_in()
    told = screen.seen()
    assert (told["required"], told["younger_than_seconds"], told["missing"]) == ("substantial", 300, [])


def test_a_proof_that_is_too_old_for_the_purpose_leaves_what_can_be_proved_anew(screen: Screen) -> None:
    governed(screen, json.dumps(POLICY))
    screen.logged_in()
    screen.clock.at += 299.9
    assert screen.seen()["missing"] == []
    screen.clock.at += 0.1
    told = screen.seen()
    assert (told["level"], told["missing"]) == ("substantial", ["web_login", "bankid"])


def test_with_a_policy_that_cannot_be_used_nobody_knows_what_is_required_and_the_caller_is_still_shown(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    governed(screen, "{}")
    screen.logged_in({"fullname": "Karin Testsson"})
    told = screen.seen()
    assert (told["level"], told["required"], told["missing"]) == ("substantial", "unknown", [])
    assert told["login"]["attributes"]
    assert len(events(capsys, "policy_unusable")) == 1


# --- names --------------------------------------------------------------------------------------------------------

FILE = {
    "purposes": {"report_move": {"en": "Report a move", "sv": "Flyttanmälan"}},
    "attributes": {"fullname": {"en": "Full name"}},
}


def named(screen: Screen, text: str | None) -> ParameterStoreOf:
    source = ParameterStoreOf({} if text is None else {screen_calls.NAMES: text})
    screen.parts = replace(screen.parts, names=Names(screen_calls.NAMES, source, screen.clock))
    return source


@pytest.mark.parametrize(
    ("language", "purpose", "label"),
    [
        ("sv", "Flyttanmälan", "Full name"),
        ("nl", "Report a move", "Full name"),
        ("en", "Report a move", "Full name"),
        ("xx", "Report a move", "Full name"),
        (7, "Report a move", "Full name"),
    ],
)
def test_names_are_shown_in_the_agents_language_or_else_in_english(
    screen: Screen, language: object, purpose: str, label: str
) -> None:
    named(screen, json.dumps(FILE))
    screen.logged_in({"fullname": "Karin Testsson", "age": "43"})
    login = screen.seen(language=language)["login"]
    assert (login["purpose"], login["purpose_name"]) == ("report_move", purpose)
    assert [one["label"] for one in login["attributes"]] == [label, "age"]


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"purposes": []}',
        '{"purposes": {"report_move": "Flytt"}}',
        '{"purposes": {"report_move": {"en": 7}}}',
        '{"purposes": {"report_move": {"en": ""}}}',
        '{"more": {}}',
        "[" * 9_999,
        '{"attributes": {"fullname": {"en": "\\ud83d"}}}',
    ],
)
def test_a_damaged_file_of_names_costs_the_names_and_is_told_of_once(
    screen: Screen, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = named(screen, text)
    screen.logged_in({"fullname": "Karin Testsson"})
    for _ in range(3):
        assert screen.seen()["login"]["purpose_name"] == "report_move"
    assert len(events(capsys, "parameter_damaged")) == 1
    assert source.asked == 1


def test_without_the_file_names_are_shown_as_they_are(screen: Screen) -> None:
    named(screen, None)
    screen.logged_in({"fullname": "Karin Testsson"})
    assert screen.seen()["login"]["attributes"][0]["label"] == "fullname"


def test_an_ssm_that_does_not_answer_costs_the_names_and_is_not_waited_for_each_time(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    class Silent(ParameterStoreOf):
        def find(self, names: Any) -> dict[str, str]:
            self.asked += 1
            raise SecretsUnavailable("SSM does not answer")

    source = Silent({})
    screen.parts = replace(screen.parts, names=Names(screen_calls.NAMES, source, screen.clock))
    screen.logged_in()
    screen.seen()
    screen.seen()
    assert source.asked == 1
    screen.clock.at += 16
    screen.seen()
    assert source.asked == 2
    assert len(events(capsys, "screen_names_unavailable")) == 2


# --- who sees nothing -----------------------------------------------------------------------------------------------


def other_handle(screen: Screen) -> str:
    return screen_calls.screen(screen.world).handle


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'"handle"',
        b'{"handle": null}',
        b'{"handle": 7}',
        b'{"handle": ["a"]}',
        b"[" * 4_000,
        b'{"handle": "' + b"a" * 5_000 + b'"}',
        b'\xff{"handle": ""}',
        b'{"handle": "\\ud800.\\udfff"}',
        b'{"handle": "1.2"}',
    ],
)
def test_a_malformed_question_gets_the_answer_that_says_nothing(screen: Screen, body: bytes) -> None:
    screen.logged_in()
    assert nothing(screen.ask(body))


def test_handles_that_open_nothing_all_get_the_same_answer(screen: Screen, world: World) -> None:
    never_given_out = screen.ask()
    assert nothing(never_given_out)
    screen.logged_in()
    handle = screen.handle
    for wrong in (
        other_handle(screen),
        handle[:-1],
        handle + "A",
        handle + "\n",
        handle.swapcase(),
        f"{screen.contact}.{'A' * 43}",
        handle.partition(".")[2],
    ):
        assert nothing(screen.ask(handle=wrong))
    assert world.connect.asked == []


@pytest.mark.parametrize("contact", ["../users", "a" * 65, "1 2", 7, ["a"], "\ud800"])
def test_a_malformed_contact_gets_the_answer_that_says_nothing(screen: Screen, world: World, contact: object) -> None:
    screen.logged_in()
    assert nothing(screen.ask(contact=contact))
    assert world.connect.asked == []


def test_a_handle_opens_nothing_when_its_time_is_over(screen: Screen) -> None:
    screen.opened()
    screen.clock.at += 3_599
    assert screen.ask().status == 200
    screen.clock.at += 1
    assert nothing(screen.ask())


def test_a_handle_from_the_future_opens_nothing_beyond_what_clocks_may_differ_by(screen: Screen) -> None:
    screen.opened()
    screen.clock.at -= 2
    assert screen.ask().status == 200
    screen.clock.at -= 1
    assert nothing(screen.ask())


def test_no_token_no_look_whatever_is_asked(screen: Screen, world: World) -> None:
    screen.logged_in()
    screen.token = ""
    for body in (None, b"no json", {"handle": "1.2"}):
        answer = screen.ask(body)
        assert (answer.status, answer.body) == (401, '{"error":"Unauthorized"}')
        assert answer.headers["Cache-Control"] == "no-store"
    assert world.asked == []


def test_what_is_refused_is_counted_by_its_reason(screen: Screen, capsys: pytest.CaptureFixture[str]) -> None:
    screen.opened()
    screen.ask(b"no json")
    screen.ask(handle="1.2")
    screen.clock.at += 3_600
    screen.ask()
    screen.token = "no token"
    screen.ask()
    assert [event["reason"] for event in events(capsys, "agent_view_refused")] == ["body", "handle", "closed", "form"]


# --- whose contact it is --------------------------------------------------------------------------------------------


def test_only_the_agent_of_the_contact_sees_it(screen: Screen, world: World) -> None:
    screen.logged_in()
    screen.token = world.pool.access_token(ERIK)
    assert nothing(screen.ask())
    screen.token = world.pool.access_token(KARIN)
    assert screen.ask().status == 200


@pytest.mark.parametrize(
    "segment",
    [
        None,
        Segment(),
        Segment(agent="u-nobody"),
        Segment(initial="another-call", agent="u-karin"),
    ],
)
def test_what_connect_does_not_call_the_agents_part_of_this_call_is_not_seen(
    screen: Screen, world: World, segment: Segment | None
) -> None:
    screen.logged_in()
    del world.connect.contacts[screen.contact]
    if segment is not None:
        world.connect.contacts[screen.contact] = segment
    assert nothing(screen.ask())


def test_a_contact_of_the_agents_does_not_open_another_call(screen: Screen, world: World) -> None:
    screen.logged_in()
    world.connect.contacts["karins-other-call"] = Segment(agent="u-karin")
    world.connect.contacts[screen.contact] = Segment(agent="u-erik")
    assert nothing(screen.ask(contact="karins-other-call"))


def test_a_call_that_is_answered_is_seen_a_moment_later(screen: Screen, world: World) -> None:
    screen.logged_in()
    world.connect.contacts[screen.contact] = Segment()
    assert nothing(screen.ask())
    world.connect.contacts[screen.contact] = Segment(agent="u-karin")
    screen.clock.at += ownership.NOT_OWNED_SECONDS
    assert screen.ask().status == 200


def test_after_a_transfer_the_second_agent_sees_the_call_and_the_first_only_for_two_minutes_more(
    screen: Screen, world: World
) -> None:
    screen.logged_in({"fullname": "Karin Testsson"})
    world.connect.contacts["second-part"] = Segment(initial=screen.contact, agent="u-erik")
    world.connect.contacts[screen.contact] = Segment(agent="u-karin", over=screen.clock.now())
    erik = world.pool.access_token(ERIK)
    screen.clock.at += 119
    assert screen.ask().status == 200
    screen.clock.at += 20
    assert nothing(screen.ask())
    screen.token = erik
    assert screen.seen(contact="second-part")["login"]["attributes"]
    assert nothing(screen.ask(contact=screen.contact))


@pytest.mark.parametrize("owned", [True, False])
def test_after_its_end_a_call_is_seen_for_two_minutes(screen: Screen, owned: bool) -> None:
    if not owned:
        screen.parts = replace(screen.parts, owners=None)
    screen.logged_in()
    screen.ended(screen.contact)
    screen.clock.at += 119
    assert screen.ask().status == 200
    screen.clock.at += 1
    assert nothing(screen.ask())


@pytest.mark.parametrize("contact", ["", "never-heard-of"])
def test_nobody_sees_a_call_for_longer_by_naming_another_part_of_it(screen: Screen, contact: str) -> None:
    screen.parts = replace(screen.parts, owners=None)
    screen.logged_in()
    screen.ended(screen.contact)
    assert screen.ask(contact=contact).status == 200
    screen.clock.at += 120
    assert nothing(screen.ask(contact=contact))


def test_connect_is_not_asked_at_each_look(screen: Screen, world: World) -> None:
    screen.logged_in()
    for _ in range(30):
        screen.seen()
        screen.clock.at += 1.9
    assert world.connect.asked == ["DescribeContact", "DescribeUser"]
    screen.clock.at += 3
    screen.seen()
    assert world.connect.asked == ["DescribeContact", "DescribeUser", "DescribeContact"]


def test_what_connect_said_of_a_parts_end_is_kept_to_the_second(screen: Screen, world: World) -> None:
    screen.logged_in()
    world.connect.contacts[screen.contact] = Segment(agent="u-karin", over=screen.clock.now())
    screen.clock.at += 119
    assert screen.ask().status == 200
    screen.clock.at += 1
    assert nothing(screen.ask())
    assert world.connect.asked == ["DescribeContact", "DescribeUser"]


def test_while_connect_does_not_answer_who_saw_the_call_goes_on_seeing_it_for_two_minutes(
    screen: Screen, world: World
) -> None:
    screen.logged_in()
    screen.seen()
    world.connect.fails["DescribeContact"] = "ThrottlingException"
    screen.clock.at += 119
    screen.seen()
    screen.clock.at += 1
    with pytest.raises(ConnectUnavailable, match="ThrottlingException"):
        screen.ask()


@pytest.mark.parametrize("operation", ["DescribeContact", "DescribeUser"])
def test_while_connect_does_not_answer_nobody_new_sees_the_call(screen: Screen, world: World, operation: str) -> None:
    screen.logged_in()
    world.connect.fails[operation] = "InternalServiceException"
    with pytest.raises(ConnectUnavailable):
        screen.ask()


def test_connect_is_not_asked_when_there_is_no_time_for_its_answer(screen: Screen, world: World) -> None:
    with pytest.raises(ConnectUnavailable, match="time"):
        ownership.Owners(INSTANCE, screen.clock).owns(KARIN, screen.contact, screen.contact, Deadline(1.0, lambda: 0.0))
    assert world.connect.asked == []


def test_of_what_connect_said_only_so_much_is_kept() -> None:
    memory: ownership._Memory[int, bool] = ownership._Memory()
    for number in range(1_500):
        memory.keep(number, value=True, at=0.0)
    assert [number for number in range(1_500) if memory.get(number)] == list(range(500, 1_500))


def test_with_the_handle_alone_no_token_is_asked_for_and_connect_is_not_asked(screen: Screen, world: World) -> None:
    screen.parts = replace(screen.parts, agents=None, owners=None)
    screen.logged_in()
    screen.token = ""
    assert screen.ask().status == 200
    assert nothing(screen.ask(handle=other_handle(screen)))
    assert world.connect.asked == []


# --- what it costs, and what is left behind -------------------------------------------------------------------------


def test_a_look_takes_two_requests_and_without_a_login_one(screen: Screen, world: World) -> None:
    screen.opened()
    screen.seen()
    assert world.asked == ["BatchGetItem"]
    screen.logged_in()
    screen.seen()
    assert world.asked == ["BatchGetItem"] * 2


def test_who_saw_a_call_is_on_record_once_a_minute_and_without_a_name(
    screen: Screen, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.logged_in({"fullname": "Karin Testsson"})
    screen.clock.at += 60 - screen.clock.at % 60
    for seconds in (0, 2, 57, 1, 5):
        screen.clock.at += seconds
        screen.seen()
    lines = capsys.readouterr().out
    noted = [event for event in map(json.loads, lines.splitlines()) if event["event"] == "agent_view"]
    assert len(noted) == 2
    [karin] = {event["agent"] for event in noted}
    assert {(event["contact"], event["level"]) for event in noted} == {(screen.contact, "substantial")}
    world.connect.contacts[screen.contact] = Segment(agent="u-erik")
    screen.token = world.pool.access_token(ERIK)
    screen.another_process()
    screen.seen()
    [erik] = {event["agent"] for event in events(capsys, "agent_view")}
    assert karin != erik
    for secret in ("Testsson", KARIN, ERIK, "report_move", screen.handle.partition(".")[2]):
        assert secret not in lines


def test_more_that_an_agent_gets_to_see_is_on_record_in_the_same_minute(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.opened().seen()
    screen.logged_in({"fullname": "Karin Testsson"})
    screen.seen()
    screen.proved(Method.BANKID, Level.HIGH)
    screen.seen()
    noted = [(event["level"], event["login"]) for event in events(capsys, "agent_view")]
    assert noted == [("none", "none"), ("substantial", "shown"), ("high", "shown")]
    assert len(screen.feedback.asked) == 1


def test_a_website_hears_at_most_once_a_minute_that_its_caller_is_on_the_telephone(screen: Screen) -> None:
    screen.logged_in()
    screen.clock.at += 60 - screen.clock.at % 60
    screen.seen()
    screen.seen()
    assert screen.feedback.asked == [(screen.contact, "user_active")]
    active = Write(Absent("active_at"), {"active_at": screen.login.now() + 5_000})
    screen.write(keys.session(f"session-of-{screen.contact}"), active)
    screen.clock.at += 60
    screen.seen()
    assert len(screen.feedback.asked) == 1
    screen.clock.at += 60
    screen.seen()
    assert len(screen.feedback.asked) == 2


@pytest.mark.parametrize("succeeded", [None, False])
def test_no_website_hears_of_a_caller_who_has_not_logged_in(screen: Screen, succeeded: bool | None) -> None:
    screen.logged_in(succeeded=succeeded)
    screen.seen()
    assert screen.feedback.asked == []


def test_without_the_workspaces_origin_there_is_no_screen(screen: Screen) -> None:
    assert parts.build(replace(screen.login.settings, workspace_origin=""), screen.clock) is None


def test_a_screen_for_agents_of_no_user_pool_is_a_mistake(screen: Screen) -> None:
    made = parts.build(replace(screen.login.settings, cognito_issuer=""), screen.clock)
    assert made is not None
    assert made.agents is not None
    with pytest.raises(Misconfigured, match="COGNITO_ISSUER"):
        made.agents()


@pytest.mark.parametrize(
    ("login", "owns", "asked"),
    [("handle", True, []), ("cognito", False, ["agents"]), ("cognito", True, ["agents", "owners"])],
)
def test_settings_say_who_is_asked(screen: Screen, login: str, owns: bool, asked: list[str]) -> None:
    config = replace(screen.login.settings, agent_login=login, agent_owns_contact=owns)
    made = parts.build(config, screen.clock)
    assert made is not None
    there = {"agents": made.agents, "owners": made.owners}
    assert [name for name, part in there.items() if part is not None] == asked


def test_over_http_a_look_is_answered_as_it_is_and_trouble_without_a_word(screen: Screen, world: World) -> None:
    module = load("connect_app", screen.clock)
    vars(module)["screen_parts"] = lambda: screen.parts
    gateway = Gateway(Api(routes_of(module.app)), in_process(module.app))

    def posted(token: str) -> tuple[int, str, bytes]:
        body = json.dumps({"handle": screen.handle, "contact": screen.contact, "language": "en"}).encode()
        headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        answer = gateway.respond(Request("POST", "/api/agent/view", "", headers, body))
        return answer.status, dict(answer.headers)["Cache-Control"], answer.body

    karin = world.pool.access_token(KARIN)
    assert posted(karin) == (404, "no-store", b'{"error":"NotFound"}')
    screen.logged_in({"fullname": HOSTILE["__proto__"]})
    assert posted("no token") == (401, "no-store", b'{"error":"Unauthorized"}')
    status, kept, body = posted(karin)
    assert (status, kept) == (200, "no-store")
    assert json.loads(body)["login"]["attributes"][0]["value"] == HOSTILE["__proto__"]
    screen.another_process()
    world.connect.fails["DescribeContact"] = "ThrottlingException"
    assert posted(karin) == (503, "no-store", b'{"error":"Unavailable"}')
    vars(module)["screen_parts"] = lambda: None
    assert posted(karin) == (404, "no-store", b'{"error":"NotFound"}')
