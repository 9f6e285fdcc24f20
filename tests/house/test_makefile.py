"""What people are told to run is there, and what is generated is current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def make(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", **variables}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target_with_a_line() -> None:
    assert TARGETS
    listed = re.findall(r"^  make ([a-z]+) +\S", make().stdout, re.MULTILINE)
    assert sorted(listed) == sorted(TARGETS.group(1).split())


def test_the_ci_runs_targets_that_exist() -> None:
    assert TARGETS
    run = re.findall(r"^make ([a-z]+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert {"lint", "test", "demo"} <= set(run) <= set(TARGETS.group(1).split())


@pytest.mark.parametrize(
    ("python", "advice"),
    [
        ("import sys; sys.version_info = (3, 9, 1)", "Countersign needs Python 3.11"),
        ("import sys; sys.modules['ensurepip'] = None", "apt-get install python3-venv"),
    ],
)
def test_set_up_says_what_is_missing(tmp_path: Path, python: str, advice: str) -> None:
    # An interpreter that is too old, and one whose distribution has split it.
    wanting = tmp_path / "python"
    wanting.write_text(f"#!{sys.executable}\nimport sys\nassert sys.argv[1] == '-c'\n{python}\nexec(sys.argv[2])\n")
    wanting.chmod(0o755)
    done = make("setup", f"PYTHON={wanting}", f"VENV={tmp_path}/venv", f"VENV_AWS={tmp_path}/aws")
    assert done.returncode != 0
    assert advice in done.stderr


def test_the_page_of_settings_is_current() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "chalicelib.settings"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert (ROOT / "docs" / "settings.md").read_text() == printed, "run `make docs`"
