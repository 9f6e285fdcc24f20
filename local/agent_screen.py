"""An agent's screen in a call: does over HTTP, on virtual time, what the page in the Agent Workspace does.

It asks at once, then after a second and a half, then ever less often while nothing changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.connect.line import Clock
from local.posts import Posts

FIRST_PAUSE, SLOWER, SLOWEST_PAUSE, WAITING_PAUSE = 1.5, 1.5, 10.0, 3.0

View = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """One answer, at virtual seconds since the epoch; `view` is None unless there was something to see."""

    at: float
    status: int
    view: View | None = field(repr=False)

    @property
    def state(self) -> str:
        """A word of the login's, or "" for nothing to see."""
        return str(self.view["login"]["state"]) if self.view else ""

    @property
    def attributes(self) -> dict[str, str]:
        """What is told of the caller, by name."""
        told = self.view["login"]["attributes"] if self.view else []
        return {one["name"]: one["value"] for one in told}


@dataclass
class AgentScreen:
    """The page of the agent to whom `token` was given, open for the part `segment` of a call (its ContactId).

    `address` is that of the view, `handle` what the contact's attribute `auth_view` holds. `looks` are its answers.
    """

    address: str
    token: str = field(repr=False)
    handle: str = field(repr=False)
    segment: str
    clock: Clock
    posts: Posts
    language: str = "en"
    looks: list[Look] = field(default_factory=list)

    def look(self) -> Look:
        """Ask once."""
        asked = {"handle": self.handle, "contact": self.segment, "language": self.language}
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = json.dumps(asked).encode()
        answer = self.posts.post(self.address, body, {"Content-Type": "application/json", **known})
        view = json.loads(answer.body) if answer.status == 200 else None
        self.looks.append(Look(self.clock.now(), answer.status, view))
        return self.looks[-1]

    def watch(self, seconds: float, until: Callable[[Look], bool] = lambda look: False) -> Look:
        """Ask as the page does for so long, or until an answer is as wished; the last answer."""
        ends, pause, before = self.clock.now() + seconds, FIRST_PAUSE, _said(None)
        while True:
            look = self.look()
            pause = min(pause * SLOWER, _slowest(look)) if _said(look) == before else FIRST_PAUSE
            before = _said(look)
            if until(look) or self.clock.now() + pause > ends:
                return look
            self.clock.sleep(pause)


def _said(look: Look | None) -> str:
    """What a look says apart from what time it is."""
    if look is None:
        return ""
    return json.dumps([look.status, {**(look.view or {}), "now": 0}])


def _slowest(look: Look) -> float:
    return WAITING_PAUSE if look.state == "waiting" else SLOWEST_PAUSE
