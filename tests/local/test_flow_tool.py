"""The flow tool plays what a script says, tells what happened without what was typed, and what was not as expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flows.document import parse
from flows.language import BEYOND
from local.connect.circumstances import Unset
from local.connect.flow_set import FlowRefusedError
from local.connect.runner import MOST_STEPS
from local.flowtool.command import main
from local.flowtool.draw import mermaid
from local.flowtool.fields import ScriptError
from local.flowtool.instance import Flows
from local.flowtool.masking import Mask
from local.flowtool.playing import Played, play
from local.flowtool.script import read
from local.security_key import security_key
from tests.flows.documents import SETTINGS, action, compare, flow, hang_up, invoke, say, set_attributes, store_input

ARN = "arn:aws:lambda:eu-central-1:111122223333:function:tried"
BYE = (say("done", "Goodbye.", "bye"), hang_up())
ASK = store_input("number", "done")
QUEUE = (
    action("queue", "UpdateContactTargetQueue", {"QueueId": "arn:queue/help"}, "to-queue", {"NoMatchingError": "done"}),
    action("to-queue", "TransferContactToQueue", {}, "done", {"QueueAtCapacity": "done", "NoMatchingError": "done"}),
)


class Folder:
    """Where an author keeps flows and scripts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def flow(self, *actions: dict[str, Any], name: str = "main", settings: Mapping[str, Any] | None = None) -> Path:
        file = self.path / f"{name}.json"
        file.write_text(json.dumps(flow(*actions, settings=settings)))
        return file

    def script(self, text: str) -> Path:
        file = self.path / "tried.flow-script.toml"
        file.write_text(text)
        return file

    def play(self, text: str, *actions: dict[str, Any]) -> Played:
        [script] = read(self.script(text))
        return play(script, Flows(self.flow(*actions), script.flows))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def path(played: Played) -> list[tuple[str, str]]:
    return [(step.action, step.branch) for step in played.run.trace]


def events(played: Played, what: str) -> list[dict[str, Any]]:
    return [event for event in played.events if event["what"] == what]


# What the caller does.


def test_each_step_of_the_caller_is_done_once_at_the_prompt_that_it_waits_for(folder: Folder) -> None:
    script = """
        [[caller]]
        hears = "Second"
        press = "22#"
        [[caller]]
        press = "1#"
        times = 2
    """
    first, second, third = (
        store_input(f"n{number}", following, Text=f"{name} number.")
        for number, name, following in ((1, "First", "n2"), (2, "Second", "n3"), (3, "Third", "done"))
    )
    played = folder.play(script, first, second, third, *BYE)
    assert [step.note for step in played.run.trace[:3]] == ["1 digits", "2 digits", "1 digits"]


def test_a_caller_who_speaks_presses_nothing(folder: Folder) -> None:
    played = folder.play('[[caller]]\nspeaks = "four seven"', ASK, *BYE)
    assert played.run.trace[0].note == "nothing typed"
    assert events(played, "caller") == [{"at": 1.143, "what": "caller", "does": "speaks"}]


def test_a_caller_hangs_up_at_words(folder: Folder) -> None:
    script = '[[caller]]\nhears = "Goodbye"\nhangs_up = true\n[expect]\nending = "caller_hung_up"'
    played = folder.play(script, ASK, *BYE)
    assert path(played) == [("number", "next"), ("done", "caller hung up")]
    assert played.differences == ()


@pytest.mark.parametrize(("after", "block"), [(1.0, "number"), (3.0, "number"), (6.5, "done")])
def test_a_caller_hangs_up_at_a_time_whatever_is_going_on(folder: Folder, after: float, block: str) -> None:
    played = folder.play(f"[call]\nhangs_up_after = {after}", ASK, *BYE)
    assert path(played)[-1] == (block, "caller hung up")
    assert played.events[-1] == {"at": after, "what": "end", "ending": "caller_hung_up", "attributes": []}


def test_a_caller_hangs_up_while_a_third_party_is_on_the_line(folder: Folder) -> None:
    script = '[call]\nhangs_up_after = 5\n[far_ends]\n"+46800000099" = [20]'
    assert path(folder.play(script, third_party(), *BYE)) == [("leg", "end")]


def test_a_withheld_number_and_how_the_contact_began_reach_the_function(folder: Folder) -> None:
    ask = invoke("ask", ARN, "copy", "done", address="$.CustomerEndpoint.Address", how="$.InitiationMethod")
    copy = set_attributes("copy", "done", how="$.InitiationMethod", who="number $.CustomerEndpoint.Address")
    script = f"""
        [call]
        caller_id = "withheld"
        initiation = "TRANSFER"
        [functions."{ARN}"]
        answers = [{{}}]
        [expect]
        attributes = {{ how = "TRANSFER", who = "number " }}
    """
    assert folder.play(script, ask, copy, *BYE).differences == ()


# What is outside.


def lambda_branch(folder: Folder, function: str) -> tuple[str, list[dict[str, Any]]]:
    call = invoke("call", ARN, "word", "failed", step="start")
    failed, word = say("failed", "No.", "done"), compare("word", "$.External.result", "failed", yes="done")
    played = folder.play(f'[functions."{ARN}"]\n{function}', call, word, failed, *BYE)
    return path(played)[0][1], events(played, "lambda")


@pytest.mark.parametrize(
    ("faults", "branch", "at"),
    [
        ('1 = "throttled"', "next", 0.3),
        ('1 = "service error", 2 = "raises", 3 = "raises after commit"', "next", 0.85),
        ('every = "raises"', "NoMatchingError", 1.0),
        ('1 = "times out"', "NoMatchingError", 8.0),
        ('1 = "times out after commit"', "NoMatchingError", 8.0),
        ('1 = "late duplicate"', "next", 0.05),
    ],
)
def test_a_function_fails_as_the_script_says(folder: Folder, faults: str, branch: str, at: float) -> None:
    taken, [told] = lambda_branch(folder, f'answers = [{{ result = "yes" }}]\nfaults = {{ {faults} }}')
    assert (taken, told["at"]) == (branch, at)
    assert (told["function"], told["step"]) == ("tried", "start")


@pytest.mark.parametrize("answer", ["{ result = 1 }", '"yes"', "[1]"])
def test_an_answer_that_connect_does_not_take_is_an_error(folder: Folder, answer: str) -> None:
    assert lambda_branch(folder, f"answers = [{answer}]")[0] == "NoMatchingError"


def test_a_function_that_is_too_slow_or_has_no_answer_is_an_error(folder: Folder) -> None:
    assert lambda_branch(folder, 'answers = [{ result = "yes" }]\ntakes_seconds = 9')[0] == "NoMatchingError"
    assert lambda_branch(folder, "")[0] == "NoMatchingError"


def test_answers_come_one_after_the_other_and_by_their_step(folder: Folder) -> None:
    script = f"""
        [functions."{ARN}"]
        answers = [{{ result = "other" }}]
        steps.collect = [{{ result = "pending" }}, {{ result = "verified" }}]
    """
    calls = [
        invoke(f"c{number}", ARN, f"c{number + 1}" if number < 4 else "done", "done", step=step)
        for number, step in enumerate(["start", "collect", "collect", "start", "collect"])
    ]
    told = events(folder.play(script, *calls, *BYE), "lambda")
    assert [one["result"] for one in told] == ["other", "pending", "verified", "other", "verified"]


@pytest.mark.parametrize("unset", list(Unset))
def test_an_unset_reference_is_passed_as_the_script_says(folder: Folder, unset: Unset) -> None:
    [script] = read(folder.script(f'[call]\nunset = "{unset.value}"'))
    assert script.circumstances.unset is unset


def third_party() -> dict[str, Any]:
    parameters = {
        "ThirdPartyPhoneNumber": "+46800000099",
        "ThirdPartyConnectionTimeLimitSeconds": "20",
        "ContinueFlowExecution": "True",
    }
    errors = dict.fromkeys(("CallFailed", "ConnectionTimeLimitExceeded", "NoMatchingError"), "done")
    return action("leg", "TransferParticipantToThirdParty", parameters, "done", errors)


@pytest.mark.parametrize(
    ("calls", "branch", "at"),
    [("[12]", "next", 12.0), ('["busy"]', "CallFailed", 0.0), ('["no answer"]', "ConnectionTimeLimitExceeded", 20.0)],
)
def test_a_far_end_hangs_up_is_busy_or_does_not_answer(folder: Folder, calls: str, branch: str, at: float) -> None:
    played = folder.play(f'far_ends = {{ "+46800000099" = {calls} }}', third_party(), *BYE)
    assert path(played)[0] == ("leg", branch)
    assert events(played, "action")[1]["at"] == at


@pytest.mark.parametrize(
    ("queue", "branches"),
    [
        ('[queues."arn:queue/help"]', [("queue", "next"), ("to-queue", "end")]),
        ('[queues."arn:queue/help"]\nfull = true', [("queue", "next"), ("to-queue", "QueueAtCapacity")]),
        ("", [("queue", "NoMatchingError"), ("done", "next")]),
    ],
)
def test_a_queue_answers_is_full_or_is_not_there(folder: Folder, queue: str, branches: list[tuple[str, str]]) -> None:
    played = folder.play(queue, *QUEUE, *BYE)
    assert path(played)[:2] == branches
    assert played.run.queue == ("help" if branches[1][1] == "end" else None)


def test_encrypted_input_needs_the_uploaded_key(folder: Folder) -> None:
    key = security_key()
    ask = store_input("number", "done", InputEncryption={"EncryptionKeyId": key.id, "Key": key.certificate})
    (folder.path / "key.pem").write_text(key.public_key)
    presses = '[[caller]]\npress = "4711#"\n'
    with_key = folder.play(f'{presses}[security_keys]\n"{key.id}" = "key.pem"', ask, *BYE)
    assert path(with_key)[0] == ("number", "next")
    without = folder.play(presses, ask, *BYE)
    assert path(without)[0] == ("number", "NoMatchingError")
    assert "no security key" in events(without, "connect")[0]["does"]


def test_modules_are_found_by_the_ids_that_flows_name_them_by(folder: Folder) -> None:
    arn = "arn:aws:connect:eu-central-1:111122223333:instance/i/contact-flow-module/7f9c"
    errors = {"NoMatchingError": "done", "NoMatchingCondition": "done"}
    call = action("call", "InvokeFlowModule", {"FlowModuleId": arn}, "done", errors, {"Equals Success": "done"})
    module = action("return", "EndFlowModuleExecution", {"Result": "Success"})
    folder.flow(module, name="module", settings=SETTINGS)
    played = folder.play('flows = { 7f9c = "module.json" }', call, *BYE)
    assert [(event["flow"], event["branch"]) for event in events(played, "action")[:2]] == [
        ("7f9c", "end"),
        ("main", "Equals Success"),
    ]


# What must not show.


def test_what_was_typed_shows_nowhere(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    actions = (
        store_input("number", "compare"),
        compare("compare", "$.StoredCustomerInput", "call", **{"471199": "call"}),
        invoke("call", ARN, "copy", "copy", step="$.StoredCustomerInput", number="$.StoredCustomerInput"),
        set_attributes("copy", "echo", number="$.StoredCustomerInput"),
        say("echo", "You typed $.StoredCustomerInput.", "done"),
        *BYE,
    )
    script = f"""
        [[caller]]
        press = "471199#"
        [functions."{ARN}"]
        answers = [{{ result = "got 471199" }}]
        [expect]
        attributes = {{ number = "none" }}
        says = ["nothing of the kind"]
    """
    trace = folder.path / "trace.jsonl"
    arguments = ["run", str(folder.flow(*actions)), "--script", str(folder.script(script)), "--trace", str(trace)]
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert "471199" not in told.out + told.err + trace.read_text()
    assert "  + You typed (6 digits).\n" in told.out
    assert '"branch": "Equals (6 digits)"' in trace.read_text()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("4711", "(4 digits)"),
        ("x 47 y", "x (2 digits) y"),
        ("0047110", "(7 digits)"),
        ("4711 and 99", "(4 digits) and (2 digits)"),
        ("471199", "(6 digits)"),
        ("Equals 4", "Equals 4"),
        ("2040", "2040"),
    ],
)
def test_digits_are_masked_whole_in_part_and_inside_others(text: str, shown: str) -> None:
    assert Mask(["47,11#", "99"])(text) == shown


# What was expected.


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ('ending = "disconnected"', ["ending:", "  - disconnected", "  + agent"]),
        ('queue = "sales"', ["queue:", "  - sales", "  + help"]),
        ('attributes = { colour = "blue" }', ["attribute colour:", "  - blue", "  + red"]),
        ("attributes = { colour = false }", ["attribute colour:", "  - (not set)", "  + red"]),
        ('attributes = { size = "large" }', ["attribute size:", "  - large", "  + (not set)"]),
        ('says = ["Hello", "Hello"]', ["says:", "  - Hello", "  + Hello."]),
        ('never_says = ["Hell"]', ["says:", "  - (never) Hell", "  + Hello."]),
        (
            'path = ["hello", "queue", "to-queue"]',
            ["path:", "    hello", "  + set", "    queue", "    to-queue"],
        ),
        (
            """
                ending = "agent"
                queue = "help"
                attributes = { colour = "red", size = false }
                says = ["Hello"]
                path = ["...", "set", "...", "to-queue", "..."]
            """,
            [],
        ),
        ("", []),
    ],
)
def test_what_is_not_as_expected_is_told_as_a_diff(folder: Folder, expect: str, told: list[str]) -> None:
    actions = (say("hello", "Hello.", "set"), set_attributes("set", "queue", colour="red"), *QUEUE, *BYE)
    assert list(folder.play(f'[queues."arn:queue/help"]\n[expect]\n{expect}', *actions).differences) == told


@pytest.mark.parametrize(
    ("kind", "parameter", "what"),
    [
        ("InvokeFlowModule", {"FlowModuleId": "greeting"}, "no such module was given"),
        ("InvokeFlowModule", {"FlowModuleId": "main"}, "a flow, and no module"),
        ("TransferToFlow", {"ContactFlowId": "greeting"}, "no such flow was given"),
        ("UpdateContactEventHooks", {"EventHooks": {"AgentWhisper": "greeting"}}, "no such flow was given"),
    ],
)
def test_a_flow_that_was_not_given_is_never_as_expected_unless_the_script_says_so(
    folder: Folder, capsys: pytest.CaptureFixture[str], kind: str, parameter: dict[str, Any], what: str
) -> None:
    file = folder.flow(action("call", kind, parameter, "done", {"NoMatchingError": "done"}), *BYE)
    forgotten = folder.script('expect.ending = "disconnected"')
    assert main(["run", str(file), "--script", str(forgotten)]) == 1
    assert capsys.readouterr().out.splitlines()[1:3] == ["block call:", f"  + NoMatchingError: {what}"]
    on_purpose = folder.script('fails.call = "NoMatchingError"\nexpect.ending = "disconnected"')
    assert main(["run", str(file), "--script", str(on_purpose)]) == 0


def test_modules_that_are_nested_too_deep_are_never_as_expected(folder: Folder) -> None:
    deep = {"FlowModuleId": "deep"}
    again = action("again", "InvokeFlowModule", deep, "return", {"NoMatchingError": "return"})
    folder.flow(again, action("return", "EndFlowModuleExecution", {}), name="deep", settings=SETTINGS)
    call = action("call", "InvokeFlowModule", deep, "done", {"NoMatchingError": "done"})
    told = folder.play('flows.deep = "deep.json"', call, *BYE).differences
    assert told == ("block again:", "  + NoMatchingError: modules are nested too deep")


def test_a_module_is_no_flow_to_go_on_in(folder: Folder) -> None:
    folder.flow(action("return", "EndFlowModuleExecution", {}), name="deep", settings=SETTINGS)
    move = action("move", "TransferToFlow", {"ContactFlowId": "deep"}, "done", {"NoMatchingError": "done"})
    told = folder.play('flows.deep = "deep.json"', move, *BYE).differences
    assert told == ("block move:", "  + NoMatchingError: a module, and no flow")


def test_of_a_call_that_goes_round_the_beginning_and_the_end_are_told(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder.flow(say("a", "Round.", "b"), say("b", "And round.", "a"))
    assert main(["run", str(file), "--script", str(folder.script('expect.says = ["Goodbye"]'))]) == 1
    told = capsys.readouterr().out
    assert f"({MOST_STEPS - 40} more)" in told
    assert len(told.splitlines()) < 60


def test_a_flow_that_never_ends_is_stopped_and_told_why(folder: Folder) -> None:
    attributes = [set_attributes("a", "b", x="1"), set_attributes("b", "a", x="2")]
    played = folder.play("", *attributes)
    assert len(played.run.trace) == MOST_STEPS
    assert played.differences[2] == f"  + defect: stopped after {MOST_STEPS} actions, at a: the flow goes round"
    assert folder.play('[expect]\nending = "defect"', *attributes).differences == ()


def test_the_largest_loop_the_deepest_module_and_the_longest_flow_are_played(folder: Folder) -> None:
    errors = {"NoMatchingError": "return", "NoMatchingCondition": "return"}
    end = action("return", "EndFlowModuleExecution", {"Result": "Success"})
    for number in range(1, 6):
        call = action("call", "InvokeFlowModule", {"FlowModuleId": f"m{number + 1}"}, "return", errors)
        folder.flow(*((call, end) if number < 5 else (end,)), name=f"m{number}", settings=SETTINGS)
    modules = ", ".join(f'm{number} = "m{number}.json"' for number in range(1, 6))
    into = {"NoMatchingError": "loop", "NoMatchingCondition": "loop"}
    longest = [
        set_attributes(f"s{number}", f"s{number + 1}" if number < 245 else "call", x="1") for number in range(246)
    ]
    call = action("call", "InvokeFlowModule", {"FlowModuleId": "m1"}, "loop", into)
    rounds = {"Equals ContinueLooping": "loop", "Equals DoneLooping": "done"}
    loop = action("loop", "Loop", {"LoopCount": "100"}, "done", {}, rounds)
    played = folder.play(f"flows = {{ {modules} }}", *longest, call, loop, *BYE)
    assert played.differences == ()
    assert len(played.run.trace) == 246 + 1 + 9 + 101 + 2


def test_coverage_tells_which_branches_no_script_has_taken(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    first = folder.script('fails = { hello = "NoMatchingError" }')
    second = folder.path / "second.toml"
    second.write_text('[queues."arn:queue/help"]')
    file = folder.flow(say("hello", "Hello.", "queue"), *QUEUE, *BYE)
    assert main(["run", str(file), "--script", str(first), "--script", str(second), "--coverage"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "main: 7 of 10 branches taken",
        "  never taken: to-queue: QueueAtCapacity",
        "  never taken: to-queue: NoMatchingError",
        "  never taken: done: NoMatchingError",
    ]


# What cannot be followed.


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("[[caller]", "not TOML"),
        ("colour = 1", "colour is not known here"),
        ("[call]\ncolour = 1", "call.colour is not known here"),
        ('[call]\nunset = "gone"', "call.unset must be one of: absent, null, empty"),
        ('[call]\nhangs_up_after = "soon"', "call.hangs_up_after must be a number"),
        ('[[caller]]\npress = "12a"', "caller[0].press must be keys"),
        ("caller = 1", "caller must be a list"),
        (f'[functions."{ARN}"]\nfaults = {{ 1 = "sulks" }}', "must be one of: throttled"),
        (f'[functions."{ARN}"]\nfaults = {{ first = "raises" }}', "neither the number of an attempt"),
        ('far_ends = { "+46800000099" = ["sulks"] }', "must be a list of seconds, or of: busy, no answer"),
        ('far_ends = { "+46800000000" = [1] }', "both the dialled number and a far end"),
        ('[expect]\nending = "good"', "expect.ending must be one of: agent"),
        ("[expect]\nattributes = { a = true }", "expect.attributes must be text, or false"),
        ('security_keys = { a = "-----BEGIN nothing" }', "security_keys: a security key is a public key in PEM"),
        ('call = { presses = [{ press = "one" }] }', "call.presses[0].press must be keys"),
        ("[replies]\nfind = [{ colour = 1 }]", 'replies."find"[0].colour is not known here'),
        ('[queues."arn:queue/help"]\nanswers = [{ after = "soon" }]', "answers[0].after must be a number"),
        ('[queues."arn:queue/help"]\nmetrics = { Size = "big" }', "metrics must be a number"),
    ],
)
def test_a_script_that_cannot_be_followed_is_told_where(
    folder: Folder, script: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(folder.flow(*BYE)), "--script", str(folder.script(script))]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {folder.path / 'tried.flow-script.toml'}: ")
    assert told in error


def test_a_call_does_not_begin_in_a_module(folder: Folder) -> None:
    file = folder.flow(action("return", "EndFlowModuleExecution", {}), settings=SETTINGS)
    with pytest.raises(ScriptError, match="main is a module"):
        play(read(folder.script(""))[0], Flows(file, {}))


@pytest.mark.parametrize("kind", sorted(BEYOND))
def test_what_belongs_to_chat_tasks_and_the_like_is_refused_by_name(folder: Folder, kind: str) -> None:
    with pytest.raises(FlowRefusedError, match=f"{kind} is not played: "):
        folder.play("", action("a", kind, {}, "done"), *BYE)


def test_the_command_tells_what_it_cannot_read_or_play(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    script, file = str(folder.script("")), str(folder.flow(*BYE))
    legacy = folder.path / "legacy.json"
    legacy.write_text('{"modules": [], "version": "1"}')
    none = str(folder.path / "none.json")
    assert main(["run", none, "--script", script]) == 2
    assert main(["run", file, "--script", script, "--flow", "m1"]) == 2
    assert main(["run", file, "--script", script, "--trace", str(folder.path)]) == 2
    assert main(["run", str(legacy), "--script", script]) == 1
    assert main(["check", str(legacy)]) == 1
    told = capsys.readouterr()
    assert "there is no such file" in told.err
    assert "--flow takes NAME=FILE" in told.err
    assert "cannot be written" in told.err
    assert told.err.count("open the flow in the console, save it") == 1
    assert told.out.endswith("open the flow in the console, save it, and export it again\n")


# Drawing.


def test_a_flow_is_drawn_with_its_branches() -> None:
    odd = compare('a"<b>#', "$.Attributes.x", "done", end="bye")
    assert mermaid(parse(flow(odd, *BYE))).splitlines() == [
        "flowchart TD",
        '  start(["tried"]) --> b0',
        '  b0["a#quot;#lt;b#gt;#35;<br/><i>Compare</i>"]',
        '  b1["done<br/><i>MessageParticipant</i>"]',
        '  b2["bye<br/><i>DisconnectParticipant</i>"]',
        "  b0 --> b1",
        '  b0 -.->|"NoMatchingCondition"| b1',
        '  b0 -->|"Equals end"| b2',
        "  b1 --> b2",
        '  b1 -.->|"NoMatchingError"| b2',
    ]


def test_the_command_draws(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", str(folder.flow(*BYE))]) == 0
    assert capsys.readouterr().out.startswith("flowchart TD\n")
