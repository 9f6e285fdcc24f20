"""Hands on what was typed, encrypted anew for consumers that the flow names.

A consumer gets it by post or, encrypted, through the flow. Nothing of it is written down here: the table learns only
that a delivery was begun and done, so that what Connect asks twice is posted once.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import audit
from chalicelib.clock import Deadline, milliseconds
from chalicelib.contact import Contact, answer
from chalicelib.errors import BadEvent, SecretsUnavailable, TableUnavailable, Unavailable
from chalicelib.secure_input import receipt
from chalicelib.secure_input.consumer import EVERY, Consumer, Delivery
from chalicelib.secure_input.parts import InputParts
from chalicelib.secure_input.posting import Post, Taken
from chalicelib.secure_input.typed import Refusal, Typed, typed
from chalicelib.secure_input.writers import CONTENT_TYPES, LONGEST_SECONDS
from chalicelib.table import keys
from chalicelib.table.items import ATTEMPT_SECONDS, Stood


@dataclass(frozen=True)
class _Relay:
    """One input of one contact, on its way."""

    parts: InputParts
    contact: Contact
    typed: Typed
    deadline: Deadline

    def delivery(self, consumer: Consumer) -> Delivery:
        """Its id is not random, and yet nobody can foretell it: a retry of the same event must get the same."""
        about = f"{self.contact.id} {self.typed.kind} {consumer.name} {self.typed.message}"
        at = int(self.parts.clock.now())
        return Delivery(
            self.parts.hashes.of("delivery", about),
            self.contact.id,
            self.typed.kind,
            at,
            at + self.parts.settings.input_life_seconds,
        )

    def item(self, delivery: Delivery) -> str:
        return keys.delivery(self.parts.hashes.of("delivery item", delivery.id))


def relay(parts: InputParts, contact: Contact, kind: str, deadline: Deadline) -> dict[str, str]:
    """`delivered` or `ciphertext` (with `message`), and what the kind may show; or why not.

    Raises:
        BadEvent: no consumer is named.
        Misconfigured: the private key cannot be used, or there are too many consumers.
    """
    name = contact.parameters.get("consumer", "")
    if not name:
        raise BadEvent(f"the parameter consumer must name a consumer, or be {EVERY}")
    try:
        consumers = _consumers(parts, name, kind)
    except SecretsUnavailable:
        return answer(Refusal.UNAVAILABLE)
    if isinstance(consumers, str):
        return answer(consumers)
    given = typed(parts, contact, kind)
    if isinstance(given, Refusal):
        return answer(given)
    this = _Relay(parts, contact, given, deadline)
    if not consumers[0].posted:
        return _handed_to_the_flow(this, consumers[0])
    return answer("delivered", **given.shown) if _delivered(this, consumers) else answer(Refusal.UNAVAILABLE)


def _consumers(parts: InputParts, name: str, kind: str) -> list[Consumer] | str:
    """To whom it goes; or the flow's word for why to nobody."""
    if name == EVERY:
        posted = [one for one in parts.registry.every() if one.posted and kind in one.kinds]
        return [one for one in posted if _in_force(parts, one)] or "unknown_consumer"
    consumer = parts.registry.named(name)
    if consumer is None:
        return "unknown_consumer"
    return [consumer] if kind in consumer.kinds and _in_force(parts, consumer) else "not_allowed"


def _in_force(parts: InputParts, consumer: Consumer) -> bool:
    if parts.clock.now() < consumer.not_after:
        return True
    audit.record("consumer_expired", consumer=consumer.name)
    return False


def _handed_to_the_flow(this: _Relay, consumer: Consumer) -> dict[str, str]:
    try:
        message = _written(this, this.delivery(consumer), consumer)
    except Unavailable as trouble:
        _failed(this, consumer.name, trouble)
        return answer(Refusal.UNAVAILABLE)
    audit.record("relay_handed_over", consumer=consumer.name, kind=this.typed.kind, contact=this.contact.id)
    return answer("ciphertext", message=message, **this.typed.shown)


def _delivered(this: _Relay, consumers: list[Consumer]) -> bool:
    """Whether all of them have it now, be it from an earlier delivery of the same event."""
    missing, posts = 0, []
    for consumer in consumers:
        try:
            post = _post(this, consumer)
        except Unavailable as trouble:
            _failed(this, consumer.name, trouble)
            missing += 1
        else:
            posts += [post] if post else []
    # What is left after the posts is for writing down that they were taken.
    until = this.deadline.at_most(max(this.deadline.remaining() - ATTEMPT_SECONDS, 0))
    for name, became in this.parts.posting.post(posts, until, lambda post: _note(this, post)).items():
        if became is not Taken.YES:
            audit.record("relay_failed", consumer=name, reason=became.value, contact=this.contact.id)
            missing += 1
    return not missing


def _post(this: _Relay, consumer: Consumer) -> Post | None:
    """What to post; None when the consumer has it already.

    Raises:
        Unavailable: the table or KMS did not answer.
    """
    delivery = this.delivery(consumer)
    at = milliseconds(this.parts.clock.now())
    if isinstance(this.parts.items.write(this.item(delivery), receipt.begun(at), this.deadline), Stood):
        return None
    return Post(
        consumer.name,
        consumer.deliver,
        CONTENT_TYPES[consumer.format],
        _written(this, delivery, consumer),
        delivery,
        consumer.signing_key,
    )


def _written(this: _Relay, delivery: Delivery, consumer: Consumer) -> str:
    if this.deadline.remaining() < LONGEST_SECONDS:
        raise Unavailable("no time was left to encrypt")
    return this.parts.writers.write(this.typed.digits, delivery, consumer)


def _note(this: _Relay, post: Post) -> None:
    """Done is done: if the table does not take it, a retry posts again, and the consumer knows the id."""
    audit.record("relay_delivered", consumer=post.consumer, kind=post.delivery.kind, contact=this.contact.id)
    at = milliseconds(this.parts.clock.now())
    try:
        this.parts.items.write(this.item(post.delivery), receipt.delivered(at), this.deadline)
    except TableUnavailable as trouble:
        audit.record("relay_not_noted", code=trouble.code, consumer=post.consumer, contact=this.contact.id)


def _failed(this: _Relay, consumer: str, trouble: Unavailable) -> None:
    audit.record("relay_failed", consumer=consumer, reason=str(trouble), contact=this.contact.id)
