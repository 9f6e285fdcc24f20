"""What is on each agent's desk: their contacts, and which of them they are looking at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

CONNECTED, ENDED = "connected", "ended"


@dataclass(frozen=True)
class Contact:
    """One agent's part of a call. `state` is one of Connect's: "connected", or "ended" in after-call work."""

    contact_id: str
    initial_contact_id: str
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)
    state: str = CONNECTED


class Desk:
    """One agent's contacts. `version` grows with every change."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.version = 1
        self._contacts: dict[str, Contact] = {}
        self._selected = ""
        self._changed = threading.Condition()

    def give(self, contact: Contact) -> None:
        """The contact reaches the agent, who looks at it."""
        self._change(lambda: self._put(contact))

    def set_attributes(self, contact_id: str, **attributes: str) -> None:
        """A flow sets contact attributes."""
        found = self._contacts[contact_id]
        changed = replace(found, attributes={**found.attributes, **attributes})
        self._change(lambda: self._contacts.update({contact_id: changed}))

    def select(self, contact_id: str) -> None:
        """The agent looks at another contact, or with "" at none."""
        self._change(lambda: setattr(self, "_selected", contact_id))

    def end(self, contact_id: str) -> None:
        """The call is over for this agent; after-call work begins."""
        changed = replace(self._contacts[contact_id], state=ENDED)
        self._change(lambda: self._contacts.update({contact_id: changed}))

    def clear(self, contact_id: str) -> None:
        """The agent closes the contact."""
        self._change(lambda: self._remove(contact_id))

    def since(self, version: int, stopped: Callable[[], bool], patience: float = 20.0) -> dict[str, Any]:
        """What there is, as soon as it is newer than `version`, or after `patience` seconds."""
        until = time.monotonic() + patience
        with self._changed:
            while self.version <= version and time.monotonic() < until and not stopped():
                self._changed.wait(0.25)
            contacts = [
                {
                    "contactId": one.contact_id,
                    "initialContactId": one.initial_contact_id,
                    "attributes": dict(one.attributes),
                    "state": one.state,
                }
                for one in self._contacts.values()
            ]
            return {"version": self.version, "agent": self.agent, "selected": self._selected, "contacts": contacts}

    def _change(self, change: Callable[[], object]) -> None:
        with self._changed:
            change()
            self.version += 1
            self._changed.notify_all()

    def _put(self, contact: Contact) -> None:
        self._contacts[contact.contact_id] = contact
        self._selected = contact.contact_id

    def _remove(self, contact_id: str) -> None:
        del self._contacts[contact_id]
        if self._selected == contact_id:
            self._selected = ""
