"""What can go wrong, as one tree with stable codes.

CountersignError                never raised itself
├── Misconfigured               settings or secrets cannot be used; the operator must act
├── BadEvent                    what Connect sent is not an event of this contact centre
├── BadWebhook                  what Twilio sent cannot be part of a leg of ours
├── Unexpected                  a fault of ours; stands for an error whose own text might tell too much
└── Unavailable                 something outside did not answer, or not in time
    ├── TableUnavailable
    ├── SecretsUnavailable
    ├── EngineUnavailable
    └── RecordingUnavailable
        └── RecordingMissing

An error's text is for the operator who reads the log and never holds anything personal or secret. `code` never
changes once published. What a caller hears is decided where a caller is listening.
"""

from __future__ import annotations


class CountersignError(Exception):
    """The trunk of the tree; never raised itself."""

    code = "error"


class Misconfigured(CountersignError):
    """Settings or secrets cannot be used. The text names each one and says what it should be."""

    code = "misconfigured"


class BadEvent(CountersignError):
    """What Connect sent is not an event of this contact centre, or lacks what every event has."""

    code = "bad_event"


class BadWebhook(CountersignError):
    """A signed request that cannot be part of a leg: a field is missing, or a ticket does not belong to the call."""

    code = "bad_webhook"


class Unexpected(CountersignError):
    """A fault of ours. Raised in place of an error whose own text might hold what must not reach a log."""

    code = "unexpected"


class Unavailable(CountersignError):
    """Something outside did not answer, or not in time, or with nonsense. Never counts as a success."""

    code = "unavailable"


class TableUnavailable(Unavailable):
    """DynamoDB did not take or give an item within the time left."""

    code = "table_unavailable"


class SecretsUnavailable(Unavailable):
    """SSM did not give the secrets."""

    code = "secrets_unavailable"


class EngineUnavailable(Unavailable):
    """The voice engine did not answer in time, or with something that is not in its documentation."""

    code = "engine_unavailable"


class RecordingUnavailable(Unavailable):
    """Twilio did not hand over a recording in time."""

    code = "recording_unavailable"


class RecordingMissing(RecordingUnavailable):
    """Twilio has no such recording: it never came, or another delivery of the same request has taken it."""

    code = "recording_missing"
