"""`python -m tests.bench`: prints one table for each part, and writes all of them to build/bench.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from shared.package import APPS, ROOT, package
from tests.bench import cold_starts, decrypting, verifying, warm_calls, web_logins, zips
from tests.bench.table import Effort, Table

PARTS: Mapping[str, Callable[[Effort], Table]] = {
    "decrypt": decrypting.table,
    "verify": verifying.table,
    "cold-start": cold_starts.table,
    "warm": warm_calls.table,
    "web-login": web_logins.table,
    "zips": zips.table,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one")
    parser.add_argument("--rounds", type=int, default=60, help="of the warm measurements (60)")
    parser.add_argument("--starts", type=int, default=15, help="of each function (15)")
    parser.add_argument(
        "--packages", type=Path, metavar="FOLDER", help="zips of `make package`; made anew if not given"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json")
    given = parser.parse_args(arguments)
    packages = given.packages or _packaged(ROOT / "build" / "bench")
    effort = Effort(given.rounds, given.starts, packages)
    machine = _machine()
    print(", ".join(str(value) for value in machine.values()))
    tables: dict[str, Table] = {}
    for name in given.part or PARTS:
        tables[name] = PARTS[name](effort)
        print(f"\n{tables[name]}", flush=True)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    parts = {name: asdict(one) for name, one in tables.items()}
    given.output.write_text(json.dumps({"machine": machine, "parts": parts}, indent=1))
    print(f"\nwritten to {given.output}")
    return 0


def _packaged(build: Path) -> Path:
    for app in APPS:
        package(app, build)
    return build


def _machine() -> dict[str, str]:
    """What the figures depend on, and how busy it is: ratios hold under load, times do not."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": f"{os.cpu_count()} processors",
        "python": f"Python {platform.python_version()}",
        "load": f"load {os.getloadavg()[0]:.1f}",
    }


if __name__ == "__main__":
    sys.exit(main())
