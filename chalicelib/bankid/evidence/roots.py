"""BankID's signing roots, as an operator configures them: certificates in PEM, one behind the other.

BankID hands them out on request only. They are not the roots that its servers' TLS certificates lead to.
"""

from __future__ import annotations

from cryptography import x509

from chalicelib.bankid.evidence import chain
from chalicelib.bankid.evidence.signature import rsa_key
from chalicelib.errors import EvidenceRefused, Misconfigured


def parsed(text: str, name: str) -> tuple[x509.Certificate, ...]:
    """The roots in `text`, which the parameter or file `name` holds.

    Raises:
        Misconfigured: there is none, or one of them is no root.
    """
    try:
        roots = tuple(x509.load_pem_x509_certificates(text.encode()))
        for root in roots:
            chain.check_issued(root, root)
            rsa_key(root)
        if all(chain.constraints(root).ca for root in roots):
            return roots
    except (ValueError, EvidenceRefused):
        pass
    raise Misconfigured(f"{name} must hold root certificates in PEM, signed by themselves with RSA keys")
