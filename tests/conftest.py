"""What tests share: a MiniStack for each worker, in it an AWS account for each test, and the packaged apps."""

from __future__ import annotations

import fcntl
import gc
import itertools
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import boto3
import botocore.session
import hypothesis
import pytest

from local.aws import ministack as aws
from local.aws.table import create_table
from shared.package import APPS, package
from tests.deploy.copies import copy_of_the_repository

TABLE = "countersign-test"

_account_numbers = itertools.count(100_000_000_001)

# What the AWS SDK reads of its services from disk, it reads once for each worker, and not for each test's session.
vars(botocore.session)["create_loader"] = cache(botocore.session.create_loader)

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("countersign", deadline=None)
hypothesis.settings.load_profile("countersign")


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not look through it again in every test that makes clients."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def unwatched() -> Iterator[None]:
    """Coverage looks away: for what walks the same few lines a million times, and triples its time by being watched."""
    watching = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(watching)


@pytest.fixture(scope="session")
def ministack() -> Iterator[aws.MiniStack]:
    """The AWS of this worker."""
    with aws.start() as server:
        yield server


@pytest.fixture
def account(ministack: aws.MiniStack, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An empty AWS account: the environment that leads to it, which is also set for this process."""
    environment = ministack.environment(str(next(_account_numbers)))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # boto3 keeps a session for the process, with the credentials that it met first.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return environment


@pytest.fixture
def table(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty table in `account`, made as shared/resources.yaml says; TABLE_NAME holds it too."""
    create_table(boto3.client("dynamodb"), TABLE)
    monkeypatch.setenv("TABLE_NAME", TABLE)
    return TABLE


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder that `make package` makes: each app's zip and template. One worker makes it, the others wait."""
    own = tmp_path_factory.getbasetemp()
    build = (own if worker_id == "master" else own.parent) / "build"
    with build.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not build.exists():
            root = copy_of_the_repository(build.with_name("packaged-repository"))
            for app in APPS:
                package(app, own / "packages", root=root)
            (own / "packages").rename(build)
    return build


@pytest.fixture(scope="session")
def packaged_repository(packages: Path) -> Path:
    """The copy of the repository that `packages` was made from."""
    return packages.with_name("packaged-repository")
