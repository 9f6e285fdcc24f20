"""Runs targets one after the other, and writes down what came of it while it runs.

`<folder>/record.json` holds the last state of each target's run, and how many edges had been reached after how many
seconds and runs. An edge is a step from one place in the code to another, as libFuzzer counts them ("cov"), in
`chalicelib.customer_input`, `chalicelib.web_login` and in what makes their inputs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

_STATE = re.compile(r"#(\d+)\s+(?:([A-Z]+)\s)?.*?(?:cov: (\d+) ft: \d+ )?corp: (\d+)/")
_WRITTEN = re.compile(r"Test unit written to (\S+)")


@dataclass(frozen=True)
class Limits:
    """Whichever is reached first; 0 is no limit. `seconds` are real ones."""

    seconds: int = 0
    runs: int = 0


@dataclass
class Record:
    """What is known of one target's run. `growth` has a row (seconds, runs, edges) for each time edges were added;
    `reached` has what came of inputs, in the order in which it was first seen.
    """

    target: str
    seed: int
    started_at: str
    engine: str = ""
    runs: int = 0
    seconds: float = 0.0
    edges: int | None = None
    corpus: int = 0
    growth: list[tuple[float, int, int]] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    ended: bool = False
    well: bool = False

    def read(self, line: str, seconds: float) -> None:
        """Take in a line that the process printed."""
        if line.startswith("engine: "):
            self.engine = line.removeprefix("engine: ")
        elif line.startswith("reached: "):
            self.reached.append(line.removeprefix("reached: "))
        elif written := _WRITTEN.search(line):
            self.crashes.append(written.group(1))
        elif state := _STATE.match(line):
            self.runs, self.seconds, self.corpus = int(state.group(1)), round(seconds, 1), int(state.group(4))
            edges = int(state.group(3)) if state.group(3) else None
            if edges is not None and edges != self.edges:
                self.growth.append((self.seconds, self.runs, edges))
            self.edges = edges


def run(shares: Iterable[tuple[str, Limits]], folder: Path, seed: int) -> list[Record]:
    """Fuzz each target within its limits. Prints how it goes."""
    records: list[Record] = []
    for name, limits in shares:
        records.append(Record(name, seed, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())))
        for _ in _followed(records[-1], limits, folder):
            _write(folder / "record.json", records)
        _write(folder / "record.json", records)
        print(_told(records[-1], folder), flush=True)
    return records


def _followed(record: Record, limits: Limits, folder: Path) -> Iterator[None]:
    """Run one target; yields when something is to be written down."""
    started = time.monotonic()
    arguments = [record.target, str(folder), str(record.seed), str(limits.seconds), str(limits.runs)]
    log = folder / record.target / "log.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w") as kept,
        subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.child", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_environment(),
        ) as child,
    ):
        assert child.stdout is not None
        for line in child.stdout:
            kept.write(line)
            record.read(line.strip(), time.monotonic() - started)
            yield
    record.ended, record.well = True, child.returncode == 0


def _environment() -> dict[str, str]:
    """Ours, without what would have the process measured: libFuzzer ends it before a measurement could be kept."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))}


def _write(file: Path, records: list[Record]) -> None:
    half = file.with_suffix(".new")
    half.write_text(json.dumps([asdict(record) for record in records], indent=1))
    half.replace(file)


def _told(record: Record, folder: Path) -> str:
    edges = "edges not counted" if record.edges is None else f"{record.edges} edges"
    again = f"{sys.executable} -m tests.fuzz --folder {folder} --target {record.target} --input"
    lines = [
        f"{record.target}: {record.runs:,} runs in {record.seconds:.0f} s, {edges}, {record.corpus} inputs kept",
        f"  seed {record.seed}, {record.engine}; came of it: {', '.join(record.reached)}",
        *(f"  FAULT; to see it again: {again} {crash}" for crash in record.crashes),
    ]
    if not record.well and not record.crashes:
        lines.append("  the process ended without an input; its log is log.txt beside the corpus")
    return "\n".join(lines)
