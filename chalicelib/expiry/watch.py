"""The daily watch: a metric of the days that are left for each thing, and an event for what is due or damaged."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import audit, aws
from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.expiry import sources
from chalicelib.expiry.ending import DUE_DAYS, Ending, Trouble, days_left
from chalicelib.expiry.instance import PATIENT, Instance
from chalicelib.expiry.sources import Places
from chalicelib.parameters import ParameterStore
from chalicelib.settings import Settings

SOURCES = (sources.uploaded_keys, sources.flows, sources.consumers, sources.bankid)
"""What is watched. A certificate of another method's becomes one more function here."""


@dataclass(frozen=True)
class WatchParts:
    """What the function works with."""

    places: Places
    clock: Clock


def build(config: Settings, clock: Clock) -> WatchParts:
    """Makes the clients; asks nothing yet."""
    instance = Instance(aws.client("connect", PATIENT), config.connect_instance_arn)
    consumers_path = config.consumer_name.rpartition("/")[0]
    bankid = [name for name in (config.bankid_public_certificate_name, config.bankid_root_name) if name]
    return WatchParts(Places(ParameterStore(), instance, consumers_path, tuple(bankid)), clock)


def look(parts: WatchParts) -> dict[str, str]:
    """Go through every source. `result` is `complete`, or `incomplete` if one could not be asked.

    The event `expiry_watched`, whose absence raises an alarm, is written only when all could be.
    """
    seen: list[Ending | Trouble] = []
    complete = True
    for source in SOURCES:
        try:
            seen.extend(source(parts.places))
        except Unavailable as trouble:
            complete = False
            audit.record("expiry_source_unavailable", source=source.__name__, code=trouble.code, reason=str(trouble))
    _tell(seen, parts.clock.now())
    if complete:
        audit.record("expiry_watched", things=str(len(seen)))
    return {"result": "complete" if complete else "incomplete"}


def _tell(seen: list[Ending | Trouble], now: float) -> None:
    left: dict[str, int] = {}
    for one in seen:
        if isinstance(one, Trouble):
            audit.record("certificate_trouble", thing=one.thing, where=one.where, fault=one.fault)
            continue
        days = days_left(one.at, now)
        left[one.thing] = days  # a thing that stands in several places ends at the same time in all of them
        if days <= DUE_DAYS:
            audit.record("certificate_expires", thing=one.thing, where=one.where, days=str(days))
    for thing, days in left.items():
        audit.measure("days_to_expiry", "thing", "DaysToExpiry", days, thing=thing)
