"""The function `expiry_watch`: what it reads, what it says of it, and what it says when it cannot read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from chalicelib.expiry import certificate
from chalicelib.expiry.ending import days_left
from local.connect.admin_api import AdminApi, Content
from local.security_key import security_key
from shared.keys import pair
from tests.contract.consumer_calls import certificate_of_version_six
from tests.contract.keys_calls import NOW, SCHEDULED, admin_api, flow
from tests.contract.wiring import SteppingClock, load

FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@dataclass
class Watch:
    """The function, run once a call; what it wrote, by event."""

    connect: AdminApi
    capsys: pytest.CaptureFixture[str]
    result: str = ""

    def __call__(self, now: datetime = NOW) -> dict[str, list[dict[str, Any]]]:
        self.capsys.readouterr()
        module = load("connect_app", SteppingClock(now.timestamp()))
        self.result = module.expiry_watch(SCHEDULED, None)["result"]
        told: dict[str, list[dict[str, Any]]] = {}
        for line in map(json.loads, self.capsys.readouterr().out.splitlines()):
            told.setdefault(line["event"], []).append(line)
        return told


@pytest.fixture
def watch(
    _connect_settings: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watch]:
    with admin_api(monkeypatch) as api:
        yield Watch(api, capsys)


def made(days: int) -> pair.Pair:
    return pair.make(2048, days, "x", NOW)


def put(name: str, value: str, kind: Any = "String") -> None:
    boto3.client("ssm").put_parameter(Name=f"/amazon-connect/{name}", Value=value, Type=kind)


def uploaded(watch: Watch, key_id: str, key: pair.Pair) -> pair.Pair:
    watch.connect.upload(key_id, key.public_key)
    put(f"encryption/{key_id}/certificate", key.certificate)
    return key


def days(told: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    return {line["thing"]: line["DaysToExpiry"] for line in told.get("days_to_expiry", [])}


def faults(told: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str]]:
    return [(line["where"], line["fault"]) for line in told.get("certificate_trouble", [])]


def named(key: pair.Pair) -> str:
    return certificate.read(key.certificate).name


def test_each_certificate_is_measured_once_wherever_it_stands(watch: Watch) -> None:
    far, near = uploaded(watch, FIRST, made(700)), uploaded(watch, SECOND, made(90))
    watch.connect.flows = {
        f"f-{number}": Content("Flow", flow(FIRST, far.certificate.replace("\n", "\\n"))) for number in range(3)
    }
    told = watch()
    assert days(told) == {named(far): 700, named(near): 90}
    assert watch.result == "complete"
    assert len(told["expiry_watched"]) == 1
    assert "certificate_expires" not in told
    assert faults(told) == []


def test_the_measure_is_a_metric_over_all_and_for_each_thing(watch: Watch) -> None:
    uploaded(watch, FIRST, made(90))
    [line] = watch()["days_to_expiry"]
    [events, measured] = line["_aws"]["CloudWatchMetrics"]
    assert measured["Dimensions"] == [["event"], ["event", "thing"]]
    assert measured["Metrics"] == [{"Name": "DaysToExpiry"}]
    assert events["Dimensions"] == [["event"]]


@pytest.mark.parametrize(("left", "due"), [(61, False), (60, True), (1, True), (0, True), (-1, True)])
def test_from_sixty_days_before_its_end_there_is_an_event_every_day(watch: Watch, left: int, due: bool) -> None:
    key = uploaded(watch, FIRST, made(100))
    told = watch(NOW + timedelta(days=100 - left))
    assert days(told) == {named(key): left}
    assert [line["days"] for line in told.get("certificate_expires", [])] == ([str(left)] if due else [])


@pytest.mark.parametrize(
    ("seconds", "left"), [(86_400, 1), (86_399, 0), (1, 0), (-1, -1), (-86_400, -1), (-86_401, -2)]
)
def test_days_are_whole_and_negative_as_soon_as_it_is_over(seconds: float, left: int) -> None:
    assert days_left(1_000_000.0 + seconds, 1_000_000.0) == left


def test_a_certificate_in_a_flow_alone_is_watched_and_its_flow_is_named(watch: Watch) -> None:
    kept, in_flow = uploaded(watch, FIRST, made(700)), made(30)
    watch.connect.modules = {"m-1": Content("Module", flow(FIRST, in_flow.certificate))}
    told = watch()
    assert days(told) == {named(kept): 700, named(in_flow): 30}
    assert [line["where"] for line in told["certificate_expires"]] == ["module m-1"]
    assert faults(told) == [("module m-1", "other_key")], "it may be a leaf of the uploaded key; a person must look"


def test_what_is_damaged_missing_or_not_uploaded_is_told(watch: Watch) -> None:
    watch.connect.upload(FIRST, made(9).public_key)
    watch.connect.upload(SECOND, made(9).public_key)
    put(f"encryption/{SECOND}/certificate", "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----")
    orphan = made(90)
    watch.connect.flows = {
        "f-1": Content("Damaged", "{"),
        "f-2": Content("Empty", flow(FIRST, "")),
        "f-3": Content("Orphan", flow("33333333-3333-4333-8333-333333333333", orphan.certificate)),
        "f-4": Content("Dynamic", flow("$.Attributes.key", "$.Attributes.certificate")),
    }
    told = watch()
    assert faults(told) == [
        (f"parameter of {FIRST}", "missing"),
        (f"parameter of {SECOND}", "damaged"),
        ("flow f-1", "damaged"),
        ("flow f-2", "damaged"),
        ("flow f-3", "not_uploaded"),
    ]
    assert days(told) == {named(orphan): 90}
    assert watch.result == "complete", "seen and damaged is not the same as not seen"


def test_a_certificate_whose_key_only_the_call_decides_is_measured_and_not_compared(watch: Watch) -> None:
    key = made(90)
    watch.connect.flows = {"f-1": Content("Half dynamic", flow("$.Attributes.key", key.certificate))}
    told = watch()
    assert days(told) == {named(key): 90}
    assert faults(told) == []


def test_consumers_end_when_their_entry_or_their_certificate_says(watch: Watch) -> None:
    put("consumers/payments", json.dumps({"not_after": "2040-06-11T00:00:00Z", "public_key": made(700).public_key}))
    put("consumers/old-one", json.dumps({"public_key": made(50).certificate}))
    put("consumers/both", json.dumps({"not_after": "2050-06-11T00:00:00Z", "public_key": made(80).certificate}))
    put("consumers/for-ever", json.dumps({"public_key": made(5).public_key}))
    put("consumers/payments/hmac-key", "s" * 64, "SecureString")
    odd = json.dumps({"public_key": certificate_of_version_six()})
    for number, text in enumerate(("{", "[]", '{"not_after": "soon"}', '{"not_after": 5}', odd)):
        put(f"consumers/damaged-{number}", text)
    told = watch()
    assert days(told) == {"consumer payments": 10, "consumer old-one": 50, "consumer both": 80}
    assert faults(told) == [(f"consumer damaged-{number}", "damaged") for number in range(5)]
    assert "s" * 64 not in json.dumps(told)


def test_the_certificate_for_bankid_and_its_root_are_watched_where_bankid_is_in_use(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("bankid/certificate", "bankid-root")
    monkeypatch.setenv("BANKID_PUBLIC_CERTIFICATE_NAME", f"/amazon-connect/{names[0]}")
    monkeypatch.setenv("BANKID_ROOT_NAME", f"/amazon-connect/{names[1]}")
    put(names[0], made(20).certificate)
    told = watch()
    assert days(told) == {"parameter /amazon-connect/bankid/certificate": 20}
    assert faults(told) == [("parameter /amazon-connect/bankid-root", "missing")]
    put(names[1], "no certificate")
    assert faults(watch()) == [("parameter /amazon-connect/bankid-root", "damaged")]


@pytest.mark.parametrize("operation", ["ListSecurityKeys", "ListContactFlows", "DescribeContactFlow"])
def test_a_watch_that_cannot_see_everything_is_not_counted_and_says_the_rest(watch: Watch, operation: str) -> None:
    watch.connect.fails = {operation: "AccessDeniedException"}
    watch.connect.flows = {"f-1": Content("Flow", flow(FIRST, made(70).certificate))}
    put("consumers/payments", json.dumps({"not_after": "2040-06-11T00:00:00Z"}))
    told = watch()
    assert watch.result == "incomplete"
    assert "expiry_watched" not in told
    assert {line["reason"] for line in told["expiry_source_unavailable"]} == {
        "Connect did not tell about the instance (AccessDeniedException)"
    }
    assert days(told)["consumer payments"] == 10


def test_private_keys_are_neither_asked_for_nor_told(watch: Watch) -> None:
    put(f"encryption/{FIRST}/private-key", security_key().private_key, "SecureString")
    uploaded(watch, FIRST, made(10))
    told = watch()
    assert security_key().private_key[:200] not in json.dumps(told)
    assert "BEGIN" not in json.dumps(told)
