"""What a web login costs from its start to the agent's screen: every visitor logs in, calls, and is looked at.

One process for each function gets the same step of all of them, one after the other.
"""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local import tls
from local.aws import ministack
from local.aws.tap import Tap
from local.centre import FEEDBACK_FUNCTION
from local.web_login.login import Visitor
from tests.bench import routes
from tests.bench.functions import RealTime, Startable, runtime, step_of, unpacked
from tests.bench.routes import Routes
from tests.bench.sampling import Sample
from tests.bench.table import Effort, Table
from tests.bench.warm_calls import CALLS_A_ROUND, timed

_PERSON = {"fullname": "Testperson Ett", "bsn": "198112189876", "city": "Nijmegen"}


def table(effort: Effort) -> Table:
    """Time on the processor alone, as in `warm_calls`."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as name, ministack.start() as aws:
        folder = Path(name)
        listening = Tap(aws.url, functions={FEEDBACK_FUNCTION: lambda event: None})
        with RealTime(aws, tls.certificates(folder / "tls")) as centre, listening.server:
            brought, unpacked_ = runtime(folder / "sdk"), unpacked(effort.packages, centre, folder)
            asks = {"AWS_ENDPOINT_URL_LAMBDA": listening.server.url}
            functions = {one.name: replace(one, environment={**one.environment, **asks}) for one in unpacked_}
            visitors = [_Visitor() for _ in range(effort.rounds * CALLS_A_ROUND)]
            journey = _Journey(functions, brought, folder / "log", Routes(effort.packages), centre, visitors)
            rows = [sample.row(name, target="<= 1") for name, sample in journey.taken()]
    return Table("A web login, one visitor after the other, processor time", "ms", rows)


@dataclass
class _Visitor:
    """`code` is what they type, `attr_url` where their result goes, `view` what the agent's screen gets."""

    contact: str = field(default_factory=lambda: str(uuid.uuid4()))
    code: str = ""
    attr_url: str = ""
    view: str = ""


@dataclass
class _Journey:
    """The steps of all visitors, in the order in which they must be taken."""

    functions: dict[str, Startable]
    brought: Path
    log: Path
    routes: Routes
    centre: RealTime
    visitors: Sequence[_Visitor]

    def taken(self) -> Iterator[tuple[str, Sample]]:
        api = routes.function(self.functions["web_login"])
        yield "start_communication", self._started(api)
        yield "session_result", self._results(api)
        yield "web_login link, its result there, website told", self._linked()
        yield "assurance read", self._asked("assurance", [step_of(one.contact, step="read") for one in self.visitors])
        calls = [{"contact": one.contact, "type": "user_active"} for one in self.visitors]
        yield "session_feedback", self._asked("session_feedback", calls)
        alone = replace(api, environment={**api.environment, "AGENT_LOGIN": "handle"})
        yield "agent/view, the handle alone", self._looks(alone, "")
        yield from self._looks_of_an_agent(api)

    def _started(self, api: Startable) -> Sample:
        sample, answers = self._timed(api, [self.routes.start() for _ in self.visitors])
        for one, answer in zip(self.visitors, answers, strict=True):
            told = json.loads(answer["body"])
            one.code, one.attr_url = told["client_url"].rpartition(",")[2], told["attr_url"]
        return sample

    def _results(self, api: Startable) -> Sample:
        login = self.centre.core.login
        tokens = [login.result(Visitor(_PERSON, one.contact)) for one in self.visitors]
        posted = [self.routes.result(one.attr_url, token) for one, token in zip(self.visitors, tokens, strict=True)]
        sample, answers = self._timed(api, posted)
        assert all(answer["statusCode"] == 200 for answer in answers), answers[0]
        return sample

    def _linked(self) -> Sample:
        events = [step_of(one.contact, step="link", digits=one.code) for one in self.visitors]
        sample, answers = self._timed(self.functions["web_login"], events)
        assert all(answer["result"] == "linked" for answer in answers), answers[0]
        for one, answer in zip(self.visitors, answers, strict=True):
            one.view = answer["auth_view"]
        return sample

    def _asked(self, name: str, events: Sequence[Any]) -> Sample:
        return self._timed(self.functions[name], events)[0]

    def _looks(self, api: Startable, token: str) -> Sample:
        sample, answers = self._timed(api, [self.routes.view(one.view, one.contact, token) for one in self.visitors])
        assert all(answer["statusCode"] == 200 for answer in answers), answers[0]
        return sample

    def _looks_of_an_agent(self, api: Startable) -> Iterator[tuple[str, Sample]]:
        """Connect is asked whose a contact is at the first look, and not again for a while."""
        token = routes.agents_token(self.centre, *(one.contact for one in self.visitors))
        twice = replace(self, visitors=[one for one in self.visitors for _ in range(2)])
        both = twice._looks(api, token).times
        yield "agent/view by a logged-in agent, first look", Sample(both[::2])
        yield "agent/view by a logged-in agent, next look", Sample(both[1::2])

    def _timed(self, one: Startable, events: Sequence[Any]) -> tuple[Sample, list[Any]]:
        return timed(one, events, self.brought, self.log)
