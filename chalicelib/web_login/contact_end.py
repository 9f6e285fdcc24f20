"""The call is over: agents see it no longer, and the website where its caller logged in is told.

A transfer ends a segment of a call and not the call. Connect says of a segment that it is over in the same words either
way, so the contact's record keeps which segments a transfer has begun since the login was linked, and the website is
told when the one of the login and all of those have ended (`agent_view.is_over`).
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import agent_view
from chalicelib.clock import Clock, Deadline, milliseconds
from chalicelib.contact import Ended, Joined
from chalicelib.keyed_hash import KeyedHash
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood
from chalicelib.web_login.feedback import LOGOUT, Feedback


@dataclass(frozen=True)
class ViewParts:
    """What the two functions work with. `feedback` is None where no website is told of anything."""

    clock: Clock
    hashes: KeyedHash
    items: Items
    feedback: Feedback | None

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return milliseconds(self.clock.now())


def contact_joined(work: ViewParts, joined: Joined, deadline: Deadline) -> None:
    """Note a segment that a transfer has begun; of a contact that was given no handle nothing is noted.

    Raises:
        Unavailable: the table did not answer.
    """
    noted = agent_view.joined(work.hashes, joined.id, joined.segment, work.now())
    work.items.write(keys.contact(joined.id), noted, deadline)


def contact_ended(work: ViewParts, ended: Ended, deadline: Deadline) -> None:
    """Note that a segment is over; if that was the call, have its login told. One write, and no read.

    Raises:
        Unavailable: the table did not answer.
    """
    noted = agent_view.ended(work.hashes, ended.id, ended.segment, work.now())
    done = work.items.write(keys.contact(ended.id), noted, deadline)
    if isinstance(done, Stood) or "login" not in done.record or work.feedback is None:
        return
    if agent_view.is_over(done.record):
        work.feedback.ask(ended.id, LOGOUT)
