"""`python -m local prompts`: everything that a caller can ever hear of us, and that an agent's guide shows."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from flows import templates
from local.prompts.check import wrong_actions, wrong_texts
from local.prompts.spoken import LANGUAGES, Prompt, every


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0, or 1 when --check has found something."""
    parser = argparse.ArgumentParser(prog="python -m local prompts", description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, help="this one alone; otherwise all, side by side")
    parser.add_argument("--check", action="store_true", help="say what is wrong with them, one line for each fault")
    given = parser.parse_args(arguments)
    if given.check:
        found = list(faults())
        for fault in found:
            print(fault, file=sys.stderr)
        return int(bool(found))
    for prompt in every():
        print("\n".join(_told(prompt, [given.language] if given.language else list(LANGUAGES))))
    return 0


def faults() -> Iterator[str]:
    """What is wrong with what ships."""
    yield from wrong_texts(every())
    for name in templates.NAMES:
        yield from wrong_actions(name, templates.load(name)["Actions"])


def _told(prompt: Prompt, languages: Sequence[str]) -> Iterator[str]:
    yield f"{prompt.key} ({'shown to the agent' if prompt.shown else 'spoken'}: {', '.join(prompt.where)})"
    for language in languages:
        yield f"  {language}  {prompt.texts[language]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
