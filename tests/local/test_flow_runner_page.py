"""docs/flow-runner.md is true to the letter, for somebody who has only that page; docs/flow-actions.md is current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.flowtool import actions_page, outside, script

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "flow-runner.md").read_text()
EXAMPLE = PAGE.partition("\n## A complete example")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", EXAMPLE, re.DOTALL)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """The folder of the example, with the three files that the page has the reader save."""
    names = re.findall(r"ave it as `~/orders/([a-z.-]+)`", EXAMPLE)
    for name, (_, content) in zip(names, BLOCKS[:3], strict=True):
        (tmp_path / name).write_text(content)
    return tmp_path


def run(command: str, orders: Path) -> subprocess.CompletedProcess[str]:
    """What the page has the reader type, in the folder of the repository."""
    arguments = command.replace("~/orders", str(orders)).replace(".venv/bin/python", sys.executable).split()
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_example_prints_and_writes_what_the_page_says(orders: Path) -> None:
    (_, commands), (_, printed), (_, traced) = BLOCKS[3:]
    check, play = (run(command, orders) for command in commands.splitlines())
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")
    assert (play.returncode, play.stderr) == (0, "")
    assert play.stdout == printed.replace("~/orders", str(orders))
    trace = (orders / "trace.jsonl").read_text()
    assert trace.startswith(traced)
    assert "4711" not in trace


def test_the_scripts_of_the_example_are_tests(orders: Path) -> None:
    [command] = re.findall(r"^\.venv/bin/python -m pytest .*$", PAGE, re.MULTILINE)
    done = run(f"{command} -p no:cacheprovider", orders)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_a_script_that_is_not_as_expected_fails_with_its_diff_alone(orders: Path) -> None:
    file = orders / "found.flow-script.toml"
    file.write_text(file.read_text().replace('"...", "look-up"', '"...", "queue"').replace("Friday.", "Monday."))
    (orders / "lonely.flow-script.toml").write_text("")
    done = run(".venv/bin/python -m pytest -p local.pytest_flow -p no:cacheprovider ~/orders", orders)
    assert done.returncode == 1
    assert "  - Your order arrives on Monday.\n" in done.stdout
    assert "  - queue\n" in done.stdout
    assert "lonely.flow-script.toml: flow is missing" in done.stdout
    assert "Traceback" not in done.stdout
    assert "2 failed, 1 passed" in done.stdout


def test_the_page_of_action_types_is_current() -> None:
    assert (ROOT / "docs" / "flow-actions.md").read_text() == "\n".join(actions_page.page()) + "\n", "run `make docs`"


def test_the_page_names_every_word_of_a_script() -> None:
    words = [*script.ENDINGS, *script.UNSET, *outside.FAULTS, *script.INITIATIONS, *script.OPEN]
    assert [word for word in words if f"`{word}`" not in PAGE and f'`"{word}"`' not in PAGE] == []


def test_the_further_scripts_on_the_page_can_be_read(tmp_path: Path) -> None:
    *further, cases = re.findall(r"```toml\n(.*?)```", PAGE.partition("\n## The script")[2], re.DOTALL)
    file = tmp_path / "further.toml"
    file.write_text("".join(further))
    [read] = script.read(file)
    [function], [queue] = read.functions.values(), read.queues
    assert set(function.by_step) == {"start", "collect"}
    assert queue.agent.answers[0].data == {"Note": "called before"}
    assert set(read.circumstances.replies) == {"find-customer", "ask-bot"}
    file.write_text(cases)
    assert [one.case for one in script.read(file)] == ["found", "nothing_typed", "the_function_is_down"]


def test_the_cases_on_the_page_come_out_as_they_say(orders: Path) -> None:
    *_, cases = re.findall(r"```toml\n(.*?)```", PAGE.partition("\n## The script")[2], re.DOTALL)
    (orders / "cases.flow-script.toml").write_text(cases)
    done = run(".venv/bin/python -m local flow run --script ~/orders/cases.flow-script.toml --require 10", orders)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("as expected") == 3
