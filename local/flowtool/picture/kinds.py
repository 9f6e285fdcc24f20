"""The kinds of blocks, by which they are coloured."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, str, str]] = {
    "speaks": ("#e3f2e6", "#2e7d4f", "speaks or listens"),
    "asks": ("#e2ecfa", "#2a5da8", "calls a function or another service"),
    "decides": ("#fdf3d8", "#94700c", "decides"),
    "hands on": ("#efe5f7", "#6d3f9c", "hands the caller on, runs a module"),
    "ends": ("#ececec", "#555555", "ends"),
    "sets": ("#ffffff", "#8a8f98", "sets something"),
}
"""Fill, border, and what it means."""
_OF_TYPE = {
    **dict.fromkeys(
        (
            *("MessageParticipant", "MessageParticipantIteratively", "GetParticipantInput"),
            *("ConnectParticipantWithLexBot", "ShowView", "Wait"),
        ),
        "speaks",
    ),
    **dict.fromkeys(
        (
            *("InvokeLambdaFunction", "LoadLambdaFunctionResult", "GetMetricData", "GetCase", "GetCustomerProfile"),
            *("CreateCase", "CreateCustomerProfile", "CreateTask", "CreateCallbackContact"),
        ),
        "asks",
    ),
    **dict.fromkeys(
        ("Compare", "Loop", "CheckHoursOfOperation", "CheckMetricData", "DistributeByPercentage"), "decides"
    ),
    **dict.fromkeys(
        (
            *("TransferParticipantToThirdParty", "TransferContactToQueue", "DequeueContactAndTransferToQueue"),
            *("TransferContactToAgent", "TransferToFlow", "InvokeFlowModule"),
        ),
        "hands on",
    ),
    **dict.fromkeys(("DisconnectParticipant", "EndFlowExecution", "EndFlowModuleExecution"), "ends"),
}


def kind_of(action_type: str) -> str:
    return _OF_TYPE.get(action_type, "sets")
