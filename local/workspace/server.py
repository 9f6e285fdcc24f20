"""Serves the pages of the workspace and of the CCP, and tells them what is on the desk of the agent who is signed in.

Who that is stands in a cookie, as in Connect; `/sign-in/<agent>` sets it.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Collection
from pathlib import Path
from urllib.parse import parse_qs

from local.web import Request, Response, WebServer, json_response
from local.workspace.desks import Desk

SANDBOX = "allow-forms allow-popups allow-same-origin allow-scripts"
"""What Connect lets an app's frame do unless more is asked for.
https://docs.aws.amazon.com/connect/latest/adminguide/onboard-3p-apps.html"""
PERMISSIONS = ("Contact.Attributes.View", "Contact.Details.View")

_FILES = {
    "/": ("workspace.html", "text/html; charset=utf-8"),
    "/workspace.js": ("workspace.js", "text/javascript; charset=utf-8"),
    "/workspace.css": ("workspace.css", "text/css; charset=utf-8"),
    "/ccp-v2/": ("ccp.html", "text/html; charset=utf-8"),
    "/ccp-v2/ccp.js": ("ccp.js", "text/javascript; charset=utf-8"),
}


class Workspace:
    """One Connect instance's pages on a `server` of its own.

    `access_url` is the app's address in the workspace; `approved_origins` are those whose pages may frame the CCP;
    `framed_by` is the one whose page may frame the workspace, which nobody's may in Connect.
    Agents have a desk each; the first in `agents` is whoever has not signed in.
    """

    def __init__(self, agents: Collection[str], tls: ssl.SSLContext | None = None, *, port: int = 0) -> None:
        self.desks = {agent: Desk(agent) for agent in agents}
        self.access_url = ""
        self.approved_origins: list[str] = []
        self.permissions: Collection[str] = PERMISSIONS
        self.framed_by = "'none'"
        self.server = WebServer(self._respond, tls, port=port)

    @property
    def origin(self) -> str:
        return self.server.url

    @property
    def ccp_url(self) -> str:
        return f"{self.origin}/ccp-v2/"

    def _respond(self, request: Request) -> Response:
        if request.path.startswith("/sign-in/"):
            cookie = f"agent={request.path.removeprefix('/sign-in/')}; Path=/; SameSite=None; Secure; Partitioned"
            return Response(303, (("Location", "/"), ("Set-Cookie", cookie)))
        if request.path == "/desk":
            return self._desk(request)
        if request.path == "/app":
            permissions = list(self.permissions)
            return json_response(200, {"accessUrl": self.access_url, "sandbox": SANDBOX, "permissions": permissions})
        if request.path not in _FILES:
            return Response(404)
        name, content_type = _FILES[request.path]
        approved = " ".join(self.approved_origins) if request.path == "/ccp-v2/" else self.framed_by
        policy = f"frame-ancestors {approved or chr(39) + 'none' + chr(39)}"
        given = (("Content-Type", content_type), ("Cache-Control", "no-store"), ("Content-Security-Policy", policy))
        return Response(200, given, (Path(__file__).parent / "pages" / name).read_bytes())

    def _desk(self, request: Request) -> Response:
        version = parse_qs(request.query).get("after", ["0"])[0]
        state = self.desks[self._agent(request)].since(int(version), self.server.stopped.is_set)
        return Response(200, (("Content-Type", "application/json"), ("Cache-Control", "no-store")), _json(state))

    def _agent(self, request: Request) -> str:
        for part in (request.header("Cookie") or "").split("; "):
            name, _, agent = part.partition("=")
            if name == "agent" and agent in self.desks:
                return agent
        return next(iter(self.desks))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
