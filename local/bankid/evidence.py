"""What BankID hands over when somebody has identified themselves."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace

from local.bankid.authority import Authority
from local.bankid.canonical_xml import Layout
from local.bankid.ocsp import NonceForm, response
from local.bankid.parts import Completed, true_parts
from local.bankid.tampering import Tamper, tampered


@dataclass(frozen=True)
class Manner:
    """How evidence is made: truly, unless `tamper` says otherwise."""

    tamper: Tamper | None = None
    layout: Layout = field(default_factory=Layout)
    nonce: NonceForm = NonceForm.RAW


def completion_data(authority: Authority, completed: Completed, manner: Manner) -> dict[str, object]:
    """As `collect` gives it for a complete order."""
    parts = true_parts(authority, completed, manner.layout, manner.nonce)
    if manner.tamper:
        parts = tampered(parts, manner.tamper)
    signature = parts.signature(base64.b64encode(parts.document.text().encode()).decode())
    answer = parts.ocsp(response(replace(parts.answer, nonce=parts.nonce_of(signature))))
    user = parts.user
    data: dict[str, object] = {
        "user": {
            "personalNumber": user.personal_number,
            "name": user.name,
            "givenName": user.given_name,
            "surname": user.surname,
        },
        "device": {"ipAddress": "127.0.0.1", "uhi": parts.document.content.device},
        "bankIdIssueDate": completed.holder.issued_before(completed.at).isoformat(),
        "stepUp": {"mrtd": False},
        "signature": signature,
    }
    return data if answer is None else data | {"ocspResponse": base64.b64encode(answer).decode()}
