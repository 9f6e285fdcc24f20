"""The function `contact_ended`: a call, or a segment of it, is over, and every method that is in use is told.

A method that fails does not keep the others from being told. What went wrong is raised in the end, so that Lambda
delivers the event again; to be told again changes nothing for those that were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib import audit, parameters
from chalicelib.clock import Clock, Deadline
from chalicelib.contact import Ended, Joined, contact_event
from chalicelib.errors import CountersignError, Unexpected
from chalicelib.keyed_hash import KeyedHash
from chalicelib.settings import Settings
from chalicelib.table.items import Items

if TYPE_CHECKING:
    from chalicelib.bankid.parts import OrderParts
    from chalicelib.web_login.contact_end import ViewParts


@dataclass(frozen=True)
class EndParts:
    """Who is told: BankID's orders; the agent's screen and the web login behind it. None for what is not in use."""

    instance_arn: str
    orders: OrderParts | None = None
    views: ViewParts | None = None


def build(config: Settings, clock: Clock) -> EndParts:
    """Fetches the secrets of what is in use, and loads nothing else. Raises Misconfigured or SecretsUnavailable."""
    orders = _orders(config, clock) if config.bankid_certificate_name else None
    seen = bool(config.phonenumber or config.workspace_origin)
    return EndParts(config.connect_instance_arn, orders, _views(config, clock, orders) if seen else None)


def _orders(config: Settings, clock: Clock) -> OrderParts:
    from chalicelib.bankid import parts

    return parts.build(config, clock, parts.fetch(config))


def _views(config: Settings, clock: Clock, orders: OrderParts | None) -> ViewParts:
    from chalicelib.web_login import contact_end, feedback

    if orders is not None:  # the hash key and the table's client are the same
        return contact_end.ViewParts(clock, orders.hashes, orders.items, feedback.asking(config))
    hashes = KeyedHash(parameters.fetch([config.hash_key_name])[config.hash_key_name])
    return contact_end.ViewParts(clock, hashes, Items(config.table_name), feedback.asking(config))


def take_event(work: EndParts, event: object, deadline: Deadline) -> None:
    """What EventBridge delivers, once or several times, in any order.

    Raises:
        BadEvent: neither the end of a segment of this instance's calls, nor a transfer's beginning.
        Unavailable: something did not answer; Lambda delivers the event again.
    """
    told = contact_event(event, work.instance_arn)
    _tell_all(_joined(work, told) if isinstance(told, Joined) else _ended(work, told), deadline)
    audit.record("contact_joined" if isinstance(told, Joined) else "contact_ended", contact=told.id)


Telling = Callable[[Deadline], object]


def _joined(work: EndParts, joined: Joined) -> Mapping[str, Telling]:
    """BankID's orders know their segments by who asks for them."""
    views = work.views
    if views is None:
        return {}
    from chalicelib.web_login import contact_end

    return {"agent_view": lambda deadline: contact_end.contact_joined(views, joined, deadline)}


def _ended(work: EndParts, ended: Ended) -> Mapping[str, Telling]:
    tellings: dict[str, Telling] = {}
    if (orders := work.orders) is not None:
        from chalicelib.bankid import contact_end as bankid_end

        tellings["bankid"] = lambda deadline: bankid_end.contact_ended(orders, ended, deadline)
    if (views := work.views) is not None:
        from chalicelib.web_login import contact_end as view_end

        tellings["agent_view"] = lambda deadline: view_end.contact_ended(views, ended, deadline)
    return tellings


def _tell_all(tellings: Mapping[str, Telling], deadline: Deadline) -> None:
    """Each has an equal part of the time that is left when its turn comes. Raises what went wrong first."""
    failures: list[Exception] = []
    for turn, (method, tell) in enumerate(tellings.items()):
        try:
            tell(deadline.at_most(deadline.remaining() / (len(tellings) - turn)))
        except Exception as trouble:  # noqa: BLE001 (raised below, when the others have been told)
            code = trouble.code if isinstance(trouble, CountersignError) else Unexpected.code
            audit.record("contact_end_failed", method=method, code=code)
            failures.append(trouble)
    if failures:
        raise failures[0]
