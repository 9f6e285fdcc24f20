"""Plays one call through flows as a script says, on virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from local.clock import VirtualClock
from local.connect.circumstances import Circumstances
from local.connect.instance import ConnectInstance
from local.connect.queues import Queue
from local.connect.record import ContactRun
from local.connect.security_keys import NotUploadedError
from local.flowtool.events import Event, Recorder
from local.flowtool.expecting import differences, shown
from local.flowtool.fields import ScriptError
from local.flowtool.instance import Flows
from local.flowtool.masking import Mask
from local.flowtool.people import ScriptedCaller
from local.flowtool.script import Script
from local.telephone import Call, Exchange

_OF_FUNCTIONS = ("LambdaFunctionARN",)
_OF_QUEUES = ("QueueId", "AgentId")
_OF_HOURS = ("HoursOfOperationId",)


@dataclass(frozen=True)
class Played:
    """A call that is over: how it went, what happened, and in what it is not as expected (nothing: all is well).

    `runs` are the call's, and that of a callback that it asked for; `shown` are the views of guides. `events` and
    `differences` hold nothing that was typed.
    """

    script: Script
    flows: Flows
    runs: tuple[ContactRun, ...]
    events: tuple[Event, ...]
    differences: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def run(self) -> ContactRun:
        return self.runs[0]


def play(script: Script, flows: Flows) -> Played:
    """Each time the same. Raises ScriptError for a script that does not suit the flows."""
    clock, exchange = VirtualClock(), Exchange()
    start = clock.now()
    recorder = Recorder(start, flows.block)
    for number, far_end in script.far_ends.items():
        exchange.connect(number, replace(far_end, clock=clock))
    queues = [
        # Agents note what they hear and see, and use up their answers: each call has its own.
        replace(queue, arn=arn, agent=deepcopy(queue.agent))
        for queue in script.queues
        for arn in flows.arns(queue.arn, _OF_QUEUES)
    ]
    caller = ScriptedCaller(script.steps, clock, recorder)
    instance = _instance(script, flows, queues, exchange, caller, recorder, clock)
    hangs_up_at = None if script.hangs_up_after is None else start + script.hangs_up_after
    call = Call(script.dialled, script.caller_id, caller, hangs_up_at=hangs_up_at, presses=script.presses)
    run = instance.run(call)
    recorder.over(clock.now(), run)
    runs = [run]
    if script.answers_callback and any(made.what == "CreateCallbackContact" for made in run.made):
        runs.append(instance.call_back(run, caller))
        recorder.over(clock.now(), runs[-1])
    mask = Mask([*caller.typed, *(press.keys for press in script.presses)])
    agents = [queue.agent for queue in queues]
    found = differences(script.expected, run, caller.heard, agents)
    views = tuple(shown(view) for agent in agents for view in agent.views)
    return Played(script, flows, tuple(runs), tuple(recorder.masked(mask)), tuple(mask(line) for line in found), views)


def _instance(
    script: Script,
    flows: Flows,
    queues: list[Queue],
    exchange: Exchange,
    caller: ScriptedCaller,
    recorder: Recorder,
    clock: VirtualClock,
) -> ConnectInstance:
    if flows.begins_in_a_module:
        raise ScriptError(
            f"{flows.main} is a module: a call begins in a flow, which may do no more than run the module"
        )
    if script.dialled in script.far_ends:
        raise ScriptError(f"{script.name}: {script.dialled} is both the dialled number and a far end")
    try:
        return ConnectInstance(
            {script.dialled: flows.main},
            flows.documents,
            {
                arn: replace(one, clock=clock, given=type(one.given)())
                for name, one in script.functions.items()
                for arn in flows.arns(name, _OF_FUNCTIONS)
            },
            queues,
            exchange=exchange,
            clock=clock,
            transcript=recorder,
            security_keys=script.security_keys,
            circumstances=_circumstances(script, flows),
            on_step=recorder.done,
            on_begin=caller.comes_to,
        )
    except NotUploadedError as error:
        raise ScriptError(f"{script.name}: security_keys: {error}") from None


def _circumstances(script: Script, flows: Flows) -> Circumstances:
    """The runner knows everything by ARN."""
    faults, hours = script.circumstances.faults, script.circumstances.open_hours
    by_arn = {arn: one for name, one in faults.functions.items() for arn in flows.arns(name, _OF_FUNCTIONS)}
    open_hours = {arn: is_open for name, is_open in hours.items() for arn in flows.arns(name, _OF_HOURS)}
    return replace(script.circumstances, faults=replace(faults, functions=by_arn), open_hours=open_hours)


def strangers(script: Script, flows: Flows) -> Iterator[str]:
    """What the script tells of and no flow names: a name that is mistyped does nothing."""
    queues = [queue.arn for queue in script.queues]
    named = (
        ("functions", script.functions, _OF_FUNCTIONS),
        ("queues", queues, _OF_QUEUES),
        ("hours", filter(None, script.circumstances.open_hours), _OF_HOURS),
    )
    for what, names, parameters in named:
        yield from (f'{what}."{name}"' for name in flows.strangers(names, parameters))
    known = {name for flow in flows.flows for action in flow.actions for name in (action.identifier, action.type)}
    told = {
        "fails": script.circumstances.failing,
        "replies": script.circumstances.replies,
        "caller.at": [step.at for step in script.steps if step.at],
    }
    for what, blocks in told.items():
        yield from (f'{what} "{block}"' for block in blocks if block not in known)
