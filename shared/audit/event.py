"""What is known of an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.audit.kinds import Kind, Sometimes, words

ORDINARY = "Nothing: an ordinary course of things"
YES_NO = words("yes", "no")


@dataclass(frozen=True)
class Event:
    """What it means, what an operator does about it, and its fields.

    All are counted; `counted_by` names the field for each value of which there is a count besides, and `number` the one
    that is a metric of its own.
    """

    means: str
    act: str
    fields: Mapping[str, Kind | Sometimes]
    counted_by: str = ""
    number: str = ""

    @property
    def required(self) -> list[str]:
        return [name for name, kind in self.fields.items() if isinstance(kind, Kind)]

    def kind(self, field: str) -> Kind:
        found = self.fields[field]
        return found if isinstance(found, Kind) else found.kind
