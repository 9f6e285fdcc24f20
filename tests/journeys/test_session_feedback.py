"""The website where a caller logged in hears of the call, and the call does not wait for it."""

from __future__ import annotations

from local.centre import WEB_LOGIN_NUMBER, Centre
from local.demo.stage import KARINS_NUMBER, Stage
from local.people import Caller
from local.web_login.login import Visitor

KARIN = Visitor({"fullname": "Karin Testsson"}, session="karins")


def logged_in_and_called(centre: Centre) -> None:
    shown = centre.core.start("report_move")
    assert centre.core.login.succeeds(shown.attr_url, KARIN) == 200
    centre.call(Caller([]), KARINS_NUMBER, WEB_LOGIN_NUMBER, shown.dialled)


def branches(centre: Centre) -> list[tuple[str, str, float]]:
    """What the flow did, and when."""
    started = centre.connect.runs[-1].trace[0].at
    return [(step.action, step.branch, round(step.at - started, 3)) for step in centre.connect.runs[-1].trace]


def told(centre: Centre) -> list[tuple[str, str]]:
    return [(one.session, one.type) for one in centre.core.login.pages.told]


def test_a_website_hears_that_its_visitor_is_on_the_line_and_that_the_call_is_over(stage: Stage) -> None:
    with stage.centre() as centre:
        logged_in_and_called(centre)
        assert told(centre) == [("karins", "user_active"), ("karins", "logout")]
        functions = [line.what for line in centre.transcript.lines if line.who == "lambda" and "done" in line.what]
        assert functions == ["session_feedback: done", "contact_ended: done", "session_feedback: done"]


def test_a_website_that_answers_with_errors_changes_nothing_in_the_call(stage: Stage) -> None:
    with stage.centre() as centre:
        logged_in_and_called(centre)
        well = branches(centre)
    with stage.centre() as centre:
        centre.core.login.pages.answers = [500, 500]
        logged_in_and_called(centre)
        assert branches(centre) == well
