"""The website where a caller logged in is told how their call goes; and nobody else is, whatever the address says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.errors import BadEvent
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items
from chalicelib.web_login import telling
from chalicelib.web_login.feedback import LOGOUT, USER_ACTIVE, Feedback, asking
from local.aws.ministack import MiniStack
from local.aws.tap import Tap
from local.tls import Certificates
from local.web import CloseWithoutAnswer, NeverAnswer, Response, WebServer
from tests.contract.feedback_calls import LoggedIn, Website, soon
from tests.contract.wiring import SteppingClock, load


@pytest.fixture
def website(certificates: Certificates) -> Iterator[Website]:
    website = Website(certificates.server_context())
    with website.server:
        yield website
    assert website.server.failures == []


@pytest.fixture
def karin(feedback_items: Items, feedback_config: Settings, clock: SteppingClock, website: Website) -> LoggedIn:
    """Her website alone is allowed."""
    return LoggedIn(feedback_items, feedback_config, clock, website.host)


def events(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Each event, and its reason."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(line["event"], line.get("reason", "")) for line in lines]


# What is told.


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "/?type=user_active"),
        ("/", "/?type=user_active"),
        ("/session/abc", "/session/abc?type=user_active"),
        ("/session?id=abc", "/session?id=abc&type=user_active"),
        ("?id=abc", "/?id=abc&type=user_active"),
    ],
)
def test_an_allowed_address_is_told_by_a_post_without_a_body(
    karin: LoggedIn, website: Website, capsys: pytest.CaptureFixture[str], address: str, told: str
) -> None:
    karin.links(f"https://{website.host}{address}")
    karin.tell(USER_ACTIVE)
    assert website.told == [told]
    assert (website.posted[0].method, website.posted[0].body) == ("POST", b"")
    assert website.posted[0].header("Content-Length") == "0"
    assert events(capsys) == [("feedback_told", "")]


def test_activity_is_told_at_most_once_a_minute(karin: LoggedIn, website: Website) -> None:
    karin.links(f"https://{website.host}/s")
    for seconds in (0.0, 30.0, 29.0, 1.0):
        karin.clock.at += seconds
        karin.tell(USER_ACTIVE)
    assert len(website.posted) == 2


def test_the_end_is_told_once_and_nothing_after_it(karin: LoggedIn, website: Website) -> None:
    karin.links(f"https://{website.host}/s")
    for kind in (USER_ACTIVE, LOGOUT, LOGOUT, USER_ACTIVE):
        karin.tell(kind)
        karin.clock.at += 61
    assert website.told == ["/s?type=user_active", "/s?type=logout"]


@pytest.mark.parametrize("kind", [USER_ACTIVE, LOGOUT])
def test_of_many_askings_at_once_one_is_told(karin: LoggedIn, website: Website, kind: str) -> None:
    karin.links(f"https://{website.host}/s")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(karin.tell, [kind] * 8))
    assert website.told == [f"/s?type={kind}"]


# Who is not.


@pytest.mark.parametrize(
    "address",
    [
        "http://{host}/",
        "https://localhost/",
        "https://localhost:1{port}/",
        "https://localhost:0{port}/",
        "https://localhost:/",
        "https://127.0.0.1:{port}/",
        "https://[::1]:{port}/",
        "https://2130706433:{port}/",
        "https://LOCALHOST:{port}/",
        "https://localhost.:{port}/",
        "https://localhost.evil.example:{port}/",
        "https://evil-localhost:{port}/",
        "https://sub.localhost:{port}/",
        "https://user@{host}/",
        "https://{host}@evil.example/",
        "https://evil.example\\@{host}/",
        "https://evil.example#@{host}/",
        "https://{host}\\@evil.example/",
        "https://{host}#fragment",
        "https://{host}/a b",
        "https://{host}/\r\nX-Evil: 1",
        "https:/{host}/",
        "//{host}/",
        " https://{host}/",
        "https://{host}.evil.example/",
        "https://l\u043ecalhost:{port}/",  # a Cyrillic letter
    ],
)
def test_an_address_that_only_looks_allowed_is_told_nothing(
    karin: LoggedIn, website: Website, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    karin.links(address.format(host=website.host, port=website.server.port))
    karin.tell(USER_ACTIVE)
    assert events(capsys) == [("feedback_not_told", "host_not_allowed")]
    assert website.posted == []
    assert "active_at" not in karin.session()


def test_a_host_without_a_port_is_port_443(karin: LoggedIn) -> None:
    assert telling.sites("good.example,other.example:8443").keys() == {
        ("good.example", "443"),
        ("other.example", "8443"),
    }
    assert telling.sites("") == {}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"contact": "another"}, "no_result"),
        ({"result": "failed", "sealed": "gone"}, "misconfigured"),
    ],
)
def test_a_session_of_another_contact_or_one_that_does_not_open_is_told_nothing(
    karin: LoggedIn, website: Website, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], reason: str
) -> None:
    karin.links(f"https://{website.host}/s", **changes)
    karin.tell(USER_ACTIVE)
    assert events(capsys) == [("feedback_not_told", reason)]
    assert website.posted == []


@pytest.mark.parametrize("address", [None, ""])
def test_a_login_that_wants_to_hear_nothing_is_told_nothing(
    karin: LoggedIn, capsys: pytest.CaptureFixture[str], address: str | None
) -> None:
    karin.links(address)
    karin.tell(LOGOUT)
    assert events(capsys) == [("feedback_not_told", "no_address")]


def test_a_contact_without_a_login_or_with_one_that_failed_has_nobody_to_tell(
    karin: LoggedIn, capsys: pytest.CaptureFixture[str]
) -> None:
    karin.tell(USER_ACTIVE)
    karin.put(keys.session(karin.handle), contact=karin.contact, result="failed")
    karin.gives_view(login=karin.handle)
    karin.tell(USER_ACTIVE)
    assert events(capsys) == [("feedback_not_told", "no_login"), ("feedback_not_told", "no_result")]


# A website that does not do its part.


def redirects() -> Response:
    return Response(307, (("Location", "/elsewhere"),))


def hangs_up() -> Response:
    raise CloseWithoutAnswer


def never_answers() -> Response:
    raise NeverAnswer


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (redirects, "redirected"),
        (lambda: Response(500), "refused"),
        (lambda: Response(404, body=b"https://secret.example/"), "refused"),
        (lambda: Response(200, body=b"x" * 20_000), "no_answer"),
        (hangs_up, "no_answer"),
        (never_answers, "no_answer"),
    ],
)
def test_a_website_that_fails_is_an_event_and_is_not_asked_the_more_often(
    karin: LoggedIn,
    website: Website,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    reason: str,
) -> None:
    if answer is never_answers:
        monkeypatch.setattr(telling, "POST_SECONDS", 0.2)
    website.answer = answer
    karin.links(f"https://{website.host}/s")
    karin.tell(USER_ACTIVE)
    karin.tell(USER_ACTIVE)
    assert events(capsys) == [("feedback_not_told", reason), ("feedback_not_told", "told_before")]
    assert len(website.posted) == 1


def test_a_website_that_is_not_there_is_an_event_without_its_address(
    feedback_items: Items, feedback_config: Settings, clock: SteppingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    karin = LoggedIn(feedback_items, feedback_config, clock, "localhost:1")
    karin.links("https://localhost:1/secret")
    karin.tell(LOGOUT)
    written = capsys.readouterr().out
    assert '"reason":"no_answer"' in written
    assert "localhost" not in written
    assert "secret" not in written


def test_a_website_with_a_certificate_that_nobody_vouches_for_is_told_nothing(
    feedback_items: Items,
    feedback_config: Settings,
    clock: SteppingClock,
    website: Website,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    karin = LoggedIn(feedback_items, feedback_config, clock, website.host)
    karin.links(f"https://{website.host}/s")
    karin.tell(LOGOUT)
    assert website.posted == []


def test_a_table_that_does_not_answer_is_an_event_too(karin: LoggedIn, capsys: pytest.CaptureFixture[str]) -> None:
    over = soon().at_most(0.0)
    telling.tell(karin.parts, {"contact": karin.contact, "type": LOGOUT}, over)
    assert events(capsys) == [("feedback_not_told", "table_unavailable")]


# Who may ask.


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        {"contact": "11111111-aaaa-4000-8000-000000000001"},
        {"contact": "11111111-aaaa-4000-8000-000000000001", "type": "login"},
        {"contact": "11111111-aaaa-4000-8000-000000000001", "type": ["logout"]},
        {"contact": "a#b", "type": LOGOUT},
        {"contact": 1, "type": LOGOUT},
        {"contact": "11111111-aaaa-4000-8000-000000000001", "type": LOGOUT, "session_url": "https://evil.example/"},
        {"Name": "ContactFlowEvent", "Details": {"ContactData": {}, "Parameters": {}}},
    ],
)
def test_what_our_own_functions_do_not_ask_is_refused(karin: LoggedIn, event: object) -> None:
    with pytest.raises(BadEvent):
        telling.tell(karin.parts, event, soon())


def test_the_function_is_there_under_its_name(karin: LoggedIn, website: Website) -> None:
    app = load("connect_app", karin.clock)
    vars(app)["session_feedback_parts"] = lambda: karin.parts
    karin.links(f"https://{website.host}/s")
    assert app.session_feedback({"contact": karin.contact, "type": LOGOUT}, None) is None
    assert website.told == ["/s?type=logout"]
    with pytest.raises(BadEvent):
        app.session_feedback({"contact": karin.contact}, None)


# Asking.


@dataclass
class Lambda:
    """Takes invocations of `session_feedback`; `feedback` asks it."""

    tap: Tap
    events: list[Any] = field(default_factory=list)
    feedback: Feedback = field(init=False)


@pytest.fixture(scope="module")
def aws_lambda(ministack: MiniStack) -> Iterator[Lambda]:
    with (tap := Tap(ministack.url)).server, pytest.MonkeyPatch.context() as patch:
        for name, value in {**ministack.environment("400000000002"), "AWS_ENDPOINT_URL": tap.server.url}.items():
            patch.setenv(name, value)
        made = Lambda(tap)
        made.feedback = Feedback("countersign-session_feedback")
        yield made


def test_the_function_is_asked_without_waiting_for_what_comes_of_it(
    aws_lambda: Lambda, capsys: pytest.CaptureFixture[str]
) -> None:
    aws_lambda.tap.functions = {"countersign-session_feedback": aws_lambda.events.append}
    aws_lambda.feedback.ask("one", USER_ACTIVE)
    assert aws_lambda.events == [{"contact": "one", "type": "user_active"}]
    assert events(capsys) == []


def test_what_cannot_be_asked_is_an_event(aws_lambda: Lambda, capsys: pytest.CaptureFixture[str]) -> None:
    aws_lambda.tap.functions = {}
    aws_lambda.feedback.ask("one", LOGOUT)
    aws_lambda.tap.lambda_down = True
    aws_lambda.feedback.ask("one", LOGOUT)
    aws_lambda.tap.lambda_down = False
    assert events(capsys) == [
        ("feedback_not_asked", "ResourceNotFoundException"),
        ("feedback_not_asked", "ConnectionClosedError"),
    ]


def test_an_aws_that_never_answers_is_not_waited_for(
    account: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def silent(request: object) -> Response:
        asked.append(request)
        raise NeverAnswer

    with WebServer(silent) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        Feedback("countersign-session_feedback").ask("one", LOGOUT)
    assert events(capsys) == [("feedback_not_asked", "ReadTimeoutError")]
    assert len(asked) == 1


@pytest.mark.parametrize("missing", ["session_url_hosts", "session_feedback_function"])
def test_where_no_website_is_to_be_told_nobody_is_asked(feedback_config: Settings, missing: str) -> None:
    told = replace(feedback_config, session_url_hosts="good.example", session_feedback_function="f")
    assert asking(replace(told, **{missing: ""})) is None  # type: ignore[arg-type]
