"""A piece of evidence as it is kept: what BankID answered, in its own words, and what was asked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from chalicelib.bankid import replies
from chalicelib.bankid.answers import Complete
from chalicelib.bankid.evidence.content import Expected
from chalicelib.errors import EvidenceFault, EvidenceRefused

VERSION = 1


@dataclass(frozen=True)
class Kept:
    """`completed_at` in seconds since the epoch, by our clock."""

    complete: Complete
    expected: Expected
    completed_at: float

    def as_json(self) -> bytes:
        asked = {**asdict(self.expected), "non_visible": self.expected.non_visible.hex()}
        written = {
            "version": VERSION,
            "completed_at": self.completed_at,
            "asked": asked,
            # A text within the text: not a character of BankID's shall differ.
            "completion_data": self.complete.whole,
        }
        return json.dumps(written, indent=1).encode()


def read(raw: bytes) -> Kept:
    """The reverse of `as_json`.

    Raises:
        EvidenceRefused: it was not written by it. What is in it is not checked: `verify` does that.
    """
    try:
        written = json.loads(raw)
        if written["version"] != VERSION:
            raise EvidenceRefused(EvidenceFault.NOT_KEPT)
        asked = {**written["asked"], "non_visible": bytes.fromhex(written["asked"]["non_visible"])}
        return Kept(_complete(written["completion_data"]), Expected(**asked), _moment(written["completed_at"]))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError, RecursionError):
        raise EvidenceRefused(EvidenceFault.NOT_KEPT) from None


def _complete(whole: str) -> Complete:
    """As it was read in the call, so that what counted then can be read again."""
    complete = replies.complete(json.loads(whole))
    if complete is None:
        raise EvidenceRefused(EvidenceFault.NOT_KEPT)
    return replace(complete, whole=whole)


def _moment(seconds: float) -> float:
    """`seconds`, if that is a time."""
    datetime.fromtimestamp(seconds, UTC)
    return float(seconds)
