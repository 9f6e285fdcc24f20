"""Every event that the product writes."""

from __future__ import annotations

from collections.abc import Mapping

from shared.audit import assurance, bankid, common, expiry, typed_input, voice, web_login
from shared.audit.event import Event

GROUPS: Mapping[str, Mapping[str, Event]] = {
    "Every function": common.EVENTS,
    "What callers type": typed_input.EVENTS,
    "Certificates and keys that end": expiry.EVENTS,
    "Voice": voice.EVENTS,
    "BankID": bankid.EVENTS,
    "Web logins": web_login.EVENTS,
    "Assurance and the agent's screen": assurance.EVENTS,
}
"""By where they come from, in the order of docs/audit.md."""

EVENTS: Mapping[str, Event] = {name: event for group in GROUPS.values() for name, event in group.items()}
