"""What the table adapter makes of a network and of servers that fail, once or for good."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.clock import Deadline, SystemClock
from chalicelib.conditional_write import Absent, Record, Write
from chalicelib.errors import TableUnavailable
from chalicelib.handoff import Answered, Claim, Done, HandBack, Note, Outcome, Report, Step, Verdict
from chalicelib.table import items as table_items
from chalicelib.table import keys
from chalicelib.table.items import Items
from chalicelib.table.legs import Legs, hand_back_write
from tests.contract.fault_proxy import AnsweredInstead, AnswerLost, BadNetwork, Fault, RequestLost, bad_network
from tests.contract.patience import be_patient
from tests.model.course import BY_CODE, CLAIM, CLOSE, HAND_BACK, ISSUE, REDEEM, REPORT, TYPED, T

HANDLE, CODE = "leg-handle", "code-handle"

ONCE: dict[str, Fault] = {
    "answer lost": AnswerLost(),
    "request lost": RequestLost(),
    "throttled": AnsweredInstead.error(400, "ThrottlingException"),
    "throughput exceeded": AnsweredInstead.error(400, "ProvisionedThroughputExceededException"),
    "too many requests": AnsweredInstead.error(400, "RequestLimitExceeded"),
    "transaction conflict": AnsweredInstead.error(400, "TransactionConflictException"),
    "transaction in progress": AnsweredInstead.error(400, "TransactionInProgressException"),
    "server error": AnsweredInstead.error(500, "InternalServerError"),
    "unavailable": AnsweredInstead.error(503, "ServiceUnavailable"),
    "not even DynamoDB's": AnsweredInstead(502, "<html>Bad Gateway</html>"),
}
COURSES: dict[str, tuple[Step, ...]] = {
    "issue": (ISSUE,),
    "claim": (ISSUE, CLAIM),
    "note": (ISSUE, CLAIM, Note("CA1", T, 1, "unclear", 2)),
    "report": (ISSUE, CLAIM, REPORT),
    "report by code": (ISSUE, CLAIM, BY_CODE),
    "redeem": (ISSUE, CLAIM, REPORT, REDEEM),
    "redeem by code": (ISSUE, CLAIM, BY_CODE, TYPED),
    "close": (ISSUE, CLAIM, CLOSE),
}


@pytest.fixture
def network(ministack: Any, table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadNetwork]:
    be_patient(monkeypatch)
    with bad_network(ministack.url) as network:
        monkeypatch.setenv("AWS_ENDPOINT_URL", network.url)
        yield network


def soon() -> Deadline:
    return Deadline.after(60, SystemClock())


def take(legs: Legs, step: Step) -> Outcome:
    if isinstance(step, Report) and step.by_code:
        also = {keys.hand_back(CODE): hand_back_write(HandBack(step.at, step.verdict, HAND_BACK.facts))}
        return legs.report(step, HANDLE, also, soon())
    return legs.take(step, CODE if step == TYPED else HANDLE, soon())


def stands(items: Items) -> tuple[Record, Record]:
    return items.read(keys.leg(HANDLE), soon()), items.read(keys.hand_back(CODE), soon())


@pytest.mark.parametrize("fault", ONCE)
@pytest.mark.parametrize("course", COURSES)
def test_one_fault_changes_nothing_about_a_step(course: str, fault: str, network: BadNetwork, table: str) -> None:
    items = Items(table)
    legs = Legs(items)
    for step in COURSES[course][:-1]:
        take(legs, step)
    network.requests.clear()
    network.faults.append(ONCE[fault])
    outcome = take(legs, COURSES[course][-1])
    assert len(network.requests) == 2
    assert isinstance(outcome, Done | Answered)
    if isinstance(outcome, Answered):
        assert outcome.answer == ("abandoned" if course == "close" else "verified")
    leg, hand_back = stands(items)
    assert ("verdict" in leg) == (course.startswith(("report", "redeem")))
    assert ("answer" in hand_back) == (course == "redeem by code")
    assert hand_back.get("verdict") == ("verified" if "by code" in course else None)


def test_an_answer_that_is_not_dynamodbs_is_never_taken_for_no_item(network: BadNetwork, table: str) -> None:
    items = Items(table)
    legs = Legs(items)
    take(legs, ISSUE)
    network.faults.append(AnsweredInstead(200, "<html>Welcome</html>"))
    assert "issued_at" in items.read(keys.leg(HANDLE), soon())
    network.faults.extend([AnsweredInstead(200, "{}")] * 2)
    with pytest.raises(TableUnavailable):
        items.read(keys.leg(HANDLE), soon())
    network.faults.append(AnsweredInstead(200, "{}"))
    assert isinstance(take(legs, CLAIM), Done)


@pytest.mark.parametrize("fault", ONCE)
def test_two_faults_are_too_many_and_tell_the_caller_nothing(fault: str, network: BadNetwork, table: str) -> None:
    legs = Legs(Items(table))
    network.faults.extend([ONCE[fault]] * 2)
    with pytest.raises(TableUnavailable):
        legs.take(ISSUE, HANDLE, soon())
    assert len(network.requests) == table_items.ATTEMPTS


def test_a_verdict_whose_answer_was_lost_twice_is_still_there_for_the_contact_that_asks_again(
    network: BadNetwork, table: str
) -> None:
    legs = Legs(Items(table))
    for step in (ISSUE, CLAIM, REPORT):
        take(legs, step)
    network.faults.extend([AnswerLost(), AnswerLost()])
    with pytest.raises(TableUnavailable):
        legs.redeem(REDEEM, HANDLE, soon())
    told = legs.redeem(REDEEM, HANDLE, soon())
    assert isinstance(told, Answered)
    assert told.answer == Verdict.VERIFIED


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"])
def test_a_request_that_is_refused_as_such_is_not_sent_again(code: str, network: BadNetwork, table: str) -> None:
    network.faults.append(AnsweredInstead.error(400, code))
    with pytest.raises(TableUnavailable, match=code):
        Items(table).read(keys.leg(HANDLE), soon())
    assert len(network.requests) == 1


def test_a_cancelled_transaction_that_only_met_another_one_is_sent_again(network: BadNetwork, table: str) -> None:
    legs = Legs(Items(table))
    take(legs, ISSUE)
    take(legs, CLAIM)
    conflict = (
        '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"no",'
        '"CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]}'
    )
    network.faults.append(AnsweredInstead(400, conflict))
    assert isinstance(take(legs, BY_CODE), Done)
    network.faults.extend([AnsweredInstead(400, conflict)] * 2)
    with pytest.raises(TableUnavailable, match="TransactionConflict"):
        take(legs, BY_CODE)


def test_without_the_time_for_an_attempt_none_is_made(network: BadNetwork, table: str) -> None:
    seconds = table_items.ATTEMPT_SECONDS
    items = Items(table)
    with pytest.raises(TableUnavailable, match="no time"):
        items.read(keys.leg(HANDLE), Deadline(seconds - 0.01, lambda: 0.0))
    assert network.requests == []
    assert items.read(keys.leg(HANDLE), Deadline(seconds, lambda: 0.0)) == {}


def test_without_the_time_for_a_second_attempt_there_is_only_one(network: BadNetwork, table: str) -> None:
    network.faults.append(RequestLost())
    deadline = Deadline(2.5, lambda: 1.4 * len(network.requests))
    with pytest.raises(TableUnavailable):
        Items(table).read(keys.leg(HANDLE), deadline)
    assert len(network.requests) == 1


def test_a_table_that_nobody_serves_is_unavailable(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    with pytest.raises(TableUnavailable):
        Items(table).write(keys.leg(HANDLE), Write(Absent("kind"), {"kind": "leg"}), soon())


def test_a_table_that_never_answers_is_unavailable(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes as long as an attempt may take to read; a deadline that allows for one is kept."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        items = Items(table)
        with pytest.raises(TableUnavailable, match="ReadTimeoutError"):
            items.read(keys.leg(HANDLE), Deadline.after(1.5, SystemClock()))


def test_a_claim_that_was_lost_on_its_way_leaves_the_leg_to_be_claimed(network: BadNetwork, table: str) -> None:
    legs = Legs(Items(table))
    take(legs, ISSUE)
    network.faults.extend([RequestLost(), RequestLost()])
    with pytest.raises(TableUnavailable):
        take(legs, CLAIM)
    assert isinstance(legs.take(Claim("CA2", T, 60_000), HANDLE, soon()), Done)
