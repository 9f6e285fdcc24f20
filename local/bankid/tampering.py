"""Every way in which evidence can be false.

Some break the mathematics; most are properly signed by somebody, and say something that must not be believed.
"""

from __future__ import annotations

import base64
import datetime
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import (
    OCSPCertStatus,
    OCSPResponseBuilder,
    OCSPResponseStatus,
    load_der_ocsp_response,
)

from local.bankid.authority import (
    IMPOSTOR_SUFFIX,
    SIGNING_CHAIN,
    Identity,
    display_name,
    end_entity,
    issue,
    key_usage,
    new_key,
    relying_party_subject,
)
from local.bankid.holders import Holder, certified
from local.bankid.ocsp import nonce_for
from local.bankid.parts import Parts
from local.bankid.signed_data import SHA1, signed_data_text

SOMEBODY_ELSE = Holder("198112189876", "Erik", "Annansson")  # whose certificate or number turns up where it must not
_DAY = datetime.timedelta(days=1)
_TRY_LATER = OCSPResponseBuilder.build_unsuccessful(OCSPResponseStatus.TRY_LATER)
_OTHER_TEXT = base64.b64encode(b"Jag godk\xc3\xa4nner allt.").decode()


class Tamper(Enum):
    """What is false about completionData."""

    # the document
    CHANGED_BYTE = "a character of the signed data was changed afterwards"
    CHANGED_CERTIFICATE = "another certificate was put in the place of the signer's"
    OTHER_KEY = "signed with a key that is not the certificate's"
    COMMENT = "a comment stands in a text, which canonical XML leaves out"
    PROCESSING_INSTRUCTION = "a processing instruction stands before the root"
    DOCTYPE = "a document type with an entity"
    SECOND_OBJECT = "other data stands before what was signed, under the same Id"
    SECOND_OBJECT_AFTER = "other data stands behind what was signed, under the same Id"
    NO_DATA_REFERENCE = "the signature does not cover the data"
    NO_KEY_REFERENCE = "the signature does not cover the certificates"
    DATA_REFERENCED_TWICE = "the signature covers the data twice and the certificates not at all"
    SHA1 = "digests and signature by SHA-1"
    NOT_XML = "no XML at all"
    NOT_BASE64 = "not even base64"
    # who signed
    OTHER_ROOT = "a chain to another root of the same name"
    ROOT_IN_DOCUMENT = "a chain to another root, which is brought along"
    NO_CHAIN = "the signer's certificate alone"
    ISSUED_BY_PERSON = "the certificate was issued by another person's"
    EXPIRED_LEAF = "the certificate was past its time"
    FUTURE_LEAF = "the certificate was not valid yet"
    WEAK_KEY = "a key of 1024 bits"
    OTHER_HOLDER = "somebody else identified themselves"
    OTHER_USER = "`user` names somebody else than the certificate"
    # what was signed
    FUNCTION_SIGNING = "a signature, passed off as an identification, or the reverse"
    OTHER_VISIBLE = "another text was shown"
    NO_VISIBLE = "no text was shown"
    OTHER_HIDDEN = "other data not shown, so of another order"
    NO_HIDDEN = "no data not shown"
    OTHER_RELYING_PARTY = "made for another relying party"
    # what the bank says of the certificate
    OCSP_REVOKED = "revoked"
    OCSP_UNKNOWN = "unknown"
    OCSP_OTHER_PERSON = "good, but somebody else's"
    OCSP_BY_LEAF = "signed by the person's own key"
    OCSP_BY_CA_OF_IMPOSTOR = "signed by another authority's responder"
    OCSP_WITHOUT_PURPOSE = "signed by a certificate of the right authority that is no responder's"
    OCSP_CHANGED_BYTE = "its signature does not fit"
    OCSP_WRONG_NONCE = "made for another signature"
    OCSP_NO_NONCE = "made for no signature in particular"
    OCSP_OLD = "a day old"
    OCSP_FUTURE = "from tomorrow"
    OCSP_UNSUCCESSFUL = "the responder had nothing to say"
    OCSP_MISSING = "left out"


def tampered(parts: Parts, tamper: Tamper) -> Parts:
    """`parts` with that one lie."""
    return _TAMPERED[tamper](parts)


def _leaf(parts: Parts, *, days_ago: int = 500, holder: Holder | None = None, bits: int = 2048) -> Identity:
    issued_on = (parts.at - days_ago * _DAY).date()
    return certified(holder or parts.user, parts.issuer, issued_on, new_key(bits) if bits != 2048 else None)


# --- the document -----------------------------------------------------------------------------------------------------


def _changed_byte(parts: Parts) -> Parts:
    def edit(text: str) -> str:
        at = text.index("<srvInfo><name>") + len("<srvInfo><name>")
        return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]

    return parts.edited(edit)


def _changed_certificate(parts: Parts) -> Parts:
    def text(leaf: x509.Certificate) -> str:
        changed = replace(parts.document, certificates=(leaf, *parts.document.certificates[1:]))
        found = re.search("<KeyInfo.*</KeyInfo>", changed.text(), re.DOTALL)
        assert found
        return found[0]

    other = text(_leaf(parts, holder=SOMEBODY_ELSE).certificate)
    return parts.edited(lambda whole: re.sub("<KeyInfo.*</KeyInfo>", lambda _: other, whole, flags=re.DOTALL))


def _other_key(parts: Parts) -> Parts:
    return replace(parts, document=replace(parts.document, key=new_key()))


def _comment(parts: Parts) -> Parts:
    return parts.edited(lambda text: re.sub(r"(<srvInfo><name>....)", r"\1<!-- -->", text))


def _before_root(markup: str) -> Callable[[Parts], Parts]:
    return lambda parts: parts.edited(lambda text: text.replace("<Signature ", f"{markup}<Signature ", 1))


def _second_object(parts: Parts, *, first: bool) -> Parts:
    forged = f"<Object>{signed_data_text(replace(parts.document.content, visible=_OTHER_TEXT))}</Object>"

    def edit(text: str) -> str:
        at = text.index("<Object>") if first else text.index("</Signature>")
        return text[:at] + forged + text[at:]

    return parts.edited(edit)


def _referencing(*names: str) -> Callable[[Parts], Parts]:
    return lambda parts: replace(parts, document=replace(parts.document, referenced=names))


# --- who signed -------------------------------------------------------------------------------------------------------


def _by_impostor(parts: Parts, *, with_root: bool) -> Parts:
    names = [f"{name}{IMPOSTOR_SUFFIX}" for name in (*SIGNING_CHAIN, "signing-root")]
    issuer = parts.authority.identity(names[0])
    leaf = certified(parts.user, issuer, (parts.at - 500 * _DAY).date())
    responder = parts.authority.identity(f"responder{IMPOSTOR_SUFFIX}")
    return parts.signed_by(leaf, *(names if with_root else names[:-1])).answered(responder=responder)


def _issued_by_person(parts: Parts) -> Parts:
    """Mallory has a BankID too, and makes one for somebody else with it."""
    person = _leaf(parts, holder=SOMEBODY_ELSE)
    leaf = certified(parts.user, person, (parts.at - 500 * _DAY).date())
    chain = tuple(parts.authority.identity(name).certificate for name in SIGNING_CHAIN)
    document = replace(parts.document, certificates=(leaf.certificate, person.certificate, *chain), key=leaf.key)
    return replace(parts, document=document).answered(subject=leaf.certificate, issuer=person.certificate)


def _with_leaf(**how: int) -> Callable[[Parts], Parts]:
    return lambda parts: parts.signed_by(_leaf(parts, **how), *SIGNING_CHAIN)  # type: ignore[arg-type]  # days or bits


def _other_holder(parts: Parts) -> Parts:
    return replace(parts.signed_by(_leaf(parts, holder=SOMEBODY_ELSE), *SIGNING_CHAIN), user=SOMEBODY_ELSE)


def _other_function(parts: Parts) -> Parts:
    signing = parts.document.content.function == "Signing"
    return parts.showing(function="Identification" if signing else "Signing")


def _other_relying_party(parts: Parts) -> Parts:
    other = parts.authority.identity("other-relying-party").certificate
    return parts.showing(relying_party=relying_party_subject(other), display_name=display_name(other))


# --- what the bank says -----------------------------------------------------------------------------------------------


def _by_leaf(parts: Parts) -> Parts:
    return parts.answered(responder=Identity(parts.document.certificates[0], parts.document.key))


def _without_purpose(parts: Parts) -> Parts:
    subject = parts.authority.identity("responder").certificate.subject
    life = (parts.at - 500 * _DAY, parts.at + 500 * _DAY)
    extensions = [(end_entity(), True), (key_usage("digital_signature"), True)]
    return parts.answered(responder=issue(subject, new_key(), parts.issuer, life, extensions))


def _ocsp_changed_byte(parts: Parts) -> Parts:
    def change(der: bytes) -> bytes:
        signature = load_der_ocsp_response(der).signature
        return der.replace(signature, signature[:-1] + bytes([signature[-1] ^ 1]))

    return replace(parts, ocsp=change)


def _made(status: OCSPCertStatus) -> Callable[[Parts], Parts]:
    return lambda parts: parts.answered(status=status)


_TAMPERED: Mapping[Tamper, Callable[[Parts], Parts]] = {
    Tamper.CHANGED_BYTE: _changed_byte,
    Tamper.CHANGED_CERTIFICATE: _changed_certificate,
    Tamper.OTHER_KEY: _other_key,
    Tamper.COMMENT: _comment,
    Tamper.PROCESSING_INSTRUCTION: _before_root("<?bankid ?>"),
    Tamper.DOCTYPE: _before_root('<!DOCTYPE Signature [<!ENTITY a "a">]>'),
    Tamper.SECOND_OBJECT: lambda parts: _second_object(parts, first=True),
    Tamper.SECOND_OBJECT_AFTER: lambda parts: _second_object(parts, first=False),
    Tamper.NO_DATA_REFERENCE: _referencing("bidKeyInfo"),
    Tamper.NO_KEY_REFERENCE: _referencing("bidSignedData"),
    Tamper.DATA_REFERENCED_TWICE: _referencing("bidSignedData", "bidSignedData"),
    Tamper.SHA1: lambda parts: replace(parts, document=replace(parts.document, algorithm=SHA1)),
    Tamper.NOT_XML: lambda parts: parts.edited(lambda _: "signed, sealed, delivered"),
    Tamper.NOT_BASE64: lambda parts: replace(parts, signature=lambda text: f"*{text[1:]}"),
    Tamper.OTHER_ROOT: lambda parts: _by_impostor(parts, with_root=False),
    Tamper.ROOT_IN_DOCUMENT: lambda parts: _by_impostor(parts, with_root=True),
    Tamper.NO_CHAIN: lambda parts: replace(
        parts, document=replace(parts.document, certificates=parts.document.certificates[:1])
    ),
    Tamper.ISSUED_BY_PERSON: _issued_by_person,
    Tamper.EXPIRED_LEAF: _with_leaf(days_ago=5 * 365 + 10),
    Tamper.FUTURE_LEAF: _with_leaf(days_ago=-10),
    Tamper.WEAK_KEY: _with_leaf(bits=1024),
    Tamper.OTHER_HOLDER: _other_holder,
    Tamper.OTHER_USER: lambda parts: replace(parts, user=SOMEBODY_ELSE),
    Tamper.FUNCTION_SIGNING: _other_function,
    Tamper.OTHER_VISIBLE: lambda parts: parts.showing(visible=_OTHER_TEXT),
    Tamper.NO_VISIBLE: lambda parts: parts.showing(visible=None),
    Tamper.OTHER_HIDDEN: lambda parts: parts.showing(hidden=base64.b64encode(os.urandom(32)).decode()),
    Tamper.NO_HIDDEN: lambda parts: parts.showing(hidden=None),
    Tamper.OTHER_RELYING_PARTY: _other_relying_party,
    Tamper.OCSP_REVOKED: _made(OCSPCertStatus.REVOKED),
    Tamper.OCSP_UNKNOWN: _made(OCSPCertStatus.UNKNOWN),
    Tamper.OCSP_OTHER_PERSON: lambda parts: parts.answered(subject=_leaf(parts, holder=SOMEBODY_ELSE).certificate),
    Tamper.OCSP_BY_LEAF: _by_leaf,
    Tamper.OCSP_BY_CA_OF_IMPOSTOR: lambda parts: parts.answered(
        responder=parts.authority.identity(f"responder{IMPOSTOR_SUFFIX}")
    ),
    Tamper.OCSP_WITHOUT_PURPOSE: _without_purpose,
    Tamper.OCSP_CHANGED_BYTE: _ocsp_changed_byte,
    Tamper.OCSP_WRONG_NONCE: lambda parts: replace(parts, nonce_of=lambda signature: nonce_for(f"{signature}=")),
    Tamper.OCSP_NO_NONCE: lambda parts: replace(parts, nonce_of=lambda _: None),
    Tamper.OCSP_OLD: lambda parts: parts.answered(at=parts.at - _DAY),
    Tamper.OCSP_FUTURE: lambda parts: parts.answered(at=parts.at + _DAY),
    Tamper.OCSP_UNSUCCESSFUL: lambda parts: replace(parts, ocsp=lambda _: _TRY_LATER.public_bytes(Encoding.DER)),
    Tamper.OCSP_MISSING: lambda parts: replace(parts, ocsp=lambda _: None),
}
