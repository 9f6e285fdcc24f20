"""GetParticipantInput, which is three actions in one.

A menu of single keys, a store for a number, and the switch of the touch-tone buffer: AWS's administrator guide, "Set
Touchtone Buffer Behavior", writes that block as this type with the parameter `EnableDTMFBuffer`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR, Action
from flows.language.action_type import CAN_FAIL, ActionType, Branches, branches, equals
from flows.language.shapes import BOOLEAN, Forms, Pattern, Record, Text, Whole, choice
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


_ENCRYPTION = Record({"EncryptionKeyId": Text(100), "Key": Text()})


def stores(parameters: Mapping[str, Any]) -> bool:
    return str(parameters.get("StoreInput", "False")).lower() == "true"


def sets_the_buffer(parameters: Mapping[str, Any]) -> bool:
    return "EnableDTMFBuffer" in parameters


def buffers(parameters: Mapping[str, Any]) -> bool:
    """Whether touch-tones are collected from here on; otherwise the buffer is stopped and cleared."""
    return str(parameters.get("EnableDTMFBuffer")).lower() == "true"


def _branches(parameters: Mapping[str, Any]) -> Branches:
    if sets_the_buffer(parameters):
        return CAN_FAIL
    if not stores(parameters):
        return branches(
            NO_MATCHING_CONDITION, "InputTimeLimitExceeded", NO_MATCHING_ERROR, conditions=equals(*"0123456789*#")
        )
    validation = parameters.get("InputValidation")
    if isinstance(validation, Mapping) and "PhoneNumberValidation" in validation:
        return branches(NO_MATCHING_ERROR, "InvalidPhoneNumber")
    return branches(NO_MATCHING_ERROR)


def _validation_when_storing(action: Action) -> Iterator[str]:
    if sets_the_buffer(action.parameters):
        return
    if stores(action.parameters) and "InputValidation" not in action.parameters:
        yield f"Action is missing required property. Path: {action.path}.Parameters.InputValidation"


_INPUT = Record(
    {"InputTimeLimitSeconds": Whole(1, 180)},
    {
        **PROMPT,
        "StoreInput": BOOLEAN,
        "InputValidation": _VALIDATION,
        "InputEncryption": _ENCRYPTION,
        "DTMFConfiguration": _TOUCH_TONES,
        "SkipWhenDTMFBufferEnabled": BOOLEAN,
    },
)
_BUFFER_ON = Record({"EnableDTMFBuffer": BOOLEAN})
_BUFFER_OFF = Record({"EnableDTMFBuffer": BOOLEAN}, {"StoreInput": BOOLEAN, "InputEncryption": _ENCRYPTION})


def _form(parameters: Mapping[str, Any]) -> Record:
    if sets_the_buffer(parameters):
        return _BUFFER_ON if buffers(parameters) else _BUFFER_OFF
    return _INPUT


GET_PARTICIPANT_INPUT = ActionType(
    "GetParticipantInput",
    Forms(_form),
    _branches,
    _validation_when_storing,
    {"InputValidation.PhoneNumberValidation": "it takes every country's numbering plan, and the runner has none"},
)

ACTIONS = (GET_PARTICIPANT_INPUT,)
