"""What an operator may configure as BankID's signing roots."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.bankid.evidence import roots
from chalicelib.errors import Misconfigured
from tests.unit.evidence import signing
from tests.unit.evidence.signing import Made, issue, name, root


def pem(*made: Made) -> str:
    return "".join(one.certificate.public_bytes(Encoding.PEM).decode() for one in made)


def test_one_root_or_several_are_read_in_their_order() -> None:
    text = "BankID's roots\n" + pem(root(), root("another"))
    assert roots.parsed(text, "/name") == (root().certificate, root("another").certificate)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MII",
        pem(signing.bank()),
        pem(root(), signing.karin()),
        pem(issue(name("no CA"), "alone", None, signing.SIGNER)),
        pem(issue(name("weak"), "weak", None, signing.authority(), bits=1024)),
        pem(root())[:-200],
        "å",
    ],
)
def test_anything_else_is_a_fault_that_names_the_parameter(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"^/name must hold root certificates"):
        roots.parsed(text, "/name")
