"""The apps as a person deploys them, out of a copy of the repository, so that the tree is not written to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STAGE = "dev"


def copy_of_the_repository(into: Path, source: Path = ROOT) -> Path:
    """What packaging and deploying need, symlinks kept, without what earlier runs left behind."""
    left_behind = shutil.ignore_patterns("__pycache__", "deployed", "deployments", "venv")
    into.mkdir(exist_ok=True)
    for folder in ("chalicelib", "connect_app", "twilio_app", "shared"):
        shutil.copytree(source / folder, into / folder, symlinks=True, ignore=left_behind)
    return into


def fill_in(app: Path, settings: Mapping[str, str]) -> None:
    """Write an operator's settings into the app's config.json; each must be waiting there, empty."""
    path = app / ".chalice" / "config.json"
    config = json.loads(path.read_text())
    variables = config["stages"][STAGE]["environment_variables"]
    for name, value in settings.items():
        assert variables[name] == ""
        variables[name] = value
    path.write_text(json.dumps(config))


@contextmanager
def deployed(app: Path) -> Iterator[dict[str, Any]]:
    """`chalice deploy --stage dev`, and in the end `chalice delete`. What was deployed, by name."""
    _chalice(app, "deploy")
    state = json.loads((app / ".chalice" / "deployed" / f"{STAGE}.json").read_text())
    try:
        yield {resource["name"]: resource for resource in state["resources"]}
    finally:
        _chalice(app, "delete")


def _chalice(app: Path, command: str) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("chalice"), command, "--stage", STAGE],
        cwd=app,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
