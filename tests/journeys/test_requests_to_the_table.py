"""What a call costs in requests to DynamoDB, counted between the product and the table."""

from __future__ import annotations

from local.demo.stage import KARINS_NUMBER, Stage, enrol_karin, verified
from local.people import Caller, voice


def test_a_returning_caller_takes_at_most_seven_with_one_poll(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        verified(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER))
        polls = [request for request in centre.tap.requests if str(request) == "BatchGetItem leg"]
        assert len(polls) == 1
        assert len(centre.tap.requests) <= 7


def test_a_first_call_with_three_enrolments_and_a_verification_takes_at_most_fourteen(stage: Stage) -> None:
    with stage.centre() as centre:
        verified(centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER))
        assert len(centre.tap.requests) <= 14


def test_nothing_scans_or_queries(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER)
        operations = {request.operation for request in centre.tap.requests}
    assert operations <= {"BatchGetItem", "UpdateItem", "TransactWriteItems"}
