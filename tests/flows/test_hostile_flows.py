"""Whatever a file holds, the checker says what is wrong in one line for each finding, and never falls over."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from flows import templates
from flows.__main__ import main
from flows.check import check
from flows.document import NotAFlowError, parse
from flows.together import Together
from local.flowtool.command import main as tool
from local.flowtool.draw import mermaid
from local.flowtool.picture.svg import svg
from tests.flows.documents import action, flow, hang_up, say

HOSTILE: tuple[Any, ...] = (None, True, 10**30, "", "\n\0\x1b[2J", "$.", "x" * 7_000, [], {}, [[]], [{}], {"": {}})
SMALL = templates.load("voice-dial")


def hurt(document: Any, at: tuple[str | int, ...], by: Any) -> Any:
    """The document with one value replaced."""
    copied = copy.deepcopy(document)
    inside = copied
    for step in at[:-1]:
        inside = inside[step]
    inside[at[-1]] = by
    return copied


def places(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if way:
        yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield from places(inner, (*way, step))


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_any_value_in_any_place_is_judged_without_an_accident(hostile: Any) -> None:
    for at in places(SMALL):
        document = hurt(SMALL, at, hostile)
        assert all(finding.message for finding in check(document))
        list(Together({"one": document, "other": SMALL}).findings())


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_any_flow_that_can_be_read_can_be_drawn(hostile: Any) -> None:
    document = flow(say("hello", "Hello.", "bye"), action("lost", "Nonsense", {}, "nowhere"), hang_up(), hang_up())
    drawn = 0
    for at in places(document):
        try:
            read = parse(hurt(document, at, hostile))
        except NotAFlowError:
            continue
        assert mermaid(read).startswith("flowchart")
        assert ElementTree.fromstring(svg(read)).get("role") == "img"  # noqa: S314 (our own picture)
        drawn += 1
    assert drawn


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"Version": "2019-10-30", "Version": "2019-10-30"}', "'Version' stands twice in one object"),
        ('{"Version": NaN}', "NaN is no JSON"),
        ('{"Version": ' + "9" * 5_000 + "}", "not JSON"),
        ('{"Version": "\\ud800"}', "surrogates"),
        ('{"a": ' * 101 + "1" + "}" * 101, "nested too deep"),
        ('{"a": ' * 50_000, "not JSON"),
        ('"' + "x" * 2_000_000 + '"', "too large for a flow"),
    ],
)
def test_json_that_means_nothing_certain_is_refused_in_one_line(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flow.json"
    file.write_text(text)
    for run in ((main, "check"), (tool, "check"), (tool, "draw")):
        assert run[0]([run[1], str(file)]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"error: {file}: ")
        assert told in said
        assert said.count("\n") == 1


def test_a_finding_stays_in_its_line_whatever_the_block_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(flow(action("a\nb\x1b[2J\u202e", "Play\rPrompt"))))
    assert main(["check", str(file)]) == 1
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 3
    assert lines[0].startswith(f"{file}: a\\u000ab\\u001b[2J\\u202e: error: ")
    assert lines[1].endswith("Play\\u000dPrompt")


def test_what_is_far_too_large_for_a_flow_is_not_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(flow(*(hang_up(f"b{number}") for number in range(251)))))
    assert tool(["draw", str(file), "--svg", str(tmp_path / "out.svg")]) == 1
    assert "at most 250" in capsys.readouterr().err
