"""Makes completion data as BankID does, and as somebody does who would like to be believed.

The canonical text is written by hand here, so that nothing is shared with what reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode, encodebytes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, OCSPExtensionOID

from chalicelib.bankid.answers import Complete, Person
from chalicelib.bankid.evidence.content import Expected

NOW = 2_222_222_222.0
AT = datetime.fromtimestamp(NOW, UTC)
YEAR = timedelta(days=365)
KARIN, OTHER = "199908072391", "198112189876"
VISIBLE = "Du har ringt till Exempel AB. Kod i samtalet: 47. <&> \N{SNOWMAN}"
NON_VISIBLE = b"a nonce of this call"
OUR_SUBJECT = "CN=FP Testcert 5,2.5.4.41=Test av BankID,2.5.4.5=5566304928,O=Testbank A AB (publ),C=SE"
SERVICE_NAME = "cn=FP Testcert 5,name=Test av BankID,serialNumber=5566304928,o=Testbank A AB (publ),c=SE"
EXPECTED = Expected(KARIN, VISIBLE, NON_VISIBLE, OUR_SUBJECT)

XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
BANKID = "http://www.bankid.com/signature/v1.0.0/types"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

Edit = Callable[[str], str]


def as_it_is(text: str) -> str:
    return text


@cache
def key(owner: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Made:
    """A certificate and the key in it."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def name(common_name: str, number: str = "", organisation: str = "Testbank A AB (publ)") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "SE")]
    attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    if number:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, number))
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def usage(*, signs: bool = False, issues: bool = False) -> x509.KeyUsage:
    off = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_cert_sign=issues, crl_sign=issues, **off
    )


def authority(path_length: int | None = None) -> tuple[x509.ExtensionType, ...]:
    return x509.BasicConstraints(ca=True, path_length=path_length), usage(issues=True)


SIGNER = (x509.BasicConstraints(ca=False, path_length=None), usage(signs=True))
RESPONDER = (*SIGNER, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]))


def issue(
    subject: x509.Name,
    owner: str,
    issuer: Made | None,
    extensions: Sequence[x509.ExtensionType],
    *,
    since: datetime = AT - YEAR,
    until: datetime = AT + YEAR,
    algorithm: hashes.HashAlgorithm | None = None,
    bits: int = 2048,
) -> Made:
    """A certificate for the key of `owner`, signed by `issuer` or by itself."""
    own = key(owner, bits)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(int.from_bytes(hashlib.sha256(owner.encode()).digest()[:8]))
        .not_valid_before(since)
        .not_valid_after(until)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=not isinstance(extension, x509.ExtendedKeyUsage))
    return Made(builder.sign(issuer.key if issuer else own, algorithm or hashes.SHA256()), own)  # type: ignore[arg-type]


@cache
def root(owner: str = "root") -> Made:
    return issue(name("Test BankID Root CA v1", organisation="Finansiell ID-Teknik BID AB"), owner, None, authority())


@cache
def bank(above: str = "root") -> Made:
    return issue(name("Testbank A CA v1 for BankID"), f"{above}'s bank", root(above), authority(1))


@cache
def customer_ca(above: str = "root") -> Made:
    return issue(name("Testbank A Customer CA v1 for BankID"), f"{above}'s customer-ca", bank(above), authority(0))


@cache
def karin(above: str = "root") -> Made:
    return issue(name("Karin Testsson", KARIN), f"{above}'s karin", customer_ca(above), SIGNER)


@cache
def responder(above: str = "root") -> Made:
    return issue(name("Testbank A OCSP"), f"{above}'s responder", customer_ca(above), RESPONDER)


@dataclass(frozen=True)
class Answer:
    """An OCSP answer to be made; `signing_key` is the signer's own unless somebody forges."""

    subject: x509.Certificate
    issuer: x509.Certificate
    signer: Made
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    nonce: Callable[[bytes], x509.ExtensionType | None] = lambda right: x509.UnrecognizedExtension(
        OCSPExtensionOID.NONCE, right
    )
    filler: bytes = b"twelve bytes"
    produced: datetime = AT
    since: datetime = AT
    until: datetime | None = None
    enclosed: tuple[x509.Certificate, ...] | None = None
    named_by: ocsp.OCSPResponderEncoding = ocsp.OCSPResponderEncoding.HASH
    named_with: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)
    signed_with: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    signing_key: rsa.RSAPrivateKey | None = None


def answer_for(signature: str, made: Answer) -> str:
    revoked = made.status is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        made.subject,
        made.issuer,
        made.named_with,
        made.status,
        made.since,
        made.until,
        AT - YEAR if revoked else None,
        x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(made.named_by, made.signer.certificate)
    enclosed = made.enclosed if made.enclosed is not None else (made.signer.certificate,)
    if enclosed:
        builder = builder.certificates(list(enclosed))
    nonce = made.nonce(hashlib.sha1(signature.encode()).digest() + made.filler)  # noqa: S324 (as BankID has it)
    if nonce is not None:
        builder = builder.add_extension(nonce, critical=True)
    built = builder.sign(made.signer.key, made.signed_with)
    return b64encode(_produced(built, made)).decode()


def _produced(built: ocsp.OCSPResponse, made: Answer) -> bytes:
    """The library takes the time of day for when the answer was produced; here it is another."""
    signed = built.tbs_response_bytes
    wanted = signed.replace(
        f"{built.produced_at_utc:%Y%m%d%H%M%SZ}".encode(), f"{made.produced:%Y%m%d%H%M%SZ}".encode(), 1
    )
    own = made.signing_key or made.signer.key
    assert isinstance(own, rsa.RSAPrivateKey)
    signature = own.sign(wanted, padding.PKCS1v15(), made.signed_with)
    return built.public_bytes(Encoding.DER).replace(signed, wanted).replace(built.signature, signature)


def base64_of(raw: bytes, wrap: bool = False) -> str:
    return encodebytes(raw).decode() if wrap else b64encode(raw).decode()


@dataclass(frozen=True)
class Recipe:
    """What to sign and how. The edits change canonical text before it is hashed or signed, `document` what is sent."""

    visible: str | None = VISIBLE
    non_visible: bytes | None = NON_VISIBLE
    service_name: str = SERVICE_NAME
    function: str = "Identification"
    signer: Made | None = None
    chain: tuple[x509.Certificate, ...] | None = None
    wrap: bool = False
    data: Edit = as_it_is
    key_info: Edit = as_it_is
    signed_info: Edit = as_it_is
    document: Edit = as_it_is
    signed_with: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    answer: Callable[[Answer], Answer] = lambda right: right
    person: str = KARIN

    @property
    def leaf(self) -> Made:
        return self.signer or karin()

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        return self.chain or (self.leaf.certificate, customer_ca().certificate, bank().certificate)


def signed_data(recipe: Recipe) -> str:
    parts = ""
    if recipe.visible is not None:
        shown = base64_of(recipe.visible.encode(), recipe.wrap)
        parts += f'<usrVisibleData charset="UTF-8" visible="wysiwys">{shown}</usrVisibleData>'
    if recipe.non_visible is not None:
        parts += f"<usrNonVisibleData>{base64_of(recipe.non_visible, recipe.wrap)}</usrNonVisibleData>"
    return (
        f'<bankIdSignedData xmlns="{BANKID}" Id="bidSignedData">{parts}'
        f"<srvInfo><name>{base64_of(recipe.service_name.encode())}</name><nonce>{base64_of(b'n' * 20)}</nonce>"
        f"<displayName>{base64_of(b'Test av BankID')}</displayName></srvInfo>"
        f"<clientInfo><funcId>{recipe.function}</funcId><version>Ny4zMC4w</version>"
        f"<env><ai><type>SU9T</type><deviceInfo>MTcuMQ==</deviceInfo><uhi>dWhp</uhi><fsib>0</fsib><utb>cs1</utb>"
        f"<requirement><condition><type>CertificatePolicies</type><value>1.2.752.78.1.5</value></condition></requirement>"
        f"<uauth>pw</uauth></ai></env></clientInfo></bankIdSignedData>"
    )


def key_info(recipe: Recipe) -> str:
    inside = "".join(
        f"<X509Certificate>{base64_of(one.public_bytes(Encoding.DER), recipe.wrap)}</X509Certificate>"
        for one in recipe.certificates
    )
    return f'<KeyInfo xmlns="{XMLDSIG}" Id="bidKeyInfo"><X509Data>{inside}</X509Data></KeyInfo>'


def reference(attributes: str, signed: str) -> str:
    digest = base64_of(hashlib.sha256(signed.encode()).digest())
    return (
        f'<Reference {attributes}><Transforms><Transform Algorithm="{C14N}"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{SHA256}"></DigestMethod><DigestValue>{digest}</DigestValue></Reference>'
    )


def signed_info(data: str, certificates: str) -> str:
    return (
        f'<SignedInfo xmlns="{XMLDSIG}"><CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{RSA_SHA256}"></SignatureMethod>'
        + reference(f'Type="{BANKID}" URI="#bidSignedData"', data)
        + reference('URI="#bidKeyInfo"', certificates)
        + "</SignedInfo>"
    )


def document(recipe: Recipe) -> str:
    data, certificates = recipe.data(signed_data(recipe)), recipe.key_info(key_info(recipe))
    info = recipe.signed_info(signed_info(data, certificates))
    value = base64_of(_signature(recipe, info.encode()), recipe.wrap)
    return recipe.document(
        f'<Signature xmlns="{XMLDSIG}">{info}<SignatureValue>{value}</SignatureValue>{certificates}'
        f"<Object>{data}</Object></Signature>"
    )


def _signature(recipe: Recipe, signed: bytes) -> bytes:
    signer = recipe.leaf.key
    if isinstance(signer, ec.EllipticCurvePrivateKey):
        return signer.sign(signed, ec.ECDSA(recipe.signed_with))
    return signer.sign(signed, padding.PKCS1v15(), recipe.signed_with)


def complete(text: str | bytes, recipe: Recipe | None = None) -> Complete:
    """Completion data around a document."""
    recipe = recipe or Recipe()
    raw = text if isinstance(text, bytes) else text.encode()
    signature = b64encode(raw).decode()
    right = Answer(recipe.leaf.certificate, customer_ca().certificate, responder())
    return around(signature, answer_for(signature, recipe.answer(right)), recipe.person)


def around(signature: str, ocsp_response: str, person: str = KARIN) -> Complete:
    user = {"personalNumber": person, "name": "Karin Testsson", "givenName": "Karin", "surname": "Testsson"}
    whole = {
        "user": user,
        "device": {"ipAddress": "192.0.2.1"},
        "bankIdIssueDate": "2039-01-01",
        "signature": signature,
        "ocspResponse": ocsp_response,
    }
    return Complete(
        person=Person(person, "Karin Testsson", "Karin", "Testsson"),
        issued_on=datetime(2039, 1, 1, tzinfo=UTC).date(),
        signature=signature,
        ocsp_response=ocsp_response,
        whole=json.dumps(whole),
    )


def evidence(**changes: Any) -> Complete:
    """What BankID would send; `changes` are fields of `Recipe`."""
    recipe = Recipe(**changes)
    return complete(document(recipe), recipe)


@cache
def genuine() -> Complete:
    return evidence()


def text_of(made: Complete) -> str:
    return b64decode(made.signature).decode()


def self_closed(text: str) -> str:
    return re.sub(r"<(\w+)( [^<>]*)?></\1>", r"<\1\2/>", text)
