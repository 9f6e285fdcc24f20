"""What the table remembers of a delivery: that it was begun, and that the consumer took it. Nothing of what was typed.

    begun (time)  ->  delivered (time)

Begun is written before the post, delivered after it: a retry that comes later finds it and posts nothing. A crash, or
a second delivery of Connect's, between the two posts again, under the same id; so consumers tell repeats by the id.
"""

from __future__ import annotations

from chalicelib.conditional_write import Absent, First, Write

_SWEPT_AFTER_SECONDS = 3_600


def begun(at: int) -> Write:
    """Refused when the consumer took it before. `at` in milliseconds since the epoch, here and below."""
    return Write(
        Absent("delivered_at"), {"begun_at": First(at), "expires_at": First(at // 1000 + _SWEPT_AFTER_SECONDS)}
    )


def delivered(at: int) -> Write:
    """The consumer has it."""
    return Write(Absent("delivered_at"), {"delivered_at": at})
