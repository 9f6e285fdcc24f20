"""What a Lambda instance has besides the zip: the runtime and the AWS SDK, in a folder that stands for Amazon's own."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

# Packages of this environment that Lambda's Python brings. Anything else must come out of the zip.
_BROUGHT = (
    "awslambdaric", "simplejson", "snapshot-restore-py",
    "boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3",
)  # fmt: skip


def link_into(folder: Path) -> None:
    """Fill the empty `folder` with links to those packages."""
    for name in _BROUGHT:
        package = distribution(name)
        tops = {Path(str(package.locate_file(file.parts[0]))) for file in package.files or () if file.parts[0] != ".."}
        for top in tops:
            if top.suffix != ".dist-info" and top.name != "__pycache__":
                (folder / top.name).symlink_to(top)
