"""Where a leg's dialogue stands, sealed into the path of its webhook addresses.

Twilio brings the ticket back with the next request, so nothing has to be read from the table to know where a call
stands. AES-256-GCM keeps it from whoever reads Twilio's or the gateway's logs, and binds it to its call: the CallSid is
the associated data, so the ticket of one call is worthless in another.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from chalicelib import sealing
from chalicelib.errors import BadWebhook, Misconfigured
from chalicelib.keyed_hash import KeyedHash
from chalicelib.voice.dialogue import Standing
from chalicelib.voice.profile import Purpose, Task

LONGEST_TICKET = 2_000


class Seal:
    """Seals and opens tickets under a key derived from the hash key."""

    def __init__(self, hashes: KeyedHash, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._seal = sealing.Seal(hashes, "ticket key", random_bytes)

    def close(self, standing: Standing, call_sid: str) -> str:
        """A ticket: characters that need no escaping in a path."""
        return self._seal.close(json.dumps(asdict(standing), separators=(",", ":"), ensure_ascii=False), call_sid)

    def open(self, ticket: str, call_sid: str) -> Standing:
        """Raises BadWebhook for anything that was not sealed here for this call."""
        if len(ticket) > LONGEST_TICKET:
            raise BadWebhook("a ticket is too long")
        try:
            plain = self._seal.open(ticket, call_sid)
        except Misconfigured:
            raise BadWebhook("a ticket was not sealed for this call") from None
        return _standing(json.loads(plain))


def _standing(fields: dict[str, Any]) -> Standing:
    try:
        task = fields.pop("task")
        return Standing(task=Task(**{**task, "purpose": Purpose(task["purpose"])}), **fields)
    except (KeyError, TypeError, ValueError):
        raise BadWebhook("a ticket was sealed by another version of this app") from None
