"""The flows that ship: they render in each language, the checker has nothing to say, and no word is forgotten."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib import policy
from chalicelib.assurance import Level
from chalicelib.bankid import hints, starting
from chalicelib.handoff import Verdict, Word
from chalicelib.web_login import session
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
    "lambda:web_login": "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-web_login",
    "lambda:assurance": "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-assurance",
    "module:voice": "11111111-2222-3333-4444-555555555555",
    "module:secure-input": "22222222-3333-4444-5555-666666666666",
    "module:bankid": "33333333-4444-5555-6666-777777777777",
    "module:web-login": "44444444-5555-6666-7777-888888888888",
    "module:agent-view": "66666666-7777-8888-9999-000000000000",
    "flow:agent-guide": "55555555-6666-7777-8888-999999999999",
    "setting:organisation_name": "Exempelbolaget",
    "setting:input_kind": "card_number",
    "setting:input_length": "19",
    "setting:input_consumer": "all",
    "setting:session_code_length": "8",
    "setting:aws_region": "eu-central-1",
    "security_key_id": "d4891de8-030f-4d96-90ab-95a99a40dab8",
    "security_key_certificate_pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "queue:verified": "arn:aws:connect:eu-central-1:111122223333:instance/i/queue/verified",
    "queue:not_verified": "arn:aws:connect:eu-central-1:111122223333:instance/i/queue/not-verified",
}
VOICE_MODULES = {"voice", "voice-dial"}
ASKING_MODULES = VOICE_MODULES | {"secure-input", "secure-input-relay", "bankid", "web-login"}
MODULES = ASKING_MODULES | {"agent-view"}
MAIN_FLOWS = {"authenticate-caller", "authenticate-by-bankid", "authenticate-by-web-login", "take-card-number"}
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
    assert set(templates.NAMES) == MODULES | MAIN_FLOWS | {"voice-hand-back", "agent-guide"}


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
        good = {"Equals verified", "Equals linked"}
        verified = {branch.target for branch in compare.branches() if branch.name in good}
        others = {branch.target for branch in compare.branches() if branch.name not in good}
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
    for name in ASKING_MODULES:
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


@pytest.mark.parametrize(("name", "function"), [("secure-input", "open"), ("bankid", "start"), ("web-login", "link")])
def test_what_is_typed_is_encrypted_unlogged_unrecorded_and_goes_to_the_function_alone(
    name: str, function: str
) -> None:
    flow = parsed(name)
    asking = _asking(flow)
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
    assert before[:2] == ["UpdateFlowLoggingBehavior", "UpdateContactRecordingBehavior"]


def _asking(flow: Flow) -> Action:
    """The one action that stores what is typed."""
    [asking] = [action for action in flow.actions if "StoreInput" in action.parameters]
    return asking


@pytest.mark.parametrize("name", ["secure-input", "bankid", "web-login"])
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


def test_the_closed_lists_of_web_login_and_assurance_are_what_their_functions_can_say() -> None:
    assert RESULT_WORDS["web_login", "link"] == {*map(str, session.Word)}
    assert RESULT_WORDS["assurance", "read"] == {level.word for level in Level}
    assert RESULT_WORDS["assurance", "require"] == {*map(str, policy.Word)}


def test_what_a_telephone_dials_by_itself_is_kept_from_before_anything_is_spoken() -> None:
    for name, first_words in (("authenticate-by-web-login", "say-welcome"), ("web-login", "ask")):
        flow = parsed(name)
        before, at = [], flow.start
        while at != first_words:
            before.append(flow.by_identifier[at])
            at = flow.by_identifier[at].next_action or ""
        assert [action.type for action in before[:2]] == ["UpdateFlowLoggingBehavior", "UpdateContactRecordingBehavior"]
        assert before[2].parameters == {"EnableDTMFBuffer": "true"}
        assert not [action for action in before if action.type == "MessageParticipant"]


def test_a_code_is_complete_with_its_last_digit_and_what_comes_after_it_is_no_part_of_the_next() -> None:
    flow = parsed("web-login")
    asking = _asking(flow)
    assert asking.parameters["InputValidation"] == {"CustomValidation": {"MaximumLength": "8"}}
    assert flow.by_identifier[asking.next_action or ""].parameters == {"EnableDTMFBuffer": "false"}


def test_a_code_is_asked_for_three_times_at_most() -> None:
    flow = parsed("web-login")
    assert flow.by_identifier["unknown-twice"].parameters == {"LoopCount": "2"}
    words = {condition.operands[0]: condition.target for condition in flow.by_identifier["word"].conditions}
    assert [word for word, target in words.items() if target == "unknown-twice"] == ["unknown"]


AUTHENTICATING = ("authenticate-caller", "voice-hand-back", "authenticate-by-bankid", "authenticate-by-web-login")


@pytest.mark.parametrize("name", AUTHENTICATING)
def test_nobody_who_authenticates_reaches_an_agent_without_a_handle_for_the_screen(name: str) -> None:
    flow = parsed(name)
    view = flow.by_identifier["agent-view"]
    assert view.parameters == {"FlowModuleId": FILLINGS["module:agent-view"]}
    assert {branch.target for branch in view.branches()} == {"logging-on"}
    assert flow.by_identifier["reset"].parameters["Attributes"]["auth_view"] == "none"
    around = {"has-view"} | ({"say-agent-verified"} if "web-login" in name else set())
    assert _before(flow, "logging-on") - around == {"agent-view"}
    if "web-login" in name:
        assert flow.by_identifier["note-verified"].parameters["Attributes"]["auth_view"] == "$.Modules.ResultData.view"
        assert [str(condition) for condition in flow.by_identifier["has-view"].conditions] == ["Equals none"]


def _before(flow: Flow, identifier: str) -> set[str]:
    return {action.identifier for action in flow.actions if identifier in {one.target for one in action.branches()}}


def test_the_handle_is_in_no_log_and_in_no_result_and_without_it_the_call_goes_on() -> None:
    flow = parsed("agent-view")
    assert flow.by_identifier[flow.start].parameters == {"FlowLoggingBehavior": "Disabled"}
    assert flow.by_identifier["note-view"].parameters["Attributes"] == {"auth_view": "$.External.auth_view"}
    [end] = [action for action in flow.actions if action.type == "EndFlowModuleExecution"]
    assert end.parameters == {}
    for action in flow.actions:
        assert {*action.errors.values()} <= {end.identifier}


def test_the_guide_names_no_level_that_the_function_has_not_named() -> None:
    flow = parsed("agent-guide")
    headings = {
        action.identifier: action.parameters["ViewData"] for action in flow.actions if action.type == "ShowView"
    }
    default = flow.by_identifier["word"].next_action
    assert default == "show-unknown"
    assert {target for _, target in flow.by_identifier["read"].errors.items()} == {default}
    assert len({data["Heading"] for data in headings.values()}) == len(headings) == 5
    assert "AttributeBar" not in headings["show-unknown"]


def test_what_the_guide_shows_is_looked_at_anew_within_half_a_minute() -> None:
    flow = parsed("agent-guide")
    for action in flow.actions:
        if action.type == "ShowView":
            assert action.parameters["InvocationTimeLimitSeconds"] == "30"
            assert action.errors["TimeLimitExceeded"] == "read"
