"""Wait, which is two actions in one: for a time or a participant, and for a Lambda function that runs meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.document import NO_MATCHING_ERROR
from flows.language.action_type import ActionType, Branches, Conditions, branches
from flows.language.shapes import Forms, ListOf, Record, Reference, Shape, Whole, choice

WAIT_COMPLETED, LAMBDA_RETURNED, CONTINUE = "WaitCompleted", "LambdaReturned", "Continue"
_LONGEST_SECONDS = 604_800

_CONTINUES: Mapping[str, Shape] = {
    "ContinueExecution": choice("TRUE", "FALSE"),
    "MinimumWaitTimeSeconds": Whole(0, _LONGEST_SECONDS),
}
_FOR_A_PARTICIPANT = Record(
    {"TimeLimitSeconds": Whole(0, _LONGEST_SECONDS)},
    {"Events": ListOf(choice("CustomerReturned", "BotParticipantDisconnected")), **_CONTINUES},
)
_FOR_A_FUNCTION = Record(
    {
        "TimeLimitSeconds": Whole(0, _LONGEST_SECONDS),
        "InterruptibleEvents": Record(
            {"LambdaReturned": Record({"AsyncLambdaCompletionEvent": Record({"Identifier": Reference()})})}
        ),
    },
    _CONTINUES,
)


def waits_for_a_function(parameters: Mapping[str, Any]) -> bool:
    return "InterruptibleEvents" in parameters


def _form(parameters: Mapping[str, Any]) -> Record:
    return _FOR_A_FUNCTION if waits_for_a_function(parameters) else _FOR_A_PARTICIPANT


def _branches(parameters: Mapping[str, Any]) -> Branches:
    words = (
        {LAMBDA_RETURNED} if waits_for_a_function(parameters) else {"CustomerReturned", "BotParticipantDisconnected"}
    )
    conditions = Conditions(
        frozenset({"Equals"}), frozenset({WAIT_COMPLETED, CONTINUE, *words}), frozenset({WAIT_COMPLETED})
    )
    return branches(NO_MATCHING_ERROR, may=("ParticipantNotFound",), conditions=conditions)


WAIT = ActionType("Wait", Forms(_form), _branches)

ACTIONS = (WAIT,)
