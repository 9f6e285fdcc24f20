"""The step `start`: from what the caller typed to an order that BankID has, once, however often the event arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

from chalicelib import audit
from chalicelib.bankid import binding, hints, order
from chalicelib.bankid.answers import CallInitiator
from chalicelib.bankid.hints import Prompt
from chalicelib.bankid.order import Beginning, Meeting, State
from chalicelib.bankid.parts import Asked, OrderParts
from chalicelib.clock import Deadline
from chalicelib.conditional_write import Record
from chalicelib.contact import Contact, answer
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.customer_input.opening import opened
from chalicelib.errors import (
    BankIDFault,
    BankIDTrouble,
    SecretsUnavailable,
    TableUnavailable,
    Undecryptable,
)
from chalicelib.personal_number import twelve_digits
from chalicelib.prompts import LANGUAGES
from chalicelib.table.items import ATTEMPT_SECONDS, Written

_WRITE_SECONDS = ATTEMPT_SECONDS + 0.1
"""Kept back for storing what BankID answered."""
_TAKE_BACK_SECONDS = 1.0
"""And for taking an order back that could not be stored."""
_LOOK_AGAIN_SECONDS = 0.5


class Word(StrEnum):
    """What `start` answers."""

    STARTED = "started"
    NO_INPUT = "no_input"
    INVALID_NUMBER = "invalid_number"
    UNDECRYPTABLE = "undecryptable"
    BUSY = "busy"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"


def start(parts: OrderParts, private_keys: PrivateKeys, contact: Contact, deadline: Deadline) -> dict[str, str]:
    """Start an order for the personal number that was typed: `started` with `spoken_code`, or why there is none."""
    number = _typed_number(parts, private_keys, contact)
    if isinstance(number, Word):
        return answer(number)
    try:
        who = _initiator(parts, contact, deadline)
        if who is None:
            audit.record("bankid_refused", reason="initiation_method", contact=contact.id)
            return answer(Word.UNAVAILABLE)
        starting = _Start(parts, contact, number, who, deadline)
        word = starting.begin()
    except TableUnavailable as trouble:
        audit.record("bankid_trouble", step="start", reason=trouble.code, contact=contact.id)
        return answer(Word.UNAVAILABLE)
    if word is not Word.STARTED:
        return answer(word)
    return answer(word, spoken_code=starting.code)


def _typed_number(parts: OrderParts, private_keys: PrivateKeys, contact: Contact) -> str | Word:
    try:
        typed = opened(contact, private_keys)
    except Undecryptable as refused:
        audit.record("bankid_input_refused", reason=refused.fault, contact=contact.id)
        return Word.NO_INPUT if refused.nothing_typed else Word.UNDECRYPTABLE
    except SecretsUnavailable:
        return Word.UNAVAILABLE
    today = datetime.fromtimestamp(parts.clock.now(), UTC).date()
    return twelve_digits(typed, today, parts.settings.bankid_coordination_numbers) or Word.INVALID_NUMBER


def _initiator(parts: OrderParts, contact: Contact, deadline: Deadline) -> CallInitiator | None:
    known = parts.read(contact.id, deadline) if binding.needs_memory(contact.initiation) else {}
    return binding.initiator(contact, known)


class _Start:
    """One delivery of one event. `code` is what the caller will hear."""

    def __init__(
        self, parts: OrderParts, contact: Contact, personal_number: str, who: CallInitiator, deadline: Deadline
    ) -> None:
        self._parts, self._contact, self._who, self._deadline = parts, contact, who, deadline
        self._input = binding.handle(parts.hashes, contact.id, contact.parameters["encrypted"])
        self.code = binding.spoken_code(parts.hashes, self._input)
        chosen = contact.parameters.get("language", "")
        language = chosen if chosen in LANGUAGES else parts.settings.default_language
        visible = binding.visible(language, parts.settings.organisation_name, self.code, who)
        self._asked = Asked(personal_number, visible, binding.non_visible(parts.hashes, self._input))

    def _first(self) -> Beginning:
        parts, contact = self._parts, self._contact
        sealed = parts.sealed_asked(contact.id, self._asked)
        return Beginning(1, self._input, sealed, self._who, contact.segment, parts.now())

    def begin(self) -> Word:
        """Write that an order is about to be started, then start it. The write is also the look at what stands."""
        wanted = self._first()
        while True:
            done = self._parts.write(self._contact.id, order.begin(wanted), self._deadline)
            if isinstance(done, Written):
                return self._ask(wanted)
            match order.met_by_start(done.record, wanted, self._parts.settings.bankid_most_orders):
                case Meeting.OURS:
                    return self._ask(wanted)
                case Meeting.NEXT:
                    wanted = replace(wanted, number=order.number_of(done.record) + 1, at=self._parts.now())
                case Meeting.STARTING:
                    self._wait(done.record)
                case Meeting.REPLACE:
                    self._replace(done.record)
                case met:
                    return _settled(met, done.record)

    def _ask(self, wanted: Beginning) -> Word:
        asked, left = self._asked, self._deadline.remaining()
        try:
            order_ref = self._parts.relying_party.phone_auth(
                asked.personal_number,
                self._who,
                asked.visible,
                asked.non_visible,
                self._deadline.at_most(left - _WRITE_SECONDS - _TAKE_BACK_SECONDS),
            )
        except BankIDTrouble as trouble:
            return self._not_started(wanted, trouble)
        return self._started(wanted, order_ref)

    def _not_started(self, wanted: Beginning, trouble: BankIDTrouble) -> Word:
        """Also when BankID may have started it all the same: it is never asked again for the same input."""
        certain = "no" if trouble.uncertain else "yes"
        audit.record("bankid_trouble", step="start", reason=trouble.fault, certain=certain, contact=self._contact.id)
        busy = trouble.fault is BankIDFault.ALREADY_IN_PROGRESS
        self._parts.close(self._contact.id, wanted.number, hints.BUSY if busy else hints.UNAVAILABLE, self._deadline)
        return Word.BUSY if busy else Word.UNAVAILABLE

    def _started(self, wanted: Beginning, order_ref: str) -> Word:
        """Note the order. Whoever cannot takes it back: the call is over, or somebody has given this start up."""
        parts, contact, deadline = self._parts, self._contact, self._deadline
        sealed = parts.sealed_order_ref(contact.id, wanted.number, order_ref)
        try:
            write = order.opened(wanted.number, contact.segment, sealed, parts.now())
            done = parts.write(contact.id, write, deadline.at_most(deadline.remaining() - _TAKE_BACK_SECONDS))
            if isinstance(done, Written) or done.record.get("order") == sealed:
                return Word.STARTED
        except TableUnavailable as trouble:
            audit.record("bankid_trouble", step="start", reason=trouble.code, contact=contact.id)
        parts.cancel_at_bankid(contact.id, order_ref, deadline)
        return Word.UNAVAILABLE

    def _wait(self, record: Record) -> None:
        """For whoever is at it; when they or we run out of time, the start is given up, and they will find that."""
        parts = self._parts
        given_up = parts.now() >= int(record["started_at"]) + order.START_LIFE_MS
        if given_up or self._deadline.remaining() < 2 * _WRITE_SECONDS + _LOOK_AGAIN_SECONDS:
            parts.close(self._contact.id, order.number_of(record), hints.UNAVAILABLE, self._deadline)
        else:
            parts.clock.sleep(_LOOK_AGAIN_SECONDS)

    def _replace(self, record: Record) -> None:
        """Cancel the order before: the caller has typed anew."""
        if record["state"] == State.STARTING:
            self._wait(record)
        else:
            order_ref = self._parts.order_ref(self._contact.id, record)
            self._parts.close(self._contact.id, order.number_of(record), hints.CANCELLED, self._deadline)
            self._parts.cancel_at_bankid(self._contact.id, order_ref, self._deadline)


def _settled(met: Meeting, record: Record) -> Word:
    if met is Meeting.STARTED:
        return Word.STARTED
    if met is Meeting.LOCKED:
        return Word.LOCKED
    busy = met is Meeting.REFUSED and record["prompt"] == Prompt.BUSY
    return Word.BUSY if busy else Word.UNAVAILABLE
