from playwright.sync_api import FrameLocator, Page, expect

from local.workspace import Contact
from tests.browser.scripted import nobody, view
from tests.browser.stage import FIRST, OTHER, Stage, handle, heading


def opened(stage: Stage) -> tuple[Page, FrameLocator]:
    page = stage.context.new_page()
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto(f"{stage.api.url}/ccp")
    return page, page.frame_locator("iframe[title='Caller']")


def test_the_screen_beside_the_ccp_shows_the_call_that_the_agent_has(stage: Stage) -> None:
    page, screen = opened(stage)
    heading(screen, "No call")

    stage.call(view())
    heading(screen, "Identified")
    expect(screen.get_by_text("Karin Testsson")).to_be_visible()
    expect(page.frame_locator("iframe[title='Contact Control Panel']").get_by_text("anna")).to_be_visible()
    assert stage.api.asked[0] == {"handle": handle(), "contact": FIRST, "language": "en"}


def test_another_contact_takes_the_place_of_the_one_before(stage: Stage) -> None:
    stage.call(view())
    _, screen = opened(stage)
    heading(screen, "Identified")

    stage.call(nobody(), contact=OTHER, initial=OTHER)
    heading(screen, "Not identified")
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)
    stage.workspace.desks["anna"].select(FIRST)
    heading(screen, "Identified")


def test_nobody_is_shown_when_the_contact_is_closed_or_none_is_selected(stage: Stage) -> None:
    stage.call(view())
    _, screen = opened(stage)
    heading(screen, "Identified")

    stage.workspace.desks["anna"].select("")
    heading(screen, "No call")
    stage.workspace.desks["anna"].select(FIRST)
    heading(screen, "Identified")
    stage.workspace.desks["anna"].clear(FIRST)
    heading(screen, "No call")
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)


def test_after_the_call_nothing_to_see_is_the_last_word(stage: Stage) -> None:
    stage.call(view())
    _, screen = opened(stage)
    heading(screen, "Identified")

    stage.api.views.clear()
    stage.workspace.desks["anna"].end(FIRST)
    heading(screen, "The call is over")


def test_a_contact_without_a_handle_shows_nobody_until_it_has_one(stage: Stage) -> None:
    stage.shows(view())
    stage.workspace.desks["anna"].give(Contact(FIRST, FIRST))
    _, screen = opened(stage)
    heading(screen, "Nothing to see")

    stage.workspace.desks["anna"].set_attributes(FIRST, auth_view=handle())
    heading(screen, "Identified")


def test_a_transferred_call_is_shown_as_the_call_that_it_was(stage: Stage) -> None:
    stage.call(view(), contact=OTHER, initial=FIRST)
    _, screen = opened(stage)

    heading(screen, "Identified")
    assert stage.api.asked[0]["contact"] == OTHER
