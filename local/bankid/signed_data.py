"""What a BankID signs: the elements of BankID's signature profile, filled in."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from local.bankid.canonical_xml import Element, Layout, canonical, document

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_BANKID = "http://www.bankid.com/signature/v1.0.0/types"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_CERTIFICATE_LINE = 76


@dataclass(frozen=True)
class Algorithm:
    """One hash, for the digests and in the signature, with the names it has there."""

    digest: str
    signature: str
    hash: hashes.HashAlgorithm

    def digested(self, data: bytes) -> str:
        maker = hashes.Hash(self.hash)
        maker.update(data)
        return base64.b64encode(maker.finalize()).decode()


SHA256 = Algorithm(
    "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", hashes.SHA256()
)
SHA1 = Algorithm(f"{_DSIG}sha1", f"{_DSIG}rsa-sha1", hashes.SHA1())  # noqa: S303 -- what must be refused


@dataclass(frozen=True)
class Content:
    """What the person was shown and by whom. `visible` and `hidden` in base64, as they were sent."""

    visible: str | None
    hidden: str | None
    form: str | None  # userVisibleDataFormat
    relying_party: str  # the subject of its certificate
    display_name: str
    device: str  # what tells the phone from others
    conditions: tuple[tuple[str, str], ...] = ()
    function: str = "Identification"


@dataclass(frozen=True)
class Document:
    """A signature that is going to be made. `edited` is what happens to the text afterwards."""

    content: Content
    certificates: tuple[x509.Certificate, ...]  # the signer's first
    key: rsa.RSAPrivateKey = field(repr=False)
    layout: Layout = field(default_factory=Layout)
    algorithm: Algorithm = SHA256
    referenced: tuple[str, ...] = ("bidSignedData", "bidKeyInfo")
    edited: Callable[[str], str] = str

    def text(self) -> str:
        signed, keys = _signed_data(self.content), _key_info(self.certificates)
        hashed = {"bidSignedData": signed, "bidKeyInfo": keys}
        references = tuple(_reference(name, hashed[name], self.algorithm) for name in self.referenced)
        information = _signed_info(references, self.algorithm)
        value = self.key.sign(canonical(information), padding.PKCS1v15(), self.algorithm.hash)
        parts = (information, Element("SignatureValue", _base64(value)), keys, Element("Object", (signed,)))
        return self.edited(document(Element("Signature", parts, namespace=_DSIG), self.layout))

    def showing(self, **other: str | None) -> Document:
        """The same with another content, properly signed."""
        return replace(self, content=replace(self.content, **other))  # type: ignore[arg-type]  # names of its fields


def signed_data_text(content: Content) -> str:
    """The signed element alone, as in a document."""
    return canonical(_signed_data(content)).decode()


def device_id(secret: str) -> str:
    """The same each time for one phone; 28 characters, as BankID's are."""
    return base64.b64encode(hashlib.sha1(secret.encode(), usedforsecurity=False).digest()).decode()


def _base64(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def _signed_info(references: tuple[Element, ...], algorithm: Algorithm) -> Element:
    methods = (
        Element("CanonicalizationMethod", attributes={"Algorithm": _C14N}),
        Element("SignatureMethod", attributes={"Algorithm": algorithm.signature}),
    )
    return Element("SignedInfo", methods + references, namespace=_DSIG)


def _reference(name: str, target: Element, algorithm: Algorithm) -> Element:
    kind = {"Type": _BANKID} if name == "bidSignedData" else {}
    parts = (
        Element("Transforms", (Element("Transform", attributes={"Algorithm": _C14N}),)),
        Element("DigestMethod", attributes={"Algorithm": algorithm.digest}),
        Element("DigestValue", algorithm.digested(canonical(target))),
    )
    return Element("Reference", parts, attributes=kind | {"URI": f"#{name}"})


def _key_info(certificates: tuple[x509.Certificate, ...]) -> Element:
    listed = tuple(Element("X509Certificate", _in_lines(one.public_bytes(Encoding.DER))) for one in certificates)
    return Element("KeyInfo", (Element("X509Data", listed),), {"Id": "bidKeyInfo"}, _DSIG)


def _in_lines(data: bytes) -> str:
    """Certificates come in lines; nothing else does."""
    text = _base64(data)
    return "\n".join(text[start : start + _CERTIFICATE_LINE] for start in range(0, len(text), _CERTIFICATE_LINE))


def _signed_data(content: Content) -> Element:
    parts: tuple[Element, ...] = ()
    if content.visible is not None:
        shown = {"charset": "UTF-8", "visible": "wysiwys"} | ({"format": content.form} if content.form else {})
        parts += (Element("usrVisibleData", content.visible, shown),)
    if content.hidden is not None:
        parts += (Element("usrNonVisibleData", content.hidden),)
    server = (
        Element("name", _base64(content.relying_party)),
        Element("nonce", _base64(os.urandom(20))),
        Element("displayName", _base64(content.display_name)),
    )
    parts += (Element("srvInfo", server), _client_info(content))
    return Element("bankIdSignedData", parts, {"Id": "bidSignedData"}, _BANKID)


def _client_info(content: Content) -> Element:
    conditions = tuple(
        Element("condition", (Element("type", kind), Element("value", value))) for kind, value in content.conditions
    )
    phone = (
        Element("type", _base64("IOS")),
        Element("deviceInfo", _base64("17.6.1")),
        Element("uhi", _base64(content.device)),
        Element("fsib", "0"),
        Element("utb", "cs1"),
        Element("requirement", conditions),
        Element("uauth", "pw"),
    )
    parts = (
        Element("funcId", content.function),
        Element("version", _base64("7.46.0")),
        Element("env", (Element("ai", phone),)),
    )
    return Element("clientInfo", parts)
