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
from flows.rules.document import MOST_ACTIONS
from local.connect.flow_set import FlowRefusedError
from local.flowtool import coverage
from local.flowtool.draw import mermaid
from local.flowtool.expecting import shortened
from local.flowtool.fields import ScriptError
from local.flowtool.picture.svg import svg
from local.flowtool.playing import Played, play, strangers
from local.flowtool.script import read
from local.flowtool.scripts import flows_of, scripts_in


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
    running.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="the flow in which calls begin; without it, each script's own",
    )
    running.add_argument(
        "--script", type=Path, action="append", required=True, help="what happens, or a folder; may be repeated"
    )
    running.add_argument("--flow", action="append", default=[], metavar="NAME=FILE", help="another flow or module")
    running.add_argument("--trace", type=Path, metavar="OUT.jsonl", help="where to write what happened")
    running.add_argument("--coverage", action="store_true", help="tell which branches no script has taken")
    running.add_argument(
        "--require", type=float, metavar="PERCENT", help="the same, and fail when less of all branches is taken"
    )
    drawing = commands.add_parser("draw", help="a flow as a Mermaid flowchart, or as an SVG picture")
    drawing.add_argument("file", type=Path, metavar="FILE")
    drawing.add_argument(
        "--svg", type=Path, metavar="OUT.svg", help="write a picture instead of printing the flowchart"
    )
    return parser


def _check(parsed: argparse.Namespace) -> int:
    return checking.check_files(parsed.files, strict=parsed.strict)


def _run(parsed: argparse.Namespace) -> int:
    others = dict(_named(text) for text in parsed.flow)
    scripts = [script for file in parsed.script for one in scripts_in(file) for script in read(one)]
    played = [play(script, flows_of(script, parsed.file, others)) for script in scripts]
    if parsed.trace:
        _write(parsed.trace, played)
    for one in played:
        print("\n".join(told(one)))
    enough = _covered(played, parsed.require) if parsed.coverage or parsed.require is not None else True
    return int(not enough or any(one.differences for one in played))


def told(played: Played) -> Iterable[str]:
    """One line when all is as expected, else a diff, and what helps to find out why."""
    if not played.differences:
        where = f", queue {played.run.queue}" if played.run.queue else ""
        yield f"{played.script.name}: as expected: {played.run.ending.value}{where}"
        return
    yield f"{played.script.name}: not as expected (- expected, + was)"
    yield from played.differences
    yield f"the call went: {', '.join(shortened(list(_course(played))))}"
    yield from (f"no flow names {stranger}" for stranger in strangers(played.script, played.flows))


def _course(played: Played) -> Iterable[str]:
    """The blocks, with the branches that were taken where there was a choice, and what went wrong."""
    for event in played.events:
        if event["what"] == "action":
            branch = "" if event["branch"] in ("next", "end") else f" ({event['branch']}"
            why = f": {event['note']}" if branch and "error" in event and "note" in event else ""
            yield f"{event['block']}{branch}{why}{')' if branch else ''}"


def _named(text: str) -> tuple[str, Path]:
    name, equals, file = text.rpartition("=")
    if not equals or not name:
        raise ScriptError(f"--flow takes NAME=FILE, not {text!r}")
    return name, Path(file)


def _write(file: Path, played: Iterable[Played]) -> None:
    lines = (
        json.dumps({"script": Path(one.script.name).name, **event}, ensure_ascii=False)
        for one in played
        for event in one.events
    )
    _put(file, "".join(f"{line}\n" for line in lines))


def _put(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnreadableError(f"{file}: cannot be written: {error.strerror}") from None


def _covered(played: Iterable[Played], required: float | None) -> bool:
    """Tell what was not; whether it is as much as is required."""
    found = coverage.of(played)
    for one in found:
        print("\n".join(one.lines()))
    percent = coverage.percent(found)
    if required is None or percent >= required:
        return True
    print(f"{percent:.1f} % of the branches taken, and {required:g} % is required")
    return False


def _draw(parsed: argparse.Namespace) -> int:
    flow = parse(read_json(parsed.file))
    if len(flow.actions) > MOST_ACTIONS:
        raise NotAFlowError(f"{parsed.file}: {len(flow.actions)} actions, and a flow holds at most {MOST_ACTIONS}")
    if parsed.svg is None:
        print(mermaid(flow), end="")
    else:
        _put(parsed.svg, svg(flow, parsed.file.stem))
    return 0


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {"check": _check, "run": _run, "draw": _draw}
