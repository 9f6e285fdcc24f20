"""The form of a document that BankID signed: every element and attribute where its profile has it, or refused.

What is checked here is where things stand and which algorithms are named; nothing is proved yet. The profile is
BankID's (https://developers.bankid.com, "Digital signature profile"); that names are written without prefixes, and that
the chain leaves its root out, was seen in documents. BankID may add elements to `srvInfo` and `clientInfo`, and nowhere
else.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.bankid.evidence import canonical
from chalicelib.bankid.evidence.canonical import Element
from chalicelib.errors import EvidenceFault, EvidenceRefused

XML_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
BANKID = "http://www.bankid.com/signature/v1.0.0/types"
CANONICAL_XML = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
# The profile allows rsa-sha1 too, for documents of long ago.
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

MOST_CERTIFICATES = 4
_SIGNED_DATA_ID, _KEY_INFO_ID = "bidSignedData", "bidKeyInfo"
_IDS = [(XML_SIGNATURE, "KeyInfo", "Id", _KEY_INFO_ID), (BANKID, "bankIdSignedData", "Id", _SIGNED_DATA_ID)]
_FORMATS = (("format", "plaintext"), ("format", "simpleMarkdownV1"))
_WITHOUT_WHITE_SPACE = dict.fromkeys(map(ord, " \t\r\n"))

Attributes = Mapping[str, str]
_NO_ATTRIBUTES: Attributes = {}


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A signed document taken apart. Nothing in it is proved yet: see `signature`."""

    signed_info: bytes  # canonical, as are the next two
    signed_data: bytes
    key_info: bytes
    signed_data_digest: bytes
    key_info_digest: bytes
    signature: bytes
    certificates: tuple[bytes, ...]  # DER, leaf first
    visible: bytes | None
    non_visible: bytes | None
    service_name: bytes
    function: str


def read(raw: bytes) -> SignedDocument:
    """Takes a document apart.

    Raises:
        EvidenceRefused: not XML, or not of the profile's form.
    """
    root = canonical.read(raw)
    _check_ids(root)
    if (root.namespace, root.name) != (XML_SIGNATURE, "Signature"):
        raise EvidenceRefused(EvidenceFault.STRUCTURE)
    signed_info, signature, key_info, signed_object = _children(
        root, "SignedInfo", "SignatureValue", "KeyInfo", "Object"
    )
    (signed_data,) = _children(signed_object, "bankIdSignedData", namespace=BANKID)
    data_digest, key_info_digest = _digests(signed_info)
    visible, non_visible, service, client = _asked(signed_data)
    return SignedDocument(
        signed_info=canonical.canonical(signed_info),
        signed_data=canonical.canonical(signed_data),
        key_info=canonical.canonical(key_info),
        signed_data_digest=data_digest,
        key_info_digest=key_info_digest,
        signature=_binary(signature),
        certificates=_certificates(key_info),
        visible=visible,
        non_visible=non_visible,
        service_name=_binary(_only(service, "name")),
        function=_text(_only(client, "funcId")),
    )


def from_base64(text: str) -> bytes:
    """The bytes that `text` stands for. Lines may be broken; nothing else is forgiven.

    Raises:
        EvidenceRefused: it is no base64, or not the one that the bytes would be written as.
    """
    joined = text.translate(_WITHOUT_WHITE_SPACE)
    try:
        raw = binascii.a2b_base64(joined, strict_mode=True)
    except ValueError:  # binascii.Error is one, and what is not ASCII another
        raise EvidenceRefused(EvidenceFault.BASE64) from None
    if binascii.b2a_base64(raw, newline=False).decode() != joined:
        raise EvidenceRefused(EvidenceFault.BASE64)
    return raw


def _check_ids(root: Element) -> None:
    """Two elements have an id, and each the right one: a reference can mean one thing only."""
    ids = [(one.namespace, one.name, name, one.attributes[name]) for one in _all(root) for name in one.attributes]
    if [one for one in ids if one[2].lower() == "id"] != _IDS:
        raise EvidenceRefused(EvidenceFault.IDS)


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _all(child)


def _digests(signed_info: Element) -> tuple[bytes, bytes]:
    """Of the signed data and of the key info, when all else in `signed_info` is as it must be."""
    form, method, data, key_info = _children(
        signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference", "Reference"
    )
    _check_algorithm(form, CANONICAL_XML)
    _check_algorithm(method, RSA_SHA256)
    return (
        _digest(data, {"Type": BANKID, "URI": f"#{_SIGNED_DATA_ID}"}),
        _digest(key_info, {"URI": f"#{_KEY_INFO_ID}"}),
    )


def _digest(reference: Element, attributes: Attributes) -> bytes:
    if reference.attributes != attributes:
        raise EvidenceRefused(EvidenceFault.REFERENCE)
    transforms, method, value = _children(reference, "Transforms", "DigestMethod", "DigestValue", attributes=attributes)
    (transform,) = _children(transforms, "Transform")
    _check_algorithm(transform, CANONICAL_XML)
    _check_algorithm(method, SHA256)
    return _binary(value)


def _check_algorithm(element: Element, only: str) -> None:
    if element.attributes != {"Algorithm": only} or element.content:
        raise EvidenceRefused(EvidenceFault.ALGORITHM)


def _certificates(key_info: Element) -> tuple[bytes, ...]:
    (data,) = _children(key_info, "X509Data", attributes={"Id": _KEY_INFO_ID})
    count = len(data.children)
    if not 1 <= count <= MOST_CERTIFICATES:
        raise EvidenceRefused(EvidenceFault.STRUCTURE)
    return tuple(_binary(one) for one in _children(data, *["X509Certificate"] * count))


def _asked(signed_data: Element) -> tuple[bytes | None, bytes | None, Element, Element]:
    """The two data that we sent, None for what stands not there; and who asked, and how it was answered."""
    there = {child.name for child in signed_data.children} | {"srvInfo", "clientInfo"}
    order = [one for one in ("usrVisibleData", "usrNonVisibleData", "srvInfo", "clientInfo") if one in there]
    parts = dict(zip(order, _children(signed_data, *order, attributes={"Id": _SIGNED_DATA_ID}), strict=True))
    visible, non_visible = parts.get("usrVisibleData"), parts.get("usrNonVisibleData")
    return (
        None if visible is None else _visible(visible),
        None if non_visible is None else _binary(non_visible),
        parts["srvInfo"],
        parts["clientInfo"],
    )


def _visible(element: Element) -> bytes:
    look = {name: value for name, value in element.attributes.items() if (name, value) not in _FORMATS}
    if look != {"charset": "UTF-8", "visible": "wysiwys"}:
        raise EvidenceRefused(EvidenceFault.STRUCTURE)
    return _binary(element, element.attributes)


def _children(
    element: Element, *names: str, namespace: str | None = None, attributes: Attributes = _NO_ATTRIBUTES
) -> list[Element]:
    """The children of `element`, which are exactly `names`, in `namespace` or in its own."""
    expected = [(namespace or element.namespace, name) for name in names]
    children = element.children
    if [(child.namespace, child.name) for child in children] != expected or element.attributes != attributes:
        raise EvidenceRefused(EvidenceFault.STRUCTURE)
    if element.text.translate(_WITHOUT_WHITE_SPACE):
        raise EvidenceRefused(EvidenceFault.STRUCTURE)
    return children


def _only(element: Element, name: str) -> Element:
    """The one child of that name, whatever else BankID may have added around it."""
    found = [child for child in element.children if (child.namespace, child.name) == (BANKID, name)]
    if len(found) != 1 or element.attributes:
        raise EvidenceRefused(EvidenceFault.STRUCTURE)
    return found[0]


def _text(element: Element, attributes: Attributes = _NO_ATTRIBUTES) -> str:
    if element.children or element.attributes != attributes:
        raise EvidenceRefused(EvidenceFault.STRUCTURE)
    return element.text


def _binary(element: Element, attributes: Attributes = _NO_ATTRIBUTES) -> bytes:
    return from_base64(_text(element, attributes))
