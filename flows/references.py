"""How the Flow language names a value of the contact: `$.External.result`, `$.Attributes.['user name']`."""

from __future__ import annotations

import re

REFERENCE = re.compile(r"\$(?:\.[A-Za-z_][\w:-]*|\.[0-9]+\b|\.\['[^']+'\]|\['[^']+'\])+")
_STEP = re.compile(r"\.?\['([^']+)'\]|\.([\w:-]+)")

# Roots that hold several values: naming one without a leaf names nothing.
_HOLDERS = frozenset(
    [
        "Attributes",
        "FlowAttributes",
        "External",
        "CustomerEndpoint",
        "SystemEndpoint",
        "Queue",
        "Agent",
        "Metrics",
        "Media",
        "MediaStreams",
        "Lex",
        "LambdaInvocation",
        "Modules",
        "Views",
        "Case",
        "Customer",
        "Wisdom",
        "References",
        "SegmentAttributes",
        "Tags",
        "Task",
    ]
)
_SINGLE = frozenset(
    [
        "StoredCustomerInput",
        "ContactId",
        "InitialContactId",
        "PreviousContactId",
        "RelatedContactId",
        "Channel",
        "InitiationMethod",
        "InstanceARN",
        "AwsRegion",
        "LanguageCode",
        "TextToSpeechVoiceId",
        "Name",
        "Description",
        "CustomerId",
    ]
)
ROOTS = _HOLDERS | _SINGLE


def is_reference(value: str) -> bool:
    """Whether the whole of `value` is one identifier."""
    return REFERENCE.fullmatch(value) is not None


def steps(reference: str) -> tuple[str, ...]:
    """`$.External.result` as ("External", "result")."""
    return tuple(quoted or plain for quoted, plain in _STEP.findall(reference[1:]))


def names_a_value(value: str) -> bool:
    """Whether `value` is one identifier with a known root and, where the root holds several values, a leaf."""
    if not is_reference(value):
        return False
    root, *leaf = steps(value)
    return root in _SINGLE or (root in _HOLDERS and bool(leaf))
