"""Who gets what was typed: the contact's own token, once, within its life.

Kept under the keyed hash of the token:

    kept (contact, sealed value, time)  ->  taken (by whom, time; the sealed value is gone)

Each step is one conditional write. Taking needs the sealed value beforehand, because the write that takes it also
wipes it; the condition says that it still stands there untaken, so of many takers one wins.
"""

from __future__ import annotations

from enum import StrEnum

from chalicelib.clock import SKEW_MS
from chalicelib.conditional_write import Absent, AllOf, Between, Is, Record, Write

INPUT_KEY = "input key"
"""The purpose under which values are sealed (`sealing.Seal`), here and by whoever redeems them."""

_WIPED = "wiped"


class Word(StrEnum):
    """What becomes of a redemption."""

    OK = "ok"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REDEEMED = "redeemed"


def keep(contact: str, kind: str, sealed: str, at: int) -> Write:
    """Keep a sealed value for `contact`, from `at` (milliseconds since the epoch) on."""
    return Write(Absent("owner"), {"owner": contact, "kind": kind, "sealed": sealed, "kept_at": at})


def kept_before(standing: Record, contact: str) -> bool:
    """Whether what stands in the way of `keep` is the same value, kept by an earlier delivery of the same event."""
    return standing.get("owner") == contact


def standing(record: Record, contact: str, at: int, life: int) -> Word:
    """What redeeming for `contact` at `at` would come to. To any other contact a token is as unknown as none."""
    if record.get("owner") != contact:
        return Word.UNKNOWN
    if "taken_by" in record:
        return Word.REDEEMED
    if not at - life <= int(record["kept_at"]) <= at + SKEW_MS:
        return Word.EXPIRED
    return Word.OK


def take(contact: str, sealed: str, taker: str, at: int, life: int) -> Write:
    """Take the value that is sealed in `sealed`, and wipe it. `taker` tells one attempt from all others."""
    return Write(
        AllOf(
            (
                Is("owner", contact),
                Is("sealed", sealed),
                Absent("taken_by"),
                Between("kept_at", at - life, at + SKEW_MS),
            )
        ),
        {"taken_by": taker, "taken_at": at, "sealed": _WIPED},
    )


def was_taken_by(record: Record, taker: str) -> bool:
    """Whether this very attempt has taken it after all: its write was done, and only the answer was lost."""
    return record.get("taken_by") == taker
