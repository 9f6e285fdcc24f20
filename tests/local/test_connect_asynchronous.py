"""A function may run while the flow goes on: started, waited for, loaded."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect import Circumstances, Ending, Fault, LambdaFaults
from local.telephone import Call
from tests.flows.documents import action, compare, invoke, say, set_attributes
from tests.local.connect_calls import BYE, CALLER, FUNCTION, NUMBER, Centre, Function, Listener, branches, centre

ID = "$.LambdaInvocation.InvocationId"
ERROR = {"NoMatchingError": "done"}


def start(following: str, limit: str = "60") -> dict[str, Any]:
    block = invoke("start", FUNCTION, following, "done")
    block["Parameters"] |= {"InvocationType": "ASYNCHRONOUS", "InvocationTimeLimitSeconds": limit}
    return block


def wait(meanwhile: str | None = None, limit: str = "30", least: str = "1", awaited: str = ID) -> dict[str, Any]:
    parameters = {
        "TimeLimitSeconds": limit,
        "ContinueExecution": "TRUE",
        "MinimumWaitTimeSeconds": least,
        "InterruptibleEvents": {"LambdaReturned": {"AsyncLambdaCompletionEvent": {"Identifier": awaited}}},
    }
    tests = {"Equals LambdaReturned": "load", "Equals WaitCompleted": "done"}
    if meanwhile:
        tests["Equals Continue"] = meanwhile
    return action("wait", "Wait", parameters, "done", ERROR, tests)


LOAD = action("load", "LoadLambdaFunctionResult", {"LambdaInvocationId": ID}, "read", {**ERROR, "InProgress": "late"})
READ = set_attributes("read", "done", result="$.External.result")
LATE = say("late", "Not yet.", "done")
PLAYS = say("plays", "x" * 280, "wait")


def called(*actions: dict[str, Any], takes: float = 5.0, answer: object = None, **more: Any) -> tuple[Centre, Any]:
    function = Function([answer or {"result": "ok"}], takes_seconds=takes)
    tried = centre(*actions, LOAD, READ, LATE, *BYE, function=function, **more)
    return tried, tried.clock.now()


@pytest.mark.parametrize(("takes", "until"), [(5.0, 5.05), (0.2, 1.0)])
def test_the_caller_waits_until_the_function_has_answered_and_at_least_so_long(takes: float, until: float) -> None:
    tried, begun = called(start("wait"), wait(), takes=takes)
    run = tried.phone()
    assert branches(run)[:3] == [("start", "next"), ("wait", "Equals LambdaReturned"), ("load", "next")]
    assert run.attributes == {"result": "ok"}
    assert run.trace[2].at - begun == pytest.approx(until, abs=0.11)


def test_meanwhile_something_is_played_that_stops_when_the_function_answers() -> None:
    tried, begun = called(start("wait"), wait("plays"), PLAYS)
    person = Listener()
    run = tried.phone(person)
    assert branches(run)[1:3] == [("plays", "interrupted"), ("wait", "Equals LambdaReturned")]
    assert person.heard == ["Goodbye."]
    assert run.trace[3].at - begun == pytest.approx(5.05, abs=0.11)
    assert tried.transcript.longest_silence() < 0.2


def test_what_was_played_leads_back_to_waiting() -> None:
    tried, _ = called(start("wait"), wait("plays"), say("plays", "x" * 14, "wait"))
    run = tried.phone()
    assert branches(run)[1:4] == [("plays", "next"), ("wait", "interrupted"), ("wait", "Equals LambdaReturned")]


def test_meanwhile_the_call_may_end() -> None:
    tried, _ = called(start("wait"), wait("done"))
    assert tried.phone().ending is Ending.DISCONNECTED


@pytest.mark.parametrize("awaited", [ID, "$.Attributes.none"])
def test_a_wait_that_runs_out_takes_its_branch(awaited: str) -> None:
    tried, begun = called(start("wait"), wait(limit="10", awaited=awaited), takes=20.0 if awaited == ID else 1.0)
    run = tried.phone()
    assert branches(run)[1] == ("wait", "Equals WaitCompleted")
    assert run.trace[2].at - begun == pytest.approx(10)


def test_an_answer_that_is_not_there_yet_is_in_progress() -> None:
    tried, _ = called(start("load"))
    person = Listener()
    assert ("load", "InProgress") in branches(tried.phone(person))
    assert person.heard == ["Not yet.", "Goodbye."]


@pytest.mark.parametrize(
    ("takes", "answer", "faults"),
    [
        (61.0, None, {}),
        (1.0, {"result": 1}, {}),
        (1.0, None, dict.fromkeys(range(1, 5), Fault.RAISES)),
    ],
)
def test_an_invocation_that_fails_does_so_when_it_is_loaded(
    takes: float, answer: object, faults: dict[int, Fault]
) -> None:
    circumstances = Circumstances(LambdaFaults(faults))
    tried, _ = called(start("wait"), wait(limit="100"), takes=takes, answer=answer, circumstances=circumstances)
    run = tried.phone()
    assert branches(run)[1:3] == [("wait", "Equals LambdaReturned"), ("load", "NoMatchingError")]


def test_until_it_is_loaded_an_earlier_answer_stays() -> None:
    function = Function([{"result": "first"}, {"result": "second"}])
    first = invoke("first", FUNCTION, "start", "done")
    keep = set_attributes("keep", "wait", kept="$.External.result")
    tried = centre(first, start("keep"), keep, wait(), LOAD, READ, LATE, *BYE, function=function)
    assert tried.phone().attributes == {"kept": "first", "result": "second"}


def test_an_unknown_function_or_invocation_takes_the_error_branch() -> None:
    unknown = start("load")
    unknown["Parameters"]["LambdaFunctionARN"] = "arn:none"
    tried, _ = called(unknown)
    assert branches(tried.phone())[0] == ("start", "NoMatchingError")
    alone, _ = called(LOAD | {"Identifier": "alone"})
    assert branches(alone.phone())[0] == ("alone", "NoMatchingError")


def test_a_caller_may_hang_up_while_the_flow_waits() -> None:
    tried, _ = called(start("wait"), wait("plays"), say("plays", "Hold on.", "wait"), takes=20)
    run = tried.instance.run(Call(NUMBER, CALLER, Listener(), hangs_up_at=tried.clock.now() + 7))
    assert run.ending is Ending.CALLER_HUNG_UP


def test_a_flow_that_is_left_while_a_wait_goes_on_is_a_defect() -> None:
    leave = action("leave", "TransferToFlow", {"ContactFlowId": "main"}, "done", ERROR)
    tried, _ = called(start("wait"), wait("leave"), leave)
    run = tried.phone()
    assert run.ending is Ending.DEFECT
    assert "while a Wait goes on" in (run.defect or "")


def test_comparing_the_answer_comes_after_loading_it() -> None:
    check = compare("check", "$.External.result", "done", ok="late")
    tried, _ = called(start("check"), check)
    assert branches(tried.phone())[1] == ("check", "NoMatchingCondition")


@pytest.mark.parametrize("events", [{}, {"Events": ["CustomerReturned"]}, {"Events": ["BotParticipantDisconnected"]}])
def test_a_call_does_not_wait_for_what_only_chats_have(events: dict[str, Any]) -> None:
    block = action(
        "wait", "Wait", {"TimeLimitSeconds": "60", **events}, "done", ERROR, {"Equals WaitCompleted": "done"}
    )
    tried = centre(block, *BYE)
    begun = tried.clock.now()
    assert branches(tried.phone())[0] == ("wait", "NoMatchingError")
    assert tried.clock.now() - begun < 5


def test_a_call_goes_on_while_it_waits_for_a_time() -> None:
    parameters = {"TimeLimitSeconds": "30", "ContinueExecution": "TRUE"}
    tests = {"Equals WaitCompleted": "done", "Equals Continue": "plays"}
    tried = centre(action("wait", "Wait", parameters, "done", ERROR, tests), PLAYS, *BYE)
    begun = tried.clock.now()
    run = tried.phone()
    assert branches(run)[-3:] == [("wait", "Equals WaitCompleted"), ("done", "next"), ("bye", "end")]
    assert run.trace[-2].at - begun == pytest.approx(30, abs=0.2)
