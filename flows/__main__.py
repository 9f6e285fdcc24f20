"""`python -m flows render` fills a template; `python -m flows check` reads flows and says what is wrong with them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows import templates
from flows.check import check
from flows.findings import Severity
from flows.prompts import LANGUAGES, UnknownLanguageError
from flows.render import RenderError, render


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, 1 when a flow has errors or cannot be rendered, 2 when the command is not understood."""
    parsed = _parser().parse_args(arguments)
    try:
        return _render(parsed) if parsed.command == "render" else _check(parsed)
    except (RenderError, UnknownLanguageError, OSError, json.JSONDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flows", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rendering = commands.add_parser("render", help="fill a template and write the flow")
    rendering.add_argument("template", help=f"a file, or one of: {', '.join(templates.NAMES)}")
    rendering.add_argument("--language", required=True, choices=LANGUAGES)
    rendering.add_argument("--values", type=Path, help='JSON file: {"lambda:voice": "arn:...", "queue:verified": ...}')
    rendering.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one value; may be repeated"
    )
    rendering.add_argument("--output", type=Path, help="where to write; standard output without it")
    checking = commands.add_parser("check", help="say what is wrong with flows, one line for each finding")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    checking.add_argument("--strict", action="store_true", help="warnings fail, too")
    return parser


def _render(parsed: argparse.Namespace) -> int:
    flow = render(_template(parsed.template), parsed.language, _fillings(parsed))
    text = json.dumps(flow, indent=2, ensure_ascii=False) + "\n"
    if parsed.output:
        parsed.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _template(name: str) -> dict[str, Any]:
    if name in templates.NAMES:
        return templates.load(name)
    content: dict[str, Any] = _json(Path(name))
    return content


def _fillings(parsed: argparse.Namespace) -> dict[str, str]:
    fillings: dict[str, str] = dict(_json(parsed.values)) if parsed.values else {}
    for setting in parsed.set:
        name, equals, value = setting.partition("=")
        if not equals:
            raise RenderError(f"--set takes NAME=VALUE, not {setting!r}")
        fillings[name] = value
    return fillings


def _check(parsed: argparse.Namespace) -> int:
    failing = {Severity.ERROR, Severity.WARNING} if parsed.strict else {Severity.ERROR}
    failed = False
    for file in parsed.files:
        for finding in check(_json(file)):
            print(f"{file}: {finding}")
            failed = failed or finding.severity in failing
    return int(failed)


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise json.JSONDecodeError(f"{file}: {error.msg}", error.doc, error.pos) from None


if __name__ == "__main__":
    sys.exit(main())
