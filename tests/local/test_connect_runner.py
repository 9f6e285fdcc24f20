"""The flow runner does with a contact, its data and its instance what the real service does."""

from __future__ import annotations

from typing import Any

import pytest

from flows.check import check
from local.connect import Circumstances, Ending, FlowRefusedError
from local.telephone import Asked, Call, Ended, Press
from tests.flows.documents import action, flow, hang_up, invoke, say, set_attributes
from tests.local.connect_calls import (
    BYE,
    CALLER,
    FUNCTION,
    HANG_UP,
    NUMBER,
    Centre,
    Function,
    Listener,
    branches,
    centre,
    leg,
    menu,
    to_queue,
)


def test_an_action_can_be_made_to_fail_with_an_error_of_its_own() -> None:
    tried = centre(
        say("hello", "Hello.", "done"), *BYE, circumstances=Circumstances(failing={"hello": "NoMatchingError"})
    )
    person = Listener()
    assert branches(tried.phone(person))[0] == ("hello", "NoMatchingError")
    assert person.heard == ["Goodbye."]


def test_priority_in_the_queue_changes_nothing_for_the_flow() -> None:
    run = centre(action("rank", "UpdateContactRoutingBehavior", {"QueuePriority": "1"}, "done"), *BYE).phone()
    assert branches(run)[0] == ("rank", "next")


def test_how_a_contact_began_is_in_its_events() -> None:
    function = Function([{"result": "ok"}])
    begun = Circumstances(initiation="TRANSFER")
    tried = centre(invoke("ask", FUNCTION, "done", "done"), *BYE, function=function, circumstances=begun)
    tried.phone()
    assert function.events[0]["Details"]["ContactData"]["InitiationMethod"] == "TRANSFER"
    assert tried.ended[0]["detail"]["initiationMethod"] == "TRANSFER"


def test_attributes_follow_the_contact_to_the_agent_and_flow_attributes_do_not() -> None:
    flow_attribute = {"FlowAttributes": {"b": {"Type": "String", "Value": "$.Attributes.a"}}}
    tried = centre(
        set_attributes("set", "set-flow", a="1"),
        action("set-flow", "UpdateFlowAttributes", flow_attribute, "copy", {"NoMatchingError": "copy"}),
        set_attributes("copy", "queue", c="$.FlowAttributes.b"),
        *to_queue(),
    )
    run = tried.phone()
    assert run.attributes == {"a": "1", "c": "1"}
    assert tried.agent.screens[0].attributes == {"a": "1", "c": "1"}


@pytest.mark.parametrize("attributes", [{"big": "x" * 40_000}, {"odd.key": "x"}, {"odd$key": "x"}])
def test_attributes_are_set_all_or_none(attributes: dict[str, str]) -> None:
    run = centre(set_attributes("set", "done", fine="1", **attributes), *BYE).phone()
    assert branches(run)[0] == ("set", "NoMatchingError")
    assert run.attributes == {}


def test_the_language_of_the_contact_reaches_the_functions() -> None:
    function = Function([{"result": "ok"}])
    data = action("data", "UpdateContactData", {"LanguageCode": "sv-SE"}, "call", {"NoMatchingError": "call"})
    centre(data, invoke("call", FUNCTION, "done", "done"), *BYE, function=function).phone()
    assert function.events[0]["Details"]["ContactData"]["LanguageCode"] == "sv-SE"


CALLBACK = {
    "InitialCallDelaySeconds": "60",
    "MaximumConnectionAttempts": "1",
    "RetryDelaySeconds": "60",
    "ContactFlowId": "other",
}


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (action("a", "PlayPrompt", {}, "done"), "PlayPrompt"),
        (
            action("a", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled", "Colour": "red"}, "done"),
            "Colour",
        ),
        (action("a", "StartVoiceIdStream", {}, "done", {"NoMatchingError": "done"}), "Voice ID ended"),
        (
            action("a", "UpdateContactData", {"WatchlistId": "w"}, "done", {"NoMatchingError": "done"}),
            "WatchlistId of UpdateContactData is not played: Voice ID ended",
        ),
        (
            action("a", "CompleteOutboundCall", {"VoiceConnector": {"VoiceConnectorType": "x"}}, "done"),
            "VoiceConnector of CompleteOutboundCall is not played: a connection by SIP",
        ),
        (
            action(
                "a",
                "TransferParticipantToThirdParty",
                {"VoiceConnector": {}, "ThirdPartyConnectionTimeLimitSeconds": "20", "ContinueFlowExecution": "False"},
                "done",
                {"NoMatchingError": "done"},
            ),
            "VoiceConnector of TransferParticipantToThirdParty is not played: a connection by SIP",
        ),
        (
            action("a", "CreateCallbackContact", CALLBACK, "done", {"NoMatchingError": "done"}),
            "ContactFlowId of CreateCallbackContact",
        ),
        (
            action(
                "a",
                "GetParticipantInput",
                {
                    "StoreInput": "True",
                    "InputTimeLimitSeconds": "5",
                    "InputValidation": {"PhoneNumberValidation": {"NumberFormat": "E164"}},
                },
                "done",
                {"NoMatchingError": "done", "InvalidPhoneNumber": "done"},
            ),
            "PhoneNumberValidation",
        ),
    ],
)
def test_what_the_runner_does_not_execute_is_refused_by_name(broken: dict[str, Any], named: str) -> None:
    assert any(named in finding.message for finding in check(flow(broken, *BYE)))
    with pytest.raises(FlowRefusedError, match=named):
        centre(broken, *BYE)


def test_a_reference_that_the_runner_does_not_know_ends_the_contact_and_is_named() -> None:
    run = centre(say("hello", "Hello $.Colour.Name.", "done"), *BYE).phone()
    assert run.ending is Ending.DEFECT
    assert "$.Colour.Name" in (run.defect or "")


def test_an_error_without_a_branch_is_a_defect_of_the_flow() -> None:
    queue = action("queue", "UpdateContactTargetQueue", {"QueueId": "arn:none"}, "done")
    run = centre(queue, *BYE).phone()
    assert (run.ending, run.defect) == (Ending.DEFECT, "queue has no branch for NoMatchingError")


def test_a_number_leads_to_a_flow_that_exists() -> None:
    with pytest.raises(KeyError, match="main"):
        Centre({"other": flow(*BYE)})


def test_the_instance_answers_at_its_numbers_and_keeps_every_contact() -> None:
    tried = centre(*BYE)
    assert tried.exchange.dial(Call(NUMBER, CALLER, Listener())) is Ended.FAR_END_HUNG_UP
    assert tried.instance.answer(Call("+46811111111", CALLER, Listener())) is Ended.FAILED
    assert [run.ending for run in tried.instance.runs] == [Ending.DISCONNECTED]


def test_the_end_of_each_contact_is_announced() -> None:
    tried = centre(say("hello", "Hello.", "done"), *BYE)
    run = tried.phone(Listener(reactions={"Hello": HANG_UP}))
    event = tried.ended[0]
    assert (event["source"], event["detail-type"]) == ("aws.connect", "Amazon Connect Contact Event")
    assert event["detail"]["eventType"] == "DISCONNECTED"
    assert event["detail"]["initialContactId"] == run.contact_id
    assert event["detail"]["disconnectReason"] == "CUSTOMER_DISCONNECT"


def test_a_call_inside_a_call_is_one_call_for_the_person() -> None:
    """As when a third party dials back into the instance."""
    back = "+46800000001"
    flows = {"main": flow(leg("False"), *BYE), "back": flow(say("back", "Back again.", "bye"), hang_up(), name="back")}
    tried = Centre(flows, numbers={back: "back"})
    tried.far_end.meanwhile = lambda call: tried.exchange.dial(Call(back, None, call.person))
    person, start = Listener(), tried.clock.now()
    tried.phone(person)
    assert person.heard == ["Back again."]
    assert [run.ending for run in tried.instance.runs] == [Ending.DISCONNECTED, Ending.THIRD_PARTY]
    assert tried.transcript._open == [(start, tried.clock.now())]


def test_a_person_is_asked_for_keys_only_where_keys_are_wanted() -> None:
    asked: list[Asked] = []

    class Attentive(Listener):
        def reacts(self, heard: str, asked_for: Asked) -> Press:
            asked.append(asked_for)
            return Press("1")

    centre(menu(k1="done"), *BYE).phone(Attentive())
    assert asked == [Asked.KEYS, Asked.NOTHING]
