"""The kinds of flow that a contact goes through, by the moment at which each is played.

Some actions are refused in some kinds; which ones stands with each in the API reference of the Flow language.
"""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """A flow runs as the one that a call begins in (or moves to), or as one of the flows that its hooks name."""

    CONTACT = "the flow of a call"
    CUSTOMER_QUEUE = "a customer queue flow"
    AGENT_WHISPER = "an agent whisper flow"
    CUSTOMER_WHISPER = "a customer whisper flow"
    CUSTOMER_HOLD = "a customer hold flow"
    AGENT_HOLD = "an agent hold flow"
    GUIDE = "an agent's guide"
    DISCONNECT = "a disconnect flow"


EVERY = frozenset(Kind)
WHISPERS = frozenset({Kind.AGENT_WHISPER, Kind.CUSTOMER_WHISPER})
HOLDS = frozenset({Kind.CUSTOMER_HOLD, Kind.AGENT_HOLD})
LISTENING = EVERY - WHISPERS - HOLDS
"""Those in which the contact can be asked for something, moved, or ended."""

CALLS = frozenset({Kind.CONTACT, Kind.DISCONNECT})
"""Those in which nobody but the caller is on the line."""
