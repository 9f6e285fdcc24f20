"""`python -m local COMMAND`: for trying things out, without an account of anybody. Without a COMMAND it lists them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple


class _Command(NamedTuple):
    """`main` of `module` takes the arguments behind the command's name and returns the exit code."""

    module: str
    told: str


_COMMANDS: Mapping[str, _Command] = {
    "bankid": _Command("local.bankid.__main__", "a BankID with a page of phones, or a press of a button there"),
    "flow": _Command("local.flowtool.command", "check, run, draw and test Connect flows of your own"),
    "phone": _Command("local.phone.command", "a telephone in a browser, with the whole contact centre behind it"),
    "prompts": _Command("local.prompts.command", "everything that a caller can ever hear, in every language"),
    "encrypt": _Command("local.encrypt", "digits as Connect encrypts them for a certificate"),
}


def main(arguments: Sequence[str]) -> int:
    """Run the command that is named first; the exit code."""
    name, *rest = arguments or ("",)
    command = _COMMANDS.get(name)
    if command is None:
        _list_commands()
        return 0 if name in ("-h", "--help") else 2
    # Only now: a command must not need what others do.
    run: Callable[[list[str]], int] = import_module(command.module).main
    return run(rest)


def _list_commands() -> None:
    print("python -m local COMMAND ...; each has a --help of its own\n", file=sys.stderr)
    for name, command in _COMMANDS.items():
        print(f"  {name:10} {command.told}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
