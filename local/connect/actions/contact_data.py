"""Actions that write down something about the contact."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.contact import Contact
from local.connect.execution import Execution
from local.connect.outcomes import Done, Fails, Outcome

MOST_ATTRIBUTE_BYTES = 32 * 1024
MOST_TAGS = 6


def _update_attributes(action: Action, execution: Execution) -> Outcome:
    """All or nothing: a key that is not allowed, or more than 32 KB in all, changes nothing."""
    contact = _target(action, execution)
    if contact is None:
        return Fails(note="no related contact")
    attributes = contact.attributes
    changed = {**attributes, **{key: execution.text(item) for key, item in action.parameters["Attributes"].items()}}
    size = sum(len(key.encode()) + len(value.encode()) for key, value in changed.items())
    if size > MOST_ATTRIBUTE_BYTES or any("$" in key or "." in key for key in changed):
        return Fails()
    attributes.update(changed)
    return Done()


def _update_flow_attributes(action: Action, execution: Execution) -> Outcome:
    changes = {name: execution.text(item["Value"]) for name, item in action.parameters["FlowAttributes"].items()}
    execution.contact.visit.flow_attributes.update(changes)
    return Done()


def _update_contact_data(action: Action, execution: Execution) -> Outcome:
    contact, given = _target(action, execution), execution.value(action.parameters)
    if contact is None:
        return Fails(note="no related contact")
    contact.language = given.get("LanguageCode") or contact.language
    contact.name = given.get("Name", contact.name)
    contact.description = given.get("Description", contact.description)
    contact.customer_id = given.get("CustomerId", contact.customer_id)
    if "WisdomSessionArn" in given:
        contact.found["Wisdom"] = {"SessionArn": given["WisdomSessionArn"]}
    return Done()


def _target(action: Action, execution: Execution) -> Contact | None:
    """The contact itself; or, for a guide, the caller's."""
    contact = execution.contact
    return contact.related if action.parameters.get("TargetContact") == "Related" else contact


def _tag(action: Action, execution: Execution) -> Outcome:
    contact = execution.contact
    tags = {**contact.tags, **{key: execution.text(value) for key, value in action.parameters["Tags"].items()}}
    if len(tags) > MOST_TAGS or any(key.startswith("aws:") for key in tags):
        return Fails()
    contact.tags = tags
    return Done()


def _untag(action: Action, execution: Execution) -> Outcome:
    for key in action.parameters["TagKeys"]:
        execution.contact.tags.pop(execution.text(key), None)
    return Done()


PIECES = (
    Piece(
        "UpdateContactAttributes",
        _update_attributes,
        frozenset({"Attributes", "TargetContact"}),
    ),
    Piece("UpdateFlowAttributes", _update_flow_attributes, frozenset({"FlowAttributes"})),
    Piece(
        "UpdateContactData",
        _update_contact_data,
        frozenset({"LanguageCode", "Name", "Description", "CustomerId", "WisdomSessionArn", "TargetContact"}),
    ),
    Piece("TagContact", _tag, frozenset({"Tags"})),
    Piece("UntagContact", _untag, frozenset({"TagKeys"})),
)
