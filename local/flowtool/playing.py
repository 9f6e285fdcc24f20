"""Plays one call through flows as a script says, on virtual time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from local.clock import VirtualClock
from local.connect.instance import ConnectInstance
from local.connect.record import ContactRun
from local.connect.security_keys import NotUploadedError
from local.flowtool.events import Event, Recorder
from local.flowtool.expecting import differences
from local.flowtool.fields import ScriptError
from local.flowtool.instance import Flows
from local.flowtool.masking import Mask
from local.flowtool.people import ScriptedCaller
from local.flowtool.script import Script
from local.telephone import Call, Exchange


@dataclass(frozen=True)
class Played:
    """A call that is over: how it went, what happened, and in what it is not as expected (nothing: all is well).

    `events` and `differences` hold nothing that was typed.
    """

    script: Path
    run: ContactRun
    events: tuple[Event, ...]
    differences: tuple[str, ...]


def play(script: Script, flows: Flows) -> Played:
    """Each time the same. Raises ScriptError for a script that does not suit the flows."""
    clock, exchange = VirtualClock(), Exchange()
    start = clock.now()
    recorder = Recorder(start, flows.block)
    for number, far_end in script.far_ends.items():
        exchange.connect(number, replace(far_end, clock=clock))
    instance = _instance(script, flows, clock, exchange, recorder)
    caller = ScriptedCaller(script.steps, clock, recorder)
    hangs_up_at = None if script.hangs_up_after is None else start + script.hangs_up_after
    run = instance.run(Call(script.dialled, script.caller_id, caller, hangs_up_at=hangs_up_at))
    recorder.over(clock.now(), run)
    mask = Mask(caller.typed)
    found = differences(script.expected, run, caller.heard)
    return Played(script.file, run, tuple(recorder.masked(mask)), tuple(mask(line) for line in found))


def _instance(
    script: Script, flows: Flows, clock: VirtualClock, exchange: Exchange, recorder: Recorder
) -> ConnectInstance:
    if flows.begins_in_a_module:
        raise ScriptError(
            f"{flows.main} is a module: a call begins in a flow, which may do no more than run the module"
        )
    if script.dialled in script.far_ends:
        raise ScriptError(f"{script.file}: {script.dialled} is both the dialled number and a far end")
    try:
        return ConnectInstance(
            {script.dialled: flows.main},
            flows.documents,
            {arn: replace(one, clock=clock, given=type(one.given)()) for arn, one in script.functions.items()},
            script.queues,
            exchange=exchange,
            clock=clock,
            transcript=recorder,
            security_keys=script.security_keys,
            circumstances=script.circumstances,
            on_step=recorder.done,
        )
    except NotUploadedError as error:
        raise ScriptError(f"{script.file}: security_keys: {error}") from None
