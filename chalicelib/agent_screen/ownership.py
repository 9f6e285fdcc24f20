"""Whose contact it is, as Connect says: an agent sees the callers that they talk to, and no other agent's.

Connect gives its API two requests in a second, and screens ask every few seconds. So what it said is kept for a while
in memory; and while Connect does not answer, an agent whom it called the owner stays it for two minutes. A part of a
call that an agent has accepted is never another agent's: of who has it there is nothing to miss meanwhile, only its
end, of which `contact_ended` hears by itself.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import audit, aws
from chalicelib.agent_view import LASTS_MS
from chalicelib.clock import Clock, Deadline
from chalicelib.errors import ConnectUnavailable

OWNED_SECONDS = 60.0
"""With two requests in a second, a hundred and twenty calls at once; for more, have AWS raise the quota."""
NOT_OWNED_SECONDS = 3.0
"""A call that rings becomes the agent's when they answer it."""
OWNED_WITHOUT_CONNECT_SECONDS = 120.0
NAMED_SECONDS = 600.0

_NEVER = float("-inf")
_MOST = 1_000
_CONFIG = Config(connect_timeout=0.4, read_timeout=0.8, retries={"total_max_attempts": 1}, tcp_keepalive=True)
_REQUEST_SECONDS = 1.2
_NOBODYS = frozenset({"ResourceNotFoundException", "InvalidParameterException", "InvalidRequestException"})
"""There is no such contact, or no such user."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True)
class _Known(Generic[Value]):
    value: Value
    at: float


class _Memory(Generic[Key, Value]):
    """The last thousand values, and when they were told."""

    def __init__(self) -> None:
        self._known: dict[Key, _Known[Value]] = {}

    def get(self, key: Key) -> _Known[Value] | None:
        return self._known.get(key)

    def keep(self, key: Key, value: Value, at: float) -> Value:
        self._known.pop(key, None)
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[key] = _Known(value, at)
        return value


class Owners:
    """Asks the instance `arn` (its ARN or its id)."""

    def __init__(self, arn: str, clock: Clock) -> None:
        self._id, self._clock = arn.rpartition("/")[2], clock
        self._owned: _Memory[tuple[str, str, str], float] = _Memory()
        self._names: _Memory[str, str] = _Memory()

    def owns(self, agent: str, contact: str, segment: str, deadline: Deadline) -> bool:
        """Whether the part `segment` (a ContactId) of the call `contact` is the agent's, by their login name.

        It is from when they accept it until two minutes after the caller has left it.

        Raises:
            ConnectUnavailable: Connect does not say.
        """
        key, now = (agent, contact, segment), self._clock.now()
        known = self._owned.get(key)
        if known and now < known.at + (OWNED_SECONDS if now < known.value else NOT_OWNED_SECONDS):
            return now < known.value
        try:
            return now < self._owned.keep(key, self._until(agent, contact, segment, deadline), now)
        except ConnectUnavailable as trouble:
            if known is None or now >= min(known.value, known.at + OWNED_WITHOUT_CONNECT_SECONDS):
                raise
            audit.record("agent_owner_stale", code=trouble.code, contact=contact)
            return True

    def _until(self, agent: str, contact: str, segment: str, deadline: Deadline) -> float:
        """Until when it is the agent's, as far as Connect knows now, in seconds since the epoch."""
        found = self._told(deadline, "describe_contact", "Contact", ContactId=segment)
        if segment != found.get("Id") or contact != (found.get("InitialContactId") or found["Id"]):
            return _NEVER
        over, owner = found.get("DisconnectTimestamp"), found.get("AgentInfo", {}).get("Id")
        if not owner or agent != self._name(owner, deadline):
            return _NEVER
        return over.timestamp() + LASTS_MS / 1000 if over else float("inf")

    def _name(self, user: str, deadline: Deadline) -> str | None:
        """The login name of a user of the instance; None when there is no such user any more."""
        known, now = self._names.get(user), self._clock.now()
        if known and now < known.at + NAMED_SECONDS:
            return known.value
        name = self._told(deadline, "describe_user", "User", UserId=user).get("Username")
        return self._names.keep(user, name, now) if name else None

    def _told(self, deadline: Deadline, operation: str, shape: str, **about: str) -> dict[str, Any]:
        """{} when there is no such thing."""
        if deadline.remaining() < _REQUEST_SECONDS:
            raise ConnectUnavailable("no time was left to ask Connect")
        try:
            answer = getattr(self._client, operation)(InstanceId=self._id, **about)
        except (BotoCoreError, ClientError) as error:
            if aws.code(error) in _NOBODYS:
                return {}
            raise ConnectUnavailable(f"Connect did not tell whose a contact is ({aws.code(error)})") from None
        found: dict[str, Any] = answer.get(shape, {})
        return found

    @cached_property
    def _client(self) -> Any:
        """Made when it is first needed: routes that callers wait on are served by the same function."""
        return aws.client("connect", _CONFIG)
