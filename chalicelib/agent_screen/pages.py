"""The pages of the agent's screen and their files, with what browsers are told about them.

The Agent Workspace shows the page in a frame, and first speaks to whoever frames it; so the one origin that may is the
Connect instance's, besides our own page that holds the CCP. Nothing runs or is drawn but what stands in our own files.
https://docs.aws.amazon.com/agentworkspace/latest/devguide/getting-started.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.routes import Response, json_response, refusal
from chalicelib.settings import Settings

SECURITY_HEADERS: Mapping[str, str] = {"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
HTTPS_SECONDS = 31_536_000
"""How long browsers that have seen a page ask for the next over HTTPS alone: a year."""
STATIC_SECONDS = 3_600
"""How long browsers may keep a file. Pages ask for each under an address that changes with it, so this need not be
short; and should an old function answer for a new one while it is deployed, it is not long."""

_FOLDER = Path(__file__).parent / "static"
_SCRIPT, _STYLE, _TEXT = "text/javascript", "text/css", "text/plain"
FILES: Mapping[str, str] = {
    "agent.js": _SCRIPT,
    "ccp.js": _SCRIPT,
    "connect-streams.js": _SCRIPT,
    "licences.txt": _TEXT,
    "signed-in.js": _SCRIPT,
    "style.css": _STYLE,
}
"""What is served besides pages, and as what."""


@dataclass(frozen=True)
class Pages:
    """The pages for one instance."""

    settings: Settings

    def agent(self) -> Response:
        """The screen: in a frame of the Agent Workspace, or of our own page with the CCP."""
        return self._page("page.html", f"{self.settings.workspace_origin} 'self'")

    def signed_in(self) -> Response:
        """Where the window of the login ends up."""
        return self._page("signed-in.html", "'none'")

    def ccp(self) -> Response:
        """Our own page with the CCP in it and the screen beside; 404 where the settings do not say where the CCP is."""
        if not self.settings.ccp_url:
            return refusal(404)
        return self._page("ccp.html", "'none'", f"'self' {self.settings.workspace_origin}")

    def file(self, name: str) -> Response:
        """A script or a style; 404 for any other name."""
        if name not in FILES:
            return refusal(404)
        kept = f"public, max-age={STATIC_SECONDS}"
        return Response(200, _text(name), _headers(FILES[name], kept))

    def told(self) -> Response:
        """The settings that the page needs. They are public: whoever loads the page can read them."""
        settings, cognito = self.settings, self.settings.agent_login == "cognito"
        return json_response(
            200,
            {
                "login": settings.agent_login,
                "domain": settings.cognito_domain if cognito else "",
                "client_id": settings.cognito_client_id if cognito else "",
                "workspace_origin": settings.workspace_origin,
                "ccp_url": settings.ccp_url,
                "language": settings.default_language[:2],
                "region": settings.connect_instance_arn.split(":")[3],
            },
            **{name.replace("-", "_"): value for name, value in SECURITY_HEADERS.items()},
        )

    def _page(self, name: str, may_frame: str, may_be_framed: str = "") -> Response:
        kept_to = {
            "Content-Security-Policy": self._policy(may_frame, may_be_framed),
            "Strict-Transport-Security": f"max-age={HTTPS_SECONDS}",
        }
        return Response(200, _text(name), {**_headers("text/html", "no-store"), **kept_to})

    def _policy(self, may_frame: str, may_be_framed: str) -> str:
        cognito = self.settings.agent_login == "cognito"
        # Text is never taken for markup or script; but Streams, where the CCP is framed, starts workers from texts.
        typed = not may_be_framed
        rules = {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "connect-src": f"'self' {self.settings.cognito_domain}" if cognito else "'self'",
            "img-src": "'self'",
            "frame-src": may_be_framed,
            "frame-ancestors": may_frame,
            "base-uri": "'none'",
            "form-action": "'none'",
            "trusted-types": "'none'" if typed else "",
            "require-trusted-types-for": "'script'" if typed else "",
        }
        return "; ".join(f"{rule} {sources}" for rule, sources in rules.items() if sources)


def build(config: Settings) -> Pages | None:
    """None where there is no agent's screen."""
    return Pages(config) if config.workspace_origin else None


def _headers(kind: str, kept: str) -> dict[str, str]:
    return {"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": kept, **SECURITY_HEADERS}


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text()
