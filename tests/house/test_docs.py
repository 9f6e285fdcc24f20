"""What docs/ claims to be shown by a test is shown by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CITED = re.compile(r"`(tests/[a-z_/]+\.py)`|`(test_[a-z0-9_]+?)(_\.\.\.)?`")
"""A file, or a test: its whole name, or the beginning of it before `...`."""


def cells() -> list[str]:
    """Every cell of a table, and every other line, that names a test."""
    pages = [page.read_text() for page in sorted((ROOT / "docs").glob("*.md"))]
    parts = [part for page in pages for line in page.splitlines() for part in line.split(" | ")]
    return [part for part in parts if "`test" in part]


def missing(cell: str, root: Path = ROOT) -> list[str]:
    """What `cell` names and is not there. A test must be in a file that is named in the same cell."""
    files = [file for file, _, _ in CITED.findall(cell) if file]
    found = [file for file in files if not (root / file).is_file()]
    text = "\n".join((root / file).read_text() for file in files if (root / file).is_file())
    for _, name, cut in CITED.findall(cell):
        if name and not re.search(rf"^def {name}{'_' if cut else chr(92) + '('}", text, re.MULTILINE):
            found.append(name)
    return found


@pytest.mark.parametrize("cell", cells())
def test_every_test_that_is_named_is_there(cell: str) -> None:
    assert missing(cell) == []


def test_the_requirements_of_pci_dss_name_their_tests() -> None:
    section = (ROOT / "docs" / "secure-input.md").read_text().partition("## What PCI DSS asks")[2].partition("\n## ")[0]
    rows = [row.rpartition(" | ")[2] for row in section.splitlines() if re.match(r"\| [0-9]", row)]
    assert len(rows) > 8
    assert all(CITED.search(shown) or shown.startswith("yours") for shown in rows)


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("`tests/house/test_docs.py`", []),
        ("`tests/house/test_docs.py`, `test_every_test_that_is_named_is_there`", []),
        ("`tests/house/test_docs.py`, `test_every_test_that_...`", []),
        ("`tests/house/test_nothing.py`", ["tests/house/test_nothing.py"]),
        ("`tests/house/test_docs.py`, `test_every_test`", ["test_every_test"]),
        (
            "`tests/house/test_apps.py`, `test_every_test_that_is_named_is_there`",
            ["test_every_test_that_is_named_is_there"],
        ),
        ("`test_every_test_that_is_named_is_there`", ["test_every_test_that_is_named_is_there"]),
    ],
)
def test_a_test_that_is_not_there_is_told(cell: str, wrong: list[str]) -> None:
    assert missing(cell) == wrong
