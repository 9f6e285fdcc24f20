"""What docs/voice.md tells an operator to type fits the templates and the roles."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.settings import CONNECT, TWILIO
from shared import template

ROOT = Path(__file__).resolve().parents[2]
SECTION = re.split(r"^## ", (ROOT / "docs" / "voice.md").read_text(), flags=re.MULTILINE)
(BY_HAND,) = (part for part in SECTION if part.startswith("Setting it up by hand"))
TYPED = "\n".join(re.findall(r"^```sh\n(.*?)^```", BY_HAND, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
APPS = {CONNECT: "policy-voice-prod.json", TWILIO: "policy-prod.json"}


def resources_of_role(app: str, sid: str) -> list[str]:
    policy = json.loads((ROOT / app / ".chalice" / APPS[app]).read_text())
    (found,) = (one["Resource"] for one in policy["Statement"] if one["Sid"] == sid)
    return [found] if isinstance(found, str) else list(found)


def test_every_secret_that_a_role_may_read_is_put_under_its_name() -> None:
    assert '--name "/countersign/$STAGE/$1" --type SecureString' in re.sub(r" +", " ", TYPED)
    readable = {one.rpartition("/")[2] for app in APPS for one in resources_of_role(app, "Secrets")}
    assert set(re.findall(r"\| secret (\S+)$", TYPED, re.MULTILINE)) == readable


def test_no_secret_stands_on_a_command_line() -> None:
    assert set(re.findall(r"--value (\S+)", TYPED)) == {"file:///dev/stdin"}


@pytest.mark.parametrize("app", APPS)
def test_the_stacks_are_called_as_the_logs_that_their_roles_may_write(app: str) -> None:
    stack = f"countersign-{app.removesuffix('_app')}-"
    assert f"--stack-name {stack}$STAGE" in TYPED
    (logs,) = resources_of_role(app, "Logs")
    assert re.search(rf"/aws/lambda/{stack}prod-?\*$", logs)


@pytest.mark.parametrize("app", [*APPS, "resources"])
def test_every_parameter_without_a_default_is_given_and_every_one_is_named(app: str) -> None:
    declared = template.read(ROOT / "shared" / f"{app}.yaml")["Parameters"]
    file = "shared/resources.yaml" if app == "resources" else f"build/{app}.packaged.yaml"
    (command,) = (line for line in TYPED.splitlines() if f"deploy --template-file {file} " in line)
    given = set(re.findall(r"(\w+)=", command.partition("--parameter-overrides")[2]))
    assert {name for name, one in declared.items() if "Default" not in one} <= given <= declared.keys()
    assert not [name for name in declared if name not in BY_HAND]
