"""The script of one call, in TOML: what the caller does, how everything outside the flow behaves, what is expected.

docs/flow-runner.md describes each field.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.files import read_text
from local.connect.circumstances import Circumstances, Fault, LambdaFaults, Unset
from local.connect.queues import Queue
from local.connect.record import Ending
from local.flowtool import outside
from local.flowtool.cases import each_case
from local.flowtool.fields import Fields, ScriptError, checked, word
from local.flowtool.people import Does, FarEnds, ScriptedFunction
from local.telephone import Press

ENDINGS: Mapping[str, Ending] = {ending.name.lower(): ending for ending in Ending}
UNSET: Mapping[str, Unset] = {unset.value: unset for unset in Unset}
INITIATIONS = {name: name for name in ("INBOUND", "OUTBOUND", "TRANSFER", "QUEUE_TRANSFER", "CALLBACK", "API")}
OPEN = {"open": True, "closed": False}
_KEYS = re.compile(r"[0-9*#,w]+")


@dataclass(frozen=True)
class Expected:
    """What must come of the call; None and empty mean that anything will do. An attribute that is False is not set, a
    queue that is False not reached.

    `shows` are words of the views on the agent's screen, `made` types of the actions that made something.
    """

    ending: Ending | None
    queue: str | bool | None
    attributes: Mapping[str, str | bool]
    says: tuple[str, ...]
    never_says: tuple[str, ...]
    path: tuple[str, ...]
    agent_hears: tuple[str, ...]
    shows: tuple[str, ...]
    made: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A call of a script, `case` being its name where the file has several.

    `flow` is the file of the main flow, if the script names one; `flows` are others by their ids, `functions` and
    `queues` by their ARNs or names.

    `hangs_up_after` counts seconds from the beginning of the call, and so do `presses`, which are typed whatever is
    going on. With `answers_callback` a callback that the flow asked for is placed after the call.
    """

    file: Path
    case: str
    flow: Path | None
    flows: Mapping[str, Path]
    caller_id: str | None
    dialled: str
    hangs_up_after: float | None
    answers_callback: bool
    presses: tuple[Press, ...]
    steps: tuple[Does, ...]
    functions: Mapping[str, ScriptedFunction]
    far_ends: Mapping[str, FarEnds]
    queues: tuple[Queue, ...]
    security_keys: Mapping[str, str]
    circumstances: Circumstances
    expected: Expected

    @property
    def name(self) -> str:
        """What a person is told: the file, and in brackets the case."""
        return _named(self.file, self.case)


def read(file: Path) -> tuple[Script, ...]:
    """The calls of the script in a file: each of its cases, or the only one. Raises UnreadableError and ScriptError."""
    text = read_text(file)
    try:
        cases = list(each_case(tomllib.loads(text)))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScriptError(f"{file}: not TOML: {error}") from None
    except ScriptError as error:
        raise ScriptError(f"{file}: {error}") from None
    return tuple(_read(file, name, document) for name, document in cases)


def _read(file: Path, case: str, document: Mapping[str, Any]) -> Script:
    try:
        return _script(file, case, Fields(document, ""))
    except ScriptError as error:
        raise ScriptError(f"{_named(file, case)}: {error}") from None


def _named(file: Path, case: str) -> str:
    return f"{file}[{case}]" if case else str(file)


def _script(file: Path, case: str, top: Fields) -> Script:
    call = Fields(top.table("call"), "call")
    caller_id = call.text("caller_id", "+46700000001")
    functions = {arn: Fields(table, f'functions."{arn}"') for arn, table in top.table("functions").items()}
    faults = {arn: outside.faults(function) for arn, function in functions.items()}
    script = Script(
        file=file,
        case=case,
        flow=file.parent / top.text("flow") if top.has("flow") else None,
        flows={name: file.parent / str(other) for name, other in top.table("flows").items()},
        caller_id=None if caller_id == "withheld" else caller_id,
        dialled=call.text("dialled", "+46800000000"),
        hangs_up_after=call.number("hangs_up_after") if call.has("hangs_up_after") else None,
        answers_callback=call.flag("answers_callback"),
        presses=tuple(_press(press) for press in call.tables("presses")),
        steps=tuple(_does(step) for step in top.tables("caller")),
        functions={arn: outside.scripted_function(function) for arn, function in functions.items()},
        far_ends={number: outside.far_ends(number, calls) for number, calls in top.table("far_ends").items()},
        queues=tuple(outside.queue(arn, table) for arn, table in top.table("queues").items()),
        security_keys={name: _pem(file, str(key)) for name, key in top.table("security_keys").items()},
        circumstances=_circumstances(top, call, faults),
        expected=_expected(Fields(top.table("expect"), "expect")),
    )
    call.done()
    top.done()
    return script


def _does(step: Fields) -> Does:
    does = Does(
        hears=step.text("hears", ""),
        at=step.text("at", ""),
        press=step.text("press", ""),
        after=step.number("after", 0.0),
        apart=step.number("apart", 0.2),
        speaks=step.text("speaks", ""),
        hangs_up=step.flag("hangs_up"),
        times=int(step.number("times", 1)),
    )
    if does.press:
        _keys(does.press, step)
    step.done()
    return does


def _press(fields: Fields) -> Press:
    keys = _keys(fields.text("press"), fields)
    press = Press(keys, fields.number("after", 0.0), fields.number("apart", 0.2))
    fields.done()
    return press


def _keys(press: str, fields: Fields) -> str:
    if not _KEYS.fullmatch(press):
        raise ScriptError(f"{fields.at('press')} must be keys, 0-9*#, with , and w for pauses")
    return press


def _pem(script: Path, key: str) -> str:
    return key if key.startswith("-----BEGIN") else read_text(script.parent / key)


def _circumstances(top: Fields, call: Fields, faults: Mapping[str, Mapping[int, Fault]]) -> Circumstances:
    return Circumstances(
        LambdaFaults(functions=faults),
        call.word("unset", UNSET, "absent"),
        call.numbers("resume_delays_seconds"),
        call.flag("encrypts_nothing_typed"),
        call.word("initiation", INITIATIONS, "INBOUND"),
        {name: word(state, OPEN, "hours") for name, state in top.table("hours").items()},
        outside.numbers(top.table("metrics"), "metrics"),
        top.numbers("draws"),
        {name: checked(error, str, "text", "fails") for name, error in top.table("fails").items()},
        {block: outside.replies(block, replies) for block, replies in top.table("replies").items()},
        {name: checked(value, str, "text", "sip_headers") for name, value in call.table("sip_headers").items()},
    )


def _text_or_false(value: object, where: str) -> str | bool:
    return False if value is False else str(checked(value, str, "text, or false for not set", where))


def _expected(expect: Fields) -> Expected:
    expected = Expected(
        expect.word("ending", ENDINGS) if expect.has("ending") else None,
        _text_or_false(expect.any("queue"), expect.at("queue")) if expect.has("queue") else None,
        {name: _text_or_false(value, expect.at("attributes")) for name, value in expect.table("attributes").items()},
        expect.texts("says"),
        expect.texts("never_says"),
        expect.texts("path"),
        expect.texts("agent_hears"),
        expect.texts("shows"),
        expect.texts("made"),
    )
    expect.done()
    return expected
