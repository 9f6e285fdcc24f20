"""One instance of a function: a process under `awslambdaric` that works on one event at a time."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from local.runtime.api import Event, Failed, Outcome, RuntimeApi

_STOP_SECONDS = 5


class Instance:
    """Starts at once; its import of the handler runs until the first event arrives or later, as in Lambda."""

    def __init__(self, task_root: Path, sdk: Path, handler: str, environment: Mapping[str, str], log: Path) -> None:
        self._api = RuntimeApi()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                # The interpreter below the virtual environment, without its packages (-S): what the zip lacks, fails.
                [getattr(sys, "_base_executable", sys.executable), "-S", "-m", "awslambdaric", handler],
                cwd=task_root,
                env={**_environment(self._api.address, task_root, sdk, handler), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._watch = threading.Thread(target=lambda: self._api.process_ended(self._process.wait()), daemon=True)
        self._watch.start()

    def run(self, body: bytes, seconds: float, function_arn: str) -> Outcome:
        """What comes of the event with this JSON within `seconds` of real time."""
        deadline_ms = int((time.time() + seconds) * 1000)
        self._api.send(Event(str(uuid.uuid4()), body, deadline_ms, function_arn))
        try:
            return self._api.outcome(seconds)
        except queue.Empty:
            return Failed("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", fatal=True)

    def close(self) -> None:
        """End the process, with whatever it started."""
        self._api.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._watch.join(_STOP_SECONDS)


def _environment(api: str, task_root: Path, sdk: Path, handler: str) -> dict[str, str]:
    """What Lambda itself sets. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""
    return {
        "AWS_LAMBDA_RUNTIME_API": api,
        "_HANDLER": handler,
        "LAMBDA_TASK_ROOT": str(task_root),
        "AWS_LAMBDA_FUNCTION_NAME": handler.rpartition(".")[2],
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(sdk),
        "PYTHONDONTWRITEBYTECODE": "1",  # the task root is read-only
    }
