"""`make package`: what is in the zips, that it runs with nothing else around, and that it is the same every time."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.runtime import sdk
from shared import package as packaging
from shared import template
from shared.left_out import stays_out
from shared.package import APPS, LARGEST_BYTES, package
from tests.deploy.copies import ROOT, copy_of_the_repository

app_name = pytest.mark.parametrize("app", APPS)


@pytest.fixture(params=["prod", "dev"])
def staged(request: pytest.FixtureRequest) -> tuple[Path, str]:
    """The packages for a stage, and the stage."""
    return request.getfixturevalue("packages" if request.param == "prod" else "dev_packages"), request.param


@app_name
def test_another_clone_makes_the_same_bytes(
    packages: Path, packaged_repository: Path, tmp_path: Path, app: str
) -> None:
    clone = copy_of_the_repository(tmp_path / "another-clone", packaged_repository)
    again = package(app, tmp_path / "build", root=clone)
    assert again.read_bytes() == (packages / f"{app}.zip").read_bytes()
    assert (tmp_path / "build" / f"{app}.yaml").read_text() == (packages / f"{app}.yaml").read_text()


@app_name
def test_the_entries_are_sorted_and_carry_no_time_and_no_owner(packages: Path, app: str) -> None:
    with zipfile.ZipFile(packages / f"{app}.zip") as code:
        entries = code.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {oct(entry.external_attr >> 16) for entry in entries} == {"0o100644"}


@app_name
def test_every_module_is_there_compiled_and_is_not_checked_against_its_source(packages: Path, app: str) -> None:
    with zipfile.ZipFile(packages / f"{app}.zip") as code:
        names = set(code.namelist())
        modules = {name for name in names if name.endswith(".py")}
        assert modules
        for module in modules:
            folder, _, file = module.rpartition("/")
            cached = f"{folder}/__pycache__/" if folder else "__pycache__/"
            compiled = f"{cached}{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
            # PEP 552: hash-based, and never checked.
            assert code.read(compiled)[4:8] == (1).to_bytes(4, "little"), module


@app_name
def test_a_zip_is_small_and_holds_nothing_that_the_runtime_brings(packages: Path, app: str) -> None:
    packed = packages / f"{app}.zip"
    assert packed.stat().st_size <= LARGEST_BYTES
    with zipfile.ZipFile(packed) as code:
        names = code.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert not tops & {"boto3", "botocore", "pip", "setuptools", "aiohttp", "requests"}
    assert not [name for name in names if stays_out(app, name) and "__pycache__" not in name]
    assert not [name for name in names if "/tests/" in name or name.startswith(("local/", "flows/", "shared/"))]


def modules_of(app: str, unpacked: Path) -> list[str]:
    """What `app.py` imports, inside its functions too, and every catalogue, since the caller's language picks one."""
    wanted = {
        "app",
        *(f"chalicelib.prompts.{file.stem}" for file in (unpacked / "chalicelib/prompts").glob("??_??.py")),
    }
    for node in ast.walk(ast.parse((ROOT / app / "app.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("chalicelib"):
            wanted |= {f"{node.module}.{alias.name}" for alias in node.names}
    return sorted(wanted)


IMPORT_ALL = """
import importlib, json, sys
def load(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        parent, _, attribute = name.rpartition(".")
        getattr(importlib.import_module(parent), attribute)
for name in json.loads(sys.argv[1]):
    load(name)
loaded = [module.__spec__ for module in sys.modules.values() if getattr(module, "__spec__", None)]
print(json.dumps([spec.cached for spec in loaded if (spec.origin or "").startswith(sys.argv[2]) and spec.cached]))
"""


@app_name
def test_everything_that_an_app_needs_is_in_its_zip_and_loaded_compiled(
    packages: Path, tmp_path: Path, app: str
) -> None:
    unpacked, brought = tmp_path / "task", tmp_path / "sdk"
    with zipfile.ZipFile(packages / f"{app}.zip") as code:
        code.extractall(unpacked)
    brought.mkdir()
    sdk.link_into(brought)
    done = subprocess.run(
        [sys._base_executable, "-S", "-c", IMPORT_ALL, json.dumps(modules_of(app, unpacked)), str(unpacked)],  # type: ignore[attr-defined]
        cwd=unpacked,
        env={"PYTHONPATH": f"{unpacked}:{brought}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    compiled = json.loads(done.stdout)
    assert compiled
    assert all(Path(file).exists() for file in compiled)


@app_name
def test_every_handler_of_the_template_is_in_app_py(packages: Path, app: str) -> None:
    resources = template.read(packages / f"{app}.yaml")["Resources"].values()
    functions = [one["Properties"] for one in resources if one["Type"] == "AWS::Serverless::Function"]
    assert functions
    source = ast.parse((ROOT / app / "app.py").read_text())
    defined = {node.name for node in source.body if isinstance(node, ast.FunctionDef)} | {"app"}
    for function in functions:
        assert function["CodeUri"] == f"./{app}.zip"
        assert function["Handler"].removeprefix("app.") in defined


@app_name
def test_cloudformation_would_take_the_template(staged: tuple[Path, str], app: str) -> None:
    packages, _ = staged
    linter = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([linter, packages / f"{app}.yaml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def resources_of(packages: Path, app: str, kind: str) -> list[dict[str, Any]]:
    resources = template.read(packages / f"{app}.yaml")["Resources"].values()
    return [one["Properties"] for one in resources if one["Type"] == kind]


def texts(value: object) -> Iterator[str]:
    """Every string in a tree of lists and maps."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


@app_name
def test_every_name_in_the_roles_of_a_package_is_its_stages(staged: tuple[Path, str], app: str) -> None:
    packages, stage = staged
    said = [text for role in resources_of(packages, app, "AWS::IAM::Role") for text in texts(role["Policies"])]
    # The key's own ARN cannot be known beforehand: a condition names its alias.
    names = [text for text in said if re.match("arn:|alias/|.*countersign", text) and not text.endswith(":key/*")]
    assert len(names) >= 4
    for name in names:
        if re.search("parameter/amazon-connect/(encryption|consumers)|:connect:", name):  # an instance is of no stage
            continue
        own = rf"(countersign[-/]|countersign-(connect|twilio)-){stage}([-/*]|$)"
        assert re.search(own, name), name


@app_name
def test_a_package_can_be_deployed_as_its_own_stage_alone(staged: tuple[Path, str], app: str) -> None:
    packages, stage = staged
    parameter = template.read(packages / f"{app}.yaml")["Parameters"]["Stage"]
    assert (parameter["Default"], parameter["AllowedValues"]) == (stage, [stage])


@app_name
def test_a_packaged_function_has_its_settings_from_the_parameters(staged: tuple[Path, str], app: str) -> None:
    # Variables of its own would beat the Globals, where the parameters are.
    functions = resources_of(staged[0], app, "AWS::Serverless::Function")
    assert functions
    assert not [one for one in functions if "Environment" in one]


def test_a_flood_of_requests_does_not_reach_what_callers_wait_for(staged: tuple[Path, str]) -> None:
    [api] = resources_of(staged[0], "connect_app", "AWS::Serverless::Api")
    [limit] = api["MethodSettings"]
    assert (limit["HttpMethod"], limit["ResourcePath"]) == ("*", "/*")
    assert limit["ThrottlingRateLimit"] == {"Ref": "ApiRequestsPerSecond"}


@app_name
def test_a_stage_without_roles_is_refused(tmp_path: Path, app: str) -> None:
    with pytest.raises(packaging.UnknownStage, match=r"'staging'.* has dev, prod"):
        package(app, tmp_path / "build", "staging")
    assert not (tmp_path / "build").exists()


def test_the_command_says_which_stages_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert packaging.main(str(tmp_path / "build"), "staging") == 1
    assert capsys.readouterr().err.startswith("error: connect_app has no stage 'staging'")


def test_a_zip_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaging, "LARGEST_BYTES", 1000)
    with pytest.raises(packaging.TooLarge, match=r"connect_app\.zip"):
        package("connect_app", tmp_path / "build", root=copy_of_the_repository(tmp_path / "clone"))
