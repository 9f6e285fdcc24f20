import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from local.cognito import Cognito
from tests.browser.scripted import view
from tests.browser.signing import AS_SOMEBODY_ELSE, NAME, PASSWORD, press, sign_in
from tests.browser.stage import FIRST, OTHER, Stage, handle, heading

_START = 1_800_000_000
_JUST_BEFORE_TEN = "09:59"  # an hour later in Stockholm, less the half minute in which a token is used no more


def name_in(token: str) -> str:
    """Whose access token it is."""
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["username"])


def test_nobody_is_shown_before_the_agent_has_signed_in_in_a_window_of_its_own(stage: Stage, pool: Cognito) -> None:
    stage.call(view())
    page = stage.open()
    screen = stage.screen(page)
    heading(screen, "Sign in to see the caller")
    assert stage.api.bearers == []

    sign_in(page, screen)
    heading(screen, "Identified")
    assert stage.api.bearers[0].count(".") == 2
    expect(screen.get_by_role("main")).to_be_focused()


def test_the_token_is_kept_in_memory_alone(stage: Stage, pool: Cognito) -> None:
    stage.call(view())
    page = stage.open()
    sign_in(page, stage.screen(page))
    heading(stage.screen(page), "Identified")

    kept = "() => [localStorage.length, sessionStorage.length]"
    assert stage.frame(page).evaluate(kept) == [0, 0]
    assert {cookie["name"] for cookie in stage.context.cookies()} == {"agent", "cognito"}  # theirs, not ours


def test_the_next_calls_screen_borrows_the_login_of_one_that_is_open(stage: Stage, pool: Cognito) -> None:
    page = stage.open()
    idle = stage.screen(page, "")
    heading(idle, "No call")
    sign_in(page, idle)
    expect(idle.get_by_role("main")).to_contain_text("You are signed in until ")

    stage.call(view())
    heading(stage.screen(page), "Identified")
    stage.call(view(), contact=OTHER, initial=OTHER)
    heading(stage.screen(page, OTHER), "Identified")
    assert pool.served["/oauth2/token"] == 1


@pytest.mark.parametrize("asleep", [False, True])
def test_when_the_login_ends_the_screen_for_no_contact_says_so(stage: Stage, pool: Cognito, asleep: bool) -> None:
    clock = stage.context.clock
    clock.install(time=_START)
    page = stage.open()
    idle = stage.screen(page, "")
    sign_in(page, idle)
    expect(idle.get_by_role("main")).to_contain_text(f"You are signed in until {_JUST_BEFORE_TEN}.")

    if asleep:  # the clock on the wall alone goes on, and no timer is called
        clock.set_system_time(_START + 3_600)
    else:  # the clock on the wall is set back
        clock.fast_forward(1_800_000)
        expect(idle.get_by_role("main")).to_contain_text("You are signed in until")
        clock.set_system_time(_START)
        clock.fast_forward(1_800_000)
    expect(idle.get_by_role("main")).to_contain_text("Who a caller is, is shown only to agents who have signed in.")
    expect(idle.get_by_role("main")).not_to_contain_text("You are signed in")


def test_a_token_that_is_no_longer_taken_clears_the_screen_and_asks_to_sign_in_again(
    stage: Stage, pool: Cognito
) -> None:
    stage.call(view())
    page = stage.open()
    screen = stage.screen(page)
    sign_in(page, screen)
    heading(screen, "Identified")

    old = stage.api.bearers[-1]
    stage.api.accepts = lambda bearer: bearer not in ("", old)
    heading(screen, "Sign in to see the caller")
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)
    window = press(page, screen)  # Cognito still knows the agent
    window.wait_for_event("close") if not window.is_closed() else None
    heading(screen, "Identified")


def test_an_agent_without_the_right_sees_nobody(stage: Stage, pool: Cognito) -> None:
    stage.call()
    stage.shows(view(), contact=OTHER)
    page = stage.open()
    sign_in(page, stage.screen(page))

    heading(stage.screen(page), "Nothing to see")


def test_who_takes_over_a_desk_signs_in_as_themselves_and_the_login_before_is_gone_everywhere(
    stage: Stage, pool: Cognito
) -> None:
    pool.add("bo", "b")
    stage.shows(view())
    page = stage.open()
    idle = stage.screen(page, "")
    sign_in(page, idle)
    expect(idle.get_by_role("main")).to_contain_text("You are signed in until")
    stage.call()
    stage.call(view(), contact=OTHER, initial=OTHER)
    heading(stage.screen(page, OTHER), "Identified")
    annas = stage.api.bearers[-1]
    stage.api.views.pop((handle(OTHER), OTHER))
    heading(stage.screen(page, OTHER), "Nothing to see")

    window = press(page, stage.screen(page, OTHER), AS_SOMEBODY_ELSE)
    window.wait_for_url(f"{pool.domain}/oauth2/authorize?**")  # which knows Anna, and asks all the same
    heading(stage.screen(page, OTHER), "Sign in to see the caller")
    for other in (FIRST, ""):
        expect(stage.screen(page, other).locator("main")).to_contain_text("Who a caller is, is shown only to agents")
    window.close()
    late = "token => new BroadcastChannel('countersign agent').postMessage({type: 'lent', token, lasts: 3600})"
    stage.frame(page, "").evaluate(late, annas)  # from a frame that had not heard yet
    stage.workspace.desks["anna"].select(FIRST)
    stage.api.bearers.clear()
    sign_in(page, stage.screen(page, FIRST), "bo", "b")  # in another frame, where Anna is not let in unasked either

    heading(stage.screen(page, FIRST), "Identified")
    stage.workspace.desks["anna"].select(OTHER)
    heading(stage.screen(page, OTHER), "Nothing to see")
    assert annas not in stage.api.bearers


def test_who_finds_somebody_else_signed_in_before_any_call_can_sign_in_too(stage: Stage, pool: Cognito) -> None:
    pool.add("bo", "b")
    page = stage.open()
    idle = stage.screen(page, "")
    sign_in(page, idle)
    sign_in(page, idle, "bo", "b", AS_SOMEBODY_ELSE)

    expect(idle.get_by_role("main")).to_contain_text("You are signed in until")
    stage.call(view())
    heading(stage.screen(page), "Identified")
    assert name_in(stage.api.bearers[-1]) == "bo"


def test_a_login_that_fails_says_so_and_can_be_tried_again(stage: Stage, pool: Cognito) -> None:
    stage.call(view())
    page = stage.open()
    screen = stage.screen(page)
    window = press(page, screen)
    expect(screen.get_by_role("main").get_by_text("Go on in the window that has opened.")).to_be_visible()
    window.wait_for_url(f"{pool.domain}/**")
    state = parse_qs(urlsplit(window.url).query)["state"][0]
    window.goto(f"{stage.api.url}/agent/signed-in?error=access_denied&state={state}", wait_until="commit")

    expect(screen.get_by_role("main").get_by_text("That did not work. Try again.")).to_be_visible()
    sign_in(page, screen)
    heading(screen, "Identified")


def test_a_code_that_somebody_else_asked_for_is_not_used(stage: Stage, pool: Cognito) -> None:
    stage.call(view())
    page = stage.open()
    screen = stage.screen(page)
    window = press(page, screen)
    window.wait_for_url(f"{pool.domain}/**")
    window.goto(f"{stage.api.url}/agent/signed-in?code=stolen&state=another", wait_until="commit")

    sign_in(page, screen)
    heading(screen, "Identified")
    assert pool.served["/oauth2/token"] == 1


def test_only_our_own_window_is_believed_about_a_login(stage: Stage, pool: Cognito) -> None:
    stage.call(view())
    page = stage.open()
    screen = stage.screen(page)
    window = press(page, screen)
    window.wait_for_url(f"{pool.domain}/**")
    state = parse_qs(urlsplit(window.url).query)["state"][0]

    told = {"type": "countersign:signed-in", "code": "stolen", "state": state}
    page.evaluate("told => document.querySelector('iframe:not([hidden])').contentWindow.postMessage(told, '*')", told)
    window.evaluate("told => window.opener.postMessage(told, '*')", told)
    window.close()
    sign_in(page, screen)
    heading(screen, "Identified")
    assert pool.served["/oauth2/token"] == 1


def test_all_can_be_done_with_the_keyboard(stage: Stage, pool: Cognito) -> None:
    stage.call(view())
    page = stage.open()
    screen = stage.screen(page, FIRST)
    button = screen.get_by_role("button", name="Sign in")
    expect(button).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    expect(button).to_be_focused()

    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    opened.value.get_by_label("Username").fill(NAME)
    opened.value.get_by_label("Password").fill(PASSWORD)
    with opened.value.expect_event("close"):
        opened.value.keyboard.press("Enter")
    heading(screen, "Identified")
