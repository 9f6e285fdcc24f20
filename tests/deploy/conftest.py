"""What the tests of deployment share besides what all tests do."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from shared.package import APPS, package
from tests.deploy.copies import STAGE, copy_of_the_repository


@pytest.fixture(scope="session")
def dev_packages(packages: Path, packaged_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `packages`, for stage `dev`, out of a copy of the same repository. One worker makes it, the others wait."""
    build = packages.with_name("build-dev")
    own = tmp_path_factory.mktemp("dev")
    with build.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not build.exists():
            root = copy_of_the_repository(own / "repository", packaged_repository)
            for app in APPS:
                package(app, own / "packages", STAGE, root)
            (own / "packages").rename(build)
    return build
