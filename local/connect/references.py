"""What a reference in a flow stands for: `$.External.result` of this contact, here and now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flows.references import REFERENCE, is_reference, steps
from local.connect.contact import Contact
from local.connect.event import contact_data


class UnknownReferenceError(LookupError):
    """The runner does not know the root of this reference."""


_OF_CONTACT_DATA = (
    "AwsRegion",
    "Channel",
    "ContactId",
    "CustomerEndpoint",
    "CustomerId",
    "Description",
    "InitialContactId",
    "InitiationMethod",
    "InstanceARN",
    "LanguageCode",
    "Name",
    "PreviousContactId",
    "Queue",
    "References",
    "RelatedContactId",
    "SegmentAttributes",
    "SystemEndpoint",
    "Tags",
)


def _modules(contact: Contact) -> Mapping[str, Any]:
    visit = contact.visit
    return {"Input": visit.module_input, "Result": visit.module_result, "ResultData": visit.module_data}


def _agent(contact: Contact) -> Mapping[str, Any]:
    """Of the agent who has the contact, or whose screen it is on."""
    agent = contact.agent
    return {} if agent is None else {"UserName": agent.name, "FirstName": agent.name}


_ROOTS: Mapping[str, Callable[[Contact], object]] = {
    "Attributes": lambda contact: contact.attributes,
    "FlowAttributes": lambda contact: contact.visit.flow_attributes,
    "External": lambda contact: contact.visit.external,
    "StoredCustomerInput": lambda contact: contact.visit.stored_input,
    "TextToSpeechVoiceId": lambda contact: contact.speaker,
    "Modules": _modules,
    "Agent": _agent,
}
_FOUND = frozenset(
    {
        "Case",
        "Customer",
        "LambdaInvocation",
        "Lex",
        "Media",
        "MediaStreams",
        "Metrics",
        "Task",
        "Views",
        "Wisdom",
    }
)


def lookup(reference: str, contact: Contact) -> object:
    """The value, or None when it is not set. Raises UnknownReferenceError."""
    root, *leaf = steps(reference)
    if root in _ROOTS:
        value = _ROOTS[root](contact)
    elif root in _FOUND:
        value = contact.visit.found.get(root, contact.found.get(root, {}))
    elif root in _OF_CONTACT_DATA:
        value = contact_data(contact)[root]
    else:
        raise UnknownReferenceError(f"the runner does not know the reference {reference}")
    for name in leaf:
        value = _inside(value, name)
    return value


def _inside(value: object, name: str) -> object:
    """`$.Views.ViewResultData.Choice.0` is the first of a list."""
    if isinstance(value, list):
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else None
    return value.get(name) if isinstance(value, Mapping) else None


def resolved(value: Any, contact: Contact) -> Any:
    """`value` with its references replaced: whole when it is one identifier (None if not set), else inside the text."""
    if isinstance(value, str):
        return lookup(value, contact) if is_reference(value) else interpolated(value, contact)
    if isinstance(value, Mapping):
        return {name: resolved(item, contact) for name, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, contact) for item in value]
    return value


def interpolated(text: str, contact: Contact) -> str:
    """`text` with each reference in it replaced, by nothing where it is not set."""
    return REFERENCE.sub(lambda found: _as_text(lookup(found[0], contact)), text)


def resolved_text(value: Any, contact: Contact) -> str:
    """As `resolved`, but text in every case: "" for what is not set."""
    return _as_text(resolved(value, contact))


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
