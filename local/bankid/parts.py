"""Everything that evidence is made of, before it is made: the true parts, each of which can be replaced."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography import x509

from local.bankid.authority import SIGNING_CHAIN, Authority, Identity, display_name, relying_party_subject
from local.bankid.canonical_xml import Layout
from local.bankid.holders import Holder, certified
from local.bankid.ocsp import Answer, NonceForm, nonce_for
from local.bankid.signed_data import Content, Document, device_id


@dataclass(frozen=True)
class Completed:
    """An order that somebody has completed. `at` in seconds since the epoch; texts in base64, as they were sent."""

    holder: Holder
    relying_party: x509.Certificate
    at: float
    visible: str | None
    hidden: str | None = None
    form: str | None = None
    conditions: tuple[tuple[str, str], ...] = ()
    function: str = "Identification"


@dataclass(frozen=True)
class Parts:
    """Everything that completionData is made of, before it is made."""

    authority: Authority
    at: datetime.datetime
    user: Holder
    document: Document
    answer: Answer
    nonce_of: Callable[[str], bytes | None] = nonce_for
    signature: Callable[[str], str] = str  # what happens to the finished base64
    ocsp: Callable[[bytes], bytes | None] = bytes

    @property
    def issuer(self) -> Identity:
        return self.authority.identity(SIGNING_CHAIN[0])

    def signed_by(self, leaf: Identity, *chain: str) -> Parts:
        """With that person's certificate and those of its authorities, by name; the bank answers for it."""
        certificates = (leaf.certificate, *(self.authority.identity(name).certificate for name in chain))
        return replace(
            self,
            document=replace(self.document, certificates=certificates, key=leaf.key),
            answer=replace(self.answer, subject=leaf.certificate, issuer=certificates[min(1, len(chain))]),
        )

    def edited(self, edit: Callable[[str], str]) -> Parts:
        return replace(self, document=replace(self.document, edited=edit))

    def showing(self, **other: str | None) -> Parts:
        return replace(self, document=self.document.showing(**other))

    def answered(self, **other: object) -> Parts:
        return replace(self, answer=replace(self.answer, **other))  # type: ignore[arg-type]  # names of its fields


def true_parts(authority: Authority, completed: Completed, layout: Layout, nonce: NonceForm) -> Parts:
    """What is so."""
    holder = completed.holder
    issuer = authority.identity(SIGNING_CHAIN[0])
    leaf = certified(holder, issuer, holder.issued_before(completed.at))
    content = Content(
        completed.visible,
        completed.hidden,
        completed.form,
        relying_party_subject(completed.relying_party),
        display_name(completed.relying_party),
        device_id(holder.personal_number),
        completed.conditions,
        completed.function,
    )
    at = datetime.datetime.fromtimestamp(int(completed.at), datetime.UTC)
    document = Document(content, (leaf.certificate,), leaf.key, layout)
    responder = authority.identity("responder")
    answer = Answer(leaf.certificate, issuer.certificate, responder, at, nonce=None, form=nonce)
    return Parts(authority, at, holder, document, answer).signed_by(leaf, *SIGNING_CHAIN)
