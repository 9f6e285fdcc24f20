"""What a call costs in requests to DynamoDB, counted between the product and the table."""

from __future__ import annotations

from local.centre import Centre
from local.demo import bankid, web_login
from local.demo.stage import KARINS_NUMBER, Stage, enrol_karin, verified
from local.people import Caller, voice

_AFTER_A_CALL = ["UpdateItem bankid", "UpdateItem contact"]
"""By which a contact's end is noted, whatever it was about."""


def asked_in_the_call(centre: Centre) -> int:
    """In the one call that there was."""
    assert [str(request) for request in centre.tap.requests[-2:]] == _AFTER_A_CALL
    return len(centre.tap.requests) - len(_AFTER_A_CALL)


def agent_saw_a_handle(centre: Centre, queue: str = "verified") -> bool:
    return centre.agents[queue].screens[-1].attributes["auth_view"] != "none"


def test_a_returning_caller_takes_at_most_seven_with_one_poll(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        verified(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER))
        polls = [request for request in centre.tap.requests if str(request) == "BatchGetItem leg"]
        assert len(polls) == 1
        assert asked_in_the_call(centre) <= 7
        assert agent_saw_a_handle(centre)


def test_a_first_call_with_three_enrolments_and_a_verification_takes_at_most_fourteen(stage: Stage) -> None:
    with stage.centre() as centre:
        verified(centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER))
        assert asked_in_the_call(centre) <= 14
        assert agent_saw_a_handle(centre)


def test_who_is_not_verified_takes_one_for_the_agents_screen(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.call(Caller([]), None)
        assert [str(request) for request in centre.tap.requests] == ["UpdateItem contact", *_AFTER_A_CALL]
        assert agent_saw_a_handle(centre, "not_verified")


def test_a_call_by_bankid_takes_at_most_six_and_one_for_each_collect(stage: Stage) -> None:
    assert "collects" in bankid.identified(stage) + bankid.takes_time(stage) + bankid.never_opened(stage)


def test_a_linked_session_takes_at_most_five_whichever_of_result_and_call_comes_first(stage: Stage) -> None:
    assert web_login.identified(stage).endswith("4 requests to the table")
    assert web_login.logs_in_late(stage).endswith("5 requests to the table")


def test_nothing_scans_or_queries(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER)
        operations = {request.operation for request in centre.tap.requests}
    assert operations <= {"BatchGetItem", "UpdateItem", "TransactWriteItems"}
