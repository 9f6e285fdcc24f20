"""`make bench` runs and says what it measured; how long anything took is nobody's promise here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.package import ROOT
from tests.bench.sampling import Sample, interleaved
from tests.bench.table import Row, Table


def test_it_prints_every_part_and_writes_it_down(packages: Path, tmp_path: Path) -> None:
    output = tmp_path / "bench.json"
    tiny = ["--rounds", "2", "--starts", "1", "--packages", str(packages), "--output", str(output)]
    done = subprocess.run([sys.executable, "-m", "tests.bench", *tiny], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    parts = json.loads(output.read_text())["parts"]
    rows = {name: {row["name"]: row for row in part["rows"]} for name, part in parts.items()}
    assert all(part["title"] in done.stdout for part in parts.values())
    assert all(
        row["value"] > 0 for name in ("decrypt", "verify", "warm", "web-login", "zips") for row in rows[name].values()
    )
    assert all(rows["decrypt"][f"RSA-{size} {who}"]["ratio"] for size in (2048, 4096) for who in ("ours", "the SDK"))
    config = json.loads((ROOT / "connect_app" / ".chalice" / "config.json").read_text())
    functions = {*config["stages"]["prod"]["lambda_functions"], "twilio_app"}
    started = {name.partition(":")[0] for name, row in rows["cold-start"].items() if row["ratio"]}
    assert functions <= started
    assert all(rows["verify"][f"{kind} ours"]["ratio"] for kind in ("RSA", "EC"))
    assert {"start_communication", "session_result", "assurance read"} <= set(rows["web-login"])
    assert {"voice", "secure_input, a card number", "twilio_app"} <= set(rows["warm"])
    assert {"connect_app.zip", "twilio_app.zip"} <= set(rows["zips"])
    notes = {note.split()[0]: note for note in parts["cold-start"]["notes"]}
    assert "cryptography" in notes["secure_input"]
    assert "cryptography" not in notes["voice"]
    assert "joserfc" not in notes["web_login"]


def test_things_take_turns_and_none_is_always_first() -> None:
    order: list[str] = []

    def timed(name: str, times: Iterator[float]) -> float:
        order.append(name)
        return next(times)

    first, second = iter([1.0, 2.0, 9.0]), iter([2.0, 8.0, 18.0])
    samples = interleaved(3, {"a": lambda: timed("a", first), "b": lambda: timed("b", second)})
    assert "".join(order) == "abbaab"
    row = samples["b"].row("b", samples["a"], "<= 3")
    assert (row.value, row.ratio) == (8.0, 2.0)


@pytest.mark.parametrize("times", [(1.0,), (1.0, 1.0, 1.0)])
def test_a_row_says_what_there_is(times: tuple[float, ...]) -> None:
    table = Table("T", "ms", [Sample(times).row("ours", Sample(times), "<= 1.1"), Row("zip", 5.6)], ["  note"])
    title, _, ours, zipped, note = str(table).splitlines()
    assert (title, note) == ("T", "  note")
    assert ours.split() == ["ours", "1.000", "1.000", "..", "1.000", "1.00", "<=", "1.1"]
    assert zipped.split() == ["zip", "5.600"]
