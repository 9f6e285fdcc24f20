"""Events of the daily watch over certificates and keys."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.expiry import watch
from chalicelib.expiry.ending import Fault
from shared.audit.event import Event
from shared.audit.kinds import CODE, COUNT, NUMBER, TEXT, THING, words

EVENTS: Mapping[str, Event] = {
    "days_to_expiry": Event(
        "How long something lasts, once a day; negative when it is over.",
        "Alarms of the stack ring at 60, 30, 14 and 7 days.",
        {"thing": THING, "DaysToExpiry": NUMBER},
        counted_by="thing",
        number="DaysToExpiry",
    ),
    "certificate_expires": Event(
        "Sixty days or fewer are left.",
        "Make its successor, and put it where `where` says.",
        {"thing": THING, "where": THING, "days": COUNT},
    ),
    "certificate_trouble": Event(
        "Something that should be watched is missing or cannot be trusted.",
        "See to it: docs/secure-input.md says what each fault is.",
        {"thing": THING, "where": THING, "fault": words(Fault)},
    ),
    "expiry_source_unavailable": Event(
        "Connect or SSM did not answer the watch; the rest was seen.",
        "See to it if it stays: what is not seen is not watched.",
        {"source": words(tuple(source.__name__ for source in watch.SOURCES)), "code": CODE, "reason": TEXT},
    ),
    "expiry_watched": Event(
        "Everything was seen.", "Act when it stays out: an alarm of the stack rings after two days.", {"things": COUNT}
    ),
}
