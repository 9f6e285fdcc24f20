"""`python -m tests.fuzz [--minutes 60]`: looks for inputs that break a promise; exit code 0 if there are none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz import campaign
from tests.fuzz.campaign import Limits
from tests.fuzz.keyring import Keyring
from tests.fuzz.targets import TARGETS

FOLDER = Path(__file__).resolve().parents[2] / "build" / "fuzz"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of all targets together (1)")
    parser.add_argument("--runs", type=int, default=0, help="of each target; ends it earlier")
    parser.add_argument("--seed", type=int, default=1, help="of the choice of inputs (1)")
    parser.add_argument("--target", choices=TARGETS, action="append", help="only this one")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for keys, corpus, crashes and record (build/fuzz)")
    parser.add_argument("--input", type=Path, metavar="FILE", help="try this input alone, on one --target")
    given = parser.parse_args(arguments)
    names: list[str] = given.target or list(TARGETS)
    keyring = Keyring.kept_in(given.folder)
    targets = {name: TARGETS[name](keyring) for name in names}
    if given.input:
        if len(names) != 1:
            parser.error("--input needs one --target")
        targets[names[0]].check(given.input.read_bytes())
        print("nothing is wrong with it")
        return 0
    whole = sum(target.share for target in targets.values())
    seconds = {name: max(1, round(60 * given.minutes * target.share / whole)) for name, target in targets.items()}
    shares = [(name, Limits(seconds[name], given.runs)) for name in names]
    records = campaign.run(shares, given.folder.resolve(), given.seed)
    print(f"record, corpus and keys: {given.folder}")
    return 0 if all(record.well for record in records) else 1


if __name__ == "__main__":
    sys.exit(main())
