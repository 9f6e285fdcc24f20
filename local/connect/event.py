"""The events that Connect sends: to a Lambda function, and to EventBridge when a contact is over.

Shapes as documented in the Amazon Connect administrator guide, "Invoke AWS Lambda functions" and "Contact events".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.connect.contact import Contact
from local.connect.queues import Queue
from local.connect.record import Ending


def invocation_event(contact: Contact, parameters: Mapping[str, object]) -> dict[str, Any]:
    """What a function receives. Stored input and earlier answers are not in it: a flow passes them as parameters."""
    return {
        "Name": "ContactFlowEvent",
        "Details": {"ContactData": contact_data(contact), "Parameters": dict(parameters)},
    }


def contact_data(contact: Contact) -> dict[str, Any]:
    return {
        "Attributes": dict(contact.attributes),
        "AwsRegion": contact.region,
        "Channel": contact.channel,
        "ContactId": contact.id,
        "CustomerEndpoint": endpoint(contact.caller),
        "CustomerId": contact.customer_id,
        "Description": contact.description,
        "InitialContactId": contact.id,
        "InitiationMethod": contact.initiation,
        "InstanceARN": contact.instance_arn,
        "LanguageCode": contact.language,
        "MediaStreams": contact.found.get("MediaStreams", {"Customer": {"Audio": None}}),
        "Name": contact.name,
        "PreviousContactId": contact.id,
        "Queue": _queue(contact.queue),
        "References": {},
        "RelatedContactId": contact.related.id if contact.related else None,
        "SegmentAttributes": {
            "connect:Subtype": {
                "ValueString": "connect:Guide" if contact.related else "connect:Telephony",
                "ValueArn": None,
                "ValueInteger": None,
                "ValueList": None,
                "ValueMap": None,
            }
        },
        "SystemEndpoint": endpoint(contact.dialled),
        "Tags": {
            "aws:connect:instanceId": contact.instance_arn.rpartition("/")[2],
            "aws:connect:systemEndpoint": contact.dialled,
            **contact.tags,
        },
    }


def endpoint(number: str | None) -> dict[str, str] | None:
    """None for a withheld number."""
    return None if number is None else {"Address": number, "Type": "TELEPHONE_NUMBER"}


def _queue(queue: Queue | None) -> dict[str, Any] | None:
    if queue is None:
        return None
    return {"ARN": queue.arn, "Name": queue.name, "OutboundCallerId": endpoint(queue.outbound_number)}


_DISCONNECT_REASON = {
    Ending.AGENT: "AGENT_DISCONNECT",
    Ending.DISCONNECTED: "CONTACT_FLOW_DISCONNECT",
    Ending.CALLER_HUNG_UP: "CUSTOMER_DISCONNECT",
    Ending.THIRD_PARTY: "THIRD_PARTY_DISCONNECT",
    Ending.DEFECT: "CONTACT_FLOW_DISCONNECT",
}


def contact_ended_event(contact: Contact, ending: Ending, started: float, ended: float) -> dict[str, Any]:
    """What EventBridge delivers for a contact that is over; `started` and `ended` are seconds since the epoch."""
    contact_arn = f"{contact.instance_arn}/contact/{contact.id}"
    return {
        "version": "0",
        "id": contact.id,
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": contact.instance_arn.split(":")[4],
        "time": _time(ended),
        "region": contact.region,
        "resources": [contact_arn, contact.instance_arn],
        "detail": {
            "eventType": "DISCONNECTED",
            "contactId": contact.id,
            "initialContactId": contact.id,
            "channel": "VOICE",
            "instanceArn": contact.instance_arn,
            "initiationMethod": contact.initiation,
            "initiationTimestamp": _time(started),
            "disconnectTimestamp": _time(ended),
            "disconnectReason": _DISCONNECT_REASON[ending],
        },
    }


def segment_event(kind: str, segment: str, initial: str, at: float, instance_arn: str) -> dict[str, Any]:
    """The same of a part of a call that a transfer has begun: that it is INITIATED, or, as any part, DISCONNECTED."""
    begun = {"initiationMethod": "TRANSFER"} if segment != initial else {"initiationMethod": "INBOUND"}
    return {
        "version": "0",
        "id": f"{segment}-{kind}",
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": instance_arn.split(":")[4],
        "time": _time(at),
        "region": instance_arn.split(":")[3],
        "resources": [f"{instance_arn}/contact/{segment}", instance_arn],
        "detail": {
            "eventType": kind,
            "contactId": segment,
            "initialContactId": initial,
            "channel": "VOICE",
            "instanceArn": instance_arn,
            **begun,
        },
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
