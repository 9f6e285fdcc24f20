"""The processor's time for one call of a function that has been called before."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from local import tls
from local.aws import ministack
from local.centre import Centre
from local.encrypt import certified_key, encrypt
from local.security_key import security_key
from tests.bench.cold_starts import first_answer
from tests.bench.functions import Startable, known_only, runtime, unpacked
from tests.bench.sampling import Sample
from tests.bench.table import Effort, Row, Table

CALLS_A_ROUND = 5
_ELSEWHERE = frozenset({"web_login", "assurance", "session_feedback"})
"""What `web_logins` measures, where there are logins to speak of."""


def table(effort: Effort) -> Table:
    """Time on the processor alone: what the SDK computes is in it, waiting for AWS is not."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as name, ministack.start() as aws:
        folder = Path(name)
        with Centre(aws, tls.certificates(folder / "tls")) as centre:
            brought = runtime(folder / "sdk")
            known = known_only(unpacked(effort.packages, centre, folder))
            functions = [one for one in known if one.name not in _ELSEWHERE]
            rows = list(_rows(functions, brought, folder / "log", effort.rounds * CALLS_A_ROUND))
    return Table("A warm call, processor time", "ms", rows)


def _rows(functions: list[Startable], brought: Path, log: Path, calls: int) -> Iterator[Row]:
    for one in functions:
        for name, event in _events(one):
            sample, _ = timed(one, [event] * calls, brought, log)
            yield sample.row(name, target="<= 1")


def timed(one: Startable, events: Sequence[Any], brought: Path, log: Path) -> tuple[Sample, list[Any]]:
    """Time on the processor for each of `events`, in one process that gets one after the other; and its answers."""
    told: Any = first_answer(one.asked(events), brought, log, "timed")
    assert told is not None, f"{one.name} raised:\n{log.read_text(errors='replace')[-2000:]}"
    return Sample(tuple(told["milliseconds"])), told["answers"]


def _events(one: Startable) -> Iterator[tuple[str, Any]]:
    yield one.name, one.event
    if one.name == "secure_input":
        yield "secure_input, a card number", _card_number(one.event)


def _card_number(event: Any) -> Any:
    """The event `open` of a flow in which a card number was typed."""
    key = security_key()
    message = encrypt("4111111111111111", certified_key(key.certificate.encode()), key.id)
    copy = json.loads(json.dumps(event))
    copy["Details"]["Parameters"] |= {"encrypted": message, "kind": "card_number"}
    return copy
