"""Documents that are not of BankID's form are refused, even where the signature over them is right."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable

import pytest

from chalicelib.bankid.evidence import canonical
from chalicelib.errors import EvidenceFault
from tests.unit.evidence import signing
from tests.unit.evidence.refused import fault
from tests.unit.evidence.signing import XMLDSIG, Edit, complete, evidence, text_of

F = EvidenceFault


def replacing(old: str, new: str, count: int = 1) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return edit


BILLION_LAUGHS = (
    '<!DOCTYPE Signature [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
DEEP = "<a>" * 5_000 + "</a>" * 5_000


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda text: "<!DOCTYPE Signature>" + text, F.FORBIDDEN_MARKUP),
        (lambda text: BILLION_LAUGHS + text.replace("Identification", "&i;"), F.FORBIDDEN_MARKUP),
        (lambda text: '<!DOCTYPE s SYSTEM "file:///etc/passwd">' + text, F.FORBIDDEN_MARKUP),
        (lambda text: "<?stylesheet x?>" + text, F.FORBIDDEN_MARKUP),
        (lambda text: text + "<!-- end -->", F.FORBIDDEN_MARKUP),
        (replacing("Identification", "Identi<!-- -->fication"), F.FORBIDDEN_MARKUP),
        (replacing("Identification", "Identi<?x?>fication"), F.FORBIDDEN_MARKUP),
        (replacing("Identification", "<![CDATA[Identification]]>"), F.FORBIDDEN_MARKUP),
        (replacing("Identification", "&unknown;"), F.NOT_XML),
        (replacing("<Object>", "<Object"), F.NOT_XML),
        (replacing('Id="bidKeyInfo"', 'Id="bidKeyInfo" Id="bidKeyInfo"'), F.NOT_XML),
        (lambda text: text + text, F.NOT_XML),
        (lambda text: " " * 100, F.ENCODING),
        (replacing("<Object>", DEEP + "<Object>"), F.SIZE),
        (replacing("<Object>", "<a></a>" * 300 + "<Object>"), F.SIZE),
        (replacing("<Object>", "<Object>" + " " * canonical.LARGEST_BYTES), F.SIZE),
        (lambda text: '<?xml version="1.0" encoding="ISO-8859-1"?>' + text, F.ENCODING),
        (lambda text: '<?xml version="1.1"?>' + text, F.ENCODING),
    ],
)
def test_xml_that_is_none_of_bankids_is_refused(edit: Edit, expected: EvidenceFault) -> None:
    assert fault(evidence(document=edit)) is expected


def test_text_in_another_encoding_is_refused() -> None:
    text = text_of(signing.genuine())
    for other in (text.encode("utf-16"), text.encode("utf-16-le"), text.encode("utf-8-sig")):
        assert fault(complete(other)) is F.ENCODING
    assert fault(complete(text.replace("SU9T", "\xe5").encode("latin-1"))) is F.NOT_XML


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Object>", f'<ds:Object xmlns:ds="{XMLDSIG}">'),
        ("<Object>", '<Object xmlns:unused="urn:x">'),
        ('Id="bidSignedData"', 'xml:id="bidSignedData"'),
        ("<Object>", '<Object xml:lang="sv">'),
        ("<funcId>", '<funcId xmlns:xsi="urn:x" xsi:nil="true">'),
    ],
)
def test_namespace_prefixes_are_refused(old: str, new: str) -> None:
    def edit(text: str) -> str:
        changed = text.replace(old, new)
        return changed.replace("</Object>", "</ds:Object>") if "<ds:" in new else changed

    assert fault(evidence(document=edit)) is F.FORBIDDEN_MARKUP


def test_the_whole_document_with_a_prefix_is_refused() -> None:
    def prefixed(text: str) -> str:
        return re.sub(r"<(/?)(?=\w)", r"<\1ds:", text).replace("xmlns=", "xmlns:ds=")

    assert fault(evidence(document=prefixed)) is F.FORBIDDEN_MARKUP


@pytest.mark.parametrize(
    ("place", "edit", "expected"),
    [
        # Wrapping: what is signed stands somewhere else, and something else stands in its place.
        ("document", lambda text: text.replace("</Signature>", "<Object></Object></Signature>"), F.STRUCTURE),
        ("document", lambda text: text.replace("<Object>", "<Object><x/></Object><Object>"), F.STRUCTURE),
        ("document", lambda text: f"<Wrapped>{text}</Wrapped>", F.STRUCTURE),
        ("document", lambda text: re.sub("(<Object>.*</Object>)", r"\1\1", text), F.IDS),
        ("document", lambda text: re.sub("(<bankId.*</bankIdSignedData>)", r"\1\1", text), F.IDS),
        ("document", replacing("<Object>", '<Object Id="bidSignedData">'), F.IDS),
        ("document", replacing("<Object>", '<Object ID="x">'), F.IDS),
        ("document", replacing("<Signature xmlns", '<Signature Id="x" xmlns'), F.IDS),
        ("data", replacing("<srvInfo>", '<srvInfo><more id="bidSignedData"></more>'), F.IDS),
        ("data", replacing('Id="bidSignedData"', 'Id="bidKeyInfo"'), F.IDS),
        ("key_info", replacing(' Id="bidKeyInfo"', ""), F.IDS),
        ("data", replacing(' Id="bidSignedData"', ""), F.IDS),
        ("data", replacing(signing.BANKID, "urn:other"), F.IDS),
        # Elements that are not there, there twice, in another order or namespace, or that nobody has heard of.
        ("data", replacing("<srvInfo>", "<srvInfo><name>eA==</name>"), F.STRUCTURE),
        ("data", replacing("<funcId>", "<funcId>Signing</funcId><funcId>"), F.STRUCTURE),
        ("data", lambda text: re.sub("<funcId>.*</funcId>", "", text), F.STRUCTURE),
        ("data", lambda text: re.sub("<srvInfo>.*</srvInfo>", "", text), F.STRUCTURE),
        ("data", lambda text: re.sub("<clientInfo>.*</clientInfo>", "", text), F.STRUCTURE),
        ("data", lambda text: re.sub("(<usrV.*sibleData>)(<srv.*</srvInfo>)", r"\2\1", text), F.STRUCTURE),
        ("data", lambda text: re.sub("(<usrVisibleData.*</usrVisibleData>)", r"\1\1", text), F.STRUCTURE),
        ("data", replacing("<srvInfo>", "<surprise></surprise><srvInfo>"), F.STRUCTURE),
        ("data", replacing("<srvInfo>", "text<srvInfo>"), F.STRUCTURE),
        ("data", replacing("<srvInfo>", '<srvInfo x="1">'), F.STRUCTURE),
        ("data", replacing("<clientInfo>", '<clientInfo x="1">'), F.STRUCTURE),
        ("data", replacing("<funcId>", "<funcId><b></b>"), F.STRUCTURE),
        ("data", replacing("<funcId>", '<funcId xmlns="urn:x">'), F.STRUCTURE),
        ("data", replacing("<funcId>", '<funcId a="b">'), F.STRUCTURE),
        ("data", replacing("UTF-8", "UTF-16"), F.STRUCTURE),
        ("data", replacing("wysiwys", "no"), F.STRUCTURE),
        ("data", replacing(" visible=", ' format="html" visible='), F.STRUCTURE),
        ("data", replacing(' visible="wysiwys"', ""), F.STRUCTURE),
        ("key_info", lambda text: re.sub("<X509Data>.*</X509Data>", "<X509Data></X509Data>", text), F.STRUCTURE),
        ("key_info", lambda text: re.sub("(<X509Certificate>.*</X509Certificate>)", r"\1\1", text), F.STRUCTURE),
        ("key_info", replacing("<X509Data>", "<KeyName>x</KeyName><X509Data>"), F.STRUCTURE),
        ("key_info", replacing("<X509Data>", '<X509Data xmlns="urn:x">'), F.STRUCTURE),
        ("signed_info", lambda text: text.replace("</SignedInfo>", "<x></x></SignedInfo>"), F.STRUCTURE),
        ("signed_info", lambda text: re.sub("<Reference URI.*</Reference>", "", text), F.STRUCTURE),
        ("signed_info", lambda text: re.sub("(<Reference URI.*</Reference>)", r"\1\1", text), F.STRUCTURE),
        ("signed_info", lambda text: re.sub("<Transforms>.*?</Transforms>", "", text), F.STRUCTURE),
        ("signed_info", lambda text: re.sub("(<Transform .*?</Transform>)", r"\1\1", text), F.STRUCTURE),
        ("document", replacing("<SignatureValue>", '<SignatureValue x="y">'), F.STRUCTURE),
        ("document", replacing("<SignatureValue>", "<SignatureValue>\N{NO-BREAK SPACE}"), F.BASE64),
        ("document", replacing("<SignatureValue>", "<SignatureValue>="), F.BASE64),
        ("data", lambda text: re.sub(">[^<]+</usrNonVis", ">eA</usrNonVis", text), F.BASE64),
        ("data", lambda text: re.sub(">[^<]+</usrNonVis", ">eB==</usrNonVis", text), F.BASE64),
        # References that mean something else.
        (
            "signed_info",
            lambda text: re.sub("(<Reference Type.*)(<Reference URI.*</Reference>)", r"\2\1", text),
            F.REFERENCE,
        ),
        ("signed_info", replacing("#bidSignedData", "#bidKeyInfo"), F.REFERENCE),
        ("signed_info", replacing("#bidSignedData", ""), F.REFERENCE),
        ("signed_info", replacing("#bidKeyInfo", "http://example.com/"), F.REFERENCE),
        ("signed_info", replacing(f'Type="{signing.BANKID}"', 'Type="urn:x"'), F.REFERENCE),
        # Algorithms that are weaker, or do more than they should.
        ("signed_info", replacing("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"), F.ALGORITHM),
        ("signed_info", replacing("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#hmac-sha1"), F.ALGORITHM),
        ("signed_info", replacing("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"), F.ALGORITHM),
        ("signed_info", replacing("xml-c14n-20010315", "xml-c14n-20010315#WithComments"), F.ALGORITHM),
        (
            "signed_info",
            replacing(
                '<Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">',
                '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">',
            ),
            F.ALGORITHM,
        ),
        ("signed_info", replacing('rsa-sha256">', 'rsa-sha256"><HMACOutputLength>1</HMACOutputLength>'), F.ALGORITHM),
    ],
)
def test_another_form_is_refused_although_it_is_signed(place: str, edit: Edit, expected: EvidenceFault) -> None:
    assert fault(evidence(**{place: edit})) is expected


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (replacing("Identification", "Identificatiom"), F.DIGEST),
        (replacing("<srvInfo>", "<srvInfo> "), F.DIGEST),
        (replacing("<srvInfo>", '<srvInfo xmlns="">'), F.STRUCTURE),
        (replacing("<X509Data>", "<X509Data>\n"), F.DIGEST),
        (lambda text: text.replace("<Transforms>", "<Transforms>\n", 1), F.SIGNATURE),
        (lambda text: re.sub("(?<=<SignatureValue>).{4}", "AAAA", text), F.SIGNATURE),
        (
            lambda text: re.sub("<SignatureValue>.*</SignatureValue>", "<SignatureValue></SignatureValue>", text),
            F.SIGNATURE,
        ),
    ],
)
def test_what_was_changed_after_signing_is_refused(edit: Edit, expected: EvidenceFault) -> None:
    assert fault(evidence(document=edit)) is expected


def test_swapped_digests_are_refused() -> None:
    def swapped(text: str) -> str:
        first, second = re.findall("<DigestValue>(.*?)</DigestValue>", text)
        return text.replace(first, "?").replace(second, first).replace("?", second)

    assert fault(evidence(signed_info=swapped)) is F.DIGEST


def test_a_signature_over_another_hash_is_refused() -> None:
    assert fault(evidence(signed_with=signing.hashes.SHA1())) is F.SIGNATURE
    assert fault(evidence(signed_with=signing.hashes.SHA512())) is F.SIGNATURE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", F.BASE64),
        ("%%%%", F.BASE64),
        ("åäö=", F.BASE64),
        ("\ud800", F.BASE64),
        ("A" * 100_001, F.SIZE),
        (b64encode(b"\x00" * 10).decode(), F.ENCODING),
    ],
)
def test_what_is_no_document_is_refused(text: str, expected: EvidenceFault) -> None:
    assert fault(signing.around(text, "")) is expected


@pytest.mark.parametrize(
    "spoil", [lambda text: text + "\n", lambda text: text[:76] + "\n" + text[76:], lambda text: " " + text]
)
def test_the_outer_base64_has_no_white_space(spoil: Callable[[str], str]) -> None:
    made = signing.genuine()
    assert fault(signing.around(spoil(made.signature), made.ocsp_response)) is F.BASE64
    assert fault(signing.around(made.signature, spoil(made.ocsp_response))) is F.BASE64
