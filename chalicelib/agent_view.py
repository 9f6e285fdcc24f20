"""A contact's handle for the agent's screen, `auth_view`: who has it may see who is calling, while the call lasts.

It is the contact's InitialContactId and 256 bits that nobody can make without the hash key, so that a step which is
asked again gives out the same one, and all agents of a transferred call have it. What the contact's record keeps is
its hash, and when and in which part of the call it was first given out; one that was never given out opens nothing.

Times are milliseconds since the epoch.
"""

from __future__ import annotations

import hmac
import re

from chalicelib.clock import SKEW_MS
from chalicelib.conditional_write import First, Is, Record, Scalar, Write
from chalicelib.keyed_hash import KeyedHash

LASTS_MS = 120_000
"""For how long after the end of their part of a call agents still see it."""

_ENDED, _JOINED = "ended_", "joined_"

_FORM = re.compile(r"[0-9A-Za-z-]{1,64}\.[0-9A-Za-z_-]{43}")


def handle(hashes: KeyedHash, contact: str) -> str:
    """The handle of a contact, by its InitialContactId."""
    return f"{contact}.{hashes.of('agent view', contact)}"


def contact_of(hashes: KeyedHash, text: str) -> str | None:
    """The contact whose handle `text` is; None for anything else."""
    if not _FORM.fullmatch(text):
        return None
    contact, _, _ = text.partition(".")
    return contact if hmac.compare_digest(handle(hashes, contact), text) else None


def given_out(hashes: KeyedHash, contact: str, segment: str, at: int) -> dict[str, Scalar | First]:
    """What a write on the contact's record sets when a part of the call gives its handle out, first or again."""
    return {"view": _kept(hashes, contact), "view_since": First(at), "view_segment": First(segment)}


def given_with(proof: Write, hashes: KeyedHash, contact: str, segment: str, at: int) -> Write:
    """The write that puts a proof on the contact's record, which gives the handle out with it."""
    return Write(proof.condition, {**proof.sets, **given_out(hashes, contact, segment, at)})


def ended(hashes: KeyedHash, contact: str, segment: str, at: int) -> Write:
    """A part of the call, by its ContactId, is over; refused where no handle was given out."""
    return Write(Is("view", _kept(hashes, contact)), {_field(segment): First(at)})


def joined(hashes: KeyedHash, contact: str, segment: str, at: int) -> Write:
    """The call is being transferred to another part of it; refused where no handle was given out."""
    return Write(Is("view", _kept(hashes, contact)), {_joined(segment): First(at)})


def is_over(record: Record) -> bool:
    """Whether the whole call is over, as far as its parts have been told of.

    Those are the part in which the handle was given out, and all that transfers have begun since. What else ends
    meanwhile under the same InitialContactId is no part of it: a third party's leg, or a supervisor's who listened in.
    """
    return all(part in record for part in _parts(record))


def is_open(hashes: KeyedHash, contact: str, record: Record, segment: str, at: int, life_ms: int) -> bool:
    """Whether the contact's handle still opens its record for an agent whose part of the call is `segment`."""
    if record.get("view") != _kept(hashes, contact):
        return False
    since, over = int(record["view_since"]), _over_since(record, segment)
    return since - SKEW_MS <= at < since + life_ms and (over is None or at < over + LASTS_MS)


def _over_since(record: Record, segment: str) -> int | None:
    """Since when a part of the call is over: no part, whatever it is called, lasts longer than the whole call."""
    if _field(segment) in record:
        return int(record[_field(segment)])
    return max(int(record[part]) for part in _parts(record)) if is_over(record) else None


def _parts(record: Record) -> set[str]:
    """The fields that say of each part of the call when it was over."""
    later = {_ENDED + name.removeprefix(_JOINED) for name in record if name.startswith(_JOINED)}
    return {_field(str(record["view_segment"])), *later}


def _kept(hashes: KeyedHash, contact: str) -> str:
    return hashes.of("agent view, kept", handle(hashes, contact))


def _field(segment: str) -> str:
    return _ENDED + segment.replace("-", "_")


def _joined(segment: str) -> str:
    return _JOINED + segment.replace("-", "_")
