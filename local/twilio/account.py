"""An account at Twilio: its secrets, and a phone number with the addresses its calls go to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """What Twilio and its customer both know. The values open nothing but the stand-in."""

    sid: str = "AC" + "a1" * 16
    auth_token: str = "c3" * 16
    second_token: str = "d4" * 16
    api_key: str = "SK" + "b2" * 16
    api_secret: str = "e5" * 16
    shared_key_id: str = "webhooks_sharedkey_01hzzz"
    shared_key: str = "f6" * 16


@dataclass(frozen=True)
class Number:
    """A phone number, E.164, and its voice settings. URLs may carry connection overrides in their fragment."""

    number: str
    voice_url: str
    fallback_url: str | None = None
    status_callback: str | None = None
    country: str = "SE"
