"""Several calls in a script, several scripts in a run: what they share, what they are called, what they cover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.flowtool.command import main
from local.flowtool.playing import Played, play
from local.flowtool.script import read
from local.flowtool.scripts import flows_of
from tests.flows.documents import SETTINGS, action, compare, flow, hang_up, invoke, say

ARN = "arn:aws:lambda:eu-central-1:111122223333:function:weather"
EVERY = ("NoMatchingCondition", "InputTimeLimitExceeded", "NoMatchingError")


def menu(identifier: str, following: str, key: str = "bye") -> dict[str, Any]:
    parameters = {"Text": "One?", "InputTimeLimitSeconds": "5"}
    errors = dict.fromkeys(EVERY, following)
    return action(identifier, "GetParticipantInput", parameters, following, errors, {"Equals 1": key})


MAIN = (menu("first", "second"), menu("second", "ask"), invoke("ask", f"{ARN}:live", "word", "say"))
WORD = (compare("word", "$.External.result", "say", sun="queue"), say("say", "Bye.", "bye"), hang_up())
QUEUE = (
    action("queue", "UpdateContactTargetQueue", {"QueueId": "arn:queue/help"}, "go", {"NoMatchingError": "say"}),
    action("go", "TransferContactToQueue", {}, "say", {"QueueAtCapacity": "say", "NoMatchingError": "say"}),
)
SCRIPT = """
    flow = "main.json"
    functions.weather.answers = [{ result = "sun" }]
    queues.help = {}
    [expect]
    ending = "agent"
    queue = "help"
    [cases.sun]
    [cases.rain]
    functions.weather.answers = [{ result = "rain" }]
    expect = { ending = "disconnected", queue = false }
    [cases.full]
    queues.help.full = true
    expect = { ending = "disconnected", queue = false }
    [cases.down]
    functions.weather.faults = { every = "throttled" }
    expect = { ending = "disconnected", queue = false }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.json").write_text(json.dumps(flow(*MAIN, *WORD, *QUEUE)))
    (tmp_path / "calls.flow-script.toml").write_text(SCRIPT)
    return tmp_path


def played(folder: Path, script: str) -> list[Played]:
    file = folder / "calls.flow-script.toml"
    file.write_text(script)
    return [play(one, flows_of(one)) for one in read(file)]


def path(one: Played) -> list[str]:
    return [f"{step.action}: {step.branch}" for step in one.run.trace]


def test_each_case_is_a_call_that_says_only_in_what_it_differs(folder: Path) -> None:
    calls = played(folder, SCRIPT)
    assert [one.script.case for one in calls] == ["sun", "rain", "full", "down"]
    assert [one.differences for one in calls] == [(), (), (), ()]


def test_functions_and_queues_go_by_the_names_at_the_end_of_their_arns_and_by_the_arns(folder: Path) -> None:
    by_arn = SCRIPT.replace("weather", f'"{ARN}:live"').replace("queues.help", 'queues."arn:queue/help"')
    assert [one.differences for one in played(folder, by_arn)] == [(), (), (), ()]
    unknown = played(folder, SCRIPT.replace("weather", "climate"))[0]
    assert path(unknown)[2] == "ask: NoMatchingError"


def test_a_step_of_the_caller_can_wait_for_a_block(folder: Path) -> None:
    [call] = played(folder, 'flow = "main.json"\ncaller = [{ at = "second", press = "1" }]')
    assert path(call) == ["first: InputTimeLimitExceeded", "second: Equals 1", "bye: end"]


def test_all_blocks_of_a_type_can_fail_and_one_of_them_with_an_error_of_its_own(folder: Path) -> None:
    fails = 'fails = { GetParticipantInput = "NoMatchingError", second = "NoMatchingCondition" }'
    [call] = played(folder, f'flow = "main.json"\n{fails}')
    assert path(call)[:2] == ["first: NoMatchingError", "second: NoMatchingCondition"]


def test_a_queue_that_must_not_be_reached_is_told(folder: Path) -> None:
    wrong = played(folder, SCRIPT.replace('queue = "help"', "queue = false"))[0]
    assert wrong.differences == ("queue:", "  - (not set)", "  + help")


def exported(folder: Path) -> Path:
    """The flow as the console writes it, with ids for names and the names beside them."""
    file = folder / "main.json"
    document = json.loads(file.read_text().replace("arn:queue/help", "arn:queue/7f9c"))
    hours = {"HoursOfOperationId": "arn:hours/4711"}
    to = {"Equals True": "first", "Equals False": "say"}
    document["Actions"].append(action("hours", "CheckHoursOfOperation", hours, "say", {"NoMatchingError": "say"}, to))
    document["StartAction"] = "hours"
    metadata = {
        "queue": {"parameters": {"QueueId": {"displayName": "help"}}},
        "hours": {"parameters": {"HoursOfOperationId": {"displayName": "Weekdays"}}},
    }
    document["Metadata"]["ActionMetadata"] = metadata
    file.write_text(json.dumps(document))
    return folder


def test_queues_and_hours_go_by_the_names_that_the_console_shows(folder: Path) -> None:
    one = played(exported(folder), SCRIPT.replace('flow = "main.json"', 'flow = "main.json"\nhours.Weekdays = "open"'))[
        0
    ]
    assert one.differences == ()


def test_a_call_that_went_wrong_tells_its_way_and_the_names_that_nobody_knows(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = SCRIPT.partition("[cases.sun]")[0].replace("weather", "climate").replace("queues.help", "queues.hlep")
    (exported(folder) / "calls.flow-script.toml").write_text(f'hours.weekdays = "open"\nfails.sya = "x"\n{wrong}')
    assert main(["run", "--script", str(folder)]) == 1
    assert capsys.readouterr().out.splitlines()[-5:] == [
        "the call went: hours (NoMatchingError: no such hours of operation), say, bye",
        'no flow names functions."climate"',
        'no flow names queues."hlep"',
        'no flow names hours."weekdays"',
        'no flow names fails "sya"',
    ]


def test_a_folder_is_run_with_the_flows_that_its_scripts_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--script", str(folder), "--trace", str(folder / "trace.jsonl"), "--coverage"]) == 0
    out = capsys.readouterr().out.splitlines()
    file = folder / "calls.flow-script.toml"
    assert out[0] == f"{file}[sun]: as expected: reached an agent, queue help"
    assert out[3] == f"{file}[down]: as expected: the flow hung up"
    assert out[4] == "main: 11 of 20 branches taken"
    told = [json.loads(line)["script"] for line in (folder / "trace.jsonl").read_text().splitlines()]
    assert sorted(set(told)) == [f"calls.flow-script.toml[{case}]" for case in ("down", "full", "rain", "sun")]


@pytest.mark.parametrize(("required", "code"), [("55", 0), ("55.1", 1)])
def test_too_little_coverage_fails(folder: Path, required: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--script", str(folder), "--require", required]) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert (last == "55.0 % of the branches taken, and 55.1 % is required") is bool(code)


def test_modules_count_by_their_files_whatever_the_calls_call_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = {"NoMatchingError": "bye", "NoMatchingCondition": "bye"}
    call = action("call", "InvokeFlowModule", {"FlowModuleId": "m"}, "bye", errors)
    (folder / "main.json").write_text(json.dumps(flow(call, hang_up())))
    for name in ("one", "other"):
        module = flow(action("return", "EndFlowModuleExecution", {"Result": "Success"}), settings=SETTINGS)
        (folder / f"{name}.json").write_text(json.dumps(module))
    (folder / "calls.flow-script.toml").write_text(
        'flow = "main.json"\n[cases.a]\nflows.m = "one.json"\n[cases.b]\nflows.m = "other.json"'
    )
    assert main(["run", "--script", str(folder), "--coverage"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "one: 1 of 1 branches taken",
        "main: 2 of 4 branches taken",
        "  never taken: call: next",
        "  never taken: call: NoMatchingError",
        "other: 1 of 1 branches taken",
    ]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("cases = 1", "cases must be a table of cases"),
        ("cases = {}", "cases must be a table of cases"),
        ("cases = { a = 1 }", "cases.a must be a table"),
        ('flow = "main.json"\n[cases.a]\ncolour = 1', "[a]: colour is not known here"),
        ("", "flow is missing"),
        ("[expect]\nqueue = 1", "expect.queue must be text, or false"),
    ],
)
def test_cases_that_cannot_be_followed_are_told_where(
    folder: Path, script: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "calls.flow-script.toml").write_text(script)
    assert main(["run", "--script", str(folder)]) == 2
    assert told in capsys.readouterr().err


def test_a_folder_without_scripts_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--script", str(tmp_path)]) == 2
    assert "no file here ends in .flow-script.toml" in capsys.readouterr().err
