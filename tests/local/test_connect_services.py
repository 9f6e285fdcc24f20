"""What flows ask of other services, have made for somebody outside the call, or set for later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flows.check import check
from flows.findings import Severity
from flows.language import ACTIONS, BEYOND
from local.connect import Circumstances, Ending, Queue, Reply
from local.connect.actions import PIECES
from local.connect.flow_set import FlowRefusedError, FlowSet
from local.telephone import Press
from tests.flows.action_types import PARAMETERS
from tests.flows.documents import action, compare, flow, say, set_attributes, store_input
from tests.local.connect_calls import BYE, CALLER, QUEUE, Centre, Listener, branches, centre

ERROR = {"NoMatchingError": "failed"}
FAILED = say("failed", "No.", "done")


def test_every_type_of_the_language_is_executed_or_refused_with_a_reason() -> None:
    assert [kind for kind in PARAMETERS if kind not in PIECES and not BEYOND.get(kind)] == []
    assert not PIECES.keys() & BEYOND.keys()
    assert PIECES.keys() == ACTIONS.keys()


@pytest.mark.parametrize("kind", [kind for kind in PARAMETERS if kind in PIECES])
def test_every_parameter_is_honoured_or_refused_with_a_reason(kind: str) -> None:
    honoured, refused = PIECES[kind].understands, {path for path, why in ACTIONS[kind].beyond.items() if why}
    assert honoured | {path for path in refused if "." not in path} == set(PARAMETERS[kind])
    assert not honoured & refused


@pytest.mark.parametrize("kind", PARAMETERS)
def test_what_the_runner_refuses_the_checker_tells_and_every_parameter_is_known(kind: str) -> None:
    names = PARAMETERS[kind]
    for given in ([name] for name in names) if names else [[]]:
        document = flow(action("a", kind, dict.fromkeys(given, "x"), "done", ERROR), FAILED, *BYE)
        told = [one for one in check(document) if one.severity is Severity.ERROR or "is not played: " in one.message]
        assert refused_by_the_runner(document) == [str(replace(one, severity=Severity.ERROR)) for one in told]
        errors = [one.message for one in told]
        assert [error for error in errors if "Invalid Action property name" in error and "Parameters" in error] == []


def refused_by_the_runner(document: dict[str, Any]) -> list[str]:
    try:
        FlowSet({"main": document})
    except FlowRefusedError as refused:
        return str(refused).splitlines()[1:]
    return []


# Metrics.


def get_metrics(following: str, **parameters: str) -> dict[str, Any]:
    return action("get", "GetMetricData", parameters, following, {"NoMatchingError": "done"})


@pytest.mark.parametrize(("queue", "size"), [(QUEUE, "7"), ("arn:busy", "40")])
def test_metrics_are_those_of_the_queue_that_is_named(queue: str, size: str) -> None:
    busy = Queue("arn:busy", "busy", metrics={"NumberOfContactsInQueue": 40})
    read = set_attributes("read", "done", size="$.Metrics.Queue.Size", staffed="$.Metrics.Agents.Staffed.Count")
    known = Circumstances(metrics={"NumberOfContactsInQueue": 7, "NumberOfAgentsStaffed": 2})
    tried = centre(get_metrics("read", QueueId=queue), read, *BYE, queues=(busy,), circumstances=known)
    assert tried.phone().attributes == {"size": size, "staffed": "2"}


def test_a_metric_is_compared_queue_by_queue() -> None:
    empty, full = (Queue(f"arn:{count}", "q", metrics={"NumberOfContactsInQueue": count}) for count in (0, 9))

    def check(identifier: str, queue: Queue, following: str) -> dict[str, Any]:
        parameters = {"MetricType": "NumberOfContactsInQueue", "QueueId": queue.arn}
        errors = {"NoMatchingError": "done", "NoMatchingCondition": following}
        tests = {"NumberGreaterThan 5": following}
        return action(identifier, "CheckMetricData", parameters, following, errors, tests)

    run = centre(check("a", empty, "b"), check("b", full, "done"), *BYE, queues=(empty, full)).phone()
    assert branches(run)[:2] == [("a", "NoMatchingCondition"), ("b", "NumberGreaterThan 5")]


@pytest.mark.parametrize("parameters", [{}, {"QueueChannel": "Chat"}])
def test_metrics_that_nobody_knows_take_the_error_branch(parameters: dict[str, str]) -> None:
    known = Circumstances(metrics={"NumberOfAgentsStaffed": 2} if parameters else {})
    assert (
        branches(centre(get_metrics("done", **parameters), *BYE, circumstances=known).phone())[0][1]
        == "NoMatchingError"
    )


# Calling back.


def callback(following: str = "done", **more: str) -> dict[str, Any]:
    parameters = {"InitialCallDelaySeconds": "60", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "60", **more}
    return action("later", "CreateCallbackContact", parameters, following, ERROR)


def number(following: str, failed: str = "failed") -> dict[str, Any]:
    parameters = {"CallbackNumber": "$.StoredCustomerInput"}
    errors = dict.fromkeys(("InvalidCallbackNumber", "CallbackNumberNotDialable"), failed)
    return action("number", "UpdateContactCallbackNumber", parameters, following, errors)


def test_a_callback_is_written_down_and_can_be_made() -> None:
    tried = centre(set_attributes("set", "later", who="Karin"), callback(QueueId=QUEUE), FAILED, *BYE)
    run = tried.phone()
    [made] = run.made
    assert (made.what, made.details["number"], made.details["queue"]) == ("CreateCallbackContact", CALLER, QUEUE)
    begun = tried.clock.now()
    back = tried.instance.call_back(run, Listener())
    assert (back.ending, back.queue, back.attributes) == (Ending.AGENT, "tried", {"who": "Karin"})
    assert tried.clock.now() - begun == 60
    assert tried.ended[1]["detail"]["initiationMethod"] == "CALLBACK"
    with pytest.raises(LookupError, match="no callback"):
        tried.instance.call_back(back, Listener())


def test_a_number_to_call_back_is_one_that_can_be_dialled() -> None:
    ask = store_input("ask", "number", InputValidation={"CustomValidation": {"MaximumLength": "12"}})
    # No key is a plus sign: a flow completes what was typed before it sets the number.
    run = centre(ask, number("later"), callback(QueueId=QUEUE), FAILED, *BYE).phone(Listener(["46700000002"]))
    assert ("number", "InvalidCallbackNumber") in branches(run)
    known = {"CallbackNumber": "$.CustomerEndpoint.Address"}
    good = {**number("later"), "Parameters": known}
    assert centre(good, callback(QueueId=QUEUE), FAILED, *BYE).phone().made[0].details["number"] == CALLER


def test_a_callback_needs_a_queue_and_a_number() -> None:
    assert ("later", "NoMatchingError") in branches(centre(callback(), FAILED, *BYE).phone())
    withheld = centre(callback(QueueId=QUEUE), FAILED, *BYE).phone(caller_id=None)
    assert ("later", "NoMatchingError") in branches(withheld)


@pytest.mark.parametrize(("initiation", "ending"), [("OUTBOUND", Ending.DISCONNECTED), ("INBOUND", Ending.DEFECT)])
def test_a_call_is_completed_only_where_the_contact_centre_places_it(initiation: str, ending: Ending) -> None:
    complete = action("complete", "CompleteOutboundCall", {"ConnectionTimeLimitSeconds": "30"}, "done")
    assert centre(complete, *BYE, circumstances=Circumstances(initiation=initiation)).phone().ending is ending


# Other services.


def bot(**more: Any) -> dict[str, Any]:
    parameters = {"Text": "How can I help?", "LexV2Bot": {"AliasArn": "arn:bot"}, **more}
    errors = {"NoMatchingError": "failed", "NoMatchingCondition": "failed"}
    return action("bot", "ConnectParticipantWithLexBot", parameters, "read", errors, {"Equals Order": "read"})


READ = set_attributes("read", "done", item="$.Lex.Slots.item", intent="$.Lex.IntentName")
ORDER = Reply({"IntentName": "Order", "Slots": {"item": "book"}})


@pytest.mark.parametrize(
    ("replies", "branch"),
    [
        ((ORDER,), "Equals Order"),
        ((Reply({"IntentName": "Other"}),), "NoMatchingCondition"),
        ((Reply(error="NoMatchingError"),), "NoMatchingError"),
        ((), "NoMatchingError"),
    ],
)
def test_a_bot_takes_the_branch_of_its_intent(replies: tuple[Reply, ...], branch: str) -> None:
    person = Listener()
    chats = {"LexInitializationData": {"InitialMessage": "Hi."}, "LexTimeoutSeconds": {"Text": "60"}}
    run = centre(bot(**chats), READ, FAILED, *BYE, circumstances=Circumstances(replies={"bot": replies})).phone(person)
    assert branches(run)[0] == ("bot", branch)
    assert person.heard[0] == "How can I help?"
    if branch == "Equals Order":
        assert run.attributes == {"item": "book", "intent": "Order"}


def test_a_bot_empties_the_buffer_and_what_is_typed_for_it_is_not_the_flows() -> None:
    on = action("on", "GetParticipantInput", {"EnableDTMFBuffer": "true"}, "long", ERROR)
    ask = {**bot(), "Transitions": {**bot()["Transitions"], "Conditions": []}}
    ask["Transitions"]["Errors"][1]["NextAction"] = "read"
    blocks = (on, say("long", "x" * 140, "bot"), ask, store_input("read", "done"), FAILED, *BYE)
    tried = centre(*blocks, circumstances=Circumstances(replies={"bot": (Reply(),)}))
    run = tried.phone(Listener(reactions={"How can": Press("99")}), digits="123")
    assert [step.note for step in run.trace if step.action == "read"] == ["nothing typed"]


PROFILE = {"ProfileRequestData": {"IdentifierName": "_phone", "IdentifierValue": "$.CustomerEndpoint.Address"}}
CASE = {"CaseRequestFields": {"title": "x"}}


@pytest.mark.parametrize(
    ("kind", "parameters", "errors", "reference"),
    [
        ("GetCustomerProfile", PROFILE, ("MultipleFoundError", "NoneFoundError"), "$.Customer.FirstName"),
        ("GetCase", CASE, ("MultipleFound", "NoneFound"), "$.Case.status"),
    ],
)
def test_what_is_found_can_be_read_and_what_is_not_is_an_error(
    kind: str, parameters: dict[str, Any], errors: tuple[str, str], reference: str
) -> None:
    def run(*replies: Reply) -> Any:
        block = action("find", kind, parameters, "read", {**ERROR, **dict.fromkeys(errors, "failed")})
        read = set_attributes("read", "done", found=reference)
        return centre(block, read, FAILED, *BYE, circumstances=Circumstances(replies={"find": replies})).phone()

    many, none = errors
    assert branches(run())[0] == ("find", none)
    assert branches(run(Reply(error=many)))[0] == ("find", many)
    assert run(Reply({reference.rpartition(".")[2]: "Karin"})).attributes == {"found": "Karin"}


@pytest.mark.parametrize(
    ("kind", "parameters", "reference"),
    [
        ("CreateTask", {"Name": "Call $.CustomerEndpoint.Address"}, "$.Task.ContactId"),
        ("CreateCase", {"CaseTemplateId": "t"}, "$.Case.case_id"),
        ("CreateCustomerProfile", PROFILE, "$.Customer.ProfileId"),
        ("CreateWisdomSession", {"WisdomAssistantArn": "arn:assistant"}, "$.Wisdom.SessionArn"),
    ],
)
def test_what_is_made_is_written_down_and_has_an_id(kind: str, parameters: dict[str, Any], reference: str) -> None:
    read = set_attributes("read", "done", id=reference)
    run = centre(action("make", kind, parameters, "read", ERROR), read, FAILED, *BYE).phone()
    assert [made.what for made in run.made] == [kind]
    assert run.attributes["id"]
    failing = Circumstances(replies={"make": (Reply(error="NoMatchingError"),)})
    failed = centre(action("make", kind, parameters, "read", ERROR), read, FAILED, *BYE, circumstances=failing).phone()
    assert (branches(failed)[0], failed.made) == (("make", "NoMatchingError"), ())


def test_criteria_of_routing_are_written_down() -> None:
    criteria = {"RoutingCriteria": {"Steps": [{"Expression": {"Level": "$.Attributes.level"}}]}}
    block = action("skills", "UpdateContactRoutingCriteria", criteria, "done", ERROR)
    run = centre(set_attributes("set", "skills", level="4"), block, FAILED, *BYE).phone()
    assert run.made[0].details == {"RoutingCriteria": {"Steps": [{"Expression": {"Level": "4"}}]}}


# What is set for the contact.


def test_tags_are_set_and_taken_away_and_are_six_at_most() -> None:
    def tag(identifier: str, following: str, **tags: str) -> dict[str, Any]:
        return action(identifier, "TagContact", {"Tags": tags}, following, ERROR)

    def run(*blocks: dict[str, Any]) -> Any:
        read = set_attributes("read", "done", a="$.Tags.a", b="$.Tags.b")
        return centre(*blocks, read, FAILED, *BYE).phone()

    away = action("away", "UntagContact", {"TagKeys": ["a"]}, "read", ERROR)
    assert run(tag("tag", "away", a="1", b="2"), away).attributes == {"a": "", "b": "2"}
    assert branches(run(tag("tag", "read", **{f"t{n}": "x" for n in range(7)})))[0] == ("tag", "NoMatchingError")
    assert branches(run(tag("tag", "read", **{"aws:x": "x"})))[0] == ("tag", "NoMatchingError")


@pytest.mark.parametrize(
    ("participants", "automated", "recorded"),
    [(["Agent"], "Disabled", True), ([], "Enabled", True), ([], "Disabled", False)],
)
def test_the_newer_block_switches_recording_too(participants: list[str], automated: str, recorded: bool) -> None:
    voice = {"VoiceRecordingBehavior": {"RecordedParticipants": participants, "IVRRecordingBehavior": automated}}
    block = action("record", "UpdateContactRecordingAndAnalyticsBehavior", {"VoiceBehavior": voice}, "done", ERROR)
    assert centre(block, FAILED, *BYE).phone().trace[1].recorded is recorded


def test_what_is_analysed_changes_nothing_on_the_line() -> None:
    parameters = {"RecordingBehavior": {"RecordedParticipants": ["Agent"]}, "AnalyticsBehavior": {"Enabled": "True"}}
    run = centre(action("record", "UpdateContactRecordingBehavior", parameters, "done"), *BYE).phone()
    assert (branches(run)[0], run.trace[1].recorded) == (("record", "next"), True)


def test_what_is_for_chats_is_for_another_channel() -> None:
    errors = {**ERROR, "ChannelMismatch": "done"}
    block = action("chat", "UpdateContactRecordingAndAnalyticsBehavior", {"ChatBehavior": {}}, "done", errors)
    assert branches(centre(block, FAILED, *BYE).phone())[0] == ("chat", "ChannelMismatch")


def test_where_the_audio_is_streamed_can_be_read() -> None:
    def stream(identifier: str, state: str, following: str) -> dict[str, Any]:
        parameters = {
            "MediaStreamingState": state,
            "MediaStreamType": "Audio",
            "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["From"]}],
        }
        return action(identifier, "UpdateContactMediaStreamingBehavior", parameters, following, ERROR)

    audio = "$.MediaStreams.Customer.Audio"
    read = set_attributes("read", "done", arn=f"{audio}.StreamARN", stopped=f"{audio}.StopTimestamp")
    run = centre(stream("on", "Enabled", "off"), stream("off", "Disabled", "read"), read, FAILED, *BYE).phone()
    assert run.attributes["arn"].startswith("arn:aws:kinesisvideo:")
    assert run.attributes["stopped"]
    assert branches(centre(stream("off", "Disabled", "done"), FAILED, *BYE).phone())[0] == ("off", "NoMatchingError")


@pytest.mark.parametrize(("initiation", "branch"), [("TRANSFER", "next"), ("INBOUND", "NoMatchingError")])
def test_an_agent_is_put_on_hold_only_where_one_is_on_the_call(initiation: str, branch: str) -> None:
    parameters = {"PreviousContactParticipantState": "AgentOnHold"}
    block = action("hold", "UpdatePreviousContactParticipantState", parameters, "done", ERROR)
    run = centre(block, FAILED, *BYE, circumstances=Circumstances(initiation=initiation)).phone()
    assert branches(run)[0] == ("hold", branch)


def test_headers_of_the_call_can_be_read_where_carriers_pass_them_on() -> None:
    check = compare("check", "$.Media.Sip.Headers.P-Asserted-Identity", "done", known="bye")
    passed = Circumstances(sip_headers={"P-Asserted-Identity": "known"})
    assert branches(centre(check, *BYE, circumstances=passed).phone())[0] == ("check", "Equals known")
    assert branches(centre(check, *BYE).phone())[0] == ("check", "NoMatchingCondition")


def test_a_related_contact_that_is_not_there_takes_the_error_branch() -> None:
    parameters = {"Attributes": {"a": "1"}, "TargetContact": "Related"}
    block = action("set", "UpdateContactAttributes", parameters, "done", ERROR)
    run = Centre({"main": flow(block, FAILED, *BYE)}).phone()
    assert (branches(run)[0], run.attributes) == (("set", "NoMatchingError"), {})
