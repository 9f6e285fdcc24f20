"""The flows that ship: they render in each language, the checker has nothing to say, and no word is forgotten."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.bankid import hints, starting
from chalicelib.handoff import Verdict, Word
from flows import templates
from flows.check import check
from flows.contract import RESULT_WORDS
from flows.document import Action, Flow, parse
from flows.prompts import LANGUAGES, catalogue
from flows.render import placeholders, render

FILLINGS = {
    "lambda:voice": "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-voice",
    "lambda:secure_input": "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-secure_input",
    "lambda:bankid": "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-bankid",
    "module:voice": "11111111-2222-3333-4444-555555555555",
    "module:secure-input": "22222222-3333-4444-5555-666666666666",
    "module:bankid": "33333333-4444-5555-6666-777777777777",
    "setting:organisation_name": "Exempelbolaget",
    "setting:input_kind": "card_number",
    "setting:input_length": "19",
    "setting:input_consumer": "all",
    "security_key_id": "d4891de8-030f-4d96-90ab-95a99a40dab8",
    "security_key_certificate_pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "queue:verified": "arn:aws:connect:eu-central-1:111122223333:instance/i/queue/verified",
    "queue:not_verified": "arn:aws:connect:eu-central-1:111122223333:instance/i/queue/not-verified",
}
MODULES = {"voice", "voice-dial", "secure-input", "secure-input-relay", "bankid"}
VOICE_MODULES = MODULES - {"secure-input", "secure-input-relay", "bankid"}
MAIN_FLOWS = {"authenticate-caller", "authenticate-by-bankid", "take-card-number"}
AGENT_MAY_SEE = {
    *("auth_result", "auth_method", "auth_level", "auth_until", "auth_subject", "auth_view"),
    *("input_result", "input_token", "input_last4"),
}


def rendered(name: str, language: str = "en-GB") -> dict[str, Any]:
    return render(templates.load(name), language, FILLINGS)


def parsed(name: str) -> Flow:
    return parse(rendered(name))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", templates.NAMES)
def test_every_template_renders_in_every_language_and_checks_clean(name: str, language: str) -> None:
    assert check(rendered(name, language)) == ()


def test_what_ships_is_what_the_documentation_lists() -> None:
    assert set(templates.NAMES) == MODULES | MAIN_FLOWS | {"voice-hand-back"}


@pytest.mark.parametrize("name", templates.NAMES)
def test_modules_have_settings_and_flows_have_none(name: str) -> None:
    assert parsed(name).is_module == (name in MODULES)


def test_every_prompt_is_spoken_somewhere() -> None:
    wanted = {name for template in templates.NAMES for name in placeholders(templates.load(template))}
    spoken = {name.removeprefix("prompt:") for name in wanted if name.startswith("prompt:")}
    assert spoken == catalogue("en-GB").prompts.keys()


@pytest.mark.parametrize("name", templates.NAMES)
def test_everything_that_is_spoken_comes_from_a_catalogue(name: str) -> None:
    for action in templates.load(name)["Actions"]:
        text = action["Parameters"].get("Text", "{{prompt:none}}")
        assert text.startswith("{{prompt:"), action["Identifier"]
        written = re.sub(
            r"<[^>]+>|\{\{(prompt|setting):\w[\w.]*\}\}|\$[\w.]+", "", action["Parameters"].get("SSML", "")
        )
        assert written.strip(" .") == "", action["Identifier"]


def _compares(name: str) -> list[tuple[Action, frozenset[str]]]:
    """Each Compare of a function's word, with the closed list of that function's step."""
    flow = parsed(name)
    found = []
    for action in flow.actions:
        if action.type == "InvokeLambdaFunction":
            step = action.parameters["LambdaInvocationAttributes"]["step"]
            compare = flow.by_identifier[action.next_action or ""]
            function = action.parameters["LambdaFunctionARN"].rpartition("-")[2]
            found.append((compare, RESULT_WORDS[function, step]))
    return found


@pytest.mark.parametrize("name", sorted(set(templates.NAMES) - MAIN_FLOWS))
def test_every_word_has_exactly_one_branch_and_no_word_is_invented(name: str) -> None:
    compares = _compares(name)
    assert compares
    for compare, words in compares:
        assert compare.parameters["ComparisonValue"] == "$.External.result"
        assert sorted(condition.operands[0] for condition in compare.conditions) == sorted(words)


def test_the_closed_list_of_a_result_is_what_the_hand_off_can_say() -> None:
    assert RESULT_WORDS["voice", "result"] == {*map(str, Verdict), *map(str, Word)}


@pytest.mark.parametrize("name", sorted(set(templates.NAMES) - MAIN_FLOWS))
def test_no_default_or_error_of_a_comparison_shares_the_branch_of_verified(name: str) -> None:
    for compare, _ in _compares(name):
        verified = {branch.target for branch in compare.branches() if branch.name == "Equals verified"}
        others = {branch.target for branch in compare.branches() if branch.name != "Equals verified"}
        assert not verified & others


@pytest.mark.parametrize("name", templates.NAMES)
def test_agents_see_only_attributes_of_the_closed_list(name: str) -> None:
    for action in parsed(name).actions:
        if action.type == "UpdateContactAttributes":
            assert action.parameters["Attributes"].keys() <= AGENT_MAY_SEE


def test_nothing_is_spoken_between_the_leg_and_the_question_for_its_verdict() -> None:
    flow = parsed("voice")
    leg = flow.by_identifier["leg"]
    asked = flow.by_identifier[leg.next_action or ""]
    assert asked.type == "InvokeLambdaFunction"
    assert asked.parameters["LambdaInvocationAttributes"]["step"] == "result"


def test_something_is_spoken_before_the_first_function_is_waited_for() -> None:
    for name in MODULES:
        flow = parsed(name)
        first = next(action.identifier for action in flow.actions if action.type == "InvokeLambdaFunction")
        before = [action for action in flow.actions if action.next_action == first]
        assert {action.type for action in before} == {"MessageParticipant"}


def test_the_dial_form_neither_resumes_nor_asks_and_the_resuming_form_does_both() -> None:
    steps = {
        name: [
            action.parameters["LambdaInvocationAttributes"]["step"]
            for action in parsed(name).actions
            if action.type == "InvokeLambdaFunction"
        ]
        for name in (*VOICE_MODULES, "voice-hand-back")
    }
    assert steps == {"voice": ["start", "result"], "voice-dial": ["start"], "voice-hand-back": ["result"]}
    assert parsed("voice").by_identifier["leg"].parameters["ContinueFlowExecution"] == "True"
    assert parsed("voice-dial").by_identifier["leg"].parameters["ContinueFlowExecution"] == "False"


def test_both_forms_of_the_module_have_the_same_branches() -> None:
    assert parsed("voice").settings == parsed("voice-dial").settings


def test_the_hand_back_code_is_taken_in_silence_before_anything_else() -> None:
    flow = parsed("voice-hand-back")
    code = flow.by_identifier["code"]
    assert "Text" not in code.parameters
    assert code.parameters["InputValidation"] == {"CustomValidation": {"MaximumLength": "10"}}
    before = []
    at = flow.start
    while at != "code":
        before.append(flow.by_identifier[at].type)
        at = flow.by_identifier[at].next_action or ""
    assert before == ["UpdateFlowLoggingBehavior", "UpdateContactRecordingBehavior"]


@pytest.mark.parametrize(("name", "function"), [("secure-input", "open"), ("bankid", "start")])
def test_what_is_typed_is_encrypted_unlogged_unrecorded_and_goes_to_the_function_alone(
    name: str, function: str
) -> None:
    flow = parsed(name)
    [asking] = [action for action in flow.actions if "StoreInput" in action.parameters]
    assert asking.parameters["InputEncryption"] == {
        "EncryptionKeyId": FILLINGS["security_key_id"],
        "Key": FILLINGS["security_key_certificate_pem"],
    }
    users = [action.identifier for action in flow.actions if "$.StoredCustomerInput" in repr(action.parameters)]
    assert users == ["typed", function], "compared with the word for nothing, and passed to the function"
    before, at = [], flow.start
    while at != asking.identifier:
        before.append(flow.by_identifier[at].type)
        at = flow.by_identifier[at].next_action or ""
    assert before == ["UpdateFlowLoggingBehavior", "UpdateContactRecordingBehavior"]


@pytest.mark.parametrize("name", ["secure-input", "bankid"])
def test_nothing_typed_never_reaches_the_function(name: str) -> None:
    typed = parsed(name).by_identifier["typed"]
    assert [(str(condition), condition.target) for condition in typed.conditions] == [
        ("Equals Timeout", "nothing-twice")
    ]


def test_the_closed_lists_of_bankid_are_what_its_function_can_say() -> None:
    assert RESULT_WORDS["bankid", "start"] == {*map(str, starting.Word)}
    assert RESULT_WORDS["bankid", "collect"] == {*map(str, hints.Result)}


def _tested(flow: Flow, *names: str) -> set[str]:
    """The words that these comparisons of `$.External.prompt` have branches for."""
    compares = [flow.by_identifier[name] for name in names]
    assert {compare.parameters["ComparisonValue"] for compare in compares} == {"$.External.prompt"}
    return {condition.operands[0] for compare in compares for condition in compare.conditions}


def test_every_word_that_bankid_has_spoken_has_a_prompt_of_its_own() -> None:
    flow = parsed("bankid")
    assert _tested(flow, "hint") == {*map(str, hints.PENDING_PROMPTS)}
    by_result = {"declined", "expired", "mismatch"}  # where the result says it all
    ended = _tested(flow, "cancelled-how", "failed-how", "unavailable-how") | by_result
    assert ended == {*map(str, hints.Prompt)} - {*map(str, hints.PENDING_PROMPTS)}
    spoken = [repr(action.parameters) for action in flow.actions if action.identifier in _hints(flow)]
    assert len(set(spoken)) == len(hints.PENDING_PROMPTS)


def _hints(flow: Flow) -> set[str]:
    return {condition.target for condition in flow.by_identifier["hint"].conditions}


def test_wherever_bankid_is_waited_for_the_same_two_keys_work() -> None:
    flow = parsed("bankid")
    waiting = [action for action in flow.actions if action.type == "GetParticipantInput" and action.identifier != "ask"]
    assert {action.identifier for action in waiting} == _hints(flow) | {"instruct", "waiting", "reminder"}
    for action in waiting:
        keys = [(str(condition), condition.target) for condition in action.conditions]
        assert keys == [("Equals 1", "again"), ("Equals 9", "say-given-up")]


def test_no_name_and_no_number_leaves_the_module() -> None:
    for action in parsed("bankid").actions:
        if action.type == "EndFlowModuleExecution":
            assert action.parameters["ResultData"].keys() <= {"result", "level", "until", "subject", "risk"}


def test_an_order_that_the_module_gives_up_is_taken_back() -> None:
    flow = parsed("bankid")
    for said in ("say-given-up", "say-too-long", "say-trouble"):
        cancel = flow.by_identifier[flow.by_identifier[said].next_action or ""]
        assert cancel.parameters["LambdaInvocationAttributes"]["step"] == "cancel"
