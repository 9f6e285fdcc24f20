"""What the service accepts and callers regret: silence, references to nothing, branches that are never taken."""

from __future__ import annotations

from typing import Any

import pytest

from flows.check import check
from tests.flows.documents import SETTINGS, action, compare, flow, hang_up, invoke, say, store_input

FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:weather"
ENDS = (say("say", "Bye.", "bye"), hang_up())


def found(*actions: dict[str, Any], module: bool = False) -> list[tuple[str | None, str]]:
    document = flow(*actions, *ENDS, settings=SETTINGS if module else None)
    return [(one.action, one.message) for one in check(document)]


def asks(identifier: str, following: str, seconds: int, **more: str) -> dict[str, Any]:
    call = invoke(identifier, FUNCTION, following, "say")
    call["Parameters"] |= {"InvocationTimeLimitSeconds": str(seconds), **more}
    return call


def waits(seconds: int, **meanwhile: str) -> dict[str, Any]:
    awaited = {"LambdaReturned": {"AsyncLambdaCompletionEvent": {"Identifier": "$.LambdaInvocation.InvocationId"}}}
    parameters = {"TimeLimitSeconds": str(seconds), "InterruptibleEvents": awaited}
    over = {"Equals WaitCompleted": "say", **meanwhile}
    return action("wait", "Wait", parameters, "say", {"NoMatchingError": "say"}, over)


def test_a_caller_is_told_before_a_long_wait_for_a_function() -> None:
    assert found(asks("call", "say", 5)) == [
        ("call", "The caller may hear nothing for 5 s: say something before this action")
    ]
    assert found(asks("call", "say", 4)) == []
    assert found(say("hold", "One moment.", "call"), asks("call", "say", 8)) == []


def test_being_told_once_is_good_for_one_wait() -> None:
    twice = (say("hold", "One moment.", "one"), asks("one", "two", 8), asks("two", "say", 8))
    assert [identifier for identifier, _ in found(*twice)] == ["two"]


@pytest.mark.parametrize("before", ["input", "module"])
def test_what_asks_the_caller_or_comes_from_a_module_has_been_heard(before: str) -> None:
    asked = store_input("before", "call")
    asked["Parameters"]["StoreInput"] = "False"
    every = ("NoMatchingCondition", "InputTimeLimitExceeded", "NoMatchingError")
    asked = action(
        "before",
        "GetParticipantInput",
        {"Text": "?", "InputTimeLimitSeconds": "5"},
        "call",
        dict.fromkeys(every, "say"),
    )
    ran = action(
        "before",
        "InvokeFlowModule",
        {"FlowModuleId": "m"},
        "call",
        {"NoMatchingError": "say", "NoMatchingCondition": "say"},
    )
    assert found(asked if before == "input" else ran, asks("call", "say", 8)) == []


def test_whoever_runs_a_module_has_told_the_caller() -> None:
    end = action("return", "EndFlowModuleExecution", {"Result": "Success"})
    call = invoke("call", FUNCTION, "return", "return")
    assert check(flow(call, end, settings=SETTINGS)) == ()


def test_a_function_that_only_starts_keeps_nobody_waiting_and_a_wait_without_music_does() -> None:
    start = asks("call", "wait", 60, InvocationType="ASYNCHRONOUS")
    hold = say("hold", "One moment.", "call")
    assert found(hold, start, waits(60)) == [("wait", "The caller may hear nothing for 60 s, even if told before")]
    music = say("music", "La la la.", "music-on")
    more = say("music-on", "La la.", "say")
    assert found(hold, start, waits(60, **{"Equals Continue": "music"}), music, more) == []


def test_a_round_without_a_word_is_found_and_one_that_takes_no_time_is_not() -> None:
    rounds = {"Equals ContinueLooping": "call", "Equals DoneLooping": "say"}
    loop = action("loop", "Loop", {"LoopCount": "9"}, "say", None, rounds)
    word = compare("word", "$.External.state", "say", ready="say", pending="loop")
    hold = say("hold", "One moment.", "loop")
    round_and_round = "Here the flow can go round and round without a word to the caller"
    assert found(hold, loop, asks("call", "word", 2), word) == [("call", round_and_round)]
    spoken = compare("word", "$.External.state", "say", ready="say", pending="hold")
    assert found(hold, loop, asks("call", "word", 2), spoken) == []
    counted = compare("call", "$.External.state", "say", ready="say", pending="loop")
    assert found(hold, loop, counted) == []


def test_what_an_agent_sees_in_a_guide_may_take_its_time() -> None:
    three = dict.fromkeys(("NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"), "say")
    view = action("view", "ShowView", {"ViewResource": {"Id": "v"}}, "say", three, {"Equals Again": "call"})
    assert found(asks("call", "view", 8), view) == []


@pytest.mark.parametrize("text", ["Hello $.Atributes.name.", "$.external.name", "Hello $.['first name']"])
def test_a_reference_to_nothing_is_found(text: str) -> None:
    [(identifier, message)] = found(say("hello", text, "say"))
    assert identifier == "hello"
    assert message.endswith(" names nothing that a flow knows")


@pytest.mark.parametrize("text", ["Hello $.Attributes.name.", "$.Attributes.['first name']", "It costs $.50 or $5."])
def test_references_to_something_and_prices_are_passed_over(text: str) -> None:
    assert found(say("hello", text, "say")) == []


def test_a_branch_that_stands_twice_is_found() -> None:
    word = compare("word", "$.External.state", "say", ready="say")
    word["Transitions"]["Conditions"] *= 2
    assert found(word) == [("word", "The branch Equals ready stands twice: only the first is taken")]


def test_an_error_that_stands_twice_is_refused() -> None:
    hello = say("hello", "Hello.", "say")
    hello["Transitions"]["Errors"] *= 2
    assert found(hello) == [(None, "Actions[0].Transitions.Errors: NoMatchingError stands twice")]
