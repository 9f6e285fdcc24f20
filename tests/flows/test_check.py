"""The checker finds each kind of broken flow, in the words and paths of the service where the service would refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows import templates
from flows.__main__ import main
from flows.check import check, refusals
from flows.findings import Severity
from flows.language import ACTIONS
from flows.prompts import LANGUAGES
from tests.flows.documents import (
    SETTINGS,
    action,
    compare,
    flow,
    hang_up,
    invoke,
    say,
    set_attributes,
    store_input,
)

VOICE = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-prod-voice"
GOOD = flow(say("hello", "Hello.", "bye"), hang_up())


def messages(document: object) -> list[str]:
    return [finding.message for finding in check(document)]


def errors(document: object) -> list[str]:
    return [finding.message for finding in check(document) if finding.severity is Severity.ERROR]


def only_error(document: object) -> str:
    found = errors(document)
    assert len(found) == 1, found
    return found[0]


def test_nothing_is_found_in_a_flow_that_is_right() -> None:
    assert check(GOOD) == ()


def test_absent_parameters_and_empty_branch_lists_of_exports_are_read() -> None:
    document = flow(say("hello", "Hello.", "bye"), {"Identifier": "bye", "Type": "DisconnectParticipant"})
    document["Actions"][0]["Transitions"]["Conditions"] = []
    assert check(document) == ()


# The document.


def test_an_export_of_before_2021_is_refused_with_what_to_do() -> None:
    assert "open the flow in the console" in only_error({"modules": [], "version": "1", "start": "u1"})


@pytest.mark.parametrize(
    "document", [None, [], "text", {}, {"Version": "2012-01-01", "StartAction": "a", "Actions": []}]
)
def test_what_is_no_flow_is_refused(document: object) -> None:
    assert errors(document)


@pytest.mark.parametrize("broken", [{"Actions": {}}, {"StartAction": 1}, {"Actions": [1]}, {"Settings": []}])
def test_a_document_of_the_wrong_form_is_refused_without_an_accident(broken: dict[str, Any]) -> None:
    assert errors({**GOOD, **broken})


@pytest.mark.parametrize(
    "broken",
    [
        {"Identifier": 1},
        {"Type": None},
        {"Parameters": []},
        {"Transitions": []},
        {"Transitions": {"NextAction": 1}},
        {"Transitions": {"Errors": [{"ErrorType": "NoMatchingError"}]}},
        {"Transitions": {"Conditions": [{"NextAction": "bye"}]}},
        {"Transitions": {"Conditions": [{"NextAction": "bye", "Condition": {"Operator": "Equals", "Operands": "x"}}]}},
    ],
)
def test_an_action_of_the_wrong_form_is_refused_without_an_accident(broken: dict[str, Any]) -> None:
    document = flow({**say("hello", "Hello.", "bye"), **broken}, hang_up()) if "Identifier" not in broken else GOOD
    if "Identifier" in broken:
        document = {**GOOD, "Actions": [{**GOOD["Actions"][0], **broken}]}
    assert errors(document)


def test_a_start_that_is_no_action_is_refused() -> None:
    assert "Invalid Action property value. Path: StartAction: nowhere" in errors({**GOOD, "StartAction": "nowhere"})


@pytest.mark.parametrize("identifier", ["a:b", "50%", "x" * 51, "constructor", "a[0]"])
def test_identifiers_that_the_service_cannot_take_are_refused(identifier: str) -> None:
    assert only_error(flow(hang_up(identifier))) == "Invalid Action property value. Path: Actions[0].Identifier"


def test_an_identifier_used_twice_is_refused() -> None:
    assert len(errors(flow(say("hello", "Hello.", "bye"), hang_up(), hang_up()))) == 2


def test_a_flow_holds_at_most_250_actions() -> None:
    actions = [say(f"say-{number}", "Hello.", f"say-{number + 1}") for number in range(250)]
    assert "at most 250" in only_error(flow(*actions, hang_up("say-250")))


def test_a_module_without_settings_is_refused() -> None:
    document = flow(action("end", "EndFlowModuleExecution"))
    assert only_error(document) == "JSON field is missing or null for field name: settings"


def test_a_module_returns_only_by_a_branch_that_it_declares() -> None:
    document = flow(action("end", "EndFlowModuleExecution", {"Result": "Maybe"}), settings=SETTINGS)
    assert only_error(document) == "Invalid Action property value. Path: Actions[0].Parameters.Result"


@pytest.mark.parametrize("missing", ["InputParameters", "OutputParameters", "Transitions"])
def test_the_settings_of_a_module_are_whole(missing: str) -> None:
    settings = {name: value for name, value in SETTINGS.items() if name != missing}
    found = errors(flow(action("end", "EndFlowModuleExecution"), settings=settings))
    assert found == [f"JSON field is missing or null for field name: settings.{missing}"]


def test_names_of_branches_that_are_no_text_are_no_accident() -> None:
    settings = {**SETTINGS, "Transitions": [{"ReferenceName": {}}]}
    end = action("end", "EndFlowModuleExecution", {"Result": {}})
    assert "Invalid Action property value. Path: Actions[0].Parameters.Result" in errors(flow(end, settings=settings))


def test_a_module_has_at_most_eight_branches() -> None:
    settings = {**SETTINGS, "Transitions": [{"ReferenceName": f"branch {number}"} for number in range(9)]}
    assert "at most 8" in only_error(flow(action("end", "EndFlowModuleExecution"), settings=settings))


# Actions and their parameters.


@pytest.mark.parametrize(
    "kind", ["PlayPrompt", "StoreUserInput", "TransferToQueue", "SetContactAttributes", "Nonsense"]
)
def test_an_unknown_action_type_is_refused_by_name(kind: str) -> None:
    assert only_error(flow(action("a", kind))) == f"Invalid Action type. Path: Actions[0].Type: {kind}"


def test_an_unknown_parameter_is_refused_by_its_path() -> None:
    document = flow(action("a", "DisconnectParticipant", {"TimeoutSeconds": "1"}))
    assert only_error(document) == "Invalid Action property name. Path: Actions[0].Parameters.TimeoutSeconds"


def test_a_missing_parameter_is_refused_by_its_path() -> None:
    document = flow(action("a", "UpdateFlowLoggingBehavior", {}, "bye"), hang_up())
    assert (
        only_error(document) == "Action is missing required property. Path: Actions[0].Parameters.FlowLoggingBehavior"
    )


@pytest.mark.parametrize(
    ("kind", "parameters", "path"),
    [
        ("MessageParticipant", {"Text": 8}, "Text"),
        ("MessageParticipant", {"Text": "x" * 6001}, "Text"),
        (
            "MessageParticipant",
            {"Media": {"Uri": "s3://x", "SourceType": "FTP", "MediaType": "Audio"}},
            "Media.SourceType",
        ),
        ("MessageParticipant", {"Media": "s3://x"}, "Media"),
        ("UpdateContactAttributes", {"Attributes": "a"}, "Attributes"),
        ("UpdateContactAttributes", {"Attributes": {"a": True}}, "Attributes.a"),
        ("UpdateContactAttributes", {"Attributes": {}, "TargetContact": "Other"}, "TargetContact"),
        ("UpdateFlowAttributes", {"FlowAttributes": {"a": {"Value": 1}}}, "FlowAttributes.a.Value"),
        ("UpdateContactAttributes", {"Attributes": {}, "TargetContact": {}}, "TargetContact"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_its_path(kind: str, parameters: dict[str, Any], path: str) -> None:
    document = flow(
        action("a", kind, parameters, "bye", {"NoMatchingError": "bye"}), say("bye", "Bye.", "end"), hang_up("end")
    )
    assert only_error(document) == f"Invalid Action property value. Path: Actions[0].Parameters.{path}"


@pytest.mark.parametrize("limit", ["0", "9", "x", "-1"])
def test_a_synchronous_invocation_lasts_one_to_eight_seconds(limit: str) -> None:
    document = flow(invoke("call", VOICE, "bye", "bye"), say("bye", "Bye.", "end"), hang_up("end"))
    document["Actions"][0]["Parameters"]["InvocationTimeLimitSeconds"] = limit
    path = "Actions[0].Parameters.InvocationTimeLimitSeconds"
    assert only_error(document) == f"Invalid Action property value. Path: {path}"


@pytest.mark.parametrize("value", ["verified", "$.External", "$.Nonsense.x", "say $.External.x"])
def test_compare_takes_one_reference_with_a_leaf(value: str) -> None:
    document = flow(compare("a", value, "say"), say("say", "Bye.", "bye"), hang_up())
    assert only_error(document) == "Invalid Action property value. Path: Actions[0].Parameters.ComparisonValue"


@pytest.mark.parametrize("prompt", [{}, {"Text": "a", "SSML": "<speak>a</speak>"}])
def test_a_message_has_exactly_one_source(prompt: dict[str, str]) -> None:
    assert only_error(flow(action("a", "MessageParticipant", prompt, "bye"), hang_up()))


def test_empty_text_is_refused_in_the_words_of_the_service() -> None:
    message = flow(say("hello", "", "bye"), hang_up())
    attributes = flow(set_attributes("a", "say", auth_result=""), say("say", "Bye.", "bye"), hang_up())
    assert only_error(message) == "Invalid Action property value. Path: 0.Parameter"
    assert only_error(attributes) == "Empty value in Parameters.Attributes"


def test_a_placeholder_that_was_not_filled_is_named() -> None:
    assert "{{prompt:welcome}}" in only_error(flow(say("hello", "{{prompt:welcome}}", "bye"), hang_up()))


def test_input_that_is_stored_needs_its_validation() -> None:
    document = flow(store_input("code", "say"), say("say", "Bye.", "bye"), hang_up())
    del document["Actions"][0]["Parameters"]["InputValidation"]
    assert only_error(document) == "Action is missing required property. Path: Actions[0].Parameters.InputValidation"


# Branches.


def test_a_branch_that_must_be_declared_is_named() -> None:
    document = flow(action("a", "InvokeFlowModule", {"FlowModuleId": "m"}, "say"), say("say", "Bye.", "bye"), hang_up())
    assert only_error(document) == "Action is missing required error. Error: NoMatchingError, Path: Actions[0]"


def test_a_branch_that_may_not_be_declared_is_named() -> None:
    document = flow(
        action(
            "a", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, "say", {"NoMatchingError": "say"}
        ),
        say("say", "Bye.", "bye"),
        hang_up(),
    )
    assert only_error(document) == "Invalid Action error. Error: NoMatchingError, Path: Actions[0]"


def _leg(resumes: str, *names: str) -> dict[str, Any]:
    parameters = {
        "ThirdPartyPhoneNumber": "$.External.number",
        "ThirdPartyConnectionTimeLimitSeconds": "20",
        "ContinueFlowExecution": resumes,
    }
    leg = action("leg", "TransferParticipantToThirdParty", parameters, "say", dict.fromkeys(names, "say"))
    return flow(leg, say("say", "Bye.", "bye"), hang_up())


def test_how_a_leg_failed_is_declared_exactly_when_the_flow_goes_on() -> None:
    every = ("CallFailed", "ConnectionTimeLimitExceeded", "NoMatchingError")
    assert errors(_leg("True", *every)) == []
    assert len(errors(_leg("True", "NoMatchingError"))) == 2
    assert errors(_leg("False", "NoMatchingError")) == []
    assert len(errors(_leg("False", *every))) == 2


def test_stored_input_has_no_time_out_branch_and_a_menu_must() -> None:
    stored = flow(store_input("code", "say"), say("say", "Bye.", "bye"), hang_up())
    stored["Actions"][0]["Transitions"]["Errors"].append({"NextAction": "say", "ErrorType": "InputTimeLimitExceeded"})
    assert only_error(stored) == "Invalid Action error. Error: InputTimeLimitExceeded, Path: Actions[0]"
    menu = flow(store_input("code", "say", StoreInput="False"), say("say", "Bye.", "bye"), hang_up())
    assert len(errors(menu)) == 2


def test_a_menu_is_tested_for_keys_alone() -> None:
    every = dict.fromkeys(("NoMatchingCondition", "InputTimeLimitExceeded", "NoMatchingError"), "say")
    parameters = {"Text": "One or two?", "InputTimeLimitSeconds": "5"}
    menu = action("menu", "GetParticipantInput", parameters, "say", every, {"Equals 1": "say", "Equals 12": "say"})
    path = "Actions[0].Transitions.Conditions[1].Condition"
    assert (
        only_error(flow(menu, say("say", "Bye.", "bye"), hang_up())) == f"Invalid Action property value. Path: {path}"
    )


def test_a_loop_has_both_of_its_branches() -> None:
    loop = action("loop", "Loop", {"LoopCount": "2"}, "say", None, {"Equals ContinueLooping": "say"})
    assert "DoneLooping" in only_error(flow(loop, say("say", "Bye.", "bye"), hang_up()))


def test_an_empty_operand_is_refused() -> None:
    document = flow(compare("a", "$.External.result", "say", x="say"), say("say", "Bye.", "bye"), hang_up())
    document["Actions"][0]["Transitions"]["Conditions"][0]["Condition"]["Operands"] = [""]
    assert only_error(document) == "Invalid branch. Path: 0.Evaluate"


def test_an_action_that_leads_on_needs_a_next_action_and_an_end_has_none() -> None:
    nowhere = flow(action("a", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}))
    path = "Path: Actions[0].Transitions.NextAction"
    assert only_error(nowhere) == f"Action is missing required property. {path}"
    beyond = flow(action("a", "DisconnectParticipant", {}, "b"), say("b", "Bye.", "a"))
    assert f"Invalid Action property name. {path}" in errors(beyond)


def test_a_branch_to_nowhere_is_refused_by_its_path() -> None:
    next_action = flow(action("hello", "MessageParticipant", {"Text": "Hello."}, "nowhere"))
    assert only_error(next_action) == "Invalid Action property value. Path: Actions[0].Transitions.NextAction: nowhere"
    error = flow(action("hello", "MessageParticipant", {"Text": "Hi."}, "bye", {"NoMatchingError": "gone"}), hang_up())
    assert "NoMatchingError" in only_error(error)


# What a caller would regret.


def test_an_action_that_nothing_leads_to_is_found() -> None:
    found = check(flow(say("hello", "Hello.", "bye"), hang_up(), say("lonely", "Anybody?", "bye")))
    assert [str(finding) for finding in found] == ["warning: Nothing leads to this action [lonely]"]


def test_a_round_without_a_way_out_is_found() -> None:
    found = check(flow(say("ping", "Ping.", "pong"), say("pong", "Pong.", "ping")))
    assert {finding.action for finding in found} == {"ping", "pong"}
    assert all("ever ends" in finding.message for finding in found)


def test_hanging_up_without_a_word_is_found() -> None:
    call = invoke("call", VOICE, "say", "bye")
    document = flow(say("wait", "One moment.", "call"), call, say("say", "Bye.", "bye"), hang_up())
    assert messages(document) == ["The branch NoMatchingError hangs up on the caller without a word"]


def _off(following: str, logging: str = "Disabled", automated: str = "Disabled") -> list[dict[str, Any]]:
    recording = {"RecordingBehavior": {"RecordedParticipants": [], "IVRRecordingBehavior": automated}}
    return [
        action("logging", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": logging}, "recording"),
        action("recording", "UpdateContactRecordingBehavior", recording, following),
    ]


def _typed(*before: dict[str, Any]) -> dict[str, Any]:
    return flow(*before, store_input("code", "say"), say("say", "Thank you.", "bye"), hang_up())


def test_logging_and_recording_that_may_be_on_around_input_are_found() -> None:
    assert messages(_typed(*_off("code"))) == []
    assert [message.partition(" may")[0] for message in messages(_typed())] == ["Flow logging", "Recording"]
    assert [message.partition(" may")[0] for message in messages(_typed(*_off("code", logging="Enabled")))] == [
        "Flow logging"
    ]
    assert [message.partition(" may")[0] for message in messages(_typed(*_off("code", automated="Enabled")))] == [
        "Recording"
    ]


def test_logging_that_is_on_by_one_of_two_ways_is_found() -> None:
    fork = compare("fork", "$.Attributes.known", "code", yes="logging")
    found = messages(flow(fork, *_off("code"), *_typed()["Actions"]))
    assert len(found) == 2


def test_logging_and_recording_that_may_be_on_around_a_leg_are_found() -> None:
    assert len(messages(_leg("False", "NoMatchingError"))) == 2


def _answered(default: str, **words: str) -> dict[str, Any]:
    """A voice check that ends in attributes: `verified` says so, `failed` does not."""
    asked = invoke("check", VOICE, "word", "failed", step="result")
    asked["Parameters"]["InvocationTimeLimitSeconds"] = "4"
    return flow(
        asked,
        compare("word", "$.External.result", default, **words),
        set_attributes("verified", "say", auth_result="verified"),
        set_attributes("failed", "say", auth_result="not_verified"),
        say("say", "Bye.", "bye"),
        hang_up(),
    )


EVERY_WORD = dict.fromkeys(
    ("not_verified", "inconclusive", "enrolled", "opted_out", "expired", "abandoned", "unavailable"), "failed"
)


def test_only_the_word_itself_leads_to_verified() -> None:
    assert check(_answered("failed", verified="verified", **EVERY_WORD)) == ()


def test_a_default_branch_that_leads_to_verified_is_an_error() -> None:
    found = errors(_answered("verified", verified="verified", **EVERY_WORD))
    assert len(found) == 1
    assert "without a condition that tests for it" in found[0]


def test_another_word_that_leads_to_verified_is_an_error() -> None:
    words = {**EVERY_WORD, "expired": "verified"}
    assert "Equals expired" in only_error(_answered("failed", verified="verified", **words))


def test_an_error_branch_that_leads_to_verified_is_an_error() -> None:
    document = _answered("failed", verified="verified", **EVERY_WORD)
    document["Actions"][0]["Transitions"]["Errors"][0]["NextAction"] = "verified"
    assert "NoMatchingError" in only_error(document)


def test_a_module_that_returns_verified_by_default_is_an_error() -> None:
    document = flow(
        invoke("check", VOICE, "end", "end", step="result"),
        action("end", "EndFlowModuleExecution", {"Result": "Verified"}),
        settings=SETTINGS,
    )
    assert "without a condition" in only_error(document)


def test_a_word_of_ours_without_a_branch_is_found() -> None:
    words = {word: target for word, target in EVERY_WORD.items() if word != "expired"}
    found = messages(_answered("failed", verified="verified", **words))
    assert found == ['The answer "expired" has no branch of its own']


@pytest.mark.parametrize("arn", [VOICE + ":live", VOICE.replace("-prod-", "-dev-")])
def test_our_functions_are_known_by_any_stage_and_alias(arn: str) -> None:
    document = _answered("failed", verified="verified")
    document["Actions"][0]["Parameters"]["LambdaFunctionARN"] = arn
    assert len(messages(document)) == len(EVERY_WORD)


def test_nothing_is_asked_of_the_words_of_other_functions() -> None:
    document = _answered("failed", verified="verified")
    document["Actions"][0]["Parameters"] |= {
        "LambdaFunctionARN": VOICE.replace("-voice", "-weather"),
        "LambdaInvocationAttributes": {"step": "forecast"},
    }
    assert check(document) == ()


@pytest.mark.parametrize(
    "function", [VOICE.replace("-voice", "-Voice-1A2B3C"), VOICE.replace("-voice", "-voice2"), "$.Attributes.function"]
)
def test_one_of_our_steps_in_a_function_of_unknown_name_is_pointed_out(function: str) -> None:
    document = _answered("failed", verified="verified", **EVERY_WORD)
    document["Actions"][0]["Parameters"]["LambdaFunctionARN"] = function
    (found,) = check(document)
    assert (found.severity, found.action) == (Severity.WARNING, "check")
    assert function in found.message


def test_refusals_leave_out_what_is_only_regretted() -> None:
    document = flow(invoke("call", VOICE, "bye", "bye"), hang_up())
    assert check(document)
    assert refusals(document) == ()


def test_every_action_of_the_language_says_whether_it_ends() -> None:
    for name, kind in ACTIONS.items():
        branches = kind.branches_for({})
        assert kind.name == name
        assert not (branches.terminal and branches.next_required)


# The command.


def _file(folder: Path, name: str, document: object) -> str:
    file = folder / name
    file.write_text(json.dumps(document))
    return str(file)


def test_the_command_is_silent_about_good_flows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", _file(tmp_path, "good.json", GOOD)]) == 0
    assert capsys.readouterr().out == ""


def test_the_command_prints_a_line_for_each_finding_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = _file(tmp_path, "bad.json", flow(action("a", "PlayPrompt")))
    assert main(["check", _file(tmp_path, "good.json", GOOD), bad]) == 1
    assert capsys.readouterr().out == f"{bad}: a: error: Invalid Action type. Path: Actions[0].Type: PlayPrompt\n"


def test_warnings_fail_the_command_only_when_it_is_strict(tmp_path: Path) -> None:
    lonely = _file(tmp_path, "lonely.json", flow(say("hello", "Hello.", "bye"), hang_up(), hang_up("other")))
    assert main(["check", lonely]) == 0
    assert main(["check", "--strict", lonely]) == 1


def test_a_file_that_is_no_json_fails_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "text.json"
    file.write_text("{")
    assert main(["check", str(file)]) == 2
    assert "text.json" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04\xff", b"plain text", b"", b"[" * 100_000])
def test_a_file_of_another_kind_is_named_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flow.json"
    file.write_bytes(content)
    assert main(["check", str(file)]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {file}: not ")
    assert told.count("\n") == 1


def test_every_template_is_checked_in_every_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["templates"]) == 0
    assert capsys.readouterr().out == ""


def test_a_template_that_a_caller_would_regret_is_named_with_its_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lonely = flow(say("hello", "{{prompt:welcome}}", "bye"), hang_up(), hang_up("other"))
    monkeypatch.setattr(templates, "load", {**dict.fromkeys(templates.NAMES, GOOD), "voice": lonely}.__getitem__)
    assert main(["templates"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in told] == [f"voice, {language}" for language in LANGUAGES]
