"""A contact as Connect's event tells it, and the flat answer that a flow can read.

The event is documented under "Invoke AWS Lambda functions" in the Amazon Connect administrator guide. What a flow
passes for a reference that is not set is not documented: an absent key, null and "" all mean "not given" here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import BadEvent
from chalicelib.telephone_number import E164

IDENTIFIER = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class Contact:
    """One call as Connect sees it.

    `id` is the InitialContactId, which stays the same over transfers. `caller` is the caller's number in E.164, None
    when it was withheld or is no telephone number; it identifies and never authenticates. `segment` is the ContactId,
    which a transfer changes, `previous` the ContactId of the segment before it, and `initiation` how this one began, in
    Connect's words (InitiationMethod); "" for what Connect does not say.
    """

    id: str
    caller: str | None
    parameters: Mapping[str, str]
    segment: str
    initiation: str = ""
    previous: str = ""

    @classmethod
    def from_event(cls, event: object, instance_arn: str) -> Contact:
        """Raises BadEvent for anything that is not a contact of the instance `instance_arn`."""
        details = _mapping(_mapping(event, "event").get("Details"), "Details")
        data = _mapping(details.get("ContactData"), "ContactData")
        if data.get("InstanceARN") != instance_arn:
            raise BadEvent("the event is not from the instance in CONNECT_INSTANCE_ARN")
        return cls(
            id=_identifier(data.get("InitialContactId") or data.get("ContactId")),
            caller=_caller(data.get("CustomerEndpoint")),
            parameters=_given(details.get("Parameters")),
            segment=_identifier(data.get("ContactId") or data.get("InitialContactId")),
            initiation=str(data.get("InitiationMethod") or ""),
            previous=str(data.get("PreviousContactId") or ""),
        )


@dataclass(frozen=True)
class Ended:
    """A segment of a call that is over: the call's InitialContactId, and the segment's own ContactId."""

    id: str
    segment: str


@dataclass(frozen=True)
class Joined:
    """A segment that began because the call is being transferred, with the same two names."""

    id: str
    segment: str


def contact_event(event: object, instance_arn: str) -> Ended | Joined:
    """What EventBridge delivers ("Amazon Connect Contact Event", DISCONNECTED, and INITIATED by a transfer).

    https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html

    Raises BadEvent for anything else, and for what is not of the instance `instance_arn`.
    """
    detail = _mapping(_mapping(event, "event").get("detail"), "detail")
    if detail.get("instanceArn") != instance_arn:
        raise BadEvent("the event is not from the instance in CONNECT_INSTANCE_ARN")
    segment = _identifier(detail.get("contactId"))
    call = _identifier(detail.get("initialContactId") or segment)
    match detail.get("eventType"), detail.get("initiationMethod"):
        case "DISCONNECTED", _:
            return Ended(call, segment)
        case "INITIATED", "TRANSFER" | "QUEUE_TRANSFER":
            return Joined(call, segment)
    raise BadEvent("the rule must let DISCONNECTED through, and of INITIATED what a transfer begins, alone")


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadEvent(f"{name} is not an object; a Connect flow must invoke this function")
    return value


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise BadEvent("the event has no contact id")
    return value


def _caller(endpoint: object) -> str | None:
    if not isinstance(endpoint, dict) or endpoint.get("Type") != "TELEPHONE_NUMBER":
        return None
    address = endpoint.get("Address")
    return address if isinstance(address, str) and E164.fullmatch(address) else None


def _given(parameters: object) -> Mapping[str, str]:
    if parameters is None:
        return {}
    return {
        name: value for name, value in _mapping(parameters, "Parameters").items() if isinstance(value, str) and value
    }


def answer(result: str, **values: str) -> dict[str, str]:
    """What the flow reads as `$.External`: `result` and short values, none of them empty (Connect refuses those)."""
    flat = {"result": str(result), **values}
    empty = sorted(name for name, value in flat.items() if not value)
    if empty:
        raise ValueError(f"empty values in an answer to Connect: {', '.join(empty)}")
    return flat
