"""The flow runner invokes Lambda functions as the real service does, its faults included."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect import Circumstances, ContactRun, Fault, LambdaFaults, Unset
from tests.flows.documents import action, flow, hang_up, invoke, say, set_attributes
from tests.local.connect_calls import CALLER, FUNCTION, NUMBER, Centre, Function, branches

OK = {"result": "ok", "level": "low"}


def centre(function: Function, circumstances: Circumstances | None = None, limit: str = "8", **more: Any) -> Centre:
    """One invocation; what it answered is copied to the attributes."""
    call = invoke("call", FUNCTION, "copy", "failed", step="start", leg="$.External.leg")
    call["Parameters"].update(InvocationTimeLimitSeconds=limit, **more)
    main = flow(
        call,
        set_attributes("copy", "failed", result="$.External.result"),
        say("failed", "Goodbye.", "bye"),
        hang_up(),
    )
    return Centre({"main": main}, function, circumstances=circumstances)


def faults(*kinds: Fault) -> Circumstances:
    return Circumstances(LambdaFaults(dict(enumerate(kinds, 1)), duplicate_after_seconds=2))


def succeeded(run: ContactRun) -> bool:
    return branches(run)[0] == ("call", "next")


def test_the_event_is_that_of_the_service() -> None:
    function = Function([OK])
    run = centre(function).phone()
    instance = "99999999-8888-7777-6666-555555555555"
    assert function.events[0] == {
        "Name": "ContactFlowEvent",
        "Details": {
            "ContactData": {
                "Attributes": {},
                "AwsRegion": "eu-central-1",
                "Channel": "VOICE",
                "ContactId": run.contact_id,
                "CustomerEndpoint": {"Address": CALLER, "Type": "TELEPHONE_NUMBER"},
                "CustomerId": None,
                "Description": None,
                "InitialContactId": run.contact_id,
                "InitiationMethod": "INBOUND",
                "InstanceARN": f"arn:aws:connect:eu-central-1:111122223333:instance/{instance}",
                "LanguageCode": "en-US",
                "MediaStreams": {"Customer": {"Audio": None}},
                "Name": None,
                "PreviousContactId": run.contact_id,
                "Queue": None,
                "References": {},
                "RelatedContactId": None,
                "SegmentAttributes": {
                    "connect:Subtype": {
                        "ValueString": "connect:Telephony",
                        "ValueArn": None,
                        "ValueInteger": None,
                        "ValueList": None,
                        "ValueMap": None,
                    }
                },
                "SystemEndpoint": {"Address": NUMBER, "Type": "TELEPHONE_NUMBER"},
                "Tags": {"aws:connect:instanceId": instance, "aws:connect:systemEndpoint": NUMBER},
            },
            "Parameters": {"step": "start"},
        },
    }


def test_a_withheld_number_is_no_endpoint() -> None:
    function = Function([OK])
    centre(function).phone(caller_id=None)
    assert function.events[0]["Details"]["ContactData"]["CustomerEndpoint"] is None


def test_every_contact_has_an_id_of_its_own() -> None:
    function = Function([OK])
    tried = centre(function)
    assert tried.phone().contact_id != tried.phone().contact_id


@pytest.mark.parametrize(
    ("unset", "expected"),
    [
        (Unset.ABSENT, {"step": "start"}),
        (Unset.NULL, {"step": "start", "leg": None}),
        (Unset.EMPTY, {"step": "start", "leg": ""}),
    ],
)
def test_a_parameter_that_is_not_set_arrives_in_each_of_three_ways(unset: Unset, expected: dict[str, Any]) -> None:
    function = Function([OK])
    centre(function, Circumstances(unset=unset)).phone()
    assert function.parameters == expected


def test_an_answer_replaces_the_one_before_it_whole() -> None:
    function = Function([{"result": "one", "leg": "1"}, {"result": "two"}])
    main = flow(
        invoke("one", FUNCTION, "two", "done"),
        invoke("two", FUNCTION, "copy", "done", leg="$.External.leg"),
        set_attributes("copy", "done", result="$.External.result", leg="$.External.leg"),
        say("done", "Goodbye.", "bye"),
        hang_up(),
    )
    run = Centre({"main": main}, function).phone()
    assert function.parameters == {"leg": "1"}
    assert run.attributes == {"result": "two", "leg": ""}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "ok",
        ["ok"],
        {"result": None},
        {"result": 1},
        {"result": True},
        {"result": {"word": "ok"}},
        {"result": "x" * 33_000},
    ],
)
def test_an_answer_that_is_no_flat_map_of_text_fails_the_invocation_without_a_retry(answer: object) -> None:
    function = Function([answer])
    run = centre(function).phone()
    assert not succeeded(run)
    assert len(function.events) == 1


def test_an_answer_as_json_may_be_deep() -> None:
    function = Function([{"result": {"word": "ok"}, "count": 3}])
    run = centre(function, ResponseValidation={"ResponseType": "JSON"}).phone()
    assert succeeded(run)


def test_a_function_that_raises_is_tried_four_times_and_then_failed() -> None:
    function = Function([ValueError("secret")])
    tried = centre(function)
    run = tried.phone()
    assert not succeeded(run)
    assert len(function.events) == 4
    assert all(event == function.events[0] for event in function.events)
    assert "secret" not in repr(run.trace) + repr(tried.transcript.lines)


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.SERVICE_ERROR, Fault.RAISES])
def test_what_fails_before_the_function_runs_is_tried_again(fault: Fault) -> None:
    function = Function([OK])
    assert succeeded(centre(function, faults(fault, fault, fault)).phone())
    assert len(function.events) == 1


def test_a_time_out_before_the_function_runs_is_not_tried_again() -> None:
    function = Function([OK])
    assert not succeeded(centre(function, faults(Fault.TIMES_OUT_BEFORE_COMMIT)).phone())
    assert function.events == []


def test_faults_of_one_function_count_its_own_attempts() -> None:
    function = Function([OK])
    own = LambdaFaults(functions={"arn:of:another": {1: Fault.TIMES_OUT_BEFORE_COMMIT}, FUNCTION: {1: Fault.RAISES}})
    assert succeeded(centre(function, Circumstances(own)).phone())
    assert len(function.events) == 1


def test_the_fourth_failure_is_the_last() -> None:
    function = Function([OK])
    assert not succeeded(centre(function, faults(*[Fault.THROTTLED] * 4)).phone())
    assert function.events == []


def test_a_function_whose_reply_is_lost_runs_again_with_the_same_event() -> None:
    function = Function([OK])
    assert succeeded(centre(function, faults(Fault.RAISES_AFTER_COMMIT)).phone())
    assert len(function.events) == 2
    assert function.events[0] == function.events[1]


def test_a_time_out_after_the_work_is_done_takes_the_error_branch_at_the_limit() -> None:
    function = Function([OK])
    tried = centre(function, faults(Fault.TIMES_OUT_AFTER_COMMIT))
    start = tried.clock.now()
    assert not succeeded(tried.phone())
    assert len(function.events) == 1
    assert tried.clock.now() - start == pytest.approx(8 + 8 / 14)


def test_a_late_duplicate_arrives_after_its_answer_was_used() -> None:
    function = Function([OK])
    tried = centre(function, faults(Fault.LATE_DUPLICATE))
    assert succeeded(tried.phone())
    assert len(function.events) == 1
    tried.clock.sleep(3)
    assert len(function.events) == 2


def test_faults_are_numbered_from_the_start_of_each_contact() -> None:
    function = Function([OK])
    tried = centre(function, faults(Fault.TIMES_OUT_AFTER_COMMIT))
    assert not succeeded(tried.phone())
    assert not succeeded(tried.phone())
    tried.instance.circumstances = Circumstances()
    assert succeeded(tried.phone())


@pytest.mark.parametrize(("seconds", "in_time"), [(2.9, True), (3.1, False)])
def test_a_function_has_as_long_as_the_flow_gives_it(seconds: float, in_time: bool) -> None:
    tried = centre(Function([OK], takes_seconds=seconds), limit="3")
    assert succeeded(tried.phone()) is in_time


def test_retries_stay_within_the_time_limit() -> None:
    function = Function([ValueError()], takes_seconds=2)
    tried = centre(function, limit="5")
    assert not succeeded(tried.phone())
    assert len(function.events) == 3


def test_waiting_for_a_function_is_silence() -> None:
    tried = centre(Function([OK], takes_seconds=6))
    tried.phone()
    assert tried.transcript.longest_silence() == pytest.approx(6, abs=0.1)


def test_a_function_that_does_not_exist_takes_the_error_branch() -> None:
    main = flow(invoke("call", FUNCTION + "-none", "done", "done"), say("done", "Goodbye.", "bye"), hang_up())
    assert branches(Centre({"main": main}).phone())[0] == ("call", "NoMatchingError")


def test_the_function_and_the_flow_share_nothing_but_json() -> None:
    kept: list[dict[str, Any]] = []

    def function(event: dict[str, Any]) -> dict[str, str]:
        event["Details"]["ContactData"]["Attributes"]["auth_result"] = "verified"
        kept.append(event)
        return {"result": "ok"}

    main = flow(invoke("call", FUNCTION, "done", "done"), say("done", "Goodbye.", "bye"), hang_up())
    run = Centre({"main": main}, function).phone()
    assert kept
    assert run.attributes == {}


def test_the_queue_is_in_the_event_once_it_is_set() -> None:
    function = Function([OK])
    queue = action(
        "queue", "UpdateContactTargetQueue", {"QueueId": "arn:queue:tried"}, "call", {"NoMatchingError": "done"}
    )
    main = flow(queue, invoke("call", FUNCTION, "done", "done"), say("done", "Goodbye.", "bye"), hang_up())
    Centre({"main": main}, function).phone()
    assert function.events[0]["Details"]["ContactData"]["Queue"] == {
        "ARN": "arn:queue:tried",
        "Name": "tried",
        "OutboundCallerId": None,
    }
