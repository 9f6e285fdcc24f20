import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from local.cognito import Cognito
from tests.browser.scripted import login, nobody, proof, view
from tests.browser.signing import AS_SOMEBODY_ELSE, sign_in
from tests.browser.stage import FIRST, Stage, heading

_AXE = Path(__file__).parents[2] / "agent_page" / "node_modules" / "axe-core" / "axe.min.js"
_LONG = "W" * 120
_VIEWS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "identified": (view(), "Identified"),
    "too little": (
        view("low", proofs=[proof("voice", "low")], missing=["bankid"], login=login("waiting")),
        "Not identified well enough",
    ),
    "nobody": (nobody() | {"login": login("not_authenticated")}, "Not identified"),
    "ended": (view(proofs=[proof(left=-5)], missing=["bankid"]), "Not identified"),
    "conflict": (view("none", conflict=True, proofs=[proof(), proof("bankid", "high")]), "Proofs of different people"),
    "long words": (view(login=login(**{_LONG: _LONG}) | {"purpose_name": _LONG}), "Identified"),
}
_LANGUAGES = {"en": "Identified", "sv": "Identifierad", "nl": "Geïdentificeerd"}


@pytest.fixture(scope="module")
def axe() -> str:
    if not _AXE.exists():
        pytest.fail("there is no agent_page/node_modules: `make test` fetches it", pytrace=False)
    return _AXE.read_text()


def faults(frame: Frame, axe: str) -> list[str]:
    """What axe finds wrong with a frame, in short."""
    frame.evaluate(axe)  # by the browser's own tool, which the page's policy does not hold back
    found = frame.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{fault['id']}: {json.dumps([node['html'] for node in fault['nodes']])}" for fault in found["violations"]]


def in_both_colours(page: Page, frame: Frame, axe: str) -> list[str]:
    found = faults(frame, axe)
    page.emulate_media(color_scheme="dark")
    return found + faults(frame, axe)


def overflow(frame: Frame) -> int:
    return int(frame.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("state", _VIEWS)
def test_what_is_shown_of_a_caller_can_be_read_by_everybody_in_250_pixels_too(
    stage: Stage, axe: str, state: str
) -> None:
    shown, words = _VIEWS[state]
    stage.call(shown)
    page = stage.open()
    page.set_viewport_size({"width": 250, "height": 700})
    heading(stage.screen(page), words)

    frame = stage.frame(page)
    assert in_both_colours(page, frame, axe) == []
    assert overflow(frame) <= 0


@pytest.mark.parametrize("status", [404, 503, 401])
def test_so_can_the_screens_that_show_nobody(stage: Stage, axe: str, status: int) -> None:
    headings = {404: "Nothing to see", 503: "No answer", 401: "Sign in to see the caller"}
    if status == 401:
        stage.api.environment |= {"AGENT_LOGIN": "cognito", "COGNITO_DOMAIN": "https://login.example.com"}
    stage.api.status = 200 if status == 401 else status
    stage.call()
    page = stage.open()
    heading(stage.screen(page), headings[status])

    assert in_both_colours(page, stage.frame(page), axe) == []


def test_so_can_what_an_agent_sees_who_has_signed_in(stage: Stage, pool: Cognito, axe: str) -> None:
    page = stage.open()
    page.set_viewport_size({"width": 250, "height": 700})
    idle = stage.screen(page, "")
    sign_in(page, idle)
    expect(idle.get_by_role("button", name=AS_SOMEBODY_ELSE)).to_be_visible()

    assert in_both_colours(page, stage.frame(page, ""), axe) == []
    assert overflow(stage.frame(page, "")) <= 0


def test_so_can_what_is_marked_as_old(stage: Stage, axe: str) -> None:
    stage.context.clock.install()
    stage.call(view())
    page = stage.open()
    heading(stage.screen(page), "Identified")
    stage.api.status = 503
    stage.context.clock.run_for(11_000)
    stage.screen(page).get_by_role("main").get_by_text("No connection").wait_for()
    stage.context.clock.resume()

    assert in_both_colours(page, stage.frame(page), axe) == []


@pytest.mark.parametrize("language", _LANGUAGES)
def test_in_every_language_nothing_runs_over_the_edge(stage: Stage, language: str) -> None:
    stage.call(view(missing=["bankid", "web_login"]))
    page = stage.open(language)
    page.set_viewport_size({"width": 250, "height": 700})
    heading(stage.screen(page, FIRST), _LANGUAGES[language])

    assert overflow(stage.frame(page)) <= 0


def test_the_page_with_the_ccp_can_be_read_by_everybody(stage: Stage, axe: str) -> None:
    stage.call(view())
    page = stage.context.new_page()
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto(f"{stage.api.url}/ccp")
    heading(page.frame_locator("iframe[title='Caller']"), "Identified")

    assert in_both_colours(page, page.main_frame, axe) == []
