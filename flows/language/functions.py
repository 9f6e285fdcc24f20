"""Actions around Lambda functions."""

from __future__ import annotations

from collections.abc import Iterator

from flows.document import NO_MATCHING_ERROR, Action
from flows.language.action_type import ActionType, branches
from flows.language.shapes import MapOf, Record, Reference, Text, Whole, choice

_LONGEST_SYNCHRONOUS_SECONDS = 8


def _time_limit_of_the_synchronous_form(action: Action) -> Iterator[str]:
    limit = str(action.parameters.get("InvocationTimeLimitSeconds", ""))
    asynchronous = action.parameters.get("InvocationType") == "ASYNCHRONOUS"
    if not asynchronous and limit.isdecimal() and int(limit) > _LONGEST_SYNCHRONOUS_SECONDS:
        yield f"Invalid Action property value. Path: {action.path}.Parameters.InvocationTimeLimitSeconds"


INVOKE_LAMBDA_FUNCTION = ActionType(
    "InvokeLambdaFunction",
    Record(
        {"LambdaFunctionARN": Text(140), "InvocationTimeLimitSeconds": Whole(1, 60)},
        {
            "InvocationType": choice("SYNCHRONOUS", "ASYNCHRONOUS"),
            "LambdaInvocationAttributes": MapOf(Text()),
            "ResponseValidation": Record({"ResponseType": choice("STRING_MAP", "JSON")}),
        },
    ),
    also=_time_limit_of_the_synchronous_form,
)

LOAD_LAMBDA_FUNCTION_RESULT = ActionType(
    "LoadLambdaFunctionResult",
    Record({"LambdaInvocationId": Reference()}),
    branches(NO_MATCHING_ERROR, "InProgress"),
)

ACTIONS = (INVOKE_LAMBDA_FUNCTION, LOAD_LAMBDA_FUNCTION_RESULT)
