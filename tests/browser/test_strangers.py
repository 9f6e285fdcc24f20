import pytest
from playwright.sync_api import expect

from local.tls import Certificates
from local.web import Request, Response, WebServer
from tests.browser.scripted import login, view
from tests.browser.stage import FIRST, OTHER, Stage, handle, heading

_OUR_TAGS = {"div", "svg", "path", "h1", "h2", "p", "section", "dl", "dt", "dd", "bdi", "ul", "li", "strong", "small"}
_ATTACKS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "\u202egro.elpmaxe\u202c",
)


@pytest.mark.parametrize("attack", _ATTACKS)
def test_what_a_login_tells_is_text_whatever_it_looks_like(stage: Stage, attack: str) -> None:
    told = {"name": attack, "label": attack, "value": attack}
    data = login() | {"purpose": attack, "purpose_name": attack, "attributes": [told, {**told, "label": ""}]}
    proofs = [{**view()["proofs"][0], "level": attack}, {**view()["proofs"][0], "method": attack}]
    screen = stage.opened(view(login=data, proofs=[*view()["proofs"], *proofs], missing=[attack]))

    heading(screen, "Identified")
    expect(screen.get_by_role("definition").filter(has_text=attack)).to_have_count(3)
    tags = "() => [...document.querySelectorAll('main *')].map(one => one.localName)"
    found = set(screen.locator("body").evaluate(tags))
    assert found <= {
        "div",
        "svg",
        "path",
        "h1",
        "h2",
        "p",
        "section",
        "dl",
        "dt",
        "dd",
        "bdi",
        "ul",
        "li",
        "strong",
        "small",
    }


def test_no_script_of_the_screens_own_could_turn_text_into_elements(stage: Stage) -> None:
    screen = stage.opened()
    heading(screen, "Identified")

    attempts = "body => { try { body.innerHTML = '<b>theirs</b>' } catch (refused) { return refused.name } }"
    assert screen.locator("body").evaluate(attempts) == "TypeError"
    stage.complaints.clear()  # the browser tells of it on the console, too


def test_names_of_words_that_every_object_has_are_shown_as_they_are(stage: Stage) -> None:
    screen = stage.opened(view(proofs=[*view()["proofs"], {**view()["proofs"][0], "method": "constructor"}]))

    expect(screen.get_by_role("listitem").filter(has_text="constructor")).to_be_visible()


@pytest.mark.parametrize("level", ["", "HIGH", "constructor", "highest"])
def test_a_level_that_is_not_known_is_no_level(stage: Stage, level: str) -> None:
    heading(stage.opened(view(level)), "Not identified")


def test_a_foreign_page_may_not_frame_the_screen(stage: Stage, certificates: Certificates) -> None:
    page_of_theirs = f"<!doctype html><iframe title=ours src='{stage.api.url}/agent'></iframe>".encode()

    def answer(_: Request) -> Response:
        return Response(200, (("Content-Type", "text/html"),), page_of_theirs)

    stage.shows(view())
    with WebServer(answer, certificates.server_context()) as theirs:
        page = stage.context.new_page()
        with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
            page.goto(theirs.url)
    assert stage.api.asked == []
    stage.complaints.clear()  # that is the complaint which was waited for


def test_a_foreign_page_that_opens_the_screen_can_tell_it_nothing(stage: Stage, certificates: Certificates) -> None:
    def answer(_: Request) -> Response:
        return Response(200, (("Content-Type", "text/html"),), b"<!doctype html><title>theirs</title>")

    stage.shows(view())
    with WebServer(answer, certificates.server_context()) as theirs:
        page = stage.context.new_page()
        page.goto(theirs.url)
        with page.expect_popup() as opened:
            page.evaluate("url => { window.ours = open(url) }", f"{stage.api.url}/agent?host=ccp")
        ours = opened.value
        told = {"type": "countersign:call", "contact": FIRST, "initial": FIRST, "handle": handle(), "over": False}
        expect(ours.get_by_role("heading", level=1)).to_have_text("Open this in your agent workspace")
        page.evaluate("told => window.ours.postMessage(told, '*')", told)
        expect(ours.get_by_role("heading", level=1)).to_have_text("Open this in your agent workspace")
    assert stage.api.asked == []


def test_beside_the_ccp_only_our_own_page_says_which_call_is_in_view(stage: Stage) -> None:
    stage.shows(view(), contact=OTHER)
    page = stage.context.new_page()
    page.goto(f"{stage.api.url}/ccp")
    screen = page.frame_locator("iframe[title='Caller']")
    heading(screen, "No call")

    told = {"type": "countersign:call", "contact": OTHER, "initial": FIRST, "handle": handle(), "over": False}
    ccp = page.frame_locator("iframe[title='Contact Control Panel']")
    ccp.locator("body").evaluate("(_, told) => [0, 1].forEach(at => parent.frames[at].postMessage(told, '*'))", told)
    stage.call(view())
    heading(screen, "Identified")
    assert {one["contact"] for one in stage.api.asked} == {FIRST}
