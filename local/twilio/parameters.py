"""The parameters that Twilio sends, as they look in real requests."""

from __future__ import annotations

import datetime
import email.utils
from dataclasses import dataclass

from local.telephone import Call
from local.twilio.account import Account, Number


@dataclass(frozen=True)
class Parties:
    """Who is on a call."""

    account: Account
    number: Number
    call: Call
    call_sid: str
    withheld_as: str


def standard(parties: Parties, status: str) -> dict[str, str]:
    """What every voice request carries. Fields that Twilio does not know are there and empty."""
    caller, called = parties.call.caller_id or parties.withheld_as, parties.number.number
    params = {
        "AccountSid": parties.account.sid,
        "ApiVersion": "2010-04-01",
        "CallSid": parties.call_sid,
        "CallStatus": status,
        "CallToken": f'{{"parentCallInfoToken":"{parties.call_sid[2:]}"}}',
        "Direction": "inbound",
        "StirVerstat": "TN-Validation-Passed-A",
        "CallerName": "Åsa Öberg + Söner",
        "FeatureOfNextYear": "x=1&y=2",  # what Twilio adds without asking must not matter
    }
    for name, number in (("From", caller), ("Caller", caller), ("To", called), ("Called", called)):
        params |= {name: number, f"{name}City": "", f"{name}State": "", f"{name}Zip": ""}
        params[f"{name}Country"] = parties.number.country
    return params | {"ToCity": "MALMÖ", "CalledCity": "MALMÖ"}


def recording(account: Account, sid: str, duration: float) -> dict[str, str]:
    """What names a recording in the Record action and in its status callback; Twilio tells whole seconds."""
    url = f"https://api.twilio.com/2010-04-01/Accounts/{account.sid}/Recordings/{sid}"
    return {"RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": str(max(1, round(duration)))}


def recording_status(account: Account, call_sid: str, status: str, started: float) -> dict[str, str]:
    """What a recording's status callback carries besides `recording`: neither From nor To."""
    return {
        "AccountSid": account.sid,
        "CallSid": call_sid,
        "RecordingStatus": status,
        "RecordingChannels": "1",
        "RecordingStartTime": _rfc2822(started),
        "RecordingSource": "RecordVerb",
        "RecordingTrack": "inbound",
    }


def call_status(parties: Parties, status: str, seconds: float, now: float) -> dict[str, str]:
    """What the number's status callback carries when a call has ended; `Duration` is in minutes begun."""
    return standard(parties, status) | {
        "CallDuration": str(round(seconds)),
        "Duration": str(int(seconds // 60) + 1),
        "SipResponseCode": "200",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
        "Timestamp": _rfc2822(now),
    }


def _rfc2822(at: float) -> str:
    return email.utils.format_datetime(datetime.datetime.fromtimestamp(at, datetime.UTC))
