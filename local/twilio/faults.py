"""What can be set on a line: how Twilio, the network and a caller are awkward, and how long things take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class RequestKind(Enum):
    """Why Twilio made a request."""

    INCOMING = "incoming"
    GATHER = "gather"
    RECORD = "record"
    REDIRECT = "redirect"
    DIAL = "dial"
    FALLBACK = "fallback"
    RECORDING_STATUS = "recording status"
    CALL_STATUS = "call status"


BACKGROUND = frozenset({RequestKind.RECORDING_STATUS, RequestKind.CALL_STATUS})


class Repeat(Enum):
    """How often a request is delivered; the answer to the last one counts."""

    ONCE = "once"
    TWICE = "one after the other, with the same idempotency token"
    TWICE_AT_ONCE = "both at the same time, with the same idempotency token"


class Signature(Enum):
    """How a request is signed."""

    VALID = "first token, the URL as called"
    WITH_PORT = "the URL with :443"
    WITHOUT_PORT = "the URL without its port"
    SECOND_TOKEN = "the account's second token"  # noqa: S105 -- says which, is none
    SHARED_KEY = "HMAC-SHA-256 with a shared key, named in a header"
    WRONG = "somebody else's token"
    MISSING = "no signature header"
    RECORDED = "the signature of an earlier request"


class StatusOrder(Enum):
    """When recordingStatusCallback comes, relative to the Record's action request."""

    BEFORE = "before"
    AFTER = "after"
    NEVER = "lost"


@dataclass(frozen=True)
class LineFaults:
    """How the line departs from a smooth call. Steps count from 1."""

    repeats: Mapping[RequestKind, Repeat] = field(default_factory=dict)
    signature: Signature = Signature.VALID
    added_query: str = ""  # `a=b`: put on every URL, and signed with it
    left_out: frozenset[str] = frozenset()  # parameters that are not sent, such as RecordingSid
    idempotency_token: bool = True
    recording_status: StatusOrder = StatusOrder.AFTER
    recording_status_delay: float = 0.3  # seconds after the end of the recording, never before its file is there
    hang_up_at_question: int | None = None  # the caller leaves when asked for the nth time; at a Record after speaking
    hang_up_at_request: int | None = None  # ... while the nth document of the call is being fetched
    withheld_as: str = "Anonymous"  # what From says of a caller without a number


@dataclass(frozen=True)
class LineTimes:
    """Virtual durations in seconds."""

    ringing: float = 0.5
    characters_per_second: float = 14.0
    beep: float = 0.5
    tone: float = 0.2  # a touch-tone and the gap after it
    played: float = 3.0  # any <Play>: the file is not fetched
    first_key: float = 1.0  # from the end of a prompt to a person's first key
