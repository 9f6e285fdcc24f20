"""What the agent's screen works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.agent_screen.names import Names
from chalicelib.agent_screen.ownership import Owners
from chalicelib.clock import Clock
from chalicelib.parameters import ParameterStore
from chalicelib.settings import Settings
from chalicelib.standing.needs import Needs
from chalicelib.web_login import feedback, parts
from chalicelib.web_login.feedback import Feedback
from chalicelib.web_login.parts import LoginParts

if TYPE_CHECKING:
    from chalicelib.agent_screen.agents import Agents


class Minute:
    """What has happened already in the minute that it is: an event of which one a minute is enough."""

    def __init__(self) -> None:
        self._minute, self._happened = 0, set[tuple[str, ...]]()

    def first(self, at: int, *what: str) -> bool:
        """Whether this is the first time; `at` in milliseconds since the epoch."""
        if at // 60_000 != self._minute:
            self._minute, self._happened = at // 60_000, set()
        again = what in self._happened
        self._happened.add(what)
        return not again


@dataclass(frozen=True)
class ScreenParts:
    """What looking works with. `agents` is None where the handle alone lets in, `owners` where nobody is asked whose
    contact it is; `feedback` gives None where no website is told of anything.

    `agents` and `feedback` are put together when they are first called: routes that others wait on are served by the
    same function. `agents` raises Misconfigured when the settings do not say which user pool knows them.
    """

    login: LoginParts
    agents: Callable[[], Agents] | None
    owners: Owners | None
    names: Names
    needs: Needs
    feedback: Callable[[], Feedback | None]
    minute: Minute = field(default_factory=Minute)


def build(config: Settings, clock: Clock) -> ScreenParts | None:
    """Fetches the secret; None where there is no agent's screen.

    Raises:
        Misconfigured: a setting or the secret is missing.
        SecretsUnavailable: SSM did not answer, or refused.
    """
    if not config.workspace_origin:
        return None
    login, store = parts.build(config, clock), ParameterStore()
    names, needs = Names(config.screen_names_name, store, clock), Needs(config, store, clock)
    asking = cache(lambda: feedback.asking(config))
    if config.agent_login == "handle":
        return ScreenParts(login, None, None, names, needs, asking)
    owners = Owners(config.connect_instance_arn, clock) if config.agent_owns_contact else None
    return ScreenParts(login, cache(lambda: _agents(config, clock)), owners, names, needs, asking)


def _agents(config: Settings, clock: Clock) -> Agents:
    from chalicelib.agent_screen import agents

    return agents.build(config, clock)
