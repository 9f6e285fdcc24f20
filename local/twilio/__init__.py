"""A stand-in for Twilio: a line that fetches and performs TwiML, and the recordings API."""

from local.twilio.account import Account, Number
from local.twilio.faults import LineFaults, LineTimes, Repeat, RequestKind, Signature, StatusOrder
from local.twilio.line import TwilioLine
from local.twilio.recordings import RecordingFaults, Recordings
from local.twilio.webhooks import WebhookRequest

__all__ = [
    "Account",
    "LineFaults",
    "LineTimes",
    "Number",
    "RecordingFaults",
    "Recordings",
    "Repeat",
    "RequestKind",
    "Signature",
    "StatusOrder",
    "TwilioLine",
    "WebhookRequest",
]
