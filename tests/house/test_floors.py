"""The floors of pyproject.toml hold, and each of them can fail."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTED = ("chalicelib", "flows", "local", "shared")


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([command, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)


def test_every_floor_holds() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("chalicelib/errors.py", "from chalicelib import handoff", "chalicelib: a module imports"),
        ("chalicelib/handoff.py", "from chalicelib.table import items", "chalicelib: a module imports"),
        ("chalicelib/table/legs.py", "from chalicelib.voice import profile", "chalicelib: a module imports"),
        ("chalicelib/left_lying_about.py", "", "chalicelib: a module imports"),
        ("chalicelib/voice/dialogue.py", "from chalicelib.voice import voiceit", "voice: what the apps call"),
        ("chalicelib/voice/voiceit.py", "from chalicelib.voice import webhooks", "voice: what the apps call"),
        ("chalicelib/voice/engine.py", "from chalicelib.voice import profile", None),
        ("chalicelib/voice/profile.py", "from chalicelib.voice import dialogue", "no room imports in a circle"),
        (
            "chalicelib/secure_input/kinds.py",
            "from chalicelib.secure_input import redemption",
            "secure_input: what the apps",
        ),
        ("chalicelib/secure_input/custody.py", "from chalicelib.voice import ticket", "chalicelib: a module imports"),
        (
            "chalicelib/customer_input/keys.py",
            "from chalicelib.secure_input import kinds",
            "chalicelib: a module imports",
        ),
        ("chalicelib/bankid/replies.py", "from chalicelib.bankid import relying_party", "bankid: what the apps call"),
        ("chalicelib/secure_input/custody.py", "import botocore", "the rules know no SDK"),
        ("chalicelib/expiry/ending.py", "import cryptography", "the rules know no SDK"),
        ("chalicelib/expiry/sources.py", "from chalicelib.expiry import watch", "expiry: what the app calls"),
        (
            "chalicelib/secure_input/consumer.py",
            "from chalicelib.secure_input import registry",
            "secure_input: what the apps",
        ),
        ("chalicelib/held.py", "from chalicelib.secure_input import consumer", "chalicelib: a module imports"),
        ("chalicelib/web_login/session.py", "from chalicelib.web_login import budget", "web_login: its adapters"),
        ("chalicelib/web_login/claims.py", "from chalicelib.web_login import auth_result", "web_login: its adapters"),
        ("chalicelib/web_login/compact.py", "import cryptography", "the rules know no SDK"),
        ("chalicelib/agent_screen/names.py", "from chalicelib.agent_screen import views", "agent_screen: what the app"),
        ("chalicelib/contact.py", "import chalice", "chalicelib knows neither chalice"),
        ("chalicelib/clock.py", "import local.clock", "chalicelib knows neither chalice"),
        ("chalicelib/handoff.py", "import botocore", "the rules know no SDK"),
        ("chalicelib/voice/dialogue.py", "import urllib3", "the rules know no SDK"),
        ("flows/__init__.py", "from chalicelib import prompts", "flows need the standard library"),
        ("shared/package.py", "import local.clock", "knows nothing of the laptop"),
    ],
)
def test_an_import_from_a_floor_above_is_refused(tmp_path: Path, module: str, line: str, contract: str | None) -> None:
    for folder in LINTED:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as source:
        source.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    if contract is None:  # one rule may use another
        assert done.returncode == 0, done.stdout
    else:
        assert done.returncode == 1, done.stdout + done.stderr
        broken = [shown for shown in done.stdout.splitlines() if shown.endswith("BROKEN")]
        assert any(contract in shown for shown in broken), done.stdout


def imported(source: Path) -> Iterator[str]:
    """The top-level names that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize(
    ("files", "allowed"),
    [
        ("flows/**/*.py", {"flows"}),
        ("chalicelib/handoff.py", {"chalicelib"}),
        ("chalicelib/assurance.py", {"chalicelib"}),
        ("chalicelib/policy.py", {"chalicelib"}),
        ("connect_app/app.py", {"chalice", "chalicelib"}),
        ("twilio_app/app.py", {"chalice", "chalicelib"}),
    ],
)
def test_nothing_is_needed_besides_the_standard_library_and(files: str, allowed: set[str]) -> None:
    sources = list(ROOT.glob(files))
    assert sources
    for source in sources:
        assert set(imported(source)) <= allowed | sys.stdlib_module_names, source
