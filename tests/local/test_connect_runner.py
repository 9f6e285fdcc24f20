"""The flow runner does what the real service does with a flow, action by action."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.customer_input.message import decrypt
from chalicelib.errors import Undecryptable
from local.connect import Circumstances, Ending, FlowRefusedError, Step
from local.security_key import security_key
from local.telephone import Asked, Call, Ended, Press
from tests.flows.documents import SETTINGS, action, compare, flow, hang_up, invoke, say, set_attributes, store_input
from tests.local.connect_calls import (
    CALLER,
    FUNCTION,
    HANG_UP,
    NUMBER,
    QUEUE,
    THIRD_PARTY,
    Centre,
    FarEnd,
    Function,
    Listener,
    branches,
)


def centre(*actions: dict[str, Any], **more: Any) -> Centre:
    return Centre({"main": flow(*actions)}, **more)


LOOPING = ("Equals ContinueLooping", "Equals DoneLooping")
BYE = (say("done", "Goodbye.", "bye"), hang_up())


# Speaking and listening.


def test_prompts_take_as_long_as_they_are_and_are_heard_in_order() -> None:
    tried = centre(say("hello", "x" * 28, "done"), *BYE)
    start, person = tried.clock.now(), Listener()
    run = tried.phone(person)
    assert run.ending is Ending.DISCONNECTED
    assert person.heard == ["x" * 28, "Goodbye."]
    assert tried.clock.now() - start == pytest.approx((28 + 8) / 14)
    assert tried.transcript.longest_silence() == 0.0


def test_markup_is_not_read_out_and_its_breaks_are_silence() -> None:
    speech = '<speak>One <break time="2s"/> two</speak>'
    tried = centre(action("a", "MessageParticipant", {"SSML": speech}, "done"), *BYE)
    start, person = tried.clock.now(), Listener()
    tried.phone(person)
    assert person.heard[0] == "One two"
    assert tried.clock.now() - start == pytest.approx(2 + (7 + 8) / 14)


def test_references_are_spoken_and_missing_ones_are_not() -> None:
    hello = "Hello $.Attributes.first_name. You dialled $.SystemEndpoint.Address$.Attributes.nothing."
    tried = centre(set_attributes("set", "hello", first_name="Karin"), say("hello", hello, "done"), *BYE)
    person = Listener()
    tried.phone(person)
    assert person.heard[0] == f"Hello Karin. You dialled {NUMBER}."


def test_the_transcript_shows_a_prompt_as_it_is_written_not_what_was_filled_in() -> None:
    tried = centre(
        set_attributes("set", "hello", code="4711"), say("hello", "Your code is $.Attributes.code.", "done"), *BYE
    )
    tried.phone()
    told = " ".join(line.what for line in tried.transcript.lines)
    assert "$.Attributes.code" in told
    assert "4711" not in told


def test_a_caller_may_hang_up_at_any_prompt() -> None:
    tried = centre(say("hello", "Hello.", "done"), *BYE)
    run = tried.phone(Listener(reactions={"Hello": HANG_UP}))
    assert run.ending is Ending.CALLER_HUNG_UP
    assert run.ended is Ended.CALLER_HUNG_UP
    assert branches(run) == [("hello", "caller hung up")]


def test_a_caller_hangs_up_at_a_time_in_the_middle_of_a_prompt() -> None:
    tried = centre(say("hello", "x" * 280, "done"), *BYE)
    start = tried.clock.now()
    run = tried.instance.run(Call(NUMBER, CALLER, Listener(), hangs_up_at=start + 3.0))
    assert branches(run) == [("hello", "caller hung up")]
    assert run.trace[0].at == start
    assert tried.clock.now() == start + 3.0


def test_keys_come_as_late_and_as_far_apart_as_the_person_presses_them() -> None:
    tried = centre(store_input("number", "done"), *BYE)
    start = tried.clock.now()
    steps: list[Step] = []
    tried.instance._on_step = steps.append
    tried.phone(Listener(reactions={"Type": Press("12#", after_seconds=2.0, apart_seconds=1.0)}))
    assert steps[0].note == "2 digits"
    assert steps[1].at - start == pytest.approx(len("Type the number.") / 14 + 2.0 + 3 * 1.0)


def test_an_action_can_be_made_to_fail_with_an_error_of_its_own() -> None:
    tried = centre(
        say("hello", "Hello.", "done"), *BYE, circumstances=Circumstances(failing={"hello": "NoMatchingError"})
    )
    person = Listener()
    assert branches(tried.phone(person))[0] == ("hello", "NoMatchingError")
    assert person.heard == ["Goodbye."]


def test_how_typing_ends_falls_back_on_the_default_where_a_reference_is_not_set() -> None:
    unset = {"InputTerminationSequence": "$.Attributes.unset", "InterdigitTimeLimitSeconds": "$.Attributes.unset"}
    run = centre(store_input("number", "done", DTMFConfiguration=unset), *BYE).phone(Listener(["12#"]))
    assert run.trace[0].note == "2 digits"


@pytest.mark.parametrize("count", ["$.Attributes.rounds", "$.Attributes.unset", "$.Attributes.endless"])
def test_a_number_that_is_none_takes_the_error_branch_or_is_a_defect(count: str) -> None:
    loop = action("loop", "Loop", {"LoopCount": count}, "done", {}, dict.fromkeys(LOOPING, "done"))
    run = centre(set_attributes("set", "loop", rounds="many", endless="inf"), loop, *BYE).phone()
    assert (run.ending, run.defect) == (Ending.DEFECT, "loop has no branch for NoMatchingError")


@pytest.mark.parametrize(
    ("known", "branch"), [({"night": True}, "Equals True"), ({"night": False}, "Equals False"), ({}, "NoMatchingError")]
)
def test_hours_of_operation_are_open_closed_or_nobody_knows_them(known: dict[str, bool], branch: str) -> None:
    conditions = {"Equals True": "done", "Equals False": "done"}
    hours = action(
        "hours",
        "CheckHoursOfOperation",
        {"HoursOfOperationId": "night"},
        "done",
        {"NoMatchingError": "done"},
        conditions,
    )
    run = centre(hours, *BYE, circumstances=Circumstances(open_hours=known)).phone()
    assert branches(run)[0] == ("hours", branch)


@pytest.mark.parametrize(
    ("metrics", "branch"),
    [
        ({"NumberOfAgentsStaffed": 2}, "NumberGreaterThan 0"),
        ({"NumberOfAgentsStaffed": 0}, "NoMatchingCondition"),
        ({}, "NoMatchingError"),
    ],
)
def test_a_metric_is_compared_as_a_number(metrics: dict[str, float], branch: str) -> None:
    errors = {"NoMatchingError": "done", "NoMatchingCondition": "done"}
    parameters = {"MetricType": "NumberOfAgentsStaffed"}
    check = action("staff", "CheckMetricData", parameters, "done", errors, {"NumberGreaterThan 0": "done"})
    assert branches(centre(check, *BYE, circumstances=Circumstances(metrics=metrics)).phone())[0] == ("staff", branch)


def test_percentages_are_drawn_one_after_the_other_and_the_last_for_ever() -> None:
    thresholds = {"NumberLessThan 30": "again", "NumberLessThan 80": "again"}
    draw = action("draw", "DistributeByPercentage", {}, "again", {"NoMatchingCondition": "again"}, thresholds)
    again = action(
        "again", "Loop", {"LoopCount": "3"}, "done", {}, {"Equals ContinueLooping": "draw", LOOPING[1]: "done"}
    )
    run = centre(draw, again, *BYE, circumstances=Circumstances(draws=(29, 30, 80))).phone()
    drawn = [branch for name, branch in branches(run) if name == "draw"]
    assert drawn == ["NumberLessThan 30", "NumberLessThan 80", "NoMatchingCondition", "NoMatchingCondition"]


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


def menu(**conditions: str) -> dict[str, Any]:
    errors = dict.fromkeys(("NoMatchingCondition", "InputTimeLimitExceeded", "NoMatchingError"), "done")
    tests = {f"Equals {key.lstrip('k')}": target for key, target in conditions.items()}
    parameters = {"Text": "One or two?", "InputTimeLimitSeconds": "5"}
    return action("menu", "GetParticipantInput", parameters, "done", errors, tests)


@pytest.mark.parametrize(
    ("keys", "branch"), [(["1"], "Equals 1"), (["7"], "NoMatchingCondition"), ([], "InputTimeLimitExceeded")]
)
def test_a_menu_takes_the_branch_of_its_key(keys: list[str], branch: str) -> None:
    run = centre(menu(k1="done"), *BYE).phone(Listener(keys))
    assert branches(run)[0] == ("menu", branch)


UPLOADED = {security_key().id: security_key().public_key}


def stored(keys: str, circumstances: Circumstances | None = None, **more: Any) -> str | None:
    """What a flow stores when the caller types `keys`."""
    function = Function([{"result": "ok"}])
    tried = centre(
        store_input("code", "call", **more),
        invoke("call", FUNCTION, "done", "done", typed="$.StoredCustomerInput"),
        *BYE,
        function=function,
        circumstances=circumstances,
        security_keys=UPLOADED,
    )
    tried.phone(Listener([keys] if keys else []))
    typed: str | None = function.parameters.get("typed")
    return typed


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("0123456789", "0123456789"),
        ("01234567899999", "0123456789"),
        ("123#", "123"),
        ("123", "123"),
        ("99*123#", "123"),
        ("#", ""),
        ("", "Timeout"),
    ],
)
def test_stored_input_ends_at_the_maximum_the_terminator_or_a_pause(keys: str, expected: str) -> None:
    assert stored(keys) == expected


def test_a_terminator_and_a_star_can_be_made_data() -> None:
    assert (
        stored("1*2#3##", DTMFConfiguration={"InputTerminationSequence": "##", "DisableCancelKey": "True"}) == "1*2#3"
    )


ENCRYPTED: dict[str, Any] = {
    "InputEncryption": {"EncryptionKeyId": security_key().id, "Key": security_key().certificate}
}


def opened(message: str) -> str:
    """By the product's decoder, which shares no code with what made the message."""
    key = load_pem_private_key(security_key().private_key.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return decrypt(message, lambda key_id: [key], security_key().id)


def test_encrypted_input_is_stored_as_a_message_for_the_certificate_in_the_flow() -> None:
    first, second = (stored("0123456789", **ENCRYPTED) for _ in range(2))
    assert first
    assert second
    assert first != second
    assert opened(first) == opened(second) == "0123456789"


@pytest.mark.parametrize("encrypted", [False, True])
def test_the_word_for_nothing_typed_comes_in_clear_or_encrypted_as_circumstances_say(encrypted: bool) -> None:
    circumstances = Circumstances(encrypts_nothing_typed=encrypted)
    typed = stored("", circumstances, **ENCRYPTED)
    assert typed
    if encrypted:
        with pytest.raises(Undecryptable, match="encrypted_timeout"):
            opened(typed)
    else:
        assert typed == "Timeout"


OTHER = security_key("b1071b33-0944-47f3-945c-098f3725ac1d")


@pytest.mark.parametrize(
    ("key_id", "certificate", "reason"),
    [
        (OTHER.id, OTHER.certificate, "the instance has no security key of that id"),
        (security_key().id, "-----BEGIN CERTIFICATE-----", "the certificate cannot be used"),
        (security_key().id, OTHER.certificate, "the certificate is not signed by the security key"),
        (security_key().id, security_key().public_key, "the certificate cannot be used"),
    ],
)
def test_a_certificate_that_is_not_of_an_uploaded_key_takes_the_error_branch_and_says_why(
    key_id: str, certificate: str, reason: str
) -> None:
    encryption = {"EncryptionKeyId": key_id, "Key": certificate}
    tried = centre(store_input("code", "done", InputEncryption=encryption, Text="Type."), *BYE, security_keys=UPLOADED)
    run = tried.phone(Listener(["1234567890"]))
    assert branches(run)[0] == ("code", "NoMatchingError")
    assert run.trace[0].note == reason
    assert f"does not encrypt: {reason}" in [line.what for line in tried.transcript.lines]


def test_two_security_keys_work_side_by_side() -> None:
    both = {**UPLOADED, OTHER.id: OTHER.public_key}
    encryption = {"EncryptionKeyId": OTHER.id, "Key": OTHER.certificate}
    for used in (ENCRYPTED["InputEncryption"], encryption):
        tried = centre(store_input("code", "done", InputEncryption=used), *BYE, security_keys=both)
        assert branches(tried.phone(Listener(["1234567890"])))[0] == ("code", "next")


def test_the_flow_log_holds_what_was_stored_and_answered_while_logging_was_on() -> None:
    def log_of(*before: dict[str, Any]) -> str:
        tried = centre(
            *before,
            store_input("code", "call"),
            invoke("call", FUNCTION, "done", "done", typed="$.StoredCustomerInput"),
            *BYE,
            function=Function([{"result": "answered"}]),
        )
        return "\n".join(tried.phone(Listener(["0123456789"])).flow_log)

    assert '"Results": "0123456789"' in log_of()
    assert '"ExternalResults": {"result": "answered"}' in log_of()
    off = action("off", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, "code")
    assert "0123456789" not in log_of(off)
    assert "answered" not in log_of(off)


def test_a_pause_between_keys_lasts_as_long_as_the_flow_says() -> None:
    tried = centre(store_input("code", "done", DTMFConfiguration={"InterdigitTimeLimitSeconds": "2"}), *BYE)
    start = tried.clock.now()
    tried.phone(Listener(["1"]))
    assert tried.clock.now() - start == pytest.approx((16 + 8) / 14 + 0.2 + 2)


def test_time_given_to_a_caller_to_type_is_not_silence() -> None:
    tried = centre(store_input("code", "done"), *BYE)
    tried.phone(Listener())
    assert tried.transcript.longest_silence() == 0.0


def test_touch_tones_of_a_machine_cut_the_prompt_short_and_are_stored() -> None:
    function = Function([{"result": "ok"}])
    tried = centre(
        store_input("code", "call"),
        invoke("call", FUNCTION, "done", "done", typed="$.StoredCustomerInput"),
        *BYE,
        function=function,
    )
    start, person = tried.clock.now(), Listener(["999"])
    tried.phone(person, digits="w0123456789#")
    assert function.parameters["typed"] == "0123456789"
    assert person.heard == ["Goodbye."]
    assert function.events
    assert tried.clock.now() - start == pytest.approx(0.5 + 10 * 0.2 + 0.05 + 8 / 14)


def test_touch_tones_that_come_before_a_block_waits_for_them_are_lost() -> None:
    tried = centre(say("hello", "x" * 140, "code"), store_input("code", "done"), *BYE)
    run = tried.phone(digits="123#")
    assert run.trace[1].note == "nothing typed"


def test_keys_are_counted_in_the_trace_and_shown_nowhere() -> None:
    tried = centre(store_input("code", "done"), *BYE)
    run = tried.phone(Listener(["4711#"]))
    assert run.trace[0].note == "4 digits"
    told = repr(run.trace) + " ".join(line.what for line in tried.transcript.lines)
    assert "4711" not in told


# Choosing a way.


@pytest.mark.parametrize(
    ("operator", "value", "operand", "holds"),
    [
        ("Equals", "yes", "yes", True),
        ("Equals", "Yes", "yes", False),
        ("TextStartsWith", "verified", "ver", True),
        ("TextEndsWith", "verified", "ied", True),
        ("TextContains", "verified", "if", True),
        ("TextContains", "verified", "no", False),
        ("NumberGreaterThan", "10", "9", True),
        ("NumberGreaterOrEqualTo", "9", "9", True),
        ("NumberLessThan", "10", "9", False),
        ("NumberLessOrEqualTo", "9.0", "9", True),
        ("NumberLessThan", "many", "9", False),
    ],
)
def test_operators_compare_as_the_language_says(operator: str, value: str, operand: str, holds: bool) -> None:
    test = action(
        "c",
        "Compare",
        {"ComparisonValue": "$.Attributes.a"},
        "done",
        {"NoMatchingCondition": "done"},
        {f"{operator} {operand}": "done"},
    )
    run = centre(set_attributes("set", "c", a=value), test, *BYE).phone()
    assert branches(run)[1][1] == (f"{operator} {operand}" if holds else "NoMatchingCondition")


def test_the_first_condition_that_holds_wins() -> None:
    tests = {"TextStartsWith a": "done", "Equals ab": "bye"}
    choice = action("c", "Compare", {"ComparisonValue": "$.Attributes.a"}, "bye", {"NoMatchingCondition": "bye"}, tests)
    run = centre(set_attributes("set", "c", a="ab"), choice, *BYE).phone()
    assert branches(run)[1] == ("c", "TextStartsWith a")


def test_what_is_not_set_matches_nothing() -> None:
    run = centre(compare("c", "$.External.result", "done", verified="bye"), *BYE).phone()
    assert branches(run)[0] == ("c", "NoMatchingCondition")


def test_an_operand_may_be_a_reference() -> None:
    test = action(
        "c",
        "Compare",
        {"ComparisonValue": "$.Attributes.a"},
        "done",
        {"NoMatchingCondition": "done"},
        {"Equals $.Attributes.b": "done"},
    )
    run = centre(set_attributes("set", "c", a="same", b="same"), test, *BYE).phone()
    assert branches(run)[1] == ("c", "Equals $.Attributes.b")


def test_a_loop_goes_round_so_often_is_then_done_and_starts_over() -> None:
    round_ = action(
        "loop",
        "Loop",
        {"LoopCount": "2"},
        "again",
        None,
        {"Equals ContinueLooping": "one", "Equals DoneLooping": "again"},
    )
    again = action(
        "again",
        "Loop",
        {"LoopCount": "1"},
        "done",
        None,
        {"Equals ContinueLooping": "loop", "Equals DoneLooping": "done"},
    )
    run = centre(round_, say("one", "One.", "loop"), again, *BYE).phone()
    taken = [branch.rpartition(" ")[2] for name, branch in branches(run) if name == "loop"]
    assert taken == ["ContinueLooping", "ContinueLooping", "DoneLooping"] * 2


def test_a_loop_of_none_is_done_at_once() -> None:
    round_ = action(
        "loop",
        "Loop",
        {"LoopCount": "0"},
        "done",
        None,
        {"Equals ContinueLooping": "loop", "Equals DoneLooping": "done"},
    )
    assert branches(centre(round_, *BYE).phone())[0] == ("loop", "Equals DoneLooping")


def test_a_flow_that_goes_round_for_ever_is_stopped_and_says_where() -> None:
    run = centre(set_attributes("round", "round", a="b")).phone()
    assert run.ending is Ending.DEFECT
    assert "round" in (run.defect or "")
    assert len(run.trace) == 2000


# Data of the contact.


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


# Transfers and ends.


def to_queue(queue: str = QUEUE) -> tuple[dict[str, Any], ...]:
    return (
        action("queue", "UpdateContactTargetQueue", {"QueueId": queue}, "to-queue", {"NoMatchingError": "done"}),
        action(
            "to-queue", "TransferContactToQueue", {}, "done", {"QueueAtCapacity": "full", "NoMatchingError": "done"}
        ),
        say("full", "All lines are busy.", "bye"),
        *BYE,
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


def leg(resumes: str = "True", **more: Any) -> dict[str, Any]:
    parameters = {
        "ThirdPartyPhoneNumber": THIRD_PARTY,
        "ThirdPartyConnectionTimeLimitSeconds": "20",
        "ContinueFlowExecution": resumes,
        **more,
    }
    names = ["NoMatchingError", *(["CallFailed", "ConnectionTimeLimitExceeded"] if resumes == "True" else [])]
    return action("leg", "TransferParticipantToThirdParty", parameters, "done", dict.fromkeys(names, "done"))


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


# Modules.


def calling(module: str = "module", **conditions: str) -> dict[str, Any]:
    tests = {f"Equals {name}": target for name, target in conditions.items()}
    errors = {"NoMatchingError": "failed", "NoMatchingCondition": "default"}
    return action(
        "call", "InvokeFlowModule", {"FlowModuleId": module, "Input": {"a": "$.Attributes.a"}}, "next", errors, tests
    )


ENDS = (say("failed", "Failed.", "bye"), say("default", "Default.", "bye"), say("next", "Next.", "bye"), *BYE)


def module(*actions: dict[str, Any]) -> dict[str, Any]:
    return flow(*actions, settings=SETTINGS, name="module")


def returning(result: str | None = None, **data: str) -> dict[str, Any]:
    return action("end", "EndFlowModuleExecution", {**({"Result": result} if result else {}), "ResultData": data})


@pytest.mark.parametrize(
    ("result", "branch"), [("Verified", "Equals Verified"), ("No", "NoMatchingCondition"), (None, "next")]
)
def test_a_module_returns_by_its_branch(result: str | None, branch: str) -> None:
    main = flow(calling(Verified="done"), *ENDS)
    run = Centre({"main": main, "module": module(returning(result))}).phone()
    assert ("call", branch) in branches(run)


def test_a_module_gets_input_and_gives_back_data_only() -> None:
    function = Function([{"result": "ok", "level": "low"}])
    inside = module(
        invoke("ask", FUNCTION, "end", "end", a="$.Modules.Input.a"), returning("Verified", level="$.External.level")
    )
    main = flow(
        set_attributes("set", "call", a="1"),
        calling(Verified="copy"),
        set_attributes("copy", "done", level="$.Modules.ResultData.level", left="$.External.level"),
        *ENDS,
    )
    run = Centre({"main": main, "module": inside}, function).phone()
    assert function.parameters == {"a": "1"}
    assert run.attributes == {"a": "1", "level": "low", "left": ""}


def test_a_module_named_with_an_alias_is_found_and_a_missing_one_takes_the_error_branch() -> None:
    flows = {"main": flow(calling("module:$LATEST", Verified="done"), *ENDS), "module": module(returning("Verified"))}
    assert ("call", "Equals Verified") in branches(Centre(flows).phone())
    flows["main"] = flow(calling("none", Verified="done"), *ENDS)
    assert ("call", "NoMatchingError") in branches(Centre(flows).phone())


def test_modules_nest_five_deep_and_no_deeper() -> None:
    inner = module(calling("module", Verified="end"), returning("Verified"), *ENDS)
    run = Centre({"main": flow(calling("module", Verified="done"), *ENDS), "module": inner}).phone()
    calls = [step.branch for step in run.trace if step.action == "call"]
    assert calls == ["NoMatchingError"] + ["end"] * 5
    assert run.ending is Ending.DISCONNECTED


def test_hanging_up_inside_a_module_ends_the_contact() -> None:
    inside = module(say("hello", "Hello.", "end"), returning("Verified"))
    run = Centre({"main": flow(calling(Verified="done"), *ENDS), "module": inside}).phone(
        Listener(reactions={"Hello": HANG_UP})
    )
    assert run.ending is Ending.CALLER_HUNG_UP


# The instance.


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (action("a", "PlayPrompt", {}, "done"), "PlayPrompt"),
        (
            action("a", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled", "Colour": "red"}, "done"),
            "Colour",
        ),
        (action("a", "GetMetricData", {}, "done", {"NoMatchingError": "done"}), "GetMetricData"),
        (
            store_input("a", "done", SkipWhenDTMFBufferEnabled="true"),
            "SkipWhenDTMFBufferEnabled",
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
        (
            action(
                "a",
                "UpdateContactAttributes",
                {"Attributes": {"a": "b"}, "TargetContact": "Related"},
                "done",
                {"NoMatchingError": "done"},
            ),
            "related contact",
        ),
    ],
)
def test_what_the_runner_does_not_execute_is_refused_by_name(broken: dict[str, Any], named: str) -> None:
    with pytest.raises(FlowRefusedError, match=named):
        centre(broken, *BYE)


def test_a_reference_that_the_runner_does_not_know_ends_the_contact_and_is_named() -> None:
    run = centre(say("hello", "Hello $.Agent.FirstName.", "done"), *BYE).phone()
    assert run.ending is Ending.DEFECT
    assert "$.Agent.FirstName" in (run.defect or "")


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
