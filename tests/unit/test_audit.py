from __future__ import annotations

import json

import pytest

from chalicelib import audit


def test_an_event_is_one_line_that_cloudwatch_counts(capsys: pytest.CaptureFixture[str]) -> None:
    audit.record("voice_step", step="start", result="transfer")
    written = capsys.readouterr().out
    assert written.count("\n") == 1
    assert written.endswith("\n")
    line = json.loads(written)
    assert (line["event"], line["step"], line["result"], line["Events"]) == ("voice_step", "start", "transfer", 1)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == audit.NAMESPACE
    for metric in directive["Metrics"]:
        assert isinstance(line[metric["Name"]], int)
    for dimension in directive["Dimensions"][0]:
        assert isinstance(line[dimension], str)


def test_the_time_is_in_milliseconds_since_the_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    audit.record("voice_step")
    stamp = json.loads(capsys.readouterr().out)["_aws"]["Timestamp"]
    assert isinstance(stamp, int)
    assert 1_700_000_000_000 < stamp < 4_000_000_000_000


def test_a_value_cannot_begin_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    audit.record("webhook_failed", step='x\n{"event": "voice_report"}\r\u2028')
    written = capsys.readouterr().out
    assert written.splitlines() == [written.removesuffix("\n")]
    assert json.loads(written)["event"] == "webhook_failed"


def test_a_fact_cannot_pass_for_the_event() -> None:
    with pytest.raises(TypeError):
        audit.record("voice_step", event="other")  # type: ignore[misc]


def test_an_event_may_be_counted_by_one_of_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    audit.count("input_opened", "key_id", key_id="d4891de8")
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["event"], ["event", "key_id"]]
    assert (line["event"], line["key_id"], line["Events"]) == ("input_opened", "d4891de8", 1)


def test_a_number_is_a_metric_of_its_own_beside_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    audit.measure("days_to_expiry", "thing", "DaysToExpiry", -3, thing="certificate 01")
    line = json.loads(capsys.readouterr().out)
    by_name = {one["Metrics"][0]["Name"]: one["Dimensions"] for one in line["_aws"]["CloudWatchMetrics"]}
    assert by_name == {"Events": [["event"]], "DaysToExpiry": [["event"], ["event", "thing"]]}
    assert (line["DaysToExpiry"], line["thing"]) == (-3, "certificate 01")
