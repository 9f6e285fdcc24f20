"""The process in which one target is fuzzed: `python -m tests.fuzz.child TARGET FOLDER SEED SECONDS RUNS`.

With atheris, libFuzzer chooses the inputs by the code that they reach. Where there is no atheris (it has wheels for
Linux on x86-64 alone), seeds are changed at random, blind to what that reaches, and it says so. Either way the lines
that it prints are libFuzzer's, the corpus is in `<FOLDER>/<TARGET>/corpus`, and an input that shows a fault is written
into `<FOLDER>/<TARGET>/crashes`. SECONDS or RUNS may be 0: no limit.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import logging
import random
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from tests.fuzz.keyring import Keyring
from tests.fuzz.target import Target

_LONGEST_SECONDS = 60  # for one input; a machine under load may take long over the first


def main(name: str, folder: Path, seed: int, seconds: int, runs: int) -> None:
    logging.disable()  # the SDK logs what it refuses
    own = folder / name
    for kept in ("corpus", "crashes"):
        (own / kept).mkdir(parents=True, exist_ok=True)
    guided = importlib.util.find_spec("atheris") is not None
    print("engine:", "atheris" if guided else "mutations at random, no coverage", flush=True)
    if guided:
        _instrument()
    # Not before: what is imported earlier is not instrumented.
    targets = importlib.import_module("tests.fuzz.targets").TARGETS
    target: Target = targets[name](Keyring.kept_in(folder))
    for one in target.seeds:
        _keep(own / "corpus", "seed", one)
    target = replace(target, check=_telling(target.check))
    if guided:
        _follow_coverage(target, own, seed, seconds, runs)
    else:
        _at_random(target, own, seed, seconds, runs)


def _telling(check: Callable[[bytes], str]) -> Callable[[bytes], str]:
    """`check`, which also prints what came of an input when that had not come of any before."""
    reached: set[str] = set()

    def checked(data: bytes) -> str:
        outcome = check(data)
        if outcome not in reached:
            reached.add(outcome)
            print("reached:", outcome, flush=True)
        return outcome

    return checked


def _instrument() -> None:
    import atheris

    # What makes the inputs counts too: so those are kept that make a message in another way.
    with atheris.instrument_imports(include=["chalicelib.customer_input", "chalicelib.web_login", "tests.fuzz"]):
        importlib.import_module("tests.fuzz.targets")


def _follow_coverage(target: Target, own: Path, seed: int, seconds: int, runs: int) -> None:
    import atheris

    limits = [f"-max_total_time={seconds}", f"-runs={runs or -1}", f"-timeout={_LONGEST_SECONDS}"]
    given = [f"-seed={seed}", f"-max_len={target.longest}", f"-artifact_prefix={own}/crashes/"]
    atheris.Setup([sys.argv[0], *limits, *given, "-rss_limit_mb=2048", f"{own}/corpus"], target.check)
    atheris.Fuzz()


def _at_random(target: Target, own: Path, seed: int, seconds: int, runs: int) -> None:
    started, done = time.monotonic(), 0
    chance, seeds = random.Random(seed), list(target.seeds)  # noqa: S311 # must be repeatable, not secret
    while not (runs and done >= runs) and not (seconds and time.monotonic() - started >= seconds):
        # Every seed as it is, before any is changed.
        given = seeds[done] if done < len(seeds) else _changed(chance, seeds, target.longest)
        try:
            target.check(given)
        except BaseException:
            print(f"Test unit written to {_keep(own / 'crashes', 'crash', given)}", flush=True)
            raise
        done += 1
    print(f"#{done} DONE corp: {len(seeds)}/1b", flush=True)


def _changed(chance: random.Random, seeds: list[bytes], longest: int) -> bytes:
    given = bytearray(chance.choice(seeds))
    for _ in range(chance.randrange(1, 6)):
        at, end = sorted(chance.randrange(len(given) + 1) for _ in range(2))
        given[at : chance.choice((at, at + 1, end))] = chance.choice(
            (b"", chance.randbytes(1), chance.randbytes(8), given[at:end], chance.choice(seeds)[at:end])
        )
    return bytes(given[:longest])


def _keep(folder: Path, kind: str, data: bytes) -> Path:
    file = folder / f"{kind}-{hashlib.sha256(data).hexdigest()[:40]}"
    file.write_bytes(data)
    return file


def _run(arguments: Iterable[str]) -> None:
    name, folder, seed, seconds, runs = arguments
    main(name, Path(folder), int(seed), int(seconds), int(runs))


if __name__ == "__main__":
    _run(sys.argv[1:])
