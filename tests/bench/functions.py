"""The packaged functions, each with an event that it answers cheaply, and the two bare handlers beside them."""

from __future__ import annotations

import compileall
import json
import py_compile
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from local.centre import PUBLIC_BASE_URL, STAGE, Centre
from local.gateway import Api, routes_of_template, to_event
from local.runtime import sdk
from local.web import Request
from shared import template
from shared.package import APPS, ROOT
from tests.deploy.calls import FORM, INSTANCE, open_event, start_event

BARE, EMPTY = "bare: boto3 and a DynamoDB client", "empty"
ROUTES = "api_handler"
"""What chalice calls the function of connect_app's routes."""
_SOURCES = {
    BARE: "import boto3\nclient = boto3.client('dynamodb')\ndef handler(event, context):\n    return {}\n",
    EMPTY: "def handler(event, context):\n    return {}\n",
}
# Beside the app in its folder: the same handler, answering with the names of all modules that it needed.
_PROBE = """
import sys
def __getattr__(name):
    def handler(event, context):
        try:
            import app
            getattr(app, name)(event, context)
        except Exception:
            pass
        return sorted(sys.modules)
    return handler
"""
# And one that answers with what each event was answered, and the milliseconds that the processor took for it.
_TIMED = """
import time
import app as served
def __getattr__(name):
    def handler(event, context):
        work, answers, taken = getattr(served, name), [], []
        for one in event:
            started = time.process_time()
            answers.append(work(one, context))
            taken.append(1000 * (time.process_time() - started))
        return {"answers": answers, "milliseconds": taken}
    return handler
"""
_BARE_PROBE = "import sys\nfrom app import *\ndef handler(event, context):\n    return sorted(sys.modules)\n"


class RealTime(Centre):
    """With the time that the packaged functions go by, so that they take the tokens that are made here."""

    def product_time(self) -> float:
        return time.time()


@dataclass(frozen=True)
class Startable:
    """A handler, `app.<entry>` in `task_root`, and the event for it."""

    name: str
    task_root: Path
    entry: str
    event: Any
    environment: Mapping[str, str] = field(repr=False)

    def asked(self, event: Any) -> Startable:
        return replace(self, event=event)


def unpacked(packages: Path, centre: Centre, folder: Path) -> list[Startable]:
    """Every function of both apps but that of connect_app's routes (`routes`), and BARE and EMPTY, with their task
    roots in `folder`.
    """
    # The stand-in's own address, not that of the centre's proxy, which counts requests and takes its time for it.
    environment = {**centre.environment, "AWS_ENDPOINT_URL": centre.aws.url, "CONNECT_INSTANCE_ARN": INSTANCE}
    for app in APPS:
        with zipfile.ZipFile(packages / f"{app}.zip") as code:
            code.extractall(folder / app)
        _write(folder / app / "probe.py", _PROBE)
        _write(folder / app / "timed.py", _TIMED)
    for name, source in _SOURCES.items():
        task_root = folder / name.partition(":")[0]
        task_root.mkdir()
        _write(task_root / "app.py", source)
        _write(task_root / "probe.py", _BARE_PROBE)
    connect = {**environment, "CONSUMER_NAME": "/nobody/is/here/{consumer}"}
    return [
        *(Startable(name, folder / name.partition(":")[0], "handler", {}, environment) for name in _SOURCES),
        *(Startable(name, folder / "connect_app", name, event, connect) for name, event in _connect_events()),
        Startable("secure_input, two consumers", folder / "connect_app", "secure_input", open_event(), environment),
        Startable("twilio_app", folder / "twilio_app", "app", _webhook(packages, centre), environment),
    ]


def known_only(startables: list[Startable]) -> list[Startable]:
    """The functions that do their work for their event, not those that refuse it."""
    return [one for one in startables if one.event]


def runtime(folder: Path) -> Path:
    """What Lambda brings besides the zip, in `folder`, and compiled, as Lambda has it."""
    folder.mkdir()
    sdk.link_into(folder)
    for package in folder.iterdir():
        compile_ = compileall.compile_dir if package.is_dir() else compileall.compile_file
        compile_(str(package.resolve()), quiet=2)
    return folder


def _connect_events() -> Iterator[tuple[str, Any]]:
    """Every function that is deployed, so that a new one is measured without a word here."""
    config = json.loads((ROOT / "connect_app" / ".chalice" / "config.json").read_text())
    known = {
        "voice": start_event(),
        "secure_input": open_event(),
        "secure_input_redeem": {"contact": "5ca32fbd-8f92-46af-92a5-6b0f970f0efe", "token": "k" * 43},
        "web_login": step_of("a-call", step="link", digits="00000000"),
        "assurance": step_of("another-call", step="read"),
        "session_feedback": {"contact": "nobody-logged-in", "type": "user_active"},
    }
    for name in config["stages"]["prod"]["lambda_functions"]:
        if name == ROUTES:
            continue
        # Refused, which is an answer too.
        yield name, known.get(name, {})


def step_of(contact: str, **parameters: str) -> Any:
    """What Connect sends when the flow of the call `contact` asks a method for something."""
    event = start_event()
    event["Details"]["Parameters"] = parameters
    event["Details"]["ContactData"] |= {"ContactId": contact, "InitialContactId": contact}
    return event


def _webhook(packages: Path, centre: Centre) -> Any:
    """Twilio's first request of a leg, signed."""
    path = "/voice/answer"
    signature = RequestValidator(centre.account.auth_token).compute_signature(PUBLIC_BASE_URL + path, FORM)
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("X-Twilio-Signature", signature))
    request = Request("POST", f"/{STAGE}{path}", "", headers, urlencode(FORM).encode())
    return to_event(request, Api(routes_of_template(template.read(packages / "twilio_app.yaml")), STAGE))


def _write(file: Path, source: str) -> None:
    file.write_text(source)
    py_compile.compile(str(file), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
