"""From the start of a process to the first answer of a handler in it, under Lambda's own runtime."""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from local import tls
from local.aws import ministack
from local.runtime.api import Failed, Returned
from local.runtime.instance import Instance
from tests.bench import routes
from tests.bench.functions import BARE, EMPTY, ROUTES, RealTime, Startable, runtime, step_of, unpacked
from tests.bench.routes import Routes
from tests.bench.sampling import Sample, interleaved
from tests.bench.table import Effort, Table

_LONGEST_SECONDS = 60.0
_WEB = frozenset({"twilio_app", "web_login", ROUTES})
_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:bench"


class NoAnswer(Exception):
    """A function could not start; the text has what it wrote."""


def table(effort: Effort) -> Table:
    """Every packaged function beside a bare handler. AWS is MiniStack; waiting for it is in the times."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as name, ministack.start() as aws:
        folder = Path(name)
        with RealTime(aws, tls.certificates(folder / "tls")) as centre:
            brought = runtime(folder / "sdk")
            startables = unpacked(effort.packages, centre, folder)
            startables += _routes(startables, Routes(effort.packages), centre, brought, folder / "log")
            # They also read every file once, so that no round is the first to.
            notes = _notes(startables, brought, folder / "log")
            watches = {one.name: _Watch(partial(first_answer, one, brought, folder / "log")) for one in startables}
            whole = interleaved(effort.starts, watches)
    processor = {name: Sample(tuple(watch.processor)) for name, watch in watches.items()}
    rows = [sample.row(name, whole[BARE], _target(name)) for name, sample in whole.items()]
    rows += [sample.row(f"{name}, processor", processor[BARE]) for name, sample in processor.items()]
    return Table("Cold start, process to first answer (ratio to bare)", "ms", rows, notes)


def _routes(
    functions: list[Startable], asked: Routes, centre: RealTime, brought: Path, log: Path
) -> Iterator[Startable]:
    """The function of the routes, started by the first request to one of them."""
    [assurance] = [one for one in functions if one.name == "assurance"]
    opened: Any = first_answer(assurance.asked(step_of("a-call", step="view")), brought, log)
    api, view = routes.function(assurance), opened["auth_view"]
    alone = {**api.environment, "AGENT_LOGIN": "handle"}
    look = asked.view(view, "a-call", routes.agents_token(centre, "a-call"))
    yield replace(api, name=f"{ROUTES}: start_communication", event=asked.start())
    yield replace(api, name=f"{ROUTES}: a file", event=asked.file())
    yield replace(api, name=f"{ROUTES}: agent/view, handle", event=asked.view(view, "a-call"), environment=alone)
    yield replace(api, name=f"{ROUTES}: agent/view, logged in", event=look)


class _Watch:
    """Called, starts something and returns the milliseconds until its answer; notes those of the processor too."""

    def __init__(self, start: Callable[[], object]) -> None:
        self._start = start
        self.processor: list[float] = []

    def __call__(self) -> float:
        # A process that has ended counts there, with all of its time; this process has no other that ends meanwhile.
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        self._start()
        taken, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        self.processor.append(1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
        return 1000 * taken


def _target(name: str) -> str:
    if name in (BARE, EMPTY):
        return ""
    return "<= 1.25" if name.partition(":")[0] in _WEB else "<= 1.15"


def first_answer(one: Startable, brought: Path, log: Path, module: str = "app") -> object:
    """The first answer of a new process; None where the handler raised, as it may for an event that it refuses."""
    instance = Instance(one.task_root, brought, f"{module}.{one.entry}", one.environment, log)
    try:
        outcome = instance.run(json.dumps(one.event).encode(), _LONGEST_SECONDS, _ARN)
    finally:
        instance.close()
    if isinstance(outcome, Failed) and outcome.fatal:
        raise NoAnswer(f"{one.name}: {outcome.message}\n{log.read_text(errors='replace')[-2000:]}")
    return json.loads(outcome.body) if isinstance(outcome, Returned) else None


def _notes(startables: list[Startable], brought: Path, log: Path) -> list[str]:
    """What each function loads that the bare handler does not, by package, and how many modules of each."""
    modules = {one.name: set(_modules(one, brought, log)) for one in startables}
    return [
        f"  {name} also loads {_by_package(own - modules[BARE])}"
        for name, own in modules.items()
        if own - modules[BARE]
    ]


def _modules(one: Startable, brought: Path, log: Path) -> list[str]:
    answer = first_answer(one, brought, log, "probe")
    assert isinstance(answer, list)
    return answer


def _by_package(modules: set[str]) -> str:
    counted = Counter(name.partition(".")[0] for name in modules)
    return ", ".join(f"{name} {count}" if count > 1 else name for name, count in counted.most_common())
