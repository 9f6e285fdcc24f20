"""`make package`: each app's zip and template for one stage, the same bytes from the same commit every time.

The compiled files differ between Python's minor versions, and so do the zips; within one they do not.

chalice collects the app and its dependencies and writes the template. What it collects is then packed anew: less of it
(`shared.left_out`), and with compiled files inside. Lambda's task root is read-only, so without them every cold start
compiles every module, which takes as long again as the whole start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import yaml

from shared.left_out import stays_out
from shared.template import Template, read

ROOT = Path(__file__).resolve().parents[1]
APPS = ("connect_app", "twilio_app")
TASK_ROOT = "/var/task"  # where Lambda unpacks a zip; file names in tracebacks begin with it
LARGEST_BYTES = 15_000_000
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


class TooLarge(Exception):
    """A zip is over `LARGEST_BYTES`; the text names it."""


class UnknownStage(ValueError):
    """An app has no roles for that stage; the text names those that it has."""


def package(app: str, build: Path, stage: str = "prod", root: Path = ROOT) -> Path:
    """Make `<build>/<app>.zip` and its template `<build>/<app>.yaml`, and return the former.

    The template can be deployed as `stage` alone. `root` is the repository. Dependencies come from the package index,
    checked against the hashes in the app's requirements.txt.

    Raises:
        UnknownStage: the app's config.json does not have it.
        subprocess.CalledProcessError: chalice could not, and said why on stderr.
        TooLarge: there is more in the zip than a cold start should carry.
    """
    _check_stage(root, app, stage)
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="countersign-package-") as folder:
        collected, task_root = Path(folder) / "chalice", Path(folder) / "task"
        _collect(root, app, stage, collected)
        _unpack(app, collected / "deployment.zip", task_root)
        _compile(task_root)
        packed = build / f"{app}.zip"
        _pack(task_root, packed)
        template = _of_stage(read(collected / "sam.yaml"), stage)
    (build / f"{app}.yaml").write_text(yaml.safe_dump(template).replace("./deployment.zip", f"./{app}.zip"))
    if packed.stat().st_size > LARGEST_BYTES:
        raise TooLarge(f"{packed} has {packed.stat().st_size:,} bytes; see shared/left_out.py")
    return packed


def _check_stage(root: Path, app: str, stage: str) -> None:
    stages = json.loads((root / app / ".chalice" / "config.json").read_text())["stages"]
    if stage not in stages:
        raise UnknownStage(f"{app} has no stage {stage!r}; .chalice/config.json has {', '.join(sorted(stages))}")


def _collect(root: Path, app: str, stage: str, into: Path) -> None:
    merge = root / "shared" / f"{app}.yaml"
    subprocess.run(
        [
            *(Path(sys.executable).with_name("chalice"), "package", "--stage", stage),
            *("--template-format", "yaml", "--merge-template", merge, into),
        ],
        cwd=root / app,
        # chalice asks for a region, though nothing in a template depends on it; app.py is imported to find the routes.
        env={**os.environ, "AWS_DEFAULT_REGION": "eu-central-1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _of_stage(template: Template, stage: str) -> Template:
    """`template`, which chalice wrote, for `stage` and no other."""
    # The roles name the stage's table, secrets, key and logs already: a template that took another stage would make
    # functions that may not touch what their settings name.
    template["Parameters"]["Stage"] |= {"Default": stage, "AllowedValues": [stage]}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # What config.json holds for `chalice deploy`, empty where a person fills in; it would beat the Globals.
            resource["Properties"].pop("Environment", None)
    return template


def _unpack(app: str, collected: Path, task_root: Path) -> None:
    with zipfile.ZipFile(collected) as code:
        code.extractall(task_root, [name for name in code.namelist() if not stays_out(app, name)])


def _compile(task_root: Path) -> None:
    """Compiled files that are taken as they are (`unchecked-hash`): a time stamp would not survive the zip.

    In a process of its own with a fixed hash seed, since the order of sets may reach the compiled bytes.
    """
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"),
            *("-s", task_root, "-p", TASK_ROOT, task_root),
        ],
        env={"PYTHONHASHSEED": "0"},
        check=True,
    )


def _pack(task_root: Path, packed: Path) -> None:
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as code:
        for file in sorted(path for path in task_root.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(task_root).as_posix(), _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whose modes follow
            entry.external_attr = 0o100644 << 16
            code.writestr(entry, file.read_bytes())


def main(build: str = "build", stage: str = "prod") -> int:
    """Package every app for `stage` into `build` and say how large it came out. The exit code."""
    for app in APPS:
        try:
            packed = package(app, Path(build), stage)
        except UnknownStage as unknown:
            print(f"error: {unknown}", file=sys.stderr)
            return 1
        print(f"{packed}: {packed.stat().st_size / 1e6:.2f} MB, for stage {stage}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
