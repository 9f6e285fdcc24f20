"""A pytest plugin that makes a test of each script: `pytest -p local.pytest_flow` collects `*.flow-script.toml`.

The script names its flow: `flow = "orders.json"`, beside it. docs/flow-runner.md has the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.files import UnreadableError
from local.connect.flow_set import FlowRefusedError
from local.flowtool.command import told
from local.flowtool.fields import ScriptError
from local.flowtool.instance import Flows
from local.flowtool.playing import play
from local.flowtool.script import read

ENDS_IN = ".flow-script.toml"


class _NotAsExpected(Exception):
    """The text is the diff."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return _File.from_parent(parent, path=file_path) if file_path.name.endswith(ENDS_IN) else None


class _File(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield _Call.from_parent(self, name=self.path.name.removesuffix(ENDS_IN))


class _Call(pytest.Item):
    def runtest(self) -> None:
        script = read(self.path)
        if script.flow is None:
            raise ScriptError(f'{script.file}: flow is missing: name the file of the flow, as in flow = "orders.json"')
        played = play(script, Flows(script.flow, script.flows))
        if played.differences:
            raise _NotAsExpected("\n".join(told(played)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, _NotAsExpected | ScriptError | UnreadableError | FlowRefusedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name
