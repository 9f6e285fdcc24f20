"""The command that checks files: one line for each finding, `FILE: path: error|warning: message`.

The path is the identifier of the block, or `flow` where the whole document is meant.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from flows.check import check
from flows.files import UnreadableError, read_json
from flows.findings import Finding, Severity
from flows.together import Together

_LONGEST_LINE = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a flow or module, as the console exports it"
    )
    parser.add_argument("--strict", action="store_true", help="warnings fail, too")


def check_files(files: Sequence[Path], *, strict: bool) -> int:
    """Print what is to be mended; 0, 1 when there are errors (or, if `strict`, warnings), 2 for an unreadable file.

    Several files are taken for flows of one instance, and what they name of each other is checked as well.
    """
    documents: dict[str, object] = {}
    paths: dict[str, Path] = {}
    unreadable = False
    for file in files:
        name = file.stem if file.stem not in documents else str(file)
        try:
            documents[name], paths[name] = read_json(file), file
        except UnreadableError as error:
            print(f"error: {error}", file=sys.stderr)
            unreadable = True
    found = [(paths[name], finding) for name, finding in _findings(documents)]
    for file, finding in found:
        print(one_line(f"{file}: {finding.action or 'flow'}: {finding.severity.value}: {finding.message}"))
    if unreadable:
        return 2
    return int(any(strict or finding.severity is Severity.ERROR for _, finding in found))


def one_line(text: str) -> str:
    """What a document has in it may hold anything: it is shown without what would break the line or the terminal."""
    shown = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
    return shown if len(shown) <= _LONGEST_LINE else f"{shown[:_LONGEST_LINE]}..."


def _findings(documents: Mapping[str, object]) -> Iterator[tuple[str, Finding]]:
    beside: dict[str, list[Finding]] = {name: [] for name in documents}
    if len(documents) > 1:
        for name, finding in Together(documents).findings():
            beside[name].append(finding)
    for name, document in documents.items():
        for finding in (*check(document), *beside[name]):
            yield name, finding
