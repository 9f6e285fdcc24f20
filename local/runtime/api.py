"""The Runtime API: what Lambda's runtime inside an instance asks for its next event and hands its answers to.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html; one server for one instance.
"""

from __future__ import annotations

import json
import queue
from dataclasses import dataclass

from local.web import CloseWithoutAnswer, Request, Response, WebServer

_PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Event:
    """One invocation. `body` is JSON; the deadline counts in milliseconds since the epoch."""

    request_id: str
    body: bytes
    deadline_ms: int
    function_arn: str


@dataclass(frozen=True)
class Returned:
    """What the handler returned, as JSON."""

    body: bytes


@dataclass(frozen=True)
class Failed:
    """The handler raised. `fatal`: the instance is of no more use, since its import raised or its process ended."""

    error_type: str
    message: str
    fatal: bool = False


Outcome = Returned | Failed


class RuntimeApi:
    """Hands one event at a time to the instance that asks, and what comes of it to whoever waits in `outcome`."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._outcomes: queue.Queue[Outcome] = queue.Queue()
        self._server = WebServer(self._respond).start()

    @property
    def address(self) -> str:
        """Host and port, as `AWS_LAMBDA_RUNTIME_API` holds them."""
        return f"127.0.0.1:{self._server.port}"

    def send(self, event: Event) -> None:
        self._events.put(event)

    def process_ended(self, status: int) -> None:
        """Whoever waits learns that no answer will come."""
        self._outcomes.put(Failed("Runtime.ExitError", f"the process ended with status {status}", fatal=True))

    def outcome(self, seconds: float) -> Outcome:
        """What came of the event. Raises `queue.Empty` when nothing has after `seconds`."""
        return self._outcomes.get(timeout=seconds)

    def close(self) -> None:
        self._events.put(None)
        self._server.stop()

    def _respond(self, request: Request) -> Response:
        match request.method, request.path.removeprefix(_PREFIX).split("/")[1:]:
            case "GET", ["invocation", "next"]:
                return self._next()
            case "POST", ["invocation", _, "response"]:
                self._outcomes.put(Returned(request.body))
            case "POST", ["invocation", _, "error"]:
                self._outcomes.put(_failure(request.body))
            case "POST", ["init", "error"]:
                self._outcomes.put(_failure(request.body, fatal=True))
            case _:
                return Response(404)
        return Response(202)

    def _next(self) -> Response:
        event = self._events.get()
        if event is None:  # closing
            raise CloseWithoutAnswer
        headers = (
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", event.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(event.deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", event.function_arn),
        )
        return Response(200, headers, event.body)


def _failure(body: bytes, *, fatal: bool = False) -> Failed:
    told = json.loads(body)
    return Failed(str(told.get("errorType")), str(told.get("errorMessage")), fatal)
