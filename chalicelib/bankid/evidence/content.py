"""Whether what was signed is what we asked, by whom we asked it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.x509.oid import NameOID

from chalicelib.bankid.evidence.document import SignedDocument
from chalicelib.errors import EvidenceFault, EvidenceRefused

IDENTIFICATION = "Identification"


@dataclass(frozen=True)
class Expected:
    """What was asked: of whom, with which data, with which relying-party certificate.

    `visible` is the text and `non_visible` the bytes before base64; both empty where none were sent.
    `relying_party_subject` is the subject of our certificate, as RFC 4514 writes names, in either order; None leaves
    it unchecked. `function` is BankID's word for what the person did.
    """

    personal_number: str = field(repr=False)
    visible: str
    non_visible: bytes
    relying_party_subject: str | None
    function: str = IDENTIFICATION


def check(document: SignedDocument, leaf: x509.Certificate, personal_number: str, expected: Expected) -> None:
    """Returns if `leaf`'s holder is the person of the result, and signed what was `expected`.

    Raises:
        EvidenceRefused: anything differs.
    """
    if not _holder(leaf) == personal_number == expected.personal_number:
        raise EvidenceRefused(EvidenceFault.PERSON)
    if document.function != expected.function:
        raise EvidenceRefused(EvidenceFault.FUNCTION)
    if (document.visible or b"") != expected.visible.encode():
        raise EvidenceRefused(EvidenceFault.VISIBLE_DATA)
    if (document.non_visible or b"") != expected.non_visible:
        raise EvidenceRefused(EvidenceFault.NON_VISIBLE_DATA)
    if expected.relying_party_subject is not None:
        named = _attributes(document.service_name.decode())
        if not named or named != _attributes(expected.relying_party_subject):
            raise EvidenceRefused(EvidenceFault.RELYING_PARTY)


def _holder(leaf: x509.Certificate) -> str:
    """The personal number in a customer's certificate."""
    numbers = leaf.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    if len(numbers) != 1:
        raise EvidenceRefused(EvidenceFault.PERSON)
    return str(numbers[0].value)


# Where an attribute of a name begins: at the start, or after a comma that is not escaped.
_BEGINNING = re.compile(r"(?:^|(?<!\\),)\s*(?:oid\.)?([a-z][a-z0-9-]*|[0-9]+(?:\.[0-9]+)+)\s*=\s*", re.IGNORECASE)
_ESCAPED = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)")
_SHORT_NAMES = {
    "2.5.4.3": "cn",
    "2.5.4.5": "serialnumber",
    "2.5.4.6": "c",
    "2.5.4.7": "l",
    "2.5.4.8": "st",
    "2.5.4.10": "o",
    "2.5.4.11": "ou",
    "2.5.4.41": "name",
}


def _attributes(name: str) -> list[tuple[str, str]]:
    """A distinguished name in one form, however it was written; empty for what is none.

    BankID writes `cn=..,name=..,serialNumber=..,o=..,c=SE`, libraries the reverse, with capitals, with numbers for what
    they know no short name of, and with some characters escaped. So types go by their short names in small letters,
    their order does not count, and values are compared as X.520 does: without regard to case or to runs of spaces.
    """
    pieces = _BEGINNING.split(name)
    if pieces[0].strip():
        return []
    pairs = zip(pieces[1::2], pieces[2::2], strict=True)
    return sorted((_SHORT_NAMES.get(kind, kind.lower()), _value(text)) for kind, text in pairs)


def _value(text: str) -> str:
    return " ".join(_ESCAPED.sub(_unescaped, text).casefold().split())


def _unescaped(match: re.Match[str]) -> str:
    return bytes.fromhex(match[1].replace("\\", "")).decode() if match[1] else str(match[2])
