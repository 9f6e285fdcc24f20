"""The processor's time for one call of a function that has been called before."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
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

_CALLS_A_ROUND = 5


def table(effort: Effort) -> Table:
    """Time on the processor alone: what the SDK computes is in it, waiting for AWS is not."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as name, ministack.start() as aws:
        folder = Path(name)
        with Centre(aws, tls.certificates(folder / "tls")) as centre:
            brought = runtime(folder / "sdk")
            functions = known_only(unpacked(effort.packages, centre, folder))
            rows = list(_rows(functions, brought, folder / "log", effort.rounds * _CALLS_A_ROUND))
    return Table("A warm call, processor time", "ms", rows)


def _rows(functions: list[Startable], brought: Path, log: Path, calls: int) -> Iterator[Row]:
    for one in functions:
        for name, event in _events(one):
            taken = first_answer(one.asked({"event": event, "calls": calls}), brought, log, "timed")
            assert isinstance(taken, list)
            yield Sample(tuple(taken)).row(name, target="<= 1")


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
