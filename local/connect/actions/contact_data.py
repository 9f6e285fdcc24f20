"""Actions that write down something about the contact."""

from __future__ import annotations

from flows.document import Action
from local.connect.actions.piece import Piece
from local.connect.execution import Execution
from local.connect.outcomes import Done, Fails, Outcome

MOST_ATTRIBUTE_BYTES = 32 * 1024


def _update_attributes(action: Action, execution: Execution) -> Outcome:
    """All or nothing: a key that is not allowed, or more than 32 KB in all, changes nothing."""
    attributes = execution.contact.attributes
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
    contact, given = execution.contact, execution.value(action.parameters)
    contact.language = given.get("LanguageCode") or contact.language
    contact.name = given.get("Name", contact.name)
    contact.description = given.get("Description", contact.description)
    contact.customer_id = given.get("CustomerId", contact.customer_id)
    return Done()


def _only_the_current_contact(parameters: object) -> str | None:
    related = isinstance(parameters, dict) and parameters.get("TargetContact") == "Related"
    return "an update of the related contact" if related else None


PIECES = (
    Piece(
        "UpdateContactAttributes",
        _update_attributes,
        frozenset({"Attributes", "TargetContact"}),
        _only_the_current_contact,
    ),
    Piece("UpdateFlowAttributes", _update_flow_attributes, frozenset({"FlowAttributes"})),
    Piece(
        "UpdateContactData",
        _update_contact_data,
        frozenset({"LanguageCode", "Name", "Description", "CustomerId", "TargetContact"}),
        _only_the_current_contact,
    ),
)
