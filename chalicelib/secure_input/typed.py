"""What a caller typed, opened and held to its kind: what `open` and `relay` have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from chalicelib import audit
from chalicelib.contact import Contact
from chalicelib.customer_input.opening import opened
from chalicelib.errors import SecretsUnavailable, Undecryptable
from chalicelib.secure_input.kinds import KINDS
from chalicelib.secure_input.parts import InputParts

NONE = "none"
"""What an answer holds where there is nothing to say: Connect refuses an empty value."""


class Refusal(StrEnum):
    """Why there is nothing to work with; the flow's word."""

    NO_INPUT = "no_input"
    INVALID = "invalid"
    UNDECRYPTABLE = "undecryptable"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Typed:
    """`message` is what Connect made of `digits`. `shown` is what the flow may know of them."""

    kind: str
    message: str
    digits: str = field(repr=False)

    @property
    def shown(self) -> dict[str, str]:
        rules = KINDS[self.kind]
        check = "passed" if rules.check else NONE
        return {"length": str(len(self.digits)), "check": check, **rules.shown(self.digits)}


def typed(parts: InputParts, contact: Contact, kind: str) -> Typed | Refusal:
    """What the flow sent as `encrypted`, opened and checked.

    Raises:
        Misconfigured: the private key cannot be used.
    """
    try:
        digits = opened(contact, parts.private_keys)
    except Undecryptable as refused:
        audit.record("secure_input_refused", reason=refused.fault, contact=contact.id)
        return Refusal.NO_INPUT if refused.nothing_typed else Refusal.UNDECRYPTABLE
    except SecretsUnavailable:
        return Refusal.UNAVAILABLE
    if not KINDS[kind].accepts(digits, datetime.fromtimestamp(parts.clock.now(), UTC).date()):
        return Refusal.INVALID
    return Typed(kind, contact.parameters["encrypted"], digits)
