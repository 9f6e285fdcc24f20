"""A Connect instance to phone in tests: people, functions and far ends that do as they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.clock import VirtualClock
from local.connect import Agent, Circumstances, ConnectInstance, ContactRun, Queue
from local.telephone import Asked, Call, Ended, Exchange, HangUp, Press, Reaction, Stay
from local.transcript import Transcript
from tests.flows.documents import action, flow, hang_up, say

NUMBER = "+46800000000"
CALLER = "+46700000001"
THIRD_PARTY = "+46800000099"
FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:tried"
QUEUE = "arn:queue:tried"


@dataclass
class Listener:
    """Does what `reactions` say where a prompt contains the text, types `keys` when asked, otherwise stays."""

    keys: list[str] = field(default_factory=list)
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        self.heard.append(heard)
        for text, reaction in self.reactions.items():
            if text in heard:
                return reaction
        return Press(self.keys.pop(0)) if asked is Asked.KEYS and self.keys else Stay()


HANG_UP = HangUp()


@dataclass
class FarEnd:
    """A third party that ends each call as `ends` says, the last for ever, after doing `meanwhile`."""

    ends: list[Ended] = field(default_factory=lambda: [Ended.FAR_END_HUNG_UP])
    meanwhile: Callable[[Call], object] = lambda call: None
    calls: list[Call] = field(default_factory=list)

    def answer(self, call: Call) -> Ended:
        self.calls.append(call)
        self.meanwhile(call)
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]


@dataclass
class Function:
    """Answers one thing after the other, the last for ever; raises what is an exception. Keeps the events."""

    answers: list[object]
    takes_seconds: float = 0.0
    clock: VirtualClock | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, event: dict[str, Any]) -> object:
        self.events.append(event)
        if self.clock and self.takes_seconds:
            self.clock.sleep(self.takes_seconds)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def parameters(self) -> dict[str, Any]:
        """Of the last event."""
        parameters: dict[str, Any] = self.events[-1]["Details"]["Parameters"]
        return parameters


class Centre:
    """An instance whose number leads to the flow "main", with one queue, one function and one far end."""

    def __init__(
        self,
        flows: Mapping[str, Mapping[str, Any]],
        function: Callable[[dict[str, Any]], object] = lambda event: {"result": "ok"},
        far_end: FarEnd | None = None,
        circumstances: Circumstances | None = None,
        queue_is_full: bool = False,
        numbers: Mapping[str, str] | None = None,
        security_keys: Mapping[str, str] | None = None,
        agent: Agent | None = None,
        queues: tuple[Queue, ...] = (),
    ) -> None:
        self.clock = VirtualClock()
        self.transcript = Transcript()
        self.exchange = Exchange()
        self.far_end = far_end or FarEnd()
        self.exchange.connect(THIRD_PARTY, self.far_end)
        self.agent = agent or Agent()
        self.ended: list[dict[str, Any]] = []
        if isinstance(function, Function):
            function.clock = self.clock
        self.instance = ConnectInstance(
            {NUMBER: "main", **(numbers or {})},
            flows,
            {FUNCTION: function},
            [Queue(QUEUE, "tried", self.agent, full=queue_is_full), *queues],
            exchange=self.exchange,
            clock=self.clock,
            transcript=self.transcript,
            security_keys=security_keys,
            circumstances=circumstances,
            contact_ended=self.ended.append,
        )

    def phone(
        self,
        person: Listener | None = None,
        caller_id: str | None = CALLER,
        digits: str = "",
        presses: tuple[Press, ...] = (),
    ) -> ContactRun:
        return self.instance.run(Call(NUMBER, caller_id, person or Listener(), digits, presses=presses))


def branches(run: ContactRun) -> list[tuple[str, str]]:
    """The trace, as (action, branch)."""
    return [(step.action, step.branch) for step in run.trace]


def centre(*actions: dict[str, Any], **more: Any) -> Centre:
    return Centre({"main": flow(*actions)}, **more)


BYE = (say("done", "Goodbye.", "bye"), hang_up())


def to_queue(queue: str = QUEUE) -> tuple[dict[str, Any], ...]:
    return (
        action("queue", "UpdateContactTargetQueue", {"QueueId": queue}, "to-queue", {"NoMatchingError": "done"}),
        action(
            "to-queue", "TransferContactToQueue", {}, "done", {"QueueAtCapacity": "full", "NoMatchingError": "done"}
        ),
        say("full", "All lines are busy.", "bye"),
        *BYE,
    )


def leg(resumes: str = "True", **more: Any) -> dict[str, Any]:
    parameters = {
        "ThirdPartyPhoneNumber": THIRD_PARTY,
        "ThirdPartyConnectionTimeLimitSeconds": "20",
        "ContinueFlowExecution": resumes,
        **more,
    }
    names = ["NoMatchingError", *(["CallFailed", "ConnectionTimeLimitExceeded"] if resumes == "True" else [])]
    return action("leg", "TransferParticipantToThirdParty", parameters, "done", dict.fromkeys(names, "done"))


def menu(**conditions: str) -> dict[str, Any]:
    errors = dict.fromkeys(("NoMatchingCondition", "InputTimeLimitExceeded", "NoMatchingError"), "done")
    tests = {f"Equals {key.lstrip('k')}": target for key, target in conditions.items()}
    parameters = {"Text": "One or two?", "InputTimeLimitSeconds": "5"}
    return action("menu", "GetParticipantInput", parameters, "done", errors, tests)
