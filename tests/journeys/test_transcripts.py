"""What the demo prints can be followed to its rule: docs/architecture.md has a row for every kind of line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.demo.__main__ import shown
from local.demo.journeys import JOURNEYS
from local.demo.stage import Journey, Stage

ROOT = Path(__file__).resolve().parents[2]


def rows() -> list[list[str]]:
    """The cells of the page's table."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    section = page.partition("## From a line of the demo to its rule")[2].partition("\n## ")[0]
    return [row.split(" | ") for row in section.splitlines() if row.startswith("| `")]


def kinds_of_lines() -> list[re.Pattern[str]]:
    """What the first column names, `...` standing for anything."""
    named = [kind for cells in rows() for kind in re.findall(r"`([^`]+)`", cells[0])]
    return [re.compile(".*".join(re.escape(part) for part in kind.split("..."))) for kind in named]


@pytest.mark.parametrize("journey", JOURNEYS, ids=[journey.title for journey in JOURNEYS])
def test_every_line_has_its_row(stage: Stage, journey: Journey) -> None:
    journey.play(stage)
    lines = {f"{line.who} {shown(line)}" for transcript in stage.transcripts for line in transcript.lines}
    kinds = kinds_of_lines()
    assert lines
    assert [line for line in sorted(lines) if not any(kind.match(line) for kind in kinds)] == []


def test_every_rule_that_is_named_is_there() -> None:
    named = re.findall(r"`([a-z_/]+\.py)`((?:,? `[A-Za-z_]+`)*)", " ".join(cells[2] for cells in rows()))
    assert named
    for path, names in named:
        found = [folder / path for folder in (ROOT / "chalicelib", ROOT) if (folder / path).exists()]
        assert found, path
        for name in re.findall(r"[A-Za-z_]+", names):
            assert name in found[0].read_text(), f"{path}: {name}"
