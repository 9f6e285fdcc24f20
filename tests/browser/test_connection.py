from playwright.sync_api import expect

from tests.browser.scripted import login, nobody, view
from tests.browser.stage import FIRST, Stage, heading, settle


def test_what_was_seen_stays_when_the_service_does_not_answer_marked_as_old(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened()
    heading(screen, "Identified")

    for status in (503, 0):
        stage.api.status = status
        stage.context.clock.run_for(11_000)
        expect(screen.get_by_role("main")).to_contain_text("No connection since 05:57.")
        expect(screen.get_by_text("Karin Testsson")).to_be_visible()
        stage.api.status = 200
        stage.context.clock.run_for(11_000)
        expect(screen.get_by_role("main")).not_to_contain_text("No connection")


def test_a_service_that_never_answered_counts_for_nothing(stage: Stage) -> None:
    stage.api.status = 503
    screen = stage.opened()
    heading(screen, "No answer")

    stage.api.status = 200
    heading(screen, "Identified")


def test_a_service_that_does_not_even_say_how_agents_sign_in_is_asked_until_it_does(stage: Stage) -> None:
    stage.api.settings_status = 503
    screen = stage.opened()
    heading(screen, "No answer")

    stage.api.settings_status = 200
    heading(screen, "Identified")


def test_an_answer_that_is_none_of_ours_counts_for_nothing(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened()
    heading(screen, "Identified")

    stage.shows({"message": "Welcome to the company's proxy"})
    stage.context.clock.run_for(11_000)
    expect(screen.get_by_role("main")).to_contain_text("No connection since")


def test_a_right_that_is_taken_away_clears_the_screen(stage: Stage) -> None:
    screen = stage.opened()
    heading(screen, "Identified")

    stage.api.views.clear()
    heading(screen, "Nothing to see")
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)


def test_what_does_not_change_is_asked_for_less_and_less_and_a_change_brings_attention_back(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened(nobody())
    heading(screen, "Not identified")

    def asked_in(seconds: int) -> int:
        before = len(stage.api.asked)
        for _ in range(seconds // 2):
            stage.context.clock.run_for(2_000)
            settle(screen)
        return len(stage.api.asked) - before

    first, later = asked_in(10), asked_in(40)
    assert first >= 3
    assert later <= 7
    stage.shows(view())
    asked_in(12)
    heading(screen, "Identified")


def test_a_screen_that_comes_into_view_is_asked_for_at_once(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened(nobody())
    heading(screen, "Not identified")
    stage.workspace.desks["anna"].select("")
    for _ in range(12):  # until it is asked for seldom
        stage.context.clock.run_for(5_000)
        settle(screen)
    asked = len(stage.api.asked)
    while len(stage.api.asked) == asked:  # and will not be again for ten seconds
        stage.context.clock.run_for(1_000)
        settle(screen)

    stage.shows(view())
    stage.workspace.desks["anna"].select(FIRST)
    expect(screen.get_by_role("heading", level=1)).to_have_text("Identified", timeout=7_000)


def test_while_a_login_is_waited_for_the_screen_looks_every_second_and_a_half(stage: Stage) -> None:
    stage.context.clock.install()
    screen = stage.opened(nobody() | {"login": login("waiting")})
    heading(screen, "Not identified")

    def asked_by_now() -> tuple[int, float]:
        return len(stage.api.asked), float(screen.locator("main").evaluate("() => performance.now() / 1000"))

    asked, at = asked_by_now()
    for _ in range(15):
        stage.context.clock.run_for(2_000)
        settle(screen)
    asked_later, later = asked_by_now()
    assert (later - at) / 3 <= asked_later - asked <= (later - at) / 1.5 + 1
