"""The step `collect`: wait a little for news of the order, and tell it.

BankID is asked at its own pace, under a lease for each time. What it answers last it says once, so that is stored
before the flow hears it; if it is lost on the way, the order has failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib import agent_view, assurance, audit
from chalicelib.assurance import Level, Method, Proof
from chalicelib.bankid import hints, judging, order
from chalicelib.bankid.answers import Collected, Complete, Failed, Pending
from chalicelib.bankid.hints import End, Prompt, Result
from chalicelib.bankid.order import Standing
from chalicelib.bankid.parts import Asked, OrderParts, Secrets
from chalicelib.clock import Deadline, milliseconds, utc
from chalicelib.conditional_write import Record, Scalar
from chalicelib.contact import Contact, answer
from chalicelib.errors import (
    BankIDFault,
    BankIDTrouble,
    EvidenceRefused,
    EvidenceUnavailable,
    Misconfigured,
    TableUnavailable,
)
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import ATTEMPT_SECONDS, Written

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from chalicelib.bankid.evidence.keeping import Keeper
    from chalicelib.bankid.evidence.verify import Checked

LOOK_SECONDS = order.PACE_MS / 1000
"""What a look at the order may take. The last is begun when no more than that is left, and what follows good news."""

_WRITE_SECONDS = ATTEMPT_SECONDS + 0.1
"""Kept back for storing BankID's last word."""


@dataclass(frozen=True)
class Judge:
    """What the evidence is checked with: BankID's signing roots (none: not as far as them), and our own certificate.

    `keeper` puts away what holds, where the operator wants that.
    """

    roots: Sequence[Certificate]
    certificate_pem: str = field(repr=False)
    keeper: Keeper | None = None

    @property
    def keeping_seconds(self) -> float:
        """How long putting evidence away may take."""
        return self.keeper.longest_seconds if self.keeper else 0.0

    def check(self, complete: Complete, asked: Asked, deadline: Deadline) -> Checked:
        """How far the chain was checked. Raises EvidenceRefused, and EvidenceUnavailable where keeping is required."""
        # Only here: what reads certificates takes as long to load as the rest of the function does to start.
        from cryptography import x509

        from chalicelib.bankid.evidence.content import Expected
        from chalicelib.bankid.evidence.kept import Kept
        from chalicelib.bankid.evidence.verify import verify

        ours = x509.load_pem_x509_certificate(self.certificate_pem.encode()).subject.rfc4514_string()
        expected = Expected(asked.personal_number, asked.visible, asked.non_visible, ours)
        now = deadline.now()
        chain = verify(complete, expected, self.roots, now).chain
        if self.keeper:
            self.keeper.keep(Kept(complete, expected, now), deadline)
        return chain


def judge(config: Settings, secrets: Secrets) -> Judge:
    """Raises Misconfigured: what should be BankID's signing roots is none, or required evidence has no bucket."""
    certificate_pem = secrets.values[config.bankid_certificate_name]
    return Judge(_roots(config.bankid_signing_roots_name, secrets), certificate_pem, _keeper(config))


def _roots(name: str, secrets: Secrets) -> Sequence[Certificate]:
    if not name:
        return ()
    from chalicelib.bankid.evidence import roots

    return roots.parsed(secrets.values.get(name, ""), name)


def _keeper(config: Settings) -> Keeper | None:
    if not config.evidence_bucket:
        if config.evidence_required:
            raise Misconfigured("EVIDENCE_REQUIRED is yes, and EVIDENCE_BUCKET is not set: there is nowhere to keep it")
        return None
    from chalicelib.bankid.evidence import keeping

    return keeping.build(config)


def collect(parts: OrderParts, judge: Judge, contact: Contact, deadline: Deadline) -> dict[str, str]:
    """`pending` with a `prompt`, as soon as it is another than the flow says it has `seen`; or how the order ended."""
    collecting = _Collect(parts, judge, contact, deadline)
    try:
        end = collecting.news()
    except TableUnavailable as trouble:
        audit.record("bankid_trouble", step="collect", reason=trouble.code, contact=contact.id)
        end = hints.UNAVAILABLE
    if end.result is Result.VERIFIED:
        return answer(end.result, **_verified(parts, contact, collecting.record))
    return answer(end.result, prompt=end.prompt)


def _verified(parts: OrderParts, contact: Contact, record: Record) -> dict[str, str]:
    told = {
        "level": Level.HIGH.word,
        "until": utc(int(record["until"])),
        "subject": str(record["subject"]),
        "risk": str(record["risk"]),
    }
    given_name = parts.seal.open(str(record["given_name"]), contact.id)
    return {**told, "given_name": given_name} if given_name else told


@dataclass(frozen=True)
class _Later:
    """Nothing final yet. `again_at` is when BankID may be asked again; `busy`: somebody else is asking meanwhile."""

    again_at: int
    prompt: Prompt | None = None
    busy: bool = False
    trouble: bool = False


class _Collect:
    """One call of the step. `record` is the order's record as it was seen last."""

    def __init__(self, parts: OrderParts, judge: Judge, contact: Contact, deadline: Deadline) -> None:
        self._parts, self._judge, self._contact, self._deadline = parts, judge, contact, deadline
        self._asked_by = deadline.ends - _WRITE_SECONDS - judge.keeping_seconds
        self._last_look = milliseconds(self._asked_by - LOOK_SECONDS)
        seen = contact.parameters.get("seen", "")
        self._seen = Prompt(seen) if seen in tuple(hints.PENDING_PROMPTS) else None
        self.record: Record = {}

    def news(self) -> End:
        """Raises TableUnavailable."""
        if not self._rest():
            return self._nothing_new()
        while True:
            at = self._parts.now()
            found = self._look(at)
            if isinstance(found, End):
                return found
            if found.prompt not in (None, self._seen):
                return End(Result.PENDING, found.prompt)
            if at >= self._last_look or (found.again_at > self._last_look and not found.busy):
                return hints.UNAVAILABLE if found.trouble else self._nothing_new()
            wake_at = min(found.again_at, self._last_look)
            self._parts.clock.sleep((max(0, wake_at - self._parts.now()) + 1) / 1000)

    def _nothing_new(self) -> End:
        return End(Result.PENDING, self._seen or Prompt.OPEN_APP)

    def _rest(self) -> bool:
        """What the table would refuse is not asked of it: this process itself has collected a moment ago.

        False when there is no time for the look that would follow.
        """
        last, now = self._parts.last_collect, self._parts.now()
        left = last.at + order.HOLD_MS - now if last.contact == self._contact.id else 0
        if not 0 < left <= order.HOLD_MS:
            return True
        wake_at = min(now + left + 1, max(now, self._last_look))
        self._parts.clock.sleep((wake_at - now) / 1000)
        return wake_at > now + left

    def _look(self, at: int) -> End | _Later:
        """Take the lease and ask BankID; or say what stands in the way."""
        parts, contact, token = self._parts, self._contact, self._parts.token()
        write = order.lease(contact.segment, parts.collector, token, at)
        done = parts.write(contact.id, write, self._deadline)
        self.record = done.record
        self._parts.last_collect.contact, self._parts.last_collect.at = "", at
        if isinstance(done, Written):
            return self._ask(at)
        match order.met_by_collect(self.record, contact.segment, token, at):
            case Standing.OURS:
                return self._ask(at)
            case Standing.BUSY:
                return _Later(order.free_at(self.record, parts.collector), busy=True)
            case Standing.OVER:
                return order.said(self.record, at)
            case Standing.ENDED:
                return hints.CANCELLED
            case Standing.TOO_OLD:
                return self._close(hints.EXPIRED)
            case Standing.NONE:
                audit.record("bankid_no_order", contact=contact.id)
                return hints.UNAVAILABLE

    def _ask(self, at: int) -> End | _Later:
        parts, again_at = self._parts, at + order.HOLD_MS
        ends, send_by = min(again_at / 1000, self._asked_by), (at + order.LATEST_SEND_MS) / 1000
        order_ref = parts.order_ref(self._contact.id, self.record)
        try:
            # A connection that took too long to open is there for the next look.
            parts.relying_party.connect(Deadline(ends, parts.clock.now))
            if parts.clock.now() > send_by:
                return _Later(again_at)
            collected = parts.relying_party.collect(
                order_ref, Deadline(ends, parts.clock.now), Deadline(send_by, parts.clock.now)
            )
        except BankIDTrouble as trouble:
            return self._trouble(trouble, again_at)
        return self._heard(collected, again_at)

    def _trouble(self, trouble: BankIDTrouble, again_at: int) -> End | _Later:
        """BankID knows the order no more: its last word was lost on the way to us. Other trouble may pass."""
        audit.record("bankid_trouble", step="collect", reason=trouble.fault, contact=self._contact.id)
        if trouble.fault is BankIDFault.INVALID_PARAMETERS:
            return self._close(hints.FAILED)
        return _Later(again_at, trouble=True)

    def _heard(self, collected: Collected, again_at: int) -> End | _Later:
        match collected:
            case Pending(hint):
                self._parts.last_collect.contact = self._contact.id
                return _Later(again_at, hints.while_pending(hint))
            case Failed(hint):
                return self._close(hints.when_failed(hint))
            case Complete():
                return self._completed(collected)

    def _completed(self, complete: Complete) -> End:
        parts, contact = self._parts, self._contact.id
        asked = parts.asked(contact, self.record)
        if not judging.is_whom_we_asked(complete.person.personal_number, asked.personal_number):
            return self._close(hints.MISMATCH)
        try:
            before_write = Deadline(self._deadline.ends - _WRITE_SECONDS, parts.clock.now)
            chain = self._judge.check(complete, asked, before_write)
        except EvidenceRefused as refused:
            audit.record("bankid_evidence_refused", reason=refused.fault, contact=contact)
            return self._close(hints.FAILED)
        except EvidenceUnavailable:
            return self._close(hints.UNAVAILABLE)
        end = self._prove(complete)
        if end.result is Result.VERIFIED:
            audit.record("bankid_completed", chain=chain, risk=str(self.record["risk"]), contact=contact)
        return end

    def _prove(self, complete: Complete) -> End:
        """Store the answer and the proof on the contact, both or neither."""
        parts, contact, at = self._parts, self._contact, self._parts.now()
        subject = parts.hashes.of("personal number", complete.person.personal_number)
        until = at + parts.settings.bankid_proof_life_seconds * 1000
        told = self._told(complete, subject, until)
        number = order.number_of(self.record)
        proof = assurance.recorded(Proof(Method.BANKID, Level.HIGH, subject, at, until))
        on_contact = agent_view.given_with(proof, parts.hashes, contact.id, contact.segment, at)
        stood = parts.write_together(
            contact.id,
            order.verified(number, contact.segment, at, told),
            (keys.contact(contact.id), on_contact),
            self._deadline,
        )
        if stood is None:
            self.record = {**self.record, **told}
            return hints.VERIFIED
        audit.record("bankid_too_late", contact=contact.id)
        return order.said_of(number, stood.record, at)

    def _told(self, complete: Complete, subject: str, until: int) -> dict[str, Scalar]:
        """What a repeated answer needs; the name sealed."""
        parts = self._parts
        name = judging.spoken_name(complete.person.given_name) if parts.settings.greet_by_name else ""
        today = datetime.fromtimestamp(parts.clock.now(), UTC).date()
        return {
            "subject": subject,
            "until": until,
            "risk": judging.risk(complete.issued_on, today, parts.settings.bankid_young_days),
            "given_name": parts.seal.close(name, self._contact.id),
        }

    def _close(self, end: End) -> End:
        return self._parts.close(self._contact.id, order.number_of(self.record), end, self._deadline)
