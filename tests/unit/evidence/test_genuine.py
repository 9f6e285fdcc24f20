"""Evidence as BankID makes it, in every form that it may have, is accepted."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from chalicelib.bankid.evidence.verify import Checked, Expected, Findings, verify
from tests.unit.evidence import signing
from tests.unit.evidence.signing import EXPECTED, NOW, evidence, root, self_closed

ROOTS = [root().certificate]


def test_what_bankid_signed_and_we_asked_is_accepted() -> None:
    findings = verify(signing.genuine(), EXPECTED, ROOTS, NOW)
    assert findings == Findings(Checked.CHECKED, Checked.CHECKED, "Testbank A AB (publ)", NOW)


def test_without_roots_the_findings_say_what_was_not_checked() -> None:
    findings = verify(signing.genuine(), replace(EXPECTED, relying_party_subject=None), [], NOW)
    assert findings == Findings(Checked.UNCHECKED, Checked.UNCHECKED, "Testbank A AB (publ)", None)


DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
REDECLARED = f'<SignatureValue xmlns="{signing.XMLDSIG}">'


@pytest.mark.parametrize(
    "changes",
    [
        {"wrap": True},
        {"document": self_closed},
        {"document": lambda text: DECLARED + text},
        {"document": lambda text: f"<?xml version='1.0'?>\n{text}\n"},
        {"document": lambda text: text.replace("<SignatureValue>", REDECLARED)},
        {"document": lambda text: text.replace(f'<SignedInfo xmlns="{signing.XMLDSIG}">', "<SignedInfo>")},
        {"document": lambda text: text.replace(f'<KeyInfo xmlns="{signing.XMLDSIG}" ', "<KeyInfo ")},
        {
            "document": lambda text: text.replace(
                ' charset="UTF-8" visible="wysiwys"', " visible='wysiwys'\n charset='UTF-8' "
            )
        },
        {"document": lambda text: text.replace("></Transform>", " ></Transform >")},
        {
            "document": lambda text: text.replace("bidKeyInfo", "&#98;idKeyInfo").replace(
                "Identification", "I&#x64;entification"
            )
        },
        {"document": lambda text: text.replace("<Object>", "<Object>\r\n  ").replace("</Object>", "\t</Object>")},
        {
            "data": lambda text: text.replace("<srvInfo>", "\n  <srvInfo>"),
            "document": lambda text: text.replace("\n", "\r\n"),
        },
        {"data": lambda text: text.replace("</displayName>", '</displayName><more kind="x"><of>it</of></more>')},
        {"data": lambda text: text.replace("</srvInfo>", '<new xmlns="urn:new">1</new></srvInfo>')},
        {"data": lambda text: text.replace("</clientInfo>", "<risk>low</risk></clientInfo>")},
    ],
)
def test_every_way_to_write_the_same_is_accepted(changes: dict[str, object]) -> None:
    assert verify(evidence(**changes), EXPECTED, ROOTS, NOW).chain is Checked.CHECKED


@pytest.mark.parametrize("form", ["plaintext", "simpleMarkdownV1"])
def test_the_visible_data_may_name_their_format(form: str) -> None:
    made = evidence(data=lambda text: text.replace(' visible="', f' format="{form}" visible="'))
    verify(made, EXPECTED, ROOTS, NOW)


def test_line_ends_that_were_written_as_references_stay_what_they_are() -> None:
    made = evidence(
        data=lambda text: text.replace("</srvInfo>", "&#xD;\n</srvInfo>"),
        document=lambda text: text.replace("&#xD;", "&#13;"),
    )
    verify(made, EXPECTED, ROOTS, NOW)


def test_what_was_not_sent_is_not_there() -> None:
    expected = Expected(signing.KARIN, "", b"", signing.OUR_SUBJECT)
    verify(evidence(visible=None, non_visible=None), expected, ROOTS, NOW)


def test_the_newest_and_the_oldest_root_can_have_the_same_name() -> None:
    verify(signing.genuine(), EXPECTED, [root("another").certificate, *ROOTS, root("third").certificate], NOW)


def test_a_chain_may_be_short() -> None:
    leaf = signing.issue(signing.name("Karin", signing.KARIN), "karin", root(), signing.SIGNER)
    responder = signing.issue(signing.name("OCSP"), "responder", root(), signing.RESPONDER)
    made = evidence(
        signer=leaf,
        chain=(leaf.certificate,),
        answer=lambda right: replace(right, issuer=root().certificate, signer=responder),
    )
    verify(made, EXPECTED, ROOTS, NOW)


def test_who_configures_no_roots_does_not_load_what_checks_them() -> None:
    code = (
        "import sys, chalicelib.bankid.evidence.verify as v\n"
        "print([m for m in sys.modules if m in ('cryptography.x509.ocsp', 'chalicelib.bankid.evidence.chain')])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
