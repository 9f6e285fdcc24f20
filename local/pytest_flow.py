"""A pytest plugin: `pytest -p local.pytest_flow` collects `*.flow-script.toml`, a test for each call in a script.

The script names its flow: `flow = "orders.json"`, beside it. docs/flow-runner.md has the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.files import UnreadableError
from local.connect.flow_set import FlowRefusedError
from local.flowtool.command import told
from local.flowtool.fields import ScriptError
from local.flowtool.playing import play
from local.flowtool.script import Script, read
from local.flowtool.scripts import ENDS_IN, flows_of


class _NotAsExpected(Exception):
    """The text is the diff."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return _File.from_parent(parent, path=file_path) if file_path.name.endswith(ENDS_IN) else None


class _File(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        try:
            scripts = read(self.path)
        except (ScriptError, UnreadableError) as error:
            raise self.CollectError(str(error)) from None
        for script in scripts:
            yield _Call.from_parent(self, name=script.case or self.path.name.removesuffix(ENDS_IN), script=script)


class _Call(pytest.Item):
    def __init__(self, *, script: Script, **more: Any) -> None:
        super().__init__(**more)
        self._script = script

    def runtest(self) -> None:
        played = play(self._script, flows_of(self._script))
        if played.differences:
            raise _NotAsExpected("\n".join(told(played)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, _NotAsExpected | ScriptError | UnreadableError | FlowRefusedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name
