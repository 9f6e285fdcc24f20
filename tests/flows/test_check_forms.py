"""The checker knows the forms of actions that are several in one, and what follows from them for what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from flows.check import check
from flows.findings import Severity
from tests.flows.documents import action, compare, flow, hang_up, invoke, say, store_input


def _checked(kind: str, parameters: dict[str, Any], names: tuple[str, ...], **conditions: str) -> list[str]:
    block = action("a", kind, parameters, "say", dict.fromkeys(names, "say"), conditions)
    document = flow(block, say("say", "Bye.", "bye"), hang_up())
    return [finding.message for finding in check(document) if finding.severity is Severity.ERROR]


KEY = {"EncryptionKeyId": "k", "Key": "-----BEGIN CERTIFICATE-----"}


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"EnableDTMFBuffer": "true"}, None),
        ({"EnableDTMFBuffer": "False"}, None),
        ({"EnableDTMFBuffer": "false", "StoreInput": "true", "InputEncryption": KEY}, None),
        ({"EnableDTMFBuffer": "true", "StoreInput": "true"}, "name. Path: Actions[0].Parameters.StoreInput"),
        ({"EnableDTMFBuffer": "on"}, "value. Path: Actions[0].Parameters.EnableDTMFBuffer"),
        ({"EnableDTMFBuffer": "true", "Text": "Hello."}, "name. Path: Actions[0].Parameters.Text"),
    ],
)
def test_the_switch_of_the_buffer_takes_no_prompt_and_stores_only_when_it_is_switched_off(
    parameters: dict[str, Any], path: str | None
) -> None:
    found = _checked("GetParticipantInput", parameters, ("NoMatchingError",))
    assert found == ([f"Invalid Action property {path}"] if path else [])


@pytest.mark.parametrize(
    ("parameters", "right"),
    [
        ({"EventHooks": {"DefaultAgentUI": "f"}}, True),
        ({"EventHooksConfiguration": {"AgentWhisper": {"DisableExecution": "true"}}}, True),
        ({"EventHooks": {"DefaultAgentUI": "f", "AgentHold": "f"}}, False),
        ({"EventHooks": {}}, False),
        ({"EventHooks": {"Lunch": "f"}}, False),
        ({"EventHooksConfiguration": {"AgentWhisper": {"DisableExecution": True}}}, False),
        ({"EventHooks": "f"}, False),
    ],
)
def test_one_hook_is_set_at_a_time(parameters: dict[str, Any], right: bool) -> None:
    assert (_checked("UpdateContactEventHooks", parameters, ("NoMatchingError",)) == []) is right


def test_a_view_takes_data_of_any_kind_and_needs_its_three_errors() -> None:
    parameters = {"ViewResource": {"Id": "v"}, "ViewData": {"a": True, "b": 1, "c": [{"d": None}]}}
    three = ("NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded")
    assert _checked("ShowView", parameters, three, **{"Equals Done": "say"}) == []
    assert len(_checked("ShowView", parameters, three[:1])) == 2


def test_a_wait_has_the_branches_of_its_form() -> None:
    awaited = {"LambdaReturned": {"AsyncLambdaCompletionEvent": {"Identifier": "$.LambdaInvocation.InvocationId"}}}
    parameters = {"TimeLimitSeconds": "60", "InterruptibleEvents": awaited}
    over = {"Equals WaitCompleted": "say"}
    assert _checked("Wait", parameters, ("NoMatchingError",), **over, **{"Equals LambdaReturned": "say"}) == []
    assert len(_checked("Wait", parameters, ("NoMatchingError",), **over, **{"Equals CustomerReturned": "say"})) == 1
    assert len(_checked("Wait", {"TimeLimitSeconds": "60"}, ("NoMatchingError",))) == 1
    assert len(_checked("Wait", {"TimeoutSeconds": "60"}, ("NoMatchingError",), **over)) == 2


def _told(*actions: dict[str, Any]) -> list[str]:
    found = check(flow(*actions, say("say", "Bye.", "bye"), hang_up()))
    return [f"{finding.action}: {finding.message.partition(' may')[0]}" for finding in found]


def _logging_off(following: str) -> dict[str, Any]:
    return action("logging", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, following)


def _recording(state: str, identifier: str, following: str) -> dict[str, Any]:
    """By the newer of the two blocks."""
    voice = {"VoiceRecordingBehavior": {"RecordedParticipants": [], "IVRRecordingBehavior": state}}
    kind, failed = "UpdateContactRecordingAndAnalyticsBehavior", {"NoMatchingError": "say"}
    return action(identifier, kind, {"VoiceBehavior": voice}, following, failed)


BUFFER = action("buffer", "GetParticipantInput", {"EnableDTMFBuffer": "true"}, "off", {"NoMatchingError": "say"})


def test_the_newer_block_switches_recording_off_and_on() -> None:
    code = store_input("code", "say")
    assert _told(_logging_off("off"), _recording("Disabled", "off", "code"), code) == []
    again = (_recording("Disabled", "off", "on"), _recording("Enabled", "on", "code"))
    assert _told(_logging_off("off"), *again, code) == ["code: Recording"]


def test_recording_is_off_before_a_number_can_be_typed_ahead() -> None:
    off, code = _recording("Disabled", "off", "code"), store_input("code", "say")
    assert _told(_logging_off("buffer"), BUFFER, off, code) == ["buffer: Recording"]
    menu = action(
        "code",
        "GetParticipantInput",
        {"Text": "One?", "InputTimeLimitSeconds": "5"},
        "say",
        dict.fromkeys(("NoMatchingCondition", "InputTimeLimitExceeded", "NoMatchingError"), "say"),
    )
    assert _told(_logging_off("buffer"), BUFFER, off, menu) == []


def test_messages_that_are_repeated_until_an_agent_is_free_need_no_way_out() -> None:
    music = action("music", "MessageParticipantIteratively", {"Messages": [{"PromptId": "music"}]})
    assert check(flow(music)) == ()


def test_what_a_started_function_will_answer_is_not_asked_of_a_comparison() -> None:
    arn = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-prod-voice"
    start = invoke("start", arn, "word", "say", step="result")
    start["Parameters"]["InvocationType"] = "ASYNCHRONOUS"
    assert _told(start, compare("word", "$.External.result", "say", odd="say")) == []
