"""The routes of the agent's screen with answers that a test chooses: what is served is the real page."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import routes, settings
from chalicelib.agent_screen.pages import Pages
from local.web import CloseWithoutAnswer, Request, Response, WebServer, json_response

NOW = 2_222_222_222
_REQUIRED = {
    "TABLE_NAME": "none",
    "HASH_KEY_NAME": "none",
    "TWILIO_NUMBER": "+46101234567",
    "CONNECT_INSTANCE_ARN": "arn:aws:connect:eu-central-1:111122223333:instance/12345678-1234-4123-8123-123456789012",
}


def proof(method: str = "web_login", level: str = "substantial", *, age: int = 190, left: int = 1650) -> dict[str, Any]:
    return {"method": method, "level": level, "at": NOW - age, "until": NOW + left}


def login(state: str = "linked", **attributes: str) -> dict[str, Any]:
    """What a web login told; `attributes` by their labels, _ for a space."""
    told = [{"name": name.lower(), "label": name.replace("_", " "), "value": attributes[name]} for name in attributes]
    return {"state": state, "purpose": "report_move", "purpose_name": "Report a move", "attributes": told}


def view(level: str = "substantial", **changed: Any) -> dict[str, Any]:
    """A caller who has logged in on the web; `changed` replaces fields."""
    return {
        "level": level,
        "required": "substantial",
        "conflict": False,
        "now": NOW,
        "proofs": [proof()],
        "missing": [],
        "login": login(Full_name="Karin Testsson", Postcode="118 46", City="Stockholm"),
        **changed,
    }


def nobody(**changed: Any) -> dict[str, Any]:
    return view("none", proofs=[], missing=["bankid", "web_login"], login={"state": "none"}, **changed)


class ScriptedApi:
    """Serves the real pages under /api, with their real headers; what was asked of `POST /agent/view` is kept.

    `views` by handle and contact; `environment` holds settings; with the login `cognito` `accepts` picks bearers.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.views: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.status = self.settings_status = 200
        self.environment = {"AGENT_LOGIN": "handle"}
        self.accepts: Callable[[str], bool] = bool
        self.asked: list[dict[str, str]] = []
        self.bearers: list[str] = []
        self.server = WebServer(self._respond, tls)

    @property
    def url(self) -> str:
        return f"{self.server.url}/api"

    def _respond(self, request: Request) -> Response:
        path = request.path.removeprefix("/api")
        if (request.method, path) == ("POST", "/agent/view"):
            return self._view(request)
        if path == "/agent/settings" and self.settings_status != 200:
            return json_response(self.settings_status, {"error": "Unavailable"})
        pages = Pages(settings.load({**_REQUIRED, **self.environment}, settings.CONNECT))
        found = {"/agent": pages.agent, "/agent/signed-in": pages.signed_in, "/ccp": pages.ccp}
        found["/agent/settings"] = pages.told
        answer = found[path]() if path in found else pages.file(path.removeprefix("/agent/static/"))
        return _sent(answer)

    def _view(self, request: Request) -> Response:
        if self.status == 0:
            raise CloseWithoutAnswer
        if self.environment["AGENT_LOGIN"] == "cognito":
            bearer = (request.header("Authorization") or "").removeprefix("Bearer ")
            self.bearers.append(bearer)
            if not self.accepts(bearer):
                return json_response(401, {"error": "Unauthorized"})
        asked = json.loads(request.body)
        self.asked.append(asked)
        found = self.views.get((asked["handle"], asked["contact"]))
        if self.status != 200:
            return json_response(self.status, {"error": "Unavailable"})
        return json_response(200, found) if found else json_response(404, {"error": "NotFound"})


def _sent(answer: routes.Response) -> Response:
    return Response(answer.status, tuple(answer.headers.items()), answer.body.encode())
