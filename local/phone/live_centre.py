"""The contact centre at real pace, telling what happens in it, with pages that a browser on this machine can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from local.bankid import Holder
from local.bankid.page import Page
from local.centre import STAGE, WORKSPACE_ORIGIN, Centre
from local.clock import LiveClock
from local.connect.queues import Agent, Screen
from local.connect.record import Step
from local.phone.events import Feed, ToldTranscript
from local.twilio import twiml
from local.web import Handler, Request, Response, WebServer
from local.workspace import Contact, Workspace

PEOPLE = (
    Holder("199908072391", "Karin", "Testsson"),
    Holder("198112189876", "Erik", "Annansson"),
    Holder("191212121212", "Tolvan", "Tolvansson"),
)
"""Who has a BankID. The Swedish Tax Agency keeps their numbers for tests."""

AGENT = "anna"
_TALKS_SECONDS = 3_600.0
_SETTINGS: Mapping[str, str] = {"AGENT_LOGIN": "handle"}


@dataclass
class LiveCentre(Centre):
    """Goes at `speed` times the real pace, by `pace`, and tells `feed`.

    `phones` is the page of BankID's apps, `workspace` that of the agent, and `screens` what serves the agent's screen
    to it: all in plain HTTP, which is how a browser takes them from this machine, and all to be framed by the page at
    `origin` alone.
    """

    feed: Feed = field(default_factory=Feed)
    speed: float = 1.0
    origin: str = "'none'"
    _given: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.settings = {**_SETTINGS, **self.settings}
        self.clock = self.pace = LiveClock(speed=self.speed)
        self.told = ToldTranscript(self.feed, self._verbs)
        self.transcript = self.told
        self.on_begin, self.on_step = self._block_begins, self._block_is_done
        self.agents = {
            name: Agent(AGENT, talks_seconds=_TALKS_SECONDS, works=self._reaches_the_agent) for name in self.agents
        }

    def _start(self) -> None:
        super()._start()
        for holder in PEOPLE:
            self.bankid.add(holder)
        self.phones = Page(self.bankid, framed_by=self.origin)
        self.workspace = Workspace([AGENT])
        self.workspace.framed_by = self.origin
        self.screens = WebServer(self._screen)
        for server in (self.workspace.server, self.screens):
            server.handler = _for_its_own_pages(server)
        for server in (self.phones.server, self.workspace.server, self.screens):
            self._open.enter_context(server)
        self.workspace.access_url = f"{self.screens.url}/{STAGE}/agent"

    def clear_desk(self) -> None:
        """The agent closes what is over."""
        while self._given:
            self.workspace.desks[AGENT].clear(self._given.pop())

    def contact_is_over(self) -> None:
        """The agent sees to what remains after the call."""
        for contact_id in self._given:
            self.workspace.desks[AGENT].end(contact_id)

    # --- the agent ------------------------------------------------------------------------------------------------

    def _reaches_the_agent(self, screen: Screen) -> None:
        desk = self.workspace.desks[AGENT]
        desk.give(Contact(screen.contact_id, screen.contact_id, screen.attributes))
        self._given.append(screen.contact_id)
        self.feed.add("asked", self.clock.now(), what="agent")

    def _screen(self, request: Request) -> Response:
        """What the product answers, with the workspace where it really is: the product knows it by an https:// name."""
        response = self._hosted.api.respond(request)
        framed_by = f"{self.workspace.origin} {self.origin}"
        headers = tuple((name, value.replace(WORKSPACE_ORIGIN, framed_by)) for name, value in response.headers)
        body = response.body
        if urlsplit(request.path).path.endswith("/agent/settings"):
            body = body.replace(WORKSPACE_ORIGIN.encode(), self.workspace.origin.encode())
        return replace(response, headers=headers, body=body)

    # --- what is told ---------------------------------------------------------------------------------------------

    def _block_begins(self, step: Step) -> None:
        self.feed.add("block", step.at, flow=step.flow, block=step.action, type=step.type)

    def _block_is_done(self, step: Step) -> None:
        told = {"flow": step.flow, "block": step.action, "type": step.type, "branch": step.branch, "note": step.note}
        self.feed.add("step", self.clock.now(), **told)

    def _verbs(self, who: str) -> str:
        """What the document says that has just been fetched."""
        requests = self.line.requests if who == "webhook" else []
        try:
            return ", ".join(type(verb).__name__ for verb in twiml.parse(requests[-1].answer)) if requests else ""
        except twiml.TwimlError:
            return ""

    def _contact_ended(self, event: dict[str, Any]) -> None:
        """Beside the phone, which can be picked up again meanwhile: what fails is tried again for minutes."""
        self.clock.spawn(lambda: super(LiveCentre, self)._contact_ended(event))


def _for_its_own_pages(server: WebServer) -> Handler:
    """What `server` answers, but for requests under another site's name, or by another site's page."""
    answer = server.handler

    def guarded(request: Request) -> Response:
        here = request.header("Host") == urlsplit(server.url).netloc
        return answer(request) if here and request.header("Origin") in (None, server.url) else Response(403)

    return guarded
