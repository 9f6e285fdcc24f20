"""Small flow documents for tests, written as short as they can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SETTINGS = {
    "InputParameters": [],
    "OutputParameters": [],
    "Transitions": [
        {"DisplayName": name, "ReferenceName": name, "Description": ""}
        for name in ("Success", "Error", "Verified", "No")
    ],
}


def action(
    identifier: str,
    kind: str,
    parameters: Mapping[str, Any] | None = None,
    following: str | None = None,
    errors: Mapping[str, str] | None = None,
    conditions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """One action; `conditions` maps "Equals word" (or another operator) to where it leads."""
    transitions: dict[str, Any] = {}
    if following:
        transitions["NextAction"] = following
    if errors:
        transitions["Errors"] = [{"NextAction": target, "ErrorType": error} for error, target in errors.items()]
    if conditions:
        transitions["Conditions"] = [_condition(test, target) for test, target in conditions.items()]
    return {"Identifier": identifier, "Type": kind, "Parameters": dict(parameters or {}), "Transitions": transitions}


def _condition(test: str, target: str) -> dict[str, Any]:
    operator, _, operand = test.partition(" ")
    return {"NextAction": target, "Condition": {"Operator": operator, "Operands": [operand]}}


def flow(*actions: dict[str, Any], settings: Mapping[str, Any] | None = None, name: str = "tried") -> dict[str, Any]:
    """A document that starts with the first action; with `settings`, a module."""
    document: dict[str, Any] = {
        "Version": "2019-10-30",
        "StartAction": actions[0]["Identifier"],
        "Metadata": {"name": name},
        "Actions": list(actions),
    }
    return document if settings is None else {**document, "Settings": dict(settings)}


def say(identifier: str, text: str, following: str) -> dict[str, Any]:
    return action(identifier, "MessageParticipant", {"Text": text}, following, {"NoMatchingError": following})


def hang_up(identifier: str = "bye") -> dict[str, Any]:
    return action(identifier, "DisconnectParticipant")


def invoke(identifier: str, arn: str, following: str, error: str, **parameters: str) -> dict[str, Any]:
    """A synchronous invocation with the time limit of the service's longest, 8 s."""
    return action(
        identifier,
        "InvokeLambdaFunction",
        {
            "LambdaFunctionARN": arn,
            "InvocationTimeLimitSeconds": "8",
            "LambdaInvocationAttributes": parameters,
            "ResponseValidation": {"ResponseType": "STRING_MAP"},
        },
        following,
        {"NoMatchingError": error},
    )


def compare(identifier: str, reference: str, default: str, **words: str) -> dict[str, Any]:
    conditions = {f"Equals {word}": target for word, target in words.items()}
    return action(
        identifier, "Compare", {"ComparisonValue": reference}, default, {"NoMatchingCondition": default}, conditions
    )


def store_input(identifier: str, following: str, **more: Any) -> dict[str, Any]:
    """Stores up to ten digits."""
    parameters = {
        "Text": "Type the number.",
        "StoreInput": "True",
        "InputTimeLimitSeconds": "5",
        "InputValidation": {"CustomValidation": {"MaximumLength": "10"}},
        **more,
    }
    return action(identifier, "GetParticipantInput", parameters, following, {"NoMatchingError": following})


def set_attributes(identifier: str, following: str, **attributes: str) -> dict[str, Any]:
    return action(
        identifier, "UpdateContactAttributes", {"Attributes": attributes}, following, {"NoMatchingError": following}
    )
