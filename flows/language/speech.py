"""Actions that speak."""

from __future__ import annotations

from collections.abc import Mapping

from flows.document import NO_MATCHING_ERROR
from flows.language.action_type import ActionType, Branches, branches, equals
from flows.language.shapes import BOOLEAN, ListOf, Record, Shape, Text, Whole, choice

MEDIA = Record({"Uri": Text(), "SourceType": choice("S3"), "MediaType": choice("Audio")})
SOURCES = frozenset({"PromptId", "Text", "SSML", "Media"})
PROMPT: Mapping[str, Shape] = {"PromptId": Text(), "Text": Text(6000), "SSML": Text(6000), "Media": MEDIA}

MESSAGE_PARTICIPANT = ActionType(
    "MessageParticipant",
    Record(optional={**PROMPT, "SkipWhenDTMFBufferEnabled": BOOLEAN}, one_of=(SOURCES,)),
    branches(may=(NO_MATCHING_ERROR,)),  # older exports declare none
)

_MESSAGE = Record(optional=PROMPT, one_of=(SOURCES,))

MESSAGE_PARTICIPANT_ITERATIVELY = ActionType(
    "MessageParticipantIteratively",
    Record(
        {"Messages": ListOf(_MESSAGE)},
        {"InterruptFrequencySeconds": Whole(0, 3600), "ContinueMessagingDuringInterrupt": BOOLEAN},
    ),
    Branches(may=frozenset({NO_MATCHING_ERROR}), conditions=equals("MessagesInterrupted"), next_required=False),
)

ACTIONS = (MESSAGE_PARTICIPANT, MESSAGE_PARTICIPANT_ITERATIVELY)
