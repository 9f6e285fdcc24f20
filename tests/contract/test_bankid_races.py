"""Many workers on one order, on the table: one collects at a time, at BankID's pace, and one answer stands."""

from __future__ import annotations

import os
from functools import partial
from typing import cast

import pytest

from chalicelib.bankid.answers import Failed
from chalicelib.bankid.collecting import collect
from chalicelib.bankid.flow_steps import BankIDParts
from chalicelib.bankid.starting import start
from chalicelib.clock import ANSWER_SECONDS, Clock, Deadline
from chalicelib.contact import Contact
from local.aws.tap import TableFaults, Tap
from local.clock import VirtualClock
from local.security_key import security_key
from tests.contract.bankid_calls import (
    KARIN,
    OPEN_APP,
    ORGANISATION,
    BankIDFlow,
    ScriptedBankID,
    completed,
    parts_over,
    typed_by,
)
from tests.contract.flow_calls import event
from tests.contract.patience import be_patient
from tests.contract.wiring import INSTANCE

WORKERS = 32


def in_time(work: BankIDParts) -> Deadline:
    return Deadline.after(ANSWER_SECONDS, work.orders.clock)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    be_patient(monkeypatch)


class Ahead:
    """A clock that is `seconds` ahead of another."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds

    def now(self) -> float:
        return self._clock.now() + self._seconds

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def test_32_workers_with_clocks_apart_keep_the_distance_and_store_one_answer(bankid: BankIDFlow, table: str) -> None:
    clock = VirtualClock()
    scripted = ScriptedBankID(clock)
    environ = {**os.environ, "ORGANISATION_NAME": ORGANISATION}
    bankid.work_with(parts_over(scripted, clock, environ))
    assert bankid.start()["result"] == "started"
    workers = [
        parts_over(scripted, Ahead(clock, number % 3 - 1), environ, f"process {number}") for number in range(WORKERS)
    ]
    asking = Contact.from_event(event({"step": "collect", "seen": "open_app"}), INSTANCE)

    def all_ask() -> list[dict[str, str]]:
        asked = [
            clock.spawn(partial(collect, worker.orders, worker.judge, asking, in_time(worker))) for worker in workers
        ]
        clock.sleep(7)
        return [cast("dict[str, str]", one.result()) for one in asked]

    for _ in range(3):
        assert all(told == {"result": "pending", "prompt": "open_app"} for told in all_ask())
    scripted.script = [completed]
    told = all_ask()
    assert {one["result"] for one in told} == {"verified"}
    assert len({one["until"] for one in told}) == 1
    [asked] = scripted.orders
    gaps = [later - earlier for earlier, later in zip(asked.collected_at, asked.collected_at[1:], strict=False)]
    assert len(gaps) >= 3
    assert min(gaps) >= 2


STARTERS = 16


def test_of_many_deliveries_of_one_start_one_asks_bankid(bankid: BankIDFlow) -> None:
    clock = VirtualClock()
    scripted = ScriptedBankID(clock)
    environ = {**os.environ, "ORGANISATION_NAME": ORGANISATION}
    works = [parts_over(scripted, clock, environ, f"process {number}") for number in range(STARTERS)]
    given = {"step": "start", "encrypted": typed_by(KARIN), "key_id": security_key().id}
    starting = Contact.from_event(event(given), INSTANCE)
    asked = [clock.spawn(partial(start, work.orders, work.private_keys, starting, in_time(work))) for work in works]
    clock.sleep(7)
    told = [cast("dict[str, str]", one.result()) for one in asked]
    assert {one["result"] for one in told} == {"started"}
    assert len({one["spoken_code"] for one in told}) == 1
    assert len(scripted.orders) == 1


# A request to the table that is lost, at any place, and what Connect does about it: ask again.


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["lost_answer", "down"])
def test_a_lost_request_never_makes_a_second_order_or_a_wrong_answer(
    bankid: BankIDFlow, account: dict[str, str], monkeypatch: pytest.MonkeyPatch, number: int, kind: str
) -> None:
    faults = TableFaults(at=frozenset({number}), lost_answer=kind == "lost_answer", down=kind == "down")
    with (tap := Tap(account["AWS_ENDPOINT_URL"], faults=faults)).server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", tap.server.url)
        bankid.work_with(parts_over(bankid.bankid, bankid.clock, {**os.environ, "ORGANISATION_NAME": ORGANISATION}))
        assert bankid.start()["result"] == "started"
        bankid.bankid.script = [completed]
        first = bankid.collect()
        assert first["result"] == "verified"
        assert bankid.collect() == first
        assert len(bankid.bankid.orders) == len(bankid.bankid.orders[0].collected_at) == 1


def test_what_is_suspicious_is_told_though_the_table_s_answer_is_lost(
    bankid: BankIDFlow, account: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = TableFaults(at=frozenset({4}), lost_answer=True)  # begin, opened, lease, close
    with (tap := Tap(account["AWS_ENDPOINT_URL"], faults=faults)).server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", tap.server.url)
        bankid.work_with(parts_over(bankid.bankid, bankid.clock, {**os.environ, "ORGANISATION_NAME": ORGANISATION}))
        bankid.start()
        bankid.bankid.script = [Failed("userDeclinedCall")]
        assert bankid.collect()["result"] == "declined"
        assert len(tap.requests) == 5
    assert capsys.readouterr().out.count('"bankid_suspicious"') == 1


def test_a_whole_identification_takes_at_most_six_requests_and_one_for_each_collect(
    bankid: BankIDFlow, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tap := Tap(account["AWS_ENDPOINT_URL"])).server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", tap.server.url)
        bankid.work_with(parts_over(bankid.bankid, bankid.clock, {**os.environ, "ORGANISATION_NAME": ORGANISATION}))
        bankid.start()
        bankid.bankid.script = [*[OPEN_APP] * 5, completed]
        seen = ""
        while (told := bankid.collect(seen))["result"] == "pending":
            seen = told["prompt"]
        assert told["result"] == "verified"
        bankid.contact_ended()
        collects = len(bankid.bankid.orders[0].collected_at)
        assert collects == 6
        assert len(tap.requests) <= 6 + collects
