"""What happens to a contact between a flow that queues it and its end: the wait, the whispers, the agent, what remains.

In the order of the administrator guide, "Contact initiation methods and flow types": the customer queue flow until an
agent is free, the agent's whisper, then the caller's, then the two are joined. The instance's own flows for these
moments are music and nothing else here; a contact's hooks name others.
"""

from __future__ import annotations

import math
from dataclasses import replace

from local.connect.contact import Contact
from local.connect.execution import Execution
from local.connect.interruption import Interrupted, Interruption
from local.connect.kinds import Kind
from local.connect.line import Beside, Line
from local.connect.outcomes import Ends, FlowDefectError, Left, Over, Queues, Returns
from local.connect.queues import Agent, Queue, Screen
from local.connect.record import Ending


def queue(execution: Execution, into: Queue) -> Over | Queues:
    """The contact waits in a queue, and is with its agent. Raises FlowDefectError and CallerHungUp."""
    execution.line.forget_keys()
    execution.contact.queue = into
    execution.tell("connect", f"queue {into.name}")
    return _waits(execution, into) or join(execution, execution.contact.queue)


def join(execution: Execution, at: Queue) -> Over | Queues:
    """An agent of the queue takes the contact, talks, and hangs up."""
    contact, agent = execution.contact, at.agent
    execution.line.forget_keys()
    contact.agent = agent
    to_agent = replace(execution, line=_ear(execution, agent))
    _hook(to_agent, "AgentWhisper", Kind.AGENT_WHISPER)
    _hook(execution, "CustomerWhisper", Kind.CUSTOMER_WHISPER)
    agent.screens.append(Screen(contact.id, at.name, contact.caller, dict(contact.attributes)))
    seen = ", ".join(f"{key}={_told(key, value)}" for key, value in sorted(contact.attributes.items()))
    execution.tell("agent", f"{agent.name} answers and sees {seen or 'no attributes'}")
    _talk(execution, to_agent, agent)
    left = _hook(execution, "CustomerRemaining", Kind.DISCONNECT)
    if isinstance(left, Queues) or (isinstance(left, Over) and left.ending is not Ending.DISCONNECTED):
        return left
    return Over(Ending.AGENT, at.name)


def _told(key: str, value: str) -> str:
    """What is told of an attribute: a handle that opens something is for the agent's page alone."""
    return value if key != "auth_view" or value == "none" else "a handle"


def _waits(execution: Execution, into: Queue) -> Over | Queues | None:
    """None when an agent is free: whatever is played to the caller stops. A queue flow that ends leaves silence."""
    ready = Interruption(execution.clock.now() + into.wait_seconds)
    execution.contact.until_agent = ready
    try:
        with execution.line.until(ready):
            if not _hooked(execution.contact, "CustomerQueue"):
                switched_off = "CustomerQueue" in execution.contact.disabled_hooks
                wait = execution.line.silence if switched_off else execution.line.music
                wait(into.wait_seconds)
                return None
            left = _hook(execution, "CustomerQueue", Kind.CUSTOMER_QUEUE)
            if isinstance(left, Over | Queues):
                return left
            execution.line.silence(math.inf)
    except Interrupted:
        return None
    return None


def _talk(execution: Execution, to_agent: Execution, agent: Agent) -> None:
    """The guide is on the agent's screen meanwhile; the caller hears the agent, or what is played to who is on hold."""
    started = execution.clock.now()
    _show_guide(to_agent)
    agent.works(agent.screens[-1])
    execution.transcript.heard(started, execution.clock.now())
    for seconds in agent.holds_seconds:
        _hold(execution, to_agent, agent, seconds)
    execution.line.music(max(agent.talks_seconds - (execution.clock.now() - started), 0.0))


def _hold(execution: Execution, to_agent: Execution, agent: Agent, seconds: float) -> None:
    """Both hear their flow at the same time, for so long."""
    execution.tell("agent", f"puts the caller on hold for {seconds:g} s")
    beside = replace(to_agent, line=_ear(to_agent, agent, Beside(execution.clock.now())))
    _play_for(seconds, beside, "AgentHold", Kind.AGENT_HOLD)
    if _hooked(execution.contact, "CustomerHold"):
        _play_for(seconds, execution, "CustomerHold", Kind.CUSTOMER_HOLD)
    else:
        execution.line.music(seconds)


def _play_for(seconds: float, execution: Execution, hook: str, kind: Kind) -> None:
    """The flow for a moment, which is cut short, or followed by silence."""
    try:
        with execution.line.until(Interruption(execution.line.now() + seconds)):
            _hook(execution, hook, kind)
            execution.line.silence(math.inf)
    except Interrupted:
        return


def _show_guide(to_agent: Execution) -> None:
    """In a chat of its own, to which the caller's contact is related, and which begins with that one's attributes.

    Which word of `InitiationMethod` it has is not documented; `API` is that of chats.
    """
    caller = to_agent.contact
    if not _hooked(caller, "DefaultAgentUI"):
        return
    guide = Contact(
        to_agent.new_contact_id(),
        None,
        caller.dialled,
        caller.instance_arn,
        dict(caller.attributes),
        caller.language,
        initiation="API",
        channel="CHAT",
        related=caller,
        agent=caller.agent,
        queue=caller.queue,
    )
    _hook(replace(to_agent, contact=guide), "DefaultAgentUI", Kind.GUIDE)


def _hooked(contact: Contact, hook: str) -> str | None:
    """The flow for a moment of the contact, a guide's being one of the caller's."""
    owner = contact.related or contact
    return None if hook in owner.disabled_hooks else owner.hooks.get(hook)


def _hook(execution: Execution, hook: str, kind: Kind) -> Left | None:
    """Play the flow for a moment, if there is one; how the contact left it."""
    contact, named = execution.contact, _hooked(execution.contact, hook)
    if named is None:
        return None
    flow = execution.flow_named(named)
    if flow is None or flow.is_module:
        raise FlowDefectError(f"the flow for {hook} is not there")
    visits, contact.visits = contact.visits, []
    try:
        left = execution.play(replace(execution, kind=kind), flow, {})
    finally:
        contact.visits = visits
    if isinstance(left, Returns):
        raise FlowDefectError("a flow ended as only a module can")
    return None if isinstance(left, Ends) else left


def _ear(execution: Execution, agent: Agent, clock: Beside | None = None) -> Line:
    """On a clock of its own, nobody can hang up: the caller does it on the real one."""
    hangs_up_at = execution.call.hangs_up_at if clock is None else None
    call = replace(execution.call, person=agent, digits="", presses=(), hangs_up_at=hangs_up_at)
    return Line(call, clock or execution.clock, execution.transcript, hears="agent")
