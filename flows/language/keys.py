"""GetParticipantInput, which is two actions in one: a menu of single keys, and a store for a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR, Action
from flows.language.action_type import ActionType, Branches, branches, equals
from flows.language.shapes import BOOLEAN, Pattern, Record, Text, Whole, choice
from flows.language.speech import PROMPT

_VALIDATION = Record(
    optional={
        "CustomValidation": Record({"MaximumLength": Whole(1, 100)}),
        "PhoneNumberValidation": Record({"NumberFormat": choice("Local", "E164")}, {"CountryCode": Text()}),
    },
    one_of=(frozenset({"CustomValidation", "PhoneNumberValidation"}),),
)
_TOUCH_TONES = Record(
    optional={
        "InputTerminationSequence": Pattern(r"[0-9*#]{1,5}"),
        "DisableCancelKey": BOOLEAN,
        "InterdigitTimeLimitSeconds": Whole(1, 20),
    }
)


def stores(parameters: Mapping[str, Any]) -> bool:
    return str(parameters.get("StoreInput", "False")).lower() == "true"


def _branches(parameters: Mapping[str, Any]) -> Branches:
    if not stores(parameters):
        return branches(
            NO_MATCHING_CONDITION, "InputTimeLimitExceeded", NO_MATCHING_ERROR, conditions=equals(*"0123456789*#")
        )
    validation = parameters.get("InputValidation")
    if isinstance(validation, Mapping) and "PhoneNumberValidation" in validation:
        return branches(NO_MATCHING_ERROR, "InvalidPhoneNumber")
    return branches(NO_MATCHING_ERROR)


def _validation_when_storing(action: Action) -> Iterator[str]:
    if stores(action.parameters) and "InputValidation" not in action.parameters:
        yield f"Action is missing required property. Path: {action.path}.Parameters.InputValidation"


GET_PARTICIPANT_INPUT = ActionType(
    "GetParticipantInput",
    Record(
        {"InputTimeLimitSeconds": Whole(1, 180)},
        {
            **PROMPT,
            "StoreInput": BOOLEAN,
            "InputValidation": _VALIDATION,
            "InputEncryption": Record({"EncryptionKeyId": Text(100), "Key": Text()}),
            "DTMFConfiguration": _TOUCH_TONES,
            "SkipWhenDTMFBufferEnabled": BOOLEAN,
        },
    ),
    _branches,
    _validation_when_storing,
)

ACTIONS = (GET_PARTICIPANT_INPUT,)
