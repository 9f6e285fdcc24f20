"""Everybody outside the flow, doing as the script says: the caller, Lambda functions, the far ends of transfers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local.clock import VirtualClock
from local.connect.record import Step
from local.telephone import Asked, Call, Ended, HangUp, Press, Reaction, Stay
from local.transcript import Transcript


@dataclass(frozen=True)
class Does:
    """One thing that the caller does, `times` times: at a prompt with the words `hears`, of the block `at`, or at any.

    `press` are keys, `after` seconds until the first of them, `apart` seconds between two. `speaks` is what the caller
    says, which no block hears.
    """

    hears: str
    at: str
    press: str
    after: float
    apart: float
    speaks: str
    hangs_up: bool
    times: int


class ScriptedCaller:
    """At each prompt, does the first step that fits and is not used up; else nothing.

    A step other than hanging up waits for a prompt that takes keys. `heard` are the prompts, their references filled
    in; `typed` the keys of each time, for those who must not show them.
    """

    def __init__(self, steps: tuple[Does, ...], clock: VirtualClock, transcript: Transcript) -> None:
        self._left = [step for step in steps for _ in range(step.times)]
        self._clock, self._transcript = clock, transcript
        self._block = ""
        self.heard: list[str] = []
        self.typed: list[str] = []

    def comes_to(self, block: Step) -> None:
        """What is heard from now on is said by this block."""
        self._block = block.action

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        self.heard.append(heard)
        step = self._next(heard, asked)
        if step is None:
            return Stay()
        if step.hangs_up:
            return HangUp()
        if step.speaks:
            self._transcript.add(self._clock.now(), "caller", "speaks")
        if not step.press:
            return Stay()
        self.typed.append(step.press)
        return Press(step.press, step.after, step.apart)

    def _next(self, heard: str, asked: Asked) -> Does | None:
        for number, step in enumerate(self._left):
            here = step.hears in heard and step.at in ("", self._block)
            if here and (step.hangs_up or asked is Asked.KEYS):
                return self._left.pop(number)
        return None


@dataclass
class ScriptedFunction:
    """A Lambda function that gives its answers one after the other, the last for ever.

    Where the event's parameter `step` is one of `by_step`, those answers are given instead. A function without an
    answer raises.
    """

    answers: tuple[Any, ...]
    by_step: Mapping[str, tuple[Any, ...]]
    takes_seconds: float
    clock: VirtualClock | None = None
    given: Counter[str] = field(default_factory=Counter)

    def __call__(self, event: dict[str, Any]) -> object:
        if self.clock is not None:
            self.clock.sleep(self.takes_seconds)
        step = str(event["Details"]["Parameters"].get("step", ""))
        key, answers = (step, self.by_step[step]) if step in self.by_step else ("", self.answers)
        if not answers:
            raise LookupError("the script has no answer")
        self.given[key] += 1
        return answers[min(self.given[key], len(answers)) - 1]


@dataclass
class FarEnds:
    """Who answers at a number: each call is a failure, or the seconds until the far end hangs up; the last for ever."""

    FAILURES: ClassVar[Mapping[str, Ended]] = {"busy": Ended.FAILED, "no answer": Ended.NO_ANSWER}

    calls: tuple[str | float, ...]
    clock: VirtualClock | None = None
    taken: int = 0

    def answer(self, call: Call) -> Ended:
        self.taken += 1
        what = self.calls[min(self.taken, len(self.calls)) - 1] if self.calls else "busy"
        if isinstance(what, str):
            ended, seconds = self.FAILURES[what], call.ring_limit_seconds if what == "no answer" else 0.0
        else:
            ended, seconds = Ended.FAR_END_HUNG_UP, what
        return self._after(seconds, ended, call.hangs_up_at)

    def _after(self, seconds: float, ended: Ended, hangs_up_at: float | None) -> Ended:
        assert self.clock is not None
        left = None if hangs_up_at is None else hangs_up_at - self.clock.now()
        if left is not None and left <= seconds:
            self.clock.sleep(left)
            return Ended.CALLER_HUNG_UP
        self.clock.sleep(seconds)
        return ended
