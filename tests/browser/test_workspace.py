import pytest
from playwright.sync_api import Browser, expect

from local.workspace import Contact, Workspace
from tests.browser.scripted import NOW, ScriptedApi, login, nobody, proof, view
from tests.browser.stage import FIRST, OTHER, Stage, handle, heading, settle


def test_an_agent_sees_who_calls_how_that_was_proved_and_how_long_it_counts(stage: Stage) -> None:
    screen = stage.opened()

    heading(screen, "Identified")
    expect(screen.get_by_role("main")).to_contain_text("Assurance: substantial.")
    expect(screen.get_by_role("main")).to_contain_text("Report a move")
    expect(screen.get_by_role("definition").filter(has_text="Karin Testsson")).to_be_visible()
    expect(screen.get_by_role("listitem")).to_have_text("Web login, substantial, 3 min. agoends in 27 min., at 06:24")


def test_a_caller_who_proved_nothing_is_shown_as_such_with_what_is_still_possible(stage: Stage) -> None:
    screen = stage.opened(nobody())

    heading(screen, "Not identified")
    expect(screen.get_by_role("listitem")).to_have_text(["BankID", "Web login"])


def test_less_than_is_required_says_what_is_required(stage: Stage) -> None:
    screen = stage.opened(view("low", proofs=[proof("voice", "low")], missing=["bankid"], login={"state": "none"}))

    heading(screen, "Not identified well enough")
    expect(screen.get_by_role("main")).to_contain_text("Assurance: low. At least substantial is needed.")


def test_what_was_proved_too_long_ago_for_the_purpose_is_not_enough_any_more(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened(view(younger_than_seconds=300, proofs=[proof(age=190)]))
    heading(screen, "Identified")

    stage.shows(view(younger_than_seconds=300, proofs=[proof(age=190)], missing=["web_login"], now=NOW + 110))
    stage.context.clock.fast_forward(110_000)
    heading(screen, "Not identified well enough")
    expect(screen.get_by_role("main")).to_contain_text("At least substantial is needed, and what proves it is too old.")
    expect(screen.get_by_role("listitem").filter(has_text="Web login").last).to_have_text("Web login")


def test_where_nobody_can_say_what_is_required_nothing_is_enough(stage: Stage) -> None:
    screen = stage.opened(view("high", required="unknown", proofs=[proof("bankid", "high")]))

    heading(screen, "Not identified well enough")
    expect(screen.get_by_role("main")).to_contain_text("What is needed cannot be looked up at the moment.")


def test_proofs_of_different_people_show_no_data_of_either(stage: Stage) -> None:
    proofs = [proof(), proof("bankid", "high")]
    screen = stage.opened(view("none", conflict=True, proofs=proofs, missing=["bankid", "web_login"]))

    heading(screen, "Proofs of different people")
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)
    expect(screen.get_by_text("Still possible in this call")).to_have_count(0)


def test_a_login_that_is_under_way_and_one_that_failed_are_told_apart(stage: Stage) -> None:
    screen = stage.opened(nobody() | {"login": login("waiting")})
    expect(screen.get_by_role("main").get_by_text("has begun a web login and not finished it yet")).to_be_visible()

    stage.shows(nobody() | {"login": login("not_authenticated")})
    expect(screen.get_by_role("main").get_by_text("The caller’s web login did not succeed.")).to_be_visible()


def test_a_proof_that_arrives_during_the_call_appears_within_two_seconds(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened(nobody() | {"login": login("waiting")})
    heading(screen, "Not identified")

    stage.shows(view())
    stage.context.clock.run_for(2_000)
    heading(screen, "Identified")
    expect(screen.get_by_role("status")).to_have_text("Identified Assurance: substantial.")


def test_a_proof_ages_and_ends_before_the_eyes_of_the_agent_without_the_server(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened(view(proofs=[proof(left=300)]))
    heading(screen, "Identified")

    stage.api.status = 503
    stage.context.clock.fast_forward(120_000)
    expect(screen.get_by_role("listitem")).to_contain_text("5 min. ago")
    stage.context.clock.fast_forward(200_000)

    heading(screen, "Not identified")
    expect(screen.get_by_role("main").get_by_text("What proved who is calling has ended.")).to_be_visible()
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)
    expect(screen.get_by_role("listitem")).to_contain_text("ended")


def test_ages_go_by_the_servers_clock_not_by_the_browsers(stage: Stage) -> None:
    stage.context.clock.install(time=NOW + 86_400)
    screen = stage.opened()

    expect(screen.get_by_role("listitem")).to_contain_text("3 min. ago")


def test_a_transferred_call_leaves_one_agents_screen_and_is_on_the_others(stage: Stage) -> None:
    stage.call(view())
    anna = stage.open()
    heading(stage.screen(anna), "Identified")

    stage.call(view(), contact=OTHER, initial=FIRST, agent="bo")
    stage.workspace.desks["anna"].clear(FIRST)
    expect(anna.locator(f"iframe[title='App for contact {FIRST}']")).to_have_count(0)
    bo = stage.open(agent="bo")

    heading(stage.screen(bo, OTHER), "Identified")
    assert stage.api.asked[-1] == {"handle": handle(FIRST), "contact": OTHER, "language": "en"}


def test_after_the_call_it_stays_until_the_server_shows_no_more_and_is_asked_no_more(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened()
    heading(screen, "Identified")

    stage.workspace.desks["anna"].end(FIRST)
    expect(screen.get_by_text("Karin Testsson")).to_be_visible()
    stage.api.views.clear()
    stage.context.clock.fast_forward(10_000)

    heading(screen, "The call is over")
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)
    asked = len(stage.api.asked)
    stage.context.clock.run_for(60_000)
    settle(screen)
    assert len(stage.api.asked) == asked


def test_each_contact_has_its_own_screen(stage: Stage) -> None:
    stage.call(view())
    page = stage.open()
    heading(stage.screen(page), "Identified")

    stage.call(nobody(), contact=OTHER, initial=OTHER)
    heading(stage.screen(page, OTHER), "Not identified")
    stage.workspace.desks["anna"].select(FIRST)
    heading(stage.screen(page), "Identified")
    expect(stage.screen(page, OTHER).get_by_text("Karin Testsson")).to_have_count(0)


def test_a_handle_that_was_copied_from_another_call_shows_nobody(stage: Stage) -> None:
    stage.shows(view(), contact=OTHER, initial=FIRST)
    stage.workspace.desks["anna"].give(Contact(OTHER, OTHER, {"auth_view": handle(FIRST)}))

    heading(stage.screen(stage.open(), OTHER), "Nothing to see")
    assert stage.api.asked == []


def test_a_handle_that_is_given_out_while_the_agent_talks_is_found(stage: Stage) -> None:
    stage.context.clock.install()
    stage.shows(view())
    stage.workspace.desks["anna"].give(Contact(FIRST, FIRST))
    screen = stage.screen(stage.open())
    heading(screen, "Nothing to see")

    stage.workspace.desks["anna"].set_attributes(FIRST, auth_view=handle())
    stage.context.clock.run_for(4_000)
    heading(screen, "Identified")


def test_an_app_that_may_not_read_the_contact_says_so(stage: Stage) -> None:
    stage.workspace.permissions = ()
    heading(stage.opened(), "Not set up")
    stage.complaints.clear()  # the package writes the refusal on the console, too


def test_without_a_call_there_is_nobody_to_see(stage: Stage) -> None:
    page = stage.open()
    expect(page.locator("iframe")).to_have_count(1)
    stage.workspace.desks["anna"].select("")

    heading(stage.screen(page, ""), "No call")
    expect(stage.screen(page, "").get_by_role("button")).to_have_count(0)
    expect(stage.screen(page, "").get_by_role("main")).not_to_contain_text("signed in")


def test_the_page_alone_shows_nobody(stage: Stage) -> None:
    page = stage.context.new_page()
    page.goto(f"{stage.api.url}/agent")

    expect(page.get_by_role("heading", level=1)).to_have_text("Open this in your agent workspace")


@pytest.mark.parametrize(
    ("asked", "language", "words"),
    [("sv", "sv", "Identifierad"), ("nl-BE", "nl", "Geïdentificeerd"), ("xx", "en", "Identified")],
)
def test_the_language_that_the_address_asks_for_is_shown_as_what_it_is(
    stage: Stage, asked: str, language: str, words: str
) -> None:
    screen = stage.opened(language=asked)

    heading(screen, words)
    expect(screen.locator("html")).to_have_attribute("lang", language)
    assert stage.api.asked[-1]["language"] == language


def test_otherwise_it_is_the_browsers_language(browser: Browser, workspace: Workspace, api: ScriptedApi) -> None:
    context = browser.new_context(locale="sv-SE")
    heading(Stage(context, workspace, api).opened(), "Identifierad")
    context.close()
