"""What people are told to run is there, and what is generated is current."""

from __future__ import annotations

import json
import re
import shutil
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


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """Environments that make takes for ready; each of their commands says how it was called and does no more."""
    for folder in ("venv/bin", "aws", "page"):
        (tmp_path / folder).mkdir(parents=True)
    for ready in ("venv/.ready", "aws/.ready", "page/.ready"):
        (tmp_path / ready).touch()
    for command in ("python", "ruff", "mypy", "lint-imports", "cfn-lint", "mutmut", "npm"):
        put_command(tmp_path, command, f'echo "{command} $*"')
    return tmp_path


def put_command(workshop: Path, name: str, script: str) -> None:
    file = workshop / "venv" / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def run(workshop: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environments = {"VENV": "venv", "VENV_AWS": "aws", "READY_PAGE": "page/.ready"}
    return make("--silent", *arguments, *(f"{name}={workshop}/{place}" for name, place in environments.items()))


@pytest.mark.parametrize(("arguments", "stage"), [((), "prod"), (("STAGE=dev",), "dev")])
def test_a_package_is_made_for_the_stage_that_is_asked_for(
    workshop: Path, arguments: tuple[str, ...], stage: str
) -> None:
    assert run(workshop, "package", *arguments).stdout == f"python -m shared.package build {stage}\n"


def test_lint_reads_every_template_and_every_flow(workshop: Path) -> None:
    lines = run(workshop, "lint").stdout.splitlines()
    templates = {f"shared/{file.name}" for file in (ROOT / "shared").glob("*.yaml")}
    assert templates == {word for line in lines if line.startswith("cfn-lint ") for word in line.split() if "/" in word}
    assert "python -m flows templates" in lines


def test_lint_checks_the_types_of_the_agents_page(workshop: Path) -> None:
    (line,) = (line for line in run(workshop, "lint").stdout.splitlines() if line.startswith("npm "))
    name = line.split()[-1]
    assert name in json.loads((ROOT / "agent_page" / "package.json").read_text())["scripts"]
    assert name == "types"


@pytest.mark.parametrize(("user", "first"), [("0", "apt-get"), ("1000", "sudo")])
@pytest.mark.parametrize("there", [True, False])
def test_chromium_is_installed_only_where_it_is_missing(tmp_path: Path, there: bool, user: str, first: str) -> None:
    for name in ("make", "env"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    scripts = {"id": f"echo {user}", "apt-get": 'echo "apt-get $*"', "sudo": 'echo "sudo $*"'}
    for name, script in (scripts | ({"chromium": ""} if there else {})).items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    done = make("debian", PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ([] if there else [first, first])
    assert there or ("apt-get install" in lines[1] and " chromium " in lines[1])


@pytest.mark.parametrize(
    ("results", "passes"),
    [("true", True), ("echo chalicelib.handoff.x_claim__mutmut_7: survived", False), ("false", False)],
)
def test_mutants_fail_when_one_is_left_or_none_can_be_listed(workshop: Path, results: str, passes: bool) -> None:
    put_command(workshop, "mutmut", f'case "$1" in run) ;; results) {results} ;; esac')
    done = run(workshop, "mutants")
    assert (done.returncode == 0) is passes
    assert ("survived" in done.stderr) is ("survived" in results)
