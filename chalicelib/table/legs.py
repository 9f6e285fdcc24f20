"""The hand-off's steps, taken on the table. What a step means stands in `chalicelib.handoff`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalicelib import handoff
from chalicelib.clock import Deadline
from chalicelib.conditional_write import First, Record, Write
from chalicelib.handoff import Close, HandBack, Issue, MustClose, Outcome, Redeem, Report, Step
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood

_SWEPT_AFTER_SECONDS = 3_600


class Legs:
    """Legs and hand-backs, by the keyed hash of their codes (`handle`)."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def take(self, step: Step, handle: str, deadline: Deadline) -> Outcome:
        """Take one step: one conditional write."""
        done = self._items.write(_key(step, handle), _write(step), deadline)
        if isinstance(done, Stood):
            return handoff.refused(step, done.record)
        return handoff.accepted(step, done.record)

    def report(self, step: Report, handle: str, also: Mapping[str, Write], deadline: Deadline) -> Outcome:
        """Report a verdict and, all or none, write what follows from it elsewhere (`also`: key to write)."""
        if not also:
            return self.take(step, handle, deadline)
        stood = self._items.write_together([(_key(step, handle), _write(step)), *also.items()], deadline)
        return handoff.accepted(step, {}) if stood is None else handoff.refused(step, stood.record)

    def redeem(self, step: Redeem, handle: str, deadline: Deadline) -> Outcome:
        """Ask for the verdict; when there is none to be had, fix that answer, so that a late report cannot turn it."""
        outcome = self.take(step, handle, deadline)
        if isinstance(outcome, MustClose):
            outcome = self.take(Close(step.contact, step.at, outcome.word, step.by_code), handle, deadline)
        return outcome

    def look(self, handle: str, deadline: Deadline) -> Record:
        """The leg as it stands; {} for none."""
        return self._items.read(keys.leg(handle), deadline)


def hand_back_write(step: HandBack) -> Write:
    """The write that goes together with a report whose verdict is handed back by code."""
    return _write(step)


def _key(step: Step, handle: str) -> str:
    by_code = isinstance(step, HandBack) or (isinstance(step, Redeem | Close) and step.by_code)
    return keys.hand_back(handle) if by_code else keys.leg(handle)


def _write(step: Step) -> Write:
    write = handoff.write_for(step)
    if isinstance(step, Issue | HandBack):
        return replace(write, sets={**write.sets, "expires_at": First(step.at // 1000 + _SWEPT_AFTER_SECONDS)})
    return write
