"""Flows as pictures: every block and branch is in them, nothing lies on anything else, and the pages' are current."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from flows import templates
from flows.document import Flow, parse
from local.flowtool import pictures
from local.flowtool.command import main
from local.flowtool.picture.chart import chart, word
from local.flowtool.picture.svg import svg
from tests.flows.documents import action, compare, flow, hang_up, invoke, say

SVG = "{http://www.w3.org/2000/svg}"
BYE = (say("done", "Goodbye.", "bye"), hang_up())
MENU = {"NoMatchingCondition": "done", "InputTimeLimitExceeded": "done", "NoMatchingError": "done"}


def drawn(*actions: dict[str, Any], name: str = "tried") -> Element:
    return picture(parse(flow(*actions, name=name)))


def picture(flow_: Flow, name: str = "") -> Element:
    return ElementTree.fromstring(svg(flow_, name))  # noqa: S314 (our own picture)


def words(root: Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def lines(flow_: Flow) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(line.source, line.target): line.label for line in chart(flow_, "").lines}


def test_a_block_has_its_name_and_type_and_a_line_has_its_branches() -> None:
    menu = action("menu", "GetParticipantInput", {"Text": "?"}, "done", MENU, {"Equals 1": "bye", "Equals 2": "bye"})
    flow_ = parse(flow(menu, *BYE))
    assert lines(flow_) == {
        ("\0start", "menu"): (),
        ("menu", "done"): ("otherwise",),
        ("menu", "bye"): ("1", "2"),
        ("done", "bye"): (),
    }
    told = words(drawn(menu, *BYE))
    assert {"tried", "menu", "GetParticipantInput", "otherwise", "1", "2"} <= set(told)


def test_an_error_has_a_line_to_a_block_that_nothing_else_leads_to_and_else_a_word_inside_its_block() -> None:
    one, other = invoke("one", "arn", "two", "sorry"), invoke("two", "arn", "done", "sorry")
    found = chart(parse(flow(one, other, say("sorry", "Sorry.", "bye"), *BYE)), "")
    assert [(line.source, line.label) for line in found.lines if line.is_error] == [("one", ("error",))]
    assert {block.key: [note.text for note in block.notes] for block in found.blocks if block.notes} == {
        "two": ["error \N{RIGHTWARDS ARROW} sorry"]
    }


def test_where_many_choices_lead_to_one_block_only_the_first_has_a_line() -> None:
    compares = [compare(f"c{number}", "$.Attributes.x", f"c{number + 1}", yes="bye") for number in range(6)]
    found = chart(parse(flow(*compares, say("c6", "Hello.", "bye"), hang_up())), "")
    assert [line.source for line in found.lines if line.target == "bye"] == ["c0", "c6"]
    assert [block.key for block in found.blocks if block.notes] == ["c1", "c2", "c3", "c4", "c5"]


def test_rounds_lines_to_nowhere_and_lonely_blocks_are_drawn() -> None:
    again = say("again", "Again.", "first")
    itself = action("itself", "MessageParticipant", {"Text": "x"}, "itself", {"NoMatchingError": "gone"})
    told = words(drawn(say("first", "First.", "again"), again, itself))
    assert {"itself", "nowhere", "next \N{RIGHTWARDS ARROW} here again"} <= set(told)


@pytest.mark.parametrize(
    ("branch", "told"),
    [
        ("Equals verified", "verified"),
        ("NumberGreaterThan 3", "> 3"),
        ("TextContains a b", "contains a b"),
        ("NoMatchingError", "error"),
        ("InvalidPhoneNumber", "InvalidPhoneNumber"),
    ],
)
def test_branches_are_told_in_few_words(branch: str, told: str) -> None:
    assert word(branch) == told


def test_a_picture_says_what_it_shows_to_those_who_cannot_see_it() -> None:
    root = drawn(say("hello & <hello>", "Hello.", "bye"), hang_up(), name="tried & true")
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "tried & true"
    told = description.text or ""
    assert told.startswith("A flow of 2 blocks. Start: StartAction to hello & <hello>.")
    assert told.endswith("bye (DisconnectParticipant): ends.")


@pytest.mark.parametrize("name", templates.NAMES)
def test_no_block_lies_on_another_or_outside(name: str) -> None:
    root = picture(parse(templates.load(name)), name)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    boxes = [
        tuple(float(rect.attrib[side]) for side in ("x", "y", "width", "height"))
        for group in root.iter(f"{SVG}g")
        for rect in group.iter(f"{SVG}rect")
    ]
    assert len(boxes) == len(templates.load(name)["Actions"]) + 1
    assert all(x >= 0 and y >= 0 and x + wide <= width and y + high <= height for x, y, wide, high in boxes)
    for (x, y, wide, high), (x2, y2, wide2, high2) in combinations(boxes, 2):
        assert x + wide <= x2 or x2 + wide2 <= x or y + high <= y2 or y2 + high2 <= y


@pytest.mark.parametrize("name", templates.NAMES)
def test_every_branch_has_a_line_or_a_word(name: str) -> None:
    flow_ = parse(templates.load(name))
    found = chart(flow_, name)
    leads = {(line.source, line.target) for line in found.lines}
    leads |= {(block.key, note.text.rpartition(" ")[2]) for block in found.blocks for note in block.notes}
    assert {(one.identifier, branch.target) for one in flow_.actions for branch in one.branches()} <= leads


def test_the_pictures_of_the_pages_are_current() -> None:
    wanted = dict(pictures.pictures())
    assert {file.name for file in pictures.FOLDER.iterdir()} == {file.name for file in wanted}
    for file, text in wanted.items():
        assert file.read_text() == text, "run `make docs`"


def test_every_picture_stands_on_the_page_of_flows() -> None:
    page = (pictures.FOLDER.parents[1] / "flows.md").read_text()
    assert set(re.findall(r"\(images/flows/([\w-]+)\.svg\)", page)) == set(templates.NAMES)


def test_the_command_writes_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "mine.json", tmp_path / "mine.svg"
    file.write_text('{"Version": "2019-10-30", "StartAction": "a", "Actions": []}')
    assert main(["draw", str(file), "--svg", str(out)]) == 0
    assert '<title id="title">mine</title>' in out.read_text()
    assert main(["draw", str(file), "--svg", str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err
