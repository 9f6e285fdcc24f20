"""Stands between the product and AWS: counts what is asked of DynamoDB, and can lose or refuse it; takes invocations.

The product sees only an endpoint. What it asked is read from the protocol itself, so the counts owe nothing to the code
that is counted.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3

from local.web import CloseWithoutAnswer, NeverAnswer, Request, Response, WebServer

_HOP_BY_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})
_DYNAMODB = "DynamoDB_20120810."
_INVOCATIONS = re.compile(r"/2015-03-31/functions/([A-Za-z0-9_-]+)/invocations")

Invoked = Callable[[dict[str, Any]], object]
"""Takes the event of an asynchronous invocation, and sees to it that the function runs by and by."""


@dataclass(frozen=True)
class TableRequest:
    """One request to DynamoDB: the operation, the kinds of items it is about, and what came of it."""

    operation: str
    kinds: tuple[str, ...]
    outcome: str  # "ok", "condition" (it did not hold), or the error's code

    def __str__(self) -> str:
        told = {"ok": "", "condition": ": its condition did not hold"}.get(self.outcome, f": {self.outcome}")
        return f"{self.operation} {' + '.join(self.kinds)}{told}"


@dataclass(frozen=True)
class TableFaults:
    """What goes wrong, for the requests whose number from 1 is in `at`, or for all."""

    at: frozenset[int] = frozenset()
    down: bool = False  # the connection closes and nothing happened
    lost_answer: bool = False  # it happened, and the connection closes
    hold: bool = False  # no answer ever, for real
    code: str = ""  # this error, and nothing happened

    def strikes(self, number: int) -> bool:
        return not self.at or number in self.at


@dataclass
class Tap:
    """A loopback endpoint in front of AWS at `url`. `requests` is what was asked of DynamoDB, `bodies` the same whole.

    SSM passes uncounted, or, while `parameters_down`, does not answer. `functions` are those that may be invoked
    asynchronously, by name; while `lambda_down`, Lambda does not answer.
    """

    url: str
    told: Callable[[TableRequest], None] = lambda request: None
    faults: TableFaults | None = None
    parameters_down: bool = False
    functions: Mapping[str, Invoked] = field(default_factory=dict)
    lambda_down: bool = False
    requests: list[TableRequest] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(retries=False, maxsize=64)
        self._lock = threading.Lock()
        self._number = 0
        self.server = WebServer(self._answer)

    def _answer(self, request: Request) -> Response:
        invoked = _INVOCATIONS.fullmatch(request.path)
        if invoked:
            return self._invoked(invoked[1], request)
        target = request.header("X-Amz-Target") or ""
        if not target.startswith(_DYNAMODB):
            if self.parameters_down:
                raise CloseWithoutAnswer
            return self._forwarded(request)
        faults = self._struck()
        if faults.hold:
            raise NeverAnswer
        if faults.down:
            raise CloseWithoutAnswer
        response = _error(faults.code) if faults.code else self._forwarded(request)
        self._note(target.removeprefix(_DYNAMODB), json.loads(request.body), response)
        if faults.lost_answer:
            raise CloseWithoutAnswer
        return response

    def _invoked(self, name: str, request: Request) -> Response:
        """As far as nobody waits for what comes of it: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""
        if self.lambda_down:
            raise CloseWithoutAnswer
        if name not in self.functions:
            return _lambda_error(404, "ResourceNotFoundException")
        if request.header("X-Amz-Invocation-Type") != "Event":
            return _lambda_error(400, "InvalidParameterValueException")
        self.functions[name](json.loads(request.body))
        return Response(202)

    def _struck(self) -> TableFaults:
        with self._lock:
            self._number += 1
            return self.faults if self.faults and self.faults.strikes(self._number) else TableFaults()

    def _forwarded(self, request: Request) -> Response:
        headers = {name: value for name, value in request.headers if name.lower() not in _HOP_BY_HOP}
        answer = self._pool.request(request.method, self.url + request.path, body=request.body, headers=headers)
        kept = tuple((name, value) for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP)
        return Response(answer.status, kept, answer.data)

    def _note(self, operation: str, asked: dict[str, Any], response: Response) -> None:
        request = TableRequest(operation, tuple(_kinds(asked)), _outcome(response))
        with self._lock:
            self.requests.append(request)
            self.bodies.append(json.dumps(asked))
        self.told(request)


def _kinds(asked: dict[str, Any]) -> list[str]:
    """The part of each key before the `#`."""
    keys = [asked["Key"]] if "Key" in asked else []
    keys += [item["Update"]["Key"] for item in asked.get("TransactItems", [])]
    for table in asked.get("RequestItems", {}).values():
        keys += table["Keys"]
    return [str(key["pk"]["S"]).partition("#")[0] for key in keys]


def _outcome(response: Response) -> str:
    if response.status == 200:
        return "ok"
    code = str(json.loads(response.body).get("__type", "")).rpartition("#")[2]
    refused = code in {"ConditionalCheckFailedException", "TransactionCanceledException"}
    return "condition" if refused else code


def _error(code: str) -> Response:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "a fault of the laptop"})
    return Response(400, (("Content-Type", "application/x-amz-json-1.0"),), body.encode())


def _lambda_error(status: int, code: str) -> Response:
    return Response(status, (("X-Amzn-Errortype", code),), json.dumps({"Message": "a refusal of the laptop"}).encode())
