"""connect_app's routes: the events that API Gateway makes of what others send, and the function that gets them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from local.centre import CORE_SECRET, STAGE, Centre
from local.connect.admin_api import Segment
from local.connect.contact import INSTANCE_ARN
from local.gateway import Api, routes_of_template, to_event
from local.web import Request
from shared import template
from tests.bench.functions import ROUTES, Startable

_JSON = ("Content-Type", "application/json")


class Routes:
    """Those of the app that is packaged in `packages`."""

    def __init__(self, packages: Path) -> None:
        self._api = Api(routes_of_template(template.read(packages / "connect_app.yaml")), STAGE)

    def start(self) -> Any:
        """The core begins a session."""
        headers = (_JSON, ("Authorization", f"Bearer {CORE_SECRET}"))
        return self._event("POST", "/start_communication", headers, b'{"purpose":"report_move"}')

    def result(self, address: str, token: str) -> Any:
        """A login posts its result to the last part of `address`."""
        path = f"/session_result/{address.rpartition('/')[2]}"
        return self._event("POST", path, (("Content-Type", "application/jwt"),), token.encode())

    def view(self, handle: str, contact: str, token: str = "") -> Any:
        """The screen of an agent looks at the caller; `token` is the agent's, where agents have one."""
        headers = (_JSON, *([("Authorization", f"Bearer {token}")] if token else []))
        asked = {"handle": handle, "contact": contact, "language": "sv"}
        return self._event("POST", "/agent/view", headers, json.dumps(asked).encode())

    def file(self) -> Any:
        """A browser fetches the screen's script."""
        return self._event("GET", "/agent/static/agent.js", (), b"")

    def _event(self, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes) -> Any:
        event = to_event(Request(method, f"/{STAGE}{path}", "", tuple(headers), body), self._api)
        assert event is not None, path
        return event


def function(beside: Startable) -> Startable:
    """The function of the routes, unpacked where another of connect_app's functions is."""
    environment = {**beside.environment, "CONNECT_INSTANCE_ARN": INSTANCE_ARN}
    return replace(beside, name=ROUTES, entry="app", event={}, environment=environment)


def agents_token(centre: Centre, *contacts: str) -> str:
    """Of an agent whose calls these are, as Connect says."""
    centre.pool.add("karin.agent", "password")
    centre.admin.users["user of karin.agent"] = "karin.agent"
    centre.admin.contacts |= {contact: Segment(contact, "user of karin.agent") for contact in contacts}
    return centre.pool.access_token("karin.agent")
