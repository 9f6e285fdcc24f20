"""Invokes Lambda functions as Connect does: a time limit, retries inside it, a strict look at the answer."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NoReturn

from local.clock import VirtualClock
from local.connect.circumstances import Fault, LambdaFaults
from local.connect.line import Clock

Function = Callable[[dict[str, Any]], object]

RETRIES = 3
RETRY_PAUSE_SECONDS = 0.25
LATENCY_SECONDS = 0.05
LARGEST_ANSWER_BYTES = 32 * 1024

_BEFORE_THE_FUNCTION = frozenset({Fault.THROTTLED, Fault.SERVICE_ERROR, Fault.RAISES})


class InvocationFailedError(Exception):
    """The invocation as a whole failed, so that the flow takes its error branch; the message says why."""


class _Retried(Exception):
    """One attempt failed in a way that the service tries again."""


class Invoker:
    """Invokes the functions of an instance for one contact, counting the attempts that the faults are numbered by."""

    def __init__(self, functions: Mapping[str, Function], clock: Clock, faults: LambdaFaults) -> None:
        self._functions = functions
        self._clock = clock
        self._faults = faults
        self._attempts = 0
        self._attempts_at: Counter[str] = Counter()
        self._running: dict[str, Future[object]] = {}

    def invoke(self, arn: str, event: Mapping[str, Any], limit_seconds: float, response_type: str) -> dict[str, Any]:
        """The answer, checked. Raises InvocationFailedError."""
        function = self._functions.get(arn)
        if function is None:
            raise InvocationFailedError(f"no function {arn}")
        deadline = self._clock.now() + limit_seconds
        payload = json.dumps(event)
        reason = ""
        for _ in range(1 + RETRIES):
            try:
                return checked_answer(self._attempt(arn, function, payload, deadline), response_type)
            except _Retried as failure:
                reason = str(failure)
            self._clock.sleep(RETRY_PAUSE_SECONDS)
            if self._clock.now() >= deadline:
                break
        raise InvocationFailedError(f"failed, retries included: {reason}")

    def start(self, arn: str, event: Mapping[str, Any], limit_seconds: float, response_type: str) -> str:
        """The same, while the flow goes on; the id of the invocation. Raises InvocationFailedError for no function."""
        if arn not in self._functions:
            raise InvocationFailedError(f"no function {arn}")

        def run() -> object:
            # The flow first comes to where it waits, so that each run is the same run.
            self._clock.sleep(0.0)
            return self.invoke(arn, event, limit_seconds, response_type)

        invocation = str(uuid.UUID(int=len(self._running) + 1))
        self._running[invocation] = self._in_background(run)
        return invocation

    def returned(self, invocation: str) -> bool:
        """Whether an invocation is over, well or not; one that there is not never is."""
        return invocation in self._running and self._running[invocation].done()

    def result(self, invocation: str) -> dict[str, Any] | None:
        """The answer, None while it is not there. Raises InvocationFailedError, also for an unknown invocation."""
        if invocation not in self._running:
            raise InvocationFailedError("no such invocation")
        if not self.returned(invocation):
            return None
        answer = self._running[invocation].result()
        assert isinstance(answer, dict)
        return answer

    def _attempt(self, arn: str, function: Function, payload: str, deadline: float) -> str:
        fault = self._fault(arn)
        if fault is not None and fault in _BEFORE_THE_FUNCTION:
            raise _Retried(fault.value)
        if fault is Fault.TIMES_OUT_BEFORE_COMMIT:
            self._run_out_of_time(deadline, fault)
        answer = self._answer(function, payload, deadline)
        if fault is Fault.RAISES_AFTER_COMMIT:
            raise _Retried(fault.value)
        if fault is Fault.TIMES_OUT_AFTER_COMMIT:
            self._run_out_of_time(deadline, fault)
        if fault is Fault.LATE_DUPLICATE:
            self._in_background(lambda: self._later(function, payload))
        return answer

    def _fault(self, arn: str) -> Fault | None:
        self._attempts += 1
        self._attempts_at[arn] += 1
        own = self._faults.functions.get(arn, {}).get(self._attempts_at[arn])
        return own or self._faults.attempts.get(self._attempts)

    def _run_out_of_time(self, deadline: float, fault: Fault) -> NoReturn:
        self._clock.sleep(deadline - self._clock.now())
        raise InvocationFailedError(fault.value)

    def _answer(self, function: Function, payload: str, deadline: float) -> str:
        """The function runs apart, because it goes on when the flow has stopped waiting for it."""
        answer = self._in_background(lambda: json.dumps(function(json.loads(payload))))
        # Sleep before looking: how fast this machine is must not show in virtual time.
        while True:
            self._clock.sleep(min(LATENCY_SECONDS, max(deadline - self._clock.now(), 0.0)))
            if answer.done():
                break
            if self._clock.now() >= deadline:
                raise InvocationFailedError("no answer within the time limit")
        raised = answer.exception()
        if raised is not None:
            raise _Retried(f"the function raised {type(raised).__name__}")
        return str(answer.result())

    def _later(self, function: Function, payload: str) -> object:
        self._clock.sleep(self._faults.duplicate_after_seconds)
        return function(json.loads(payload))

    def _in_background(self, work: Callable[[], object]) -> Future[object]:
        if isinstance(self._clock, VirtualClock):
            return self._clock.spawn(work)
        pool = ThreadPoolExecutor(max_workers=1)
        try:
            return pool.submit(work)
        finally:
            pool.shutdown(wait=False)


def checked_answer(answer: str, response_type: str) -> dict[str, Any]:
    """`answer` (JSON) as the flow reads it. STRING_MAP takes text alone. Raises InvocationFailedError."""
    if len(answer.encode()) > LARGEST_ANSWER_BYTES:
        raise InvocationFailedError("the answer is larger than 32 KB")
    content = json.loads(answer)
    if not isinstance(content, dict):
        raise InvocationFailedError("the answer is no object")
    if response_type == "STRING_MAP":
        wrong = sorted(name for name, value in content.items() if not isinstance(value, str))
        if wrong:
            raise InvocationFailedError(f"not text in a STRING_MAP answer: {', '.join(wrong)}")
    return content
