"""What goes wrong between BankID and a relying party, on demand."""

from __future__ import annotations

import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.web import Response, json_response


@dataclass(frozen=True)
class Fault:
    """What happens to one request. `slow_seconds` (virtual, with a virtual clock) come before all else.

    `response` is given in place of doing anything. `lost` does the work and closes without an answer, `lost_end` only
    where the answer is the last one of an order. `more` are fields that BankID has added lately, on every level.
    """

    slow_seconds: float = 0.0
    response: Response | None = None
    down: bool = False  # the connection closes before anything is done
    hold: bool = False  # no answer, for real, until the server stops
    lost: bool = False
    lost_end: bool = False
    more: Mapping[str, object] = field(default_factory=dict)


WELL = Fault()
TOO_SLOW = Fault(response=json_response(408, {"errorCode": "requestTimeout", "details": "Request timeout"}))
TOO_MANY = Fault(
    response=Response(
        429,
        (
            ("Content-Type", "application/json"),
            ("RateLimit-Limit", "10"),
            ("RateLimit-Remaining", "0"),
            ("RateLimit-Reset", "1"),
        ),
        b'{"errorCode": "tooManyRequests", "details": "Too many requests"}',
    )
)
INTERNAL = Fault(response=json_response(500, {"errorCode": "internalError", "details": "Internal error"}))
MAINTENANCE = Fault(response=json_response(503, {"errorCode": "maintenance", "details": "Maintenance"}))
UNAUTHORIZED = Fault(response=json_response(401, {"errorCode": "unauthorized", "details": "No access"}))
UNHEARD_OF = Fault(response=json_response(400, {"errorCode": "somethingNew", "details": "Something new"}))
PROXY_PAGE = Fault(
    response=Response(503, (("Content-Type", "text/html"),), b"<html><h1>Service Unavailable</h1></html>")
)
NOT_JSON = Fault(response=Response(200, (("Content-Type", "application/json"),), b"<html>Hello</html>"))
DOWN = Fault(down=True)
LOST = Fault(lost=True)
END_LOST = Fault(lost_end=True)


class Faults:
    """By path after /rp/v6.0, such as `/collect`: the next requests, one fault each, and then what always happens.

    `server_tls`, when set, is what new connections are shown in place of BankID's own certificate.
    """

    def __init__(self) -> None:
        self.server_tls: ssl.SSLContext | None = None
        self._next: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def next(self, path: str, *faults: Fault) -> None:
        """For the next requests to `path`, in order; WELL for one that shall pass."""
        with self._lock:
            self._next[path].extend(faults)

    def always(self, path: str, fault: Fault) -> None:
        with self._lock:
            self._always[path] = fault

    def clear(self) -> None:
        with self._lock:
            self._next.clear()
            self._always.clear()
            self.server_tls = None

    def take(self, path: str) -> Fault:
        """What happens to a request that has arrived."""
        with self._lock:
            queue = self._next[path]
            return queue.popleft() if queue else self._always.get(path, WELL)
