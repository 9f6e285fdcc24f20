"""`python -m local.flowtool.actions_page` prints docs/flow-actions.md from the code."""

from __future__ import annotations

from collections.abc import Iterator

from flows.language import ACTIONS, BEYOND
from local.connect.actions import PIECES

_HEAD = """\
# Action types

Written by `make docs` from the code. `python -m local flow check` checks every type with an x in the first column, its
parameters and its branches; `python -m local flow run` executes every type with an x in the second. A flow with any
other type, or with a parameter that the last column lacks or holds to be refused, is an error to both, by its name and
with the reason: nothing is passed over.

| type | checked | run | parameters that are honoured, or why it is refused |
|---|---|---|---|"""


def page() -> Iterator[str]:
    yield _HEAD
    for name in sorted(ACTIONS.keys() | BEYOND.keys()):
        checked, run = ("x" if name in known else "" for known in (ACTIONS, PIECES))
        yield f"| `{name}` | {checked} | {run} | {_last(name)} |"


def _last(name: str) -> str:
    if name in PIECES:
        honoured = ", ".join(f"`{parameter}`" for parameter in sorted(PIECES[name].understands)) or "none"
        refused = (f"; refused: `{path}`: {why}" for path, why in sorted(ACTIONS[name].beyond.items()))
        return honoured + "".join(refused)
    return f"refused: {BEYOND[name]}"


if __name__ == "__main__":
    print("\n".join(page()))
