"""The flow runner hands callers on as the real service does."""

from __future__ import annotations

import pytest

from local.connect import Circumstances, Ending
from local.telephone import Call, Ended
from tests.flows.documents import action, compare, flow, hang_up, invoke, say, set_attributes
from tests.local.connect_calls import (
    BYE,
    CALLER,
    FUNCTION,
    NUMBER,
    THIRD_PARTY,
    Centre,
    FarEnd,
    Function,
    Listener,
    branches,
    centre,
    leg,
    to_queue,
)


def test_an_agent_of_the_queue_answers_and_the_flow_is_over() -> None:
    tried = centre(*to_queue())
    run = tried.phone()
    assert (run.ending, run.queue) == (Ending.AGENT, "tried")
    assert branches(run)[-1] == ("to-queue", "end")
    assert tried.agent.screens[0].caller == CALLER
    assert run.ended is Ended.FAR_END_HUNG_UP


def test_a_full_queue_a_missing_queue_and_no_queue_take_their_branches() -> None:
    assert ("to-queue", "QueueAtCapacity") in branches(centre(*to_queue(), queue_is_full=True).phone())
    assert branches(centre(*to_queue("arn:none")).phone())[0] == ("queue", "NoMatchingError")
    assert branches(centre(*to_queue()[1:]).phone())[0] == ("to-queue", "NoMatchingError")


def test_a_leg_gets_the_number_the_touch_tones_and_the_caller_id_of_the_flow() -> None:
    tried = centre(leg(ThirdPartyDTMFDigits=",,0123456789#", CallerId={"Number": "$.SystemEndpoint.Address"}), *BYE)
    person = Listener()
    run = tried.phone(person)
    assert tried.far_end.calls == [Call(THIRD_PARTY, NUMBER, person, ",,0123456789#", 20.0)]
    assert (run.trace[0].branch, run.trace[0].note) == ("next", "11 touch-tones")


@pytest.mark.parametrize("caller", [CALLER, None])
def test_without_a_caller_id_of_its_own_a_leg_presents_the_callers_number(caller: str | None) -> None:
    tried = centre(leg(), *BYE)
    tried.phone(caller_id=caller)
    assert tried.far_end.calls[0].caller_id == caller


@pytest.mark.parametrize(
    ("end", "branch"),
    [
        (Ended.FAR_END_HUNG_UP, "next"),
        (Ended.FAILED, "CallFailed"),
        (Ended.NO_ANSWER, "ConnectionTimeLimitExceeded"),
        (Ended.CALLER_HUNG_UP, "end"),
    ],
)
def test_a_leg_takes_the_branch_of_how_it_ended(end: Ended, branch: str) -> None:
    run = centre(leg(), *BYE, far_end=FarEnd([end])).phone()
    assert branches(run)[0] == ("leg", branch)
    assert (run.ending is Ending.CALLER_HUNG_UP) == (end is Ended.CALLER_HUNG_UP)


def test_a_number_that_nobody_has_fails_the_call() -> None:
    run = centre(leg(ThirdPartyPhoneNumber="+46899999999"), *BYE).phone()
    assert branches(run)[0] == ("leg", "CallFailed")


@pytest.mark.parametrize(
    "more", [{"ThirdPartyPhoneNumber": "$.External.none"}, {"ThirdPartyDTMFDigits": "$.Attributes.x"}]
)
def test_a_leg_without_a_number_or_with_odd_touch_tones_is_not_dialled(more: dict[str, str]) -> None:
    tried = centre(set_attributes("set", "leg", x="12ab"), leg(**more), *BYE)
    assert branches(tried.phone())[1] == ("leg", "NoMatchingError")
    assert tried.far_end.calls == []


def test_a_flow_that_does_not_continue_is_over_with_the_leg() -> None:
    run = centre(leg("False"), *BYE).phone()
    assert run.ending is Ending.THIRD_PARTY
    failed = centre(leg("False"), *BYE, far_end=FarEnd([Ended.FAILED])).phone()
    assert branches(failed)[0] == ("leg", "NoMatchingError")


def test_a_delay_before_resuming_passes_in_silence_leg_by_leg() -> None:
    second = {**leg(), "Identifier": "second"}
    first = leg()
    first["Transitions"]["NextAction"] = "second"
    tried = centre(first, second, *BYE, circumstances=Circumstances(resume_delays_seconds=(12,)))
    start = tried.clock.now()
    tried.phone()
    assert tried.transcript.longest_silence() == pytest.approx(12)
    assert tried.clock.now() - start == pytest.approx(12 + 8 / 14)


def test_another_flow_takes_over_with_attributes_and_without_lambda_results() -> None:
    function = Function([{"result": "ok"}])
    transfer = action("move", "TransferToFlow", {"ContactFlowId": "other"}, "done", {"NoMatchingError": "done"})
    first = flow(set_attributes("set", "call", a="1"), invoke("call", FUNCTION, "move", "done"), transfer, *BYE)
    other = flow(
        compare("c", "$.External.result", "say", ok="say"), say("say", "Other.", "bye"), hang_up(), name="other"
    )
    run = Centre({"main": first, "other": other}, function).phone()
    assert branches(run)[-3:] == [("c", "NoMatchingCondition"), ("say", "next"), ("bye", "end")]
    assert run.attributes == {"a": "1"}


def test_a_missing_flow_takes_the_error_branch() -> None:
    transfer = action("move", "TransferToFlow", {"ContactFlowId": "none"}, "done", {"NoMatchingError": "done"})
    assert branches(centre(transfer, *BYE).phone())[0] == ("move", "NoMatchingError")
