"""What the service writes to CloudWatch of an action while flow logging is on, in outline.

As seen in published logs: the parameters with their references filled in, the input that was stored, in small letters,
and the answer of a Lambda function whole. That is why flows switch logging off around what nobody may read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flows.document import Action
from flows.language.keys import stores
from local.connect.contact import Contact


def entry(action: Action, parameters: Mapping[str, Any], contact: Contact) -> str:
    """The line for `action`, which has been carried out with these `parameters`."""
    line: dict[str, Any] = {
        "ContactId": contact.id,
        "ContactFlowName": contact.visit.flow.name,
        "Identifier": action.identifier,
        "ContactFlowModuleType": action.type,
        "Parameters": parameters,
    }
    if _stores(action) and contact.visit.stored_input is not None:
        line["Results"] = contact.visit.stored_input.lower()
    if action.type == "InvokeLambdaFunction":
        line["ExternalResults"] = contact.visit.external
    return json.dumps(line)


def _stores(action: Action) -> bool:
    return action.type == "GetParticipantInput" and stores(action.parameters)
