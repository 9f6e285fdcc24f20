"""What a call costs in requests to DynamoDB, counted between the product and the table."""

from __future__ import annotations

from local.centre import Centre
from local.demo import bankid
from local.demo.stage import KARINS_NUMBER, Stage, enrol_karin, verified
from local.people import Caller, voice


def asked_in_the_call(centre: Centre) -> int:
    """Without the one write that tells BankID's orders that a contact is over, whatever it was about."""
    return sum(request.kinds != ("bankid",) for request in centre.tap.requests)


def test_a_returning_caller_takes_at_most_seven_with_one_poll(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        verified(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER))
        polls = [request for request in centre.tap.requests if str(request) == "BatchGetItem leg"]
        assert len(polls) == 1
        assert asked_in_the_call(centre) <= 7


def test_a_first_call_with_three_enrolments_and_a_verification_takes_at_most_fourteen(stage: Stage) -> None:
    with stage.centre() as centre:
        verified(centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER))
        assert asked_in_the_call(centre) <= 14


def test_a_call_that_has_nothing_to_do_with_bankid_takes_one_more_when_it_is_over(stage: Stage) -> None:
    with stage.centre() as centre:
        verified(centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER))
        assert len(centre.tap.requests) == asked_in_the_call(centre) + 1


def test_a_call_by_bankid_takes_at_most_six_and_one_for_each_collect(stage: Stage) -> None:
    assert "collects" in bankid.identified(stage) + bankid.takes_time(stage) + bankid.never_opened(stage)


def test_nothing_scans_or_queries(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER)
        operations = {request.operation for request in centre.tap.requests}
    assert operations <= {"BatchGetItem", "UpdateItem", "TransactWriteItems"}
