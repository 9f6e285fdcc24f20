"""Starts and stops MiniStack, which answers for AWS on a loopback port.

It lives in an environment of its own (`.venv-aws`, made by `make setup`), since it pins botocore. It forgets everything
when it stops, and what it leaves in temporary folders goes with it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
INTERPRETER = ROOT / ".venv-aws" / "bin" / "python"
REGION = "eu-central-1"
_READY_SECONDS = 60  # a start takes half a second; a machine under full load may take long
_STOP_SECONDS = 10


class NotStarted(Exception):
    """MiniStack is not installed, or ended before it answered; the text says what to do, or what it said."""


def environment(url: str, account: str) -> dict[str, str]:
    """What AWS's SDK reads from the environment to find MiniStack at `url` and act as `account` (12 digits).

    The account id is its own access key: resources of two accounts never meet. Nothing of the person's own AWS
    configuration is read.
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "laptop",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
    }


@dataclass(frozen=True)
class MiniStack:
    """A running MiniStack. Use it in a `with`, or call `stop`."""

    url: str
    _process: subprocess.Popen[bytes]
    _folder: Path

    def environment(self, account: str) -> dict[str, str]:
        """As the function of that name, for this server."""
        return environment(self.url, account)

    def stop(self) -> None:
        """End the server and remove what it wrote. Calling it again does nothing."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> MiniStack:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(interpreter: Path = INTERPRETER) -> MiniStack:
    """A new, empty MiniStack on a free port of 127.0.0.1, ready to answer.

    The port is opened here and handed down, so nobody can take it in between, and the first request waits in its queue
    until the server serves: ready is known without asking again and again.

    Raises:
        NotStarted: `.venv-aws` is missing, or the server ended early.
    """
    if not interpreter.exists():
        raise NotStarted(f"{interpreter} is missing: run `make setup`")
    folder = Path(tempfile.mkdtemp(prefix="countersign-aws-"))
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener, (folder / "log").open("wb") as log:
        port = listener.getsockname()[1]
        serve = ["-m", "hypercorn", "--workers", "0", "--bind", f"fd://{listener.fileno()}", "ministack.app:app"]
        process = subprocess.Popen(
            [interpreter, *serve],
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=_server_environment(port, folder),
        )
    server = MiniStack(f"http://127.0.0.1:{port}", process, folder)
    try:
        _wait_until_ready(server.url)
    except OSError as error:
        said = (folder / "log").read_text(errors="replace")
        server.stop()
        raise NotStarted(f"MiniStack did not start: {said[-2000:] or error}") from error
    return server


def _server_environment(port: int, folder: Path) -> Mapping[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "WARNING",
        "IOT_MTLS_ENABLED": "0",  # or it opens a second port, the same one for every server
        "SFTP_ENABLED": "0",
    }


def _wait_until_ready(url: str) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{url}/_ministack/health", timeout=_READY_SECONDS) as answer:
        answer.read()
