"""Several flows are checked as one instance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.__main__ import main
from flows.findings import Severity
from flows.together import Together
from tests.flows.documents import SETTINGS, action, flow, hang_up, say

ARN = "arn:aws:connect:eu-central-1:111122223333:instance/i/contact-flow-module/7f9c"


def module(*actions: dict[str, Any], name: str = "module", result: str = "Success") -> dict[str, Any]:
    return flow(*actions, action("return", "EndFlowModuleExecution", {"Result": result}), settings=SETTINGS, name=name)


def caller(identifier: str, conditions: tuple[str, ...] = ("Success",), shown: str = "") -> dict[str, Any]:
    tested = {f"Equals {word}": "bye" for word in conditions}
    errors = {"NoMatchingError": "bye", "NoMatchingCondition": "bye"}
    call = action("call", "InvokeFlowModule", {"FlowModuleId": identifier}, "bye", errors, tested)
    document = flow(call, hang_up(), name="caller")
    if shown:
        document["Metadata"]["ActionMetadata"] = {"call": {"parameters": {"FlowModuleId": {"displayName": shown}}}}
    return document


def found(**documents: object) -> list[tuple[str, Severity, str]]:
    return [(name, one.severity, one.message) for name, one in Together(documents).findings()]


@pytest.mark.parametrize(
    ("identifier", "shown", "documents"),
    [
        ("orders", "", {"orders": module()}),
        ("orders:$LATEST", "", {"orders": module()}),
        (ARN, "", {"7f9c": module()}),
        (f"{ARN}:3", "", {"7f9c": module()}),
        (ARN, "Find the order", {"file": module(name="Find the order")}),
    ],
)
def test_a_module_is_known_by_its_id_its_file_or_its_name(
    identifier: str, shown: str, documents: dict[str, object]
) -> None:
    assert found(main=caller(identifier, shown=shown), **documents) == []


def test_a_module_that_is_not_among_the_files_is_pointed_out() -> None:
    [(name, severity, message)] = found(main=caller(ARN), other=module())
    assert (name, severity) == ("main", Severity.WARNING)
    assert message.startswith(ARN)


def test_a_flow_is_no_module_and_a_module_no_flow() -> None:
    plain = flow(say("hello", "Hello.", "bye"), hang_up())
    transfer = action("go", "TransferToFlow", {"ContactFlowId": "module"}, "bye", {"NoMatchingError": "bye"})
    assert found(main=caller("plain"), plain=plain) == [
        ("main", Severity.ERROR, "plain is a flow, and a module is needed here")
    ]
    assert found(main=flow(transfer, hang_up()), module=module()) == [
        ("main", Severity.ERROR, "module is a module, and a flow is needed here")
    ]


def test_the_branches_of_a_module_and_of_its_caller_are_held_against_each_other() -> None:
    assert [message for _, _, message in found(main=caller("m", ("Error",)), m=module())] == [
        "m never ends in Error, so this branch is never taken",
        "m can end in Success, and there is no branch for it",
    ]


def chain(length: int) -> dict[str, object]:
    """A flow that calls m1, which calls m2, and so on."""
    errors = {"NoMatchingError": "return", "NoMatchingCondition": "return"}
    documents: dict[str, object] = {"main": caller("m1")}
    for number in range(1, length):
        call = action(
            "call",
            "InvokeFlowModule",
            {"FlowModuleId": f"m{number + 1}"},
            "return",
            errors,
            {"Equals Success": "return"},
        )
        documents[f"m{number}"] = module(call, name=f"m{number}")
    documents[f"m{length}"] = module(name=f"m{length}")
    return documents


def test_modules_are_nested_five_deep_and_no_deeper() -> None:
    assert found(**chain(5)) == []
    deep = found(**chain(6))
    assert [(name, severity) for name, severity, _ in deep] == [("main", Severity.ERROR), ("m1", Severity.ERROR)]


def test_modules_that_call_each_other_in_a_circle_are_an_error() -> None:
    documents = {"main": caller("m2"), "m2": chain(2)["m1"]}  # which calls m2
    assert "circle" in found(**documents)[0][2]


def written(folder: Path, **documents: object) -> list[str]:
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    return [str(folder / f"{name}.json") for name in documents]


def test_the_command_takes_several_files_for_one_instance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = written(tmp_path, main=caller("m", ("Error",)), m=module())
    assert main(["check", first]) == 0
    alone = capsys.readouterr().out
    assert main(["check", first, second]) == 0
    assert f"{first}: call: warning: m can end in Success, and there is no branch for it\n" in capsys.readouterr().out
    assert "m can end" not in alone


def test_the_others_are_checked_beside_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [broken] = written(tmp_path, broken=flow(action("a", "PlayPrompt")))
    assert main(["check", str(tmp_path / "none.json"), str(tmp_path), broken]) == 2
    told = capsys.readouterr()
    assert told.out == f"{broken}: a: error: Invalid Action type. Path: Actions[0].Type: PlayPrompt\n"
    assert told.err == f"error: {tmp_path / 'none.json'}: there is no such file\nerror: {tmp_path}: not a file\n"


def test_a_file_that_is_too_large_for_a_flow_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(2_000_001)
    assert main(["check", str(large)]) == 2
    assert "too large" in capsys.readouterr().err


@pytest.mark.parametrize("document", [{}, {"name": "package"}, [], "flow"])
def test_what_is_no_flow_is_an_error_of_the_document(
    document: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [file] = written(tmp_path, other=document)
    assert main(["check", file]) == 1
    assert capsys.readouterr().out.startswith(f"{file}: flow: error: th")


def test_a_type_that_no_call_is_played_with_is_pointed_out_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update = action("case", "UpdateCase", {"Anything": "1"}, "bye", {"NoMatchingError": "bye"})
    [file] = written(tmp_path, cases=flow(say("hello", "Hello.", "case"), update, say("so", "So.", "bye"), hang_up()))
    assert main(["check", file]) == 0
    assert f"{file}: case: warning: UpdateCase is not played: cases" in capsys.readouterr().out


def test_the_flows_that_hooks_name_are_looked_for_like_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def hook(flow_id: str) -> dict[str, Any]:
        parameters = {"EventHooks": {"CustomerQueue": flow_id}}
        errors = {"NoMatchingError": "bye"}
        block = action("hook", "UpdateContactEventHooks", parameters, "bye", errors)
        return flow(say("hello", "Hello.", "hook"), block, say("bye", "Bye.", "end"), hang_up("end"))

    module = flow(action("end", "EndFlowModuleExecution"), settings=SETTINGS)
    assert main(["check", *written(tmp_path, main=hook("arn/music"), music=flow(hang_up()))]) == 0
    assert "hook" not in capsys.readouterr().out
    assert main(["check", *written(tmp_path, main=hook("arn/module"), module=module)]) == 1
    assert "module is a module, and a flow is needed here" in capsys.readouterr().out
