"""Where scripts and their flows are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from local.flowtool.fields import ScriptError
from local.flowtool.instance import Flows
from local.flowtool.script import Script

ENDS_IN = ".flow-script.toml"


def scripts_in(place: Path) -> tuple[Path, ...]:
    """The file itself, or the scripts in a folder and those below it. Raises ScriptError for a folder without any."""
    if not place.is_dir():
        return (place,)
    found = tuple(sorted(place.rglob(f"*{ENDS_IN}")))
    if not found:
        raise ScriptError(f"{place}: no file here ends in {ENDS_IN}")
    return found


def flows_of(script: Script, main: Path | None = None, others: Mapping[str, Path] | None = None) -> Flows:
    """Those that the script names; `main` and `others` go before. Raises ScriptError where no flow is named."""
    main = main or script.flow
    if main is None:
        raise ScriptError(f'{script.name}: flow is missing: name the file of the flow, as in flow = "orders.json"')
    return Flows(main, {**script.flows, **(others or {})})
