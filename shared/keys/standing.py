"""How each key stands: uploaded, kept, used by which flows, how often used of late; and whether it may go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.audit import NAMESPACE
from chalicelib.expiry import certificate
from chalicelib.expiry.encryption import encryptions
from chalicelib.expiry.ending import days_left
from chalicelib.expiry.instance import SecurityKey
from shared.keys.places import Places

QUEUED_DAYS = 14
"""The longest that a queued call or a callback is supposed to live: a message may be that old when it is opened."""


@dataclass(frozen=True)
class Use:
    """A flow or module (`where`) that encrypts with a key. `certificate` None: damaged, or decided in the call."""

    where: str
    key_id: str
    certificate: certificate.Certificate | None
    is_dynamic: bool


@dataclass(frozen=True)
class Uses:
    """`unreadable` are flows whose content is no JSON: what they use is unknown."""

    found: tuple[Use, ...]
    unreadable: tuple[str, ...]

    def of(self, key_id: str) -> tuple[Use, ...]:
        return tuple(use for use in self.found if use.key_id == key_id)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why nobody can be sure which keys are in use."""
        dynamic = tuple(f"{use.where} decides its key in the call" for use in self.found if use.is_dynamic)
        return dynamic + tuple(f"{where} cannot be read" for where in self.unreadable)


@dataclass(frozen=True)
class Standing:
    """Of one key id. `opened` is how many messages were opened in the last `days`; a damaged `certificate` is None."""

    key_id: str
    security_key: SecurityKey | None
    has_private_key: bool
    has_certificate: bool
    certificate: certificate.Certificate | None
    used_by: tuple[Use, ...]
    opened: int
    days: int
    doubts: tuple[str, ...]

    @property
    def objections(self) -> tuple[str, ...]:
        """Why it may not be removed; none: it is safe."""
        told = tuple(f"{use.where} encrypts with it" for use in self.used_by)
        if self.opened:
            told += (f"{self.opened} messages were opened with it in the last {self.days} days",)
        return told + self.doubts


def uses(places: Places) -> Uses:
    """Of every published flow and module."""
    found: list[Use] = []
    unreadable: list[str] = []
    for one in places.instance.published():
        where = f"{one.kind} {one.name} ({one.id})"
        try:
            found.extend(
                Use(where, used.key_id, _certificate(used.certificate), used.is_dynamic)
                for used in encryptions(one.content)
            )
        except ValueError:
            unreadable.append(where)
    return Uses(tuple(found), tuple(unreadable))


def standings(places: Places, days: int, now: datetime) -> tuple[Standing, ...]:
    """Of every key that is uploaded, kept, or used in a flow; the newest upload last."""
    listed = {key.id: key for key in places.instance.security_keys()}
    used = uses(places)
    kept, certificates = places.private_keys.key_ids(), places.parameters.certificates()
    ids = kept | certificates.keys() | {use.key_id for use in used.found if not use.is_dynamic}
    return tuple(
        Standing(
            key_id,
            listed.get(key_id),
            key_id in kept,
            key_id in certificates,
            _certificate(certificates.get(key_id, "")),
            used.of(key_id),
            _opened(places, key_id, days, now),
            days,
            used.doubts,
        )
        for key_id in [*sorted(ids - listed.keys()), *_by_age(listed.values())]
    )


def _by_age(keys: Iterable[SecurityKey]) -> list[str]:
    return [key.id for key in sorted(keys, key=lambda key: key.uploaded.timestamp() if key.uploaded else 0.0)]


def _certificate(pem: str) -> certificate.Certificate | None:
    try:
        return certificate.read(pem)
    except ValueError:
        return None


def _opened(places: Places, key_id: str, days: int, now: datetime) -> int:
    """What the function secure_input, and every other that opens input, has counted."""
    answer = places.metrics.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="Events",
        Dimensions=[{"Name": "event", "Value": "input_opened"}, {"Name": "key_id", "Value": key_id}],
        StartTime=now - timedelta(days=days),
        EndTime=now,
        Period=86_400,
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in answer["Datapoints"]))


def shown(one: Standing, now: datetime) -> str:
    """For the terminal."""
    where = sorted({use.where for use in one.used_by})
    return "\n".join(
        (
            one.key_id,
            f"  at Connect     {_uploaded(one.security_key)}",
            f"  private key    {'kept' if one.has_private_key else 'MISSING here (--store names another place)'}",
            f"  certificate    {shown_certificate(one.certificate, now)}",
            f"  used by        {', '.join(where) or 'no published flow or module'}",
            f"  opened         {one.opened} messages in the last {one.days} days",
            f"  verdict        {'; '.join(('keep', *one.objections)) if one.objections else 'safe to remove'}",
        )
    )


def _uploaded(key: SecurityKey | None) -> str:
    if key is None:
        return "NOT UPLOADED"
    return f"uploaded {key.uploaded:%Y-%m-%d}" if key.uploaded else "uploaded"


def shown_certificate(found: certificate.Certificate | None, now: datetime) -> str:
    """Its fingerprint and how long it lasts."""
    if found is None:
        return "MISSING OR DAMAGED"
    left = days_left(found.not_after, now.timestamp())
    return f"{found.fingerprint[:16]}, {f'ends in {left} days' if left >= 0 else f'ENDED {-left} days ago'}"
