"""The script of one call, in TOML: what the caller does, how everything outside the flow behaves, what is expected.

docs/flow-runner.md describes each field.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.files import read_text
from local.connect.circumstances import Circumstances, Fault, LambdaFaults, Unset
from local.connect.functions import RETRIES
from local.connect.queues import Queue
from local.connect.record import Ending
from local.connect.runner import MOST_STEPS
from local.flowtool.fields import Fields, ScriptError, checked, word
from local.flowtool.people import Does, FarEnds, ScriptedFunction

ENDINGS: Mapping[str, Ending] = {ending.name.lower(): ending for ending in Ending}
UNSET: Mapping[str, Unset] = {unset.value: unset for unset in Unset}
FAULTS: Mapping[str, Fault] = {
    "throttled": Fault.THROTTLED,
    "service error": Fault.SERVICE_ERROR,
    "raises": Fault.RAISES,
    "raises after commit": Fault.RAISES_AFTER_COMMIT,
    "times out": Fault.TIMES_OUT_BEFORE_COMMIT,
    "times out after commit": Fault.TIMES_OUT_AFTER_COMMIT,
    "late duplicate": Fault.LATE_DUPLICATE,
}
INITIATIONS = {name: name for name in ("INBOUND", "OUTBOUND", "TRANSFER", "QUEUE_TRANSFER", "CALLBACK", "API")}
OPEN = {"open": True, "closed": False}
_KEYS = re.compile(r"[0-9*#,w]+")


@dataclass(frozen=True)
class Expected:
    """What must come of the call; None and empty mean that anything will do. An attribute that is False is not set."""

    ending: Ending | None
    queue: str | None
    attributes: Mapping[str, str | bool]
    says: tuple[str, ...]
    never_says: tuple[str, ...]
    path: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """A script that has been read. `flow` is the file of the main flow, if it names one; `flows` others by their ids.

    `hangs_up_after` counts seconds from the beginning of the call.
    """

    file: Path
    flow: Path | None
    flows: Mapping[str, Path]
    caller_id: str | None
    dialled: str
    hangs_up_after: float | None
    steps: tuple[Does, ...]
    functions: Mapping[str, ScriptedFunction]
    far_ends: Mapping[str, FarEnds]
    queues: tuple[Queue, ...]
    security_keys: Mapping[str, str]
    circumstances: Circumstances
    expected: Expected


def read(file: Path) -> Script:
    """The script in a file. Raises UnreadableError and ScriptError."""
    text = read_text(file)
    try:
        return _script(file, Fields(tomllib.loads(text), ""))
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{file}: not TOML: {error}") from None
    except ScriptError as error:
        raise ScriptError(f"{file}: {error}") from None


def _script(file: Path, top: Fields) -> Script:
    call = Fields(top.table("call"), "call")
    caller_id = call.text("caller_id", "+46700000001")
    functions = {arn: Fields(table, f'functions."{arn}"') for arn, table in top.table("functions").items()}
    faults = {arn: _faults(function) for arn, function in functions.items()}
    script = Script(
        file=file,
        flow=file.parent / top.text("flow") if top.has("flow") else None,
        flows={name: file.parent / str(other) for name, other in top.table("flows").items()},
        caller_id=None if caller_id == "withheld" else caller_id,
        dialled=call.text("dialled", "+46800000000"),
        hangs_up_after=call.number("hangs_up_after") if call.has("hangs_up_after") else None,
        steps=tuple(_does(step) for step in top.tables("caller")),
        functions={arn: _function(function) for arn, function in functions.items()},
        far_ends={number: _far_ends(number, calls) for number, calls in top.table("far_ends").items()},
        queues=tuple(_queue(arn, table) for arn, table in top.table("queues").items()),
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
        press=step.text("press", ""),
        after=step.number("after", 0.0),
        apart=step.number("apart", 0.2),
        speaks=step.text("speaks", ""),
        hangs_up=step.flag("hangs_up"),
        times=int(step.number("times", 1)),
    )
    if does.press and not _KEYS.fullmatch(does.press):
        raise ScriptError(f"{step.at('press')} must be keys, 0-9*#, with , and w for pauses")
    step.done()
    return does


def _function(function: Fields) -> ScriptedFunction:
    by_step = {
        name: tuple(checked(answers, list, "a list of answers", function.at("steps")))
        for name, answers in function.table("steps").items()
    }
    scripted = ScriptedFunction(tuple(function.items("answers")), by_step, function.number("takes_seconds", 0.0))
    function.done()
    return scripted


def _faults(function: Fields) -> Mapping[int, Fault]:
    """By the number of the attempt; `every` stands for as many as a call can have."""
    given = {name: word(fault, FAULTS, function.at("faults")) for name, fault in function.table("faults").items()}
    always = given.pop("every", None)
    if wrong := [name for name in given if not name.isdecimal()]:
        raise ScriptError(f'{function.at("faults")}: {wrong[0]} is neither the number of an attempt nor "every"')
    attempts = range(1, MOST_STEPS * (1 + RETRIES) + 1) if always else ()
    return {**{attempt: always for attempt in attempts if always}, **{int(name): one for name, one in given.items()}}


def _far_ends(number: str, given: object) -> FarEnds:
    where = f'far_ends."{number}"'
    calls = tuple(checked(given, list, "a list", where))
    for call in calls:
        if call not in FarEnds.FAILURES:
            checked(call, (int, float), "a list of seconds, or of: " + ", ".join(FarEnds.FAILURES), where)
    return FarEnds(calls)


def _queue(arn: str, table: object) -> Queue:
    fields = Fields(table, f'queues."{arn}"')
    queue = Queue(
        arn,
        fields.text("name", arn.rpartition("/")[2]),
        wait_seconds=fields.number("wait_seconds", 3.0),
        full=fields.flag("full"),
    )
    fields.done()
    return queue


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
        {name: checked(value, (int, float), "a number", "metrics") for name, value in top.table("metrics").items()},
        top.numbers("draws"),
        {name: checked(error, str, "text", "fails") for name, error in top.table("fails").items()},
    )


def _expected(expect: Fields) -> Expected:
    expected = Expected(
        expect.word("ending", ENDINGS) if expect.has("ending") else None,
        expect.text("queue") if expect.has("queue") else None,
        {
            name: value
            if value is False
            else checked(value, str, "text, or false for not set", expect.at("attributes"))
            for name, value in expect.table("attributes").items()
        },
        expect.texts("says"),
        expect.texts("never_says"),
        expect.texts("path"),
    )
    expect.done()
    return expected
