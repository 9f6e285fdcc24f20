"""A Lambda function: its zip, and as many instances as it has events at the same time."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.runtime import sdk
from local.runtime.api import Failed
from local.runtime.instance import Instance


class FunctionError(Exception):
    """The invocation failed. `error_type` is Lambda's word for it: an exception's name, `Sandbox.Timedout`, ..."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type


class Function:
    """The handler `app.<name>` of a packaged zip; its environment holds `environment` and Lambda's own, nothing else.

    `time_limit` is the function's time-out in real seconds, import included. Instances start when they are needed, are
    used again while they are well, and end with `close`. Safe to share between threads.
    """

    def __init__(self, package: Path, handler: str, environment: Mapping[str, str], time_limit: float = 7.0) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="countersign-lambda-"))
        self._task_root, self._sdk, self._log = (self._folder / name for name in ("task", "sdk", "log"))
        with zipfile.ZipFile(package) as code:
            code.extractall(self._task_root)
        self._sdk.mkdir()
        sdk.link_into(self._sdk)
        self._handler, self._environment, self._time_limit = handler, dict(environment), time_limit
        self._arn = f"arn:aws:lambda:eu-central-1:123456789012:function:{handler.rpartition('.')[2]}"
        self._idle: list[Instance] = []
        self._lock = threading.Lock()

    def invoke(self, event: object) -> Any:
        """The handler's answer to `event`; both JSON.

        Raises:
            FunctionError: the handler or its import raised, the process ended, or the time limit passed.
        """
        instance = self._take()
        outcome = instance.run(json.dumps(event).encode(), self._time_limit, self._arn)
        if isinstance(outcome, Failed) and outcome.fatal:
            instance.close()
        else:
            self._give_back(instance)
        if isinstance(outcome, Failed):
            raise FunctionError(outcome.error_type, outcome.message)
        return json.loads(outcome.body)

    def output(self) -> str:
        """Everything that the instances wrote so far: logs and traces."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def close(self) -> None:
        """End all instances and remove the folder."""
        with self._lock:
            instances, self._idle = self._idle, []
        for instance in instances:
            instance.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _take(self) -> Instance:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Instance(self._task_root, self._sdk, self._handler, self._environment, self._log)

    def _give_back(self, instance: Instance) -> None:
        with self._lock:
            self._idle.append(instance)
