"""What the stand-in hands over, judged by others: by signxml, and by OpenSSL for the responder."""

import base64
import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, OCSPExtensionOID
from lxml import etree
from signxml import SignatureConfiguration
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import XMLVerifier

from local.bankid import Manner, NonceForm, Prompt, Tamper, authority
from local.bankid.canonical_xml import PLAIN, Layout
from tests.local.bankid_client import KARIN, TEXT, Bank, b64

_BANKID = "{http://www.bankid.com/signature/v1.0.0/types}"
_DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
_HIDDEN = b64(b"\x00\x01of this call")


@dataclass
class Evidence:
    """completionData, and the means to judge it."""

    bank: Bank
    data: Any

    @property
    def xml(self) -> bytes:
        return base64.b64decode(self.data["signature"])

    @property
    def certificates(self) -> list[x509.Certificate]:
        found = etree.fromstring(self.xml).iter(f"{_DSIG}X509Certificate")
        return [x509.load_der_x509_certificate(base64.b64decode(str(one.text))) for one in found]

    @property
    def ocsp(self) -> ocsp.OCSPResponse:
        return ocsp.load_der_ocsp_response(base64.b64decode(self.data["ocspResponse"]))

    def signed(self, path: str) -> str:
        """A text of the signed data, by its path."""
        found = etree.fromstring(self.xml).find(f".//{_BANKID}bankIdSignedData/{path.replace('/', '/' + _BANKID)}")
        assert found is not None
        return str(found.text)

    def verify_signature(self, at: datetime.datetime | None = None) -> Any:
        """By signxml, which follows the chain to the root as of the time of the order. Raises what it finds wrong."""
        verifier = XMLVerifier()
        verifier.excise_empty_xmlns_declarations = True
        root = self.bank.authority.folder / "signing-root.pem"
        wanted = SignatureConfiguration(expect_references=2, verification_time=at or at_completion(self.bank))
        return verifier.verify(self.xml, ca_pem_file=str(root), expect_config=wanted)

    def verify_chain(self) -> None:
        for certificate, issuer in zip(self.certificates, [*self.certificates[1:], self.root], strict=True):
            certificate.verify_directly_issued_by(issuer)
            assert issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca

    @property
    def root(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.bank.signing_root_pem.encode())

    def verify_responder(self) -> None:
        (responder,) = self.ocsp.certificates
        responder.verify_directly_issued_by(self.bank.authority.identity("customer-ca").certificate)
        uses = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert ExtendedKeyUsageOID.OCSP_SIGNING in uses
        key, digest = responder.public_key(), self.ocsp.signature_hash_algorithm
        assert isinstance(key, rsa.RSAPublicKey)
        assert digest
        key.verify(self.ocsp.signature, self.ocsp.tbs_response_bytes, padding.PKCS1v15(), digest)

    @property
    def certified_number(self) -> str:
        return str(self.certificates[0].subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value)

    @property
    def nonce(self) -> bytes:
        extension = self.ocsp.extensions.get_extension_for_oid(OCSPExtensionOID.NONCE).value
        assert isinstance(extension, x509.OCSPNonce)
        if len(extension.nonce) == 30:  # raw bytes that happen to look like the beginning of a wrapper
            return b"\x04\x1e" + extension.nonce
        return extension.nonce

    @property
    def digest(self) -> bytes:
        return hashlib.sha1(self.data["signature"].encode(), usedforsecurity=False).digest()


def evidence(bank: Bank, manner: Manner | None = None, /, **fields: object) -> Evidence:
    """Of an order that Karin completes eleven seconds after now."""
    bank.add(KARIN, Prompt()).manner = manner or Manner()
    ref = bank.client.begin(userNonVisibleData=_HIDDEN, **fields)
    return Evidence(bank, bank.after(12.0).collect(ref)["completionData"])


def at_completion(bank: Bank) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(bank.clock.now() - 1.0, datetime.UTC)


def test_who_it_was_is_told_beside_the_evidence(bank: Bank) -> None:
    got = evidence(bank).data

    assert got["user"] == {
        "personalNumber": KARIN.personal_number,
        "name": "Karin Testsson",
        "givenName": "Karin",
        "surname": "Testsson",
    }
    assert got["device"].keys() == {"ipAddress", "uhi"}
    assert got["stepUp"] == {"mrtd": False}
    assert datetime.date.fromisoformat(got["bankIdIssueDate"]) < at_completion(bank).date()


@pytest.mark.parametrize("layout", [Layout(), PLAIN, Layout(redeclared=False), Layout(self_closed=False)], ids=str)
def test_the_signature_holds_however_the_document_is_laid_out(bank: Bank, layout: Layout) -> None:
    got = evidence(bank, Manner(layout=layout))

    data, keys = got.verify_signature()

    assert data.signed_xml.get("Id") == "bidSignedData"
    assert keys.signed_xml.get("Id") == "bidKeyInfo"


def test_what_was_signed_is_what_was_sent_and_to_whom(bank: Bank) -> None:
    got = evidence(bank, requirement={"certificatePolicies": ["1.2.752.78.1.5"]}, userVisibleDataFormat="plaintext")

    assert got.signed("/usrVisibleData") == b64(TEXT)
    assert got.signed("/usrNonVisibleData") == _HIDDEN
    assert base64.b64decode(got.signed("/srvInfo/name")).decode() == bank.relying_party_subject
    assert base64.b64decode(got.signed("/srvInfo/displayName")).decode() == "Exempelbolaget"
    assert len(base64.b64decode(got.signed("/srvInfo/nonce"))) == 20
    assert got.signed("/clientInfo/funcId") == "Identification"
    assert got.signed("/clientInfo/env/ai/requirement/condition/value") == "1.2.752.78.1.5"
    assert got.signed("/clientInfo/env/ai/uauth") == "pw"


def test_the_relying_party_is_named_as_bankid_does(bank: Bank) -> None:
    assert bank.relying_party_subject == (
        "cn=Countersign,name=Exempelbolaget,serialNumber=5566304928,o=Testbank A AB (publ),c=SE"
    )


def test_a_text_with_a_format_says_which(bank: Bank) -> None:
    got = evidence(bank, userVisibleDataFormat="simpleMarkdownV1")
    shown = etree.fromstring(got.xml).find(f".//{_BANKID}usrVisibleData")

    assert shown is not None
    assert dict(shown.attrib) == {"charset": "UTF-8", "format": "simpleMarkdownV1", "visible": "wysiwys"}


def test_no_text_leaves_no_element(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    ref = bank.client.post("/phone/auth", personalNumber=KARIN.personal_number, callInitiator="user").json["orderRef"]
    got = Evidence(bank, bank.after(12.0).collect(ref)["completionData"])

    got.verify_signature()
    assert b"usrVisibleData" not in got.xml
    assert b"usrNonVisibleData" not in got.xml


def test_a_signature_says_that_it_is_one(bank: Bank) -> None:
    bank.add(KARIN, Prompt())
    fields = {"personalNumber": KARIN.personal_number, "callInitiator": "user", "userVisibleData": b64(TEXT)}
    ref = bank.client.post("/phone/sign", **fields).json["orderRef"]
    got = Evidence(bank, bank.after(12.0).collect(ref)["completionData"])

    got.verify_signature()
    assert got.signed("/clientInfo/funcId") == "Signing"


def test_the_chain_leads_from_the_person_to_the_root_which_is_left_out(bank: Bank) -> None:
    got = evidence(bank)
    leaf = got.certificates[0]

    got.verify_chain()
    assert len(got.certificates) == 3
    assert got.root not in got.certificates
    assert got.certified_number == KARIN.personal_number
    assert leaf.not_valid_before_utc < at_completion(bank) < leaf.not_valid_after_utc
    (policy,) = leaf.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert policy.policy_identifier.dotted_string == "1.2.752.78.1.5"
    name = leaf.subject.get_attributes_for_oid(x509.ObjectIdentifier("2.5.4.41"))[0].value
    assert str(name).endswith(") Karin Testsson - Mobilt BankID")


@pytest.mark.parametrize(("form", "critical"), [(NonceForm.RAW, True), (NonceForm.WRAPPED, False)])
def test_the_responder_says_good_of_this_person_now_and_for_this_signature(
    bank: Bank, form: NonceForm, critical: bool
) -> None:
    got = evidence(bank, Manner(nonce=form))
    extension = got.ocsp.extensions.get_extension_for_oid(OCSPExtensionOID.NONCE)
    der = base64.b64decode(got.data["ocspResponse"])

    got.verify_responder()
    assert got.ocsp.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    assert got.ocsp.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert got.ocsp.serial_number == got.certificates[0].serial_number
    assert got.ocsp.produced_at_utc == got.ocsp.this_update_utc == at_completion(bank)
    assert (got.nonce[:20], len(got.nonce)) == (got.digest, 32)
    assert extension.critical is critical
    wrapped = b"\x04\x22\x04\x20" + got.nonce in der
    assert wrapped is (form is NonceForm.WRAPPED)


def test_no_two_pieces_of_evidence_are_alike(bank: Bank) -> None:
    one, other = evidence(bank), evidence(bank)

    assert one.data["signature"] != other.data["signature"]
    assert one.nonce[20:] != other.nonce[20:]


# --- what is false ----------------------------------------------------------------------------------------------------

_Check = Callable[[Evidence], bool]


def _raises(what: Callable[[Evidence], object], *errors: type[Exception]) -> _Check:
    def check(got: Evidence) -> bool:
        try:
            what(got)
        except errors:
            return True
        return False

    return check


_no_signature = _raises(Evidence.verify_signature, SignXMLException, InvalidSignature, InvalidDigest)
_no_chain = _raises(Evidence.verify_chain, InvalidSignature, ValueError, AssertionError)
_no_responder = _raises(Evidence.verify_responder, InvalidSignature, x509.ExtensionNotFound)


def _signed_and(what: _Check) -> _Check:
    """Everything that can be computed is right: only who reads it sees what is wrong."""

    def check(got: Evidence) -> bool:
        got.verify_signature()
        got.verify_chain()
        got.verify_responder()
        return what(got)

    return check


def _true_but_at_its_time(what: Callable[[x509.Certificate, datetime.datetime], bool]) -> _Check:
    def check(got: Evidence) -> bool:
        leaf = got.certificates[0]
        got.verify_signature(leaf.not_valid_before_utc + datetime.timedelta(1))
        return _no_signature(got) and what(leaf, at_completion(got.bank))

    return check


def _references(got: Evidence) -> list[str]:
    return [str(one.get("URI")) for one in etree.fromstring(got.xml).iter(f"{_DSIG}Reference")]


def _ocsp_age(got: Evidence) -> float:
    return (at_completion(got.bank) - got.ocsp.this_update_utc).total_seconds()


_FALSE: dict[Tamper, _Check] = {
    Tamper.CHANGED_BYTE: _no_signature,
    Tamper.CHANGED_CERTIFICATE: _no_signature,
    Tamper.OTHER_KEY: _no_signature,
    Tamper.COMMENT: _signed_and(lambda got: b"<!-- -->" in got.xml),
    Tamper.PROCESSING_INSTRUCTION: _signed_and(lambda got: b"<?bankid ?><Signature " in got.xml),
    Tamper.DOCTYPE: lambda got: b"<!DOCTYPE Signature [<!ENTITY" in got.xml,
    Tamper.SECOND_OBJECT: lambda got: got.signed("/usrVisibleData") != b64(TEXT) and got.xml.count(b"<Object>") == 2,
    Tamper.SECOND_OBJECT_AFTER: lambda got: (
        got.signed("/usrVisibleData") == b64(TEXT) and got.xml.count(b'Id="bidSignedData"') == 2
    ),
    Tamper.NO_DATA_REFERENCE: lambda got: _references(got) == ["#bidKeyInfo"],
    Tamper.NO_KEY_REFERENCE: lambda got: _references(got) == ["#bidSignedData"],
    Tamper.DATA_REFERENCED_TWICE: lambda got: _references(got) == ["#bidSignedData"] * 2,
    Tamper.SHA1: lambda got: got.xml.count(b"#rsa-sha1") == 1 and got.xml.count(b"xmldsig#sha1") == 2,
    Tamper.NOT_XML: lambda got: b"<" not in got.xml,
    Tamper.NOT_BASE64: lambda got: got.data["signature"].startswith("*"),
    Tamper.OTHER_ROOT: lambda got: _no_chain(got) and got.root.subject == got.certificates[-1].issuer,
    Tamper.ROOT_IN_DOCUMENT: lambda got: _no_chain(got) and got.certificates[-1].subject == got.root.subject,
    Tamper.NO_CHAIN: lambda got: _no_chain(got) and len(got.certificates) == 1,
    Tamper.ISSUED_BY_PERSON: lambda got: _no_chain(got) and got.certified_number == KARIN.personal_number,
    Tamper.EXPIRED_LEAF: _true_but_at_its_time(lambda leaf, now: leaf.not_valid_after_utc < now),
    Tamper.FUTURE_LEAF: _true_but_at_its_time(lambda leaf, now: leaf.not_valid_before_utc > now),
    Tamper.WEAK_KEY: lambda got: getattr(got.certificates[0].public_key(), "key_size", 0) == 1024,
    Tamper.OTHER_HOLDER: _signed_and(
        lambda got: got.certified_number == got.data["user"]["personalNumber"] != KARIN.personal_number
    ),
    Tamper.OTHER_USER: _signed_and(
        lambda got: got.certified_number == KARIN.personal_number != got.data["user"]["personalNumber"]
    ),
    Tamper.FUNCTION_SIGNING: _signed_and(lambda got: got.signed("/clientInfo/funcId") == "Signing"),
    Tamper.OTHER_VISIBLE: _signed_and(lambda got: got.signed("/usrVisibleData") != b64(TEXT)),
    Tamper.NO_VISIBLE: _signed_and(lambda got: b"<usrVisibleData" not in got.xml),
    Tamper.OTHER_HIDDEN: _signed_and(lambda got: got.signed("/usrNonVisibleData") != _HIDDEN),
    Tamper.NO_HIDDEN: _signed_and(lambda got: b"<usrNonVisibleData" not in got.xml),
    Tamper.OTHER_RELYING_PARTY: _signed_and(
        lambda got: b"cn=Another," in base64.b64decode(got.signed("/srvInfo/name"))
    ),
    Tamper.OCSP_REVOKED: _signed_and(lambda got: got.ocsp.certificate_status is ocsp.OCSPCertStatus.REVOKED),
    Tamper.OCSP_UNKNOWN: _signed_and(lambda got: got.ocsp.certificate_status is ocsp.OCSPCertStatus.UNKNOWN),
    Tamper.OCSP_OTHER_PERSON: _signed_and(lambda got: got.ocsp.serial_number != got.certificates[0].serial_number),
    Tamper.OCSP_BY_LEAF: lambda got: _no_responder(got) and got.ocsp.certificates == got.certificates[:1],
    Tamper.OCSP_BY_CA_OF_IMPOSTOR: _no_responder,
    Tamper.OCSP_WITHOUT_PURPOSE: _no_responder,
    Tamper.OCSP_CHANGED_BYTE: _no_responder,
    Tamper.OCSP_WRONG_NONCE: _signed_and(lambda got: len(got.nonce) == 32 and got.nonce[:20] != got.digest),
    Tamper.OCSP_NO_NONCE: _signed_and(lambda got: list(got.ocsp.extensions) == []),
    Tamper.OCSP_OLD: _signed_and(lambda got: _ocsp_age(got) == 86_400),
    Tamper.OCSP_FUTURE: _signed_and(lambda got: _ocsp_age(got) == -86_400),
    Tamper.OCSP_UNSUCCESSFUL: lambda got: got.ocsp.response_status is ocsp.OCSPResponseStatus.TRY_LATER,
    Tamper.OCSP_MISSING: lambda got: "ocspResponse" not in got.data,
}


@pytest.mark.parametrize("tamper", Tamper, ids=lambda tamper: str(tamper.name))
def test_each_lie_is_the_one_that_it_says_and_no_other(bank: Bank, tamper: Tamper) -> None:
    assert _FALSE[tamper](evidence(bank, Manner(tamper)))


def test_true_evidence_has_none_of_these_faults(bank: Bank) -> None:
    assert _signed_and(lambda got: got.nonce[:20] == got.digest)(evidence(bank))


def test_certificates_are_made_once_and_kept() -> None:
    assert authority().identity("signing-root") is authority().identity("signing-root")
