"""`python -m local flow`: checks, plays, tests and draws flows. docs/flow-runner.md tells how."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from flows import checking
from flows.document import NotAFlowError, parse
from flows.files import UnreadableError, read_json
from local.connect.flow_set import FlowRefusedError
from local.flowtool import coverage
from local.flowtool.draw import mermaid
from local.flowtool.fields import ScriptError
from local.flowtool.instance import Flows
from local.flowtool.playing import Played, play
from local.flowtool.script import Script, read


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0, 1 when a flow has errors or a call is not as expected, 2 for what cannot be read."""
    parsed = _parser().parse_args(arguments)
    try:
        return _COMMANDS[parsed.command](parsed)
    except (UnreadableError, ScriptError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (FlowRefusedError, NotAFlowError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local flow", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking.add_arguments(commands.add_parser("check", help="say what is wrong with flows, one line for each finding"))
    running = commands.add_parser("run", help="play a call through a flow, as scripts say")
    running.add_argument("file", type=Path, metavar="FILE", help="the flow in which the call begins")
    running.add_argument("--script", type=Path, action="append", required=True, help="what happens; may be repeated")
    running.add_argument("--flow", action="append", default=[], metavar="NAME=FILE", help="another flow or module")
    running.add_argument("--trace", type=Path, metavar="OUT.jsonl", help="where to write what happened")
    running.add_argument("--coverage", action="store_true", help="tell which branches no script has taken")
    drawing = commands.add_parser("draw", help="a flow as a Mermaid flowchart")
    drawing.add_argument("file", type=Path, metavar="FILE")
    return parser


def _check(parsed: argparse.Namespace) -> int:
    return checking.check_files(parsed.files, strict=parsed.strict)


def _run(parsed: argparse.Namespace) -> int:
    others = dict(_named(text) for text in parsed.flow)
    scripts = [read(file) for file in parsed.script]
    played = [play(script, Flows(parsed.file, {**script.flows, **others})) for script in scripts]
    if parsed.trace:
        _write(parsed.trace, played)
    for one in played:
        print("\n".join(told(one)))
    if parsed.coverage:
        print("\n".join(_coverage(parsed.file, scripts, others, played)))
    return int(any(one.differences for one in played))


def told(played: Played) -> Iterable[str]:
    """One line when all is as expected, else a diff."""
    if not played.differences:
        where = f", queue {played.run.queue}" if played.run.queue else ""
        yield f"{played.script}: as expected: {played.run.ending.value}{where}"
        return
    yield f"{played.script}: not as expected (- expected, + was)"
    yield from played.differences


def _named(text: str) -> tuple[str, Path]:
    name, equals, file = text.rpartition("=")
    if not equals or not name:
        raise ScriptError(f"--flow takes NAME=FILE, not {text!r}")
    return name, Path(file)


def _write(file: Path, played: Iterable[Played]) -> None:
    lines = (
        json.dumps({"script": one.script.name, **event}, ensure_ascii=False) for one in played for event in one.events
    )
    try:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise UnreadableError(f"{file}: cannot be written: {error.strerror}") from None


def _coverage(
    file: Path, scripts: Iterable[Script], others: Mapping[str, Path], played: Iterable[Played]
) -> Iterable[str]:
    """Over the flows of all scripts."""
    named = {name: other for script in scripts for name, other in script.flows.items()}
    flows = Flows(file, {**named, **others})
    return coverage.report((flows.named(name) for name in flows.names), coverage.taken(one.run for one in played))


def _draw(parsed: argparse.Namespace) -> int:
    print(mermaid(parse(read_json(parsed.file))), end="")
    return 0


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {"check": _check, "run": _run, "draw": _draw}
