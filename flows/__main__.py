"""`python -m flows render` fills a template; `python -m flows check` reads flows and says what is wrong with them.

`python -m flows templates` checks every template that ships, in each language.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows import templates
from flows.check import check
from flows.checking import add_arguments, check_files
from flows.files import UnreadableError, read_json
from flows.findings import Finding
from flows.prompts import LANGUAGES, UnknownLanguageError
from flows.render import RenderError, render, to_be_given

# What stands for an instance's own where nothing is published.
_STAND_INS = {
    "setting": "1",  # a number, where a number is asked for; any text elsewhere
    "lambda": "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-prod-{name}",
    "queue": "arn:aws:connect:eu-central-1:111122223333:instance/i/queue/{name}",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, 1 when a flow has errors or cannot be rendered, 2 for what cannot be read or understood."""
    parsed = _parser().parse_args(arguments)
    try:
        return _COMMANDS[parsed.command](parsed)
    except (RenderError, UnknownLanguageError, UnreadableError, OSError) as error:
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
    add_arguments(checking)
    commands.add_parser("templates", help="check every template that ships, in each language; warnings fail, too")
    return parser


def _render(parsed: argparse.Namespace) -> int:
    template = _template(parsed.template)
    flow = render(template, parsed.language, _fillings(parsed, to_be_given(template)))
    text = json.dumps(flow, indent=2, ensure_ascii=False) + "\n"
    if parsed.output:
        parsed.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _template(name: str) -> dict[str, Any]:
    if name in templates.NAMES:
        return templates.load(name)
    if not Path(name).exists():
        raise UnreadableError(f"{name} is neither a file nor a template; templates: {', '.join(templates.NAMES)}")
    return _object(Path(name))


def _fillings(parsed: argparse.Namespace, wanted: Collection[str]) -> dict[str, str]:
    """A file of values may serve several templates; what is typed for one of them is meant for it."""
    fillings: dict[str, str] = _texts(parsed.values) if parsed.values else {}
    typed = dict(_setting(setting) for setting in parsed.set)
    if unknown := sorted(typed.keys() - set(wanted)):
        raise RenderError(f"the template does not ask for {', '.join(unknown)}; it asks for {', '.join(wanted)}")
    return {**fillings, **typed}


def _setting(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals:
        raise RenderError(f"--set takes NAME=VALUE, not {setting!r}")
    return name, value


def _texts(file: Path) -> dict[str, str]:
    values = _object(file)
    for name, value in values.items():
        if not isinstance(value, str):
            raise UnreadableError(f"{file}: the value of {name} must be text")
    return values


def _check(parsed: argparse.Namespace) -> int:
    return check_files(parsed.files, strict=parsed.strict)


def _check_templates(_: argparse.Namespace) -> int:
    found: list[Finding] = []
    for name, language in itertools.product(templates.NAMES, LANGUAGES):
        template = templates.load(name)
        flow = render(template, language, {one: _stand_in(one) for one in to_be_given(template)})
        found += _told(f"{name}, {language}", check(flow))
    return int(bool(found))


def _stand_in(placeholder: str) -> str:
    kind, _, name = placeholder.partition(":")
    return _STAND_INS.get(kind, "{name}").format(name=name or kind)


def _told(where: object, findings: Collection[Finding]) -> Collection[Finding]:
    for finding in findings:
        print(f"{where}: {finding}")
    return findings


def _object(file: Path) -> dict[str, Any]:
    content = read_json(file)
    if not isinstance(content, dict):
        raise UnreadableError(f"{file}: not a JSON object")
    return content


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "render": _render,
    "check": _check,
    "templates": _check_templates,
}


if __name__ == "__main__":
    sys.exit(main())
