"""People who have a BankID, and the certificate that theirs signs with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from local.bankid.authority import BANK, Identity, end_entity, issue, key_usage, named, new_key

MOBILE = (
    "1.2.752.78.1.5"  # Mobile BankID; on file it is ...1.1, on a card ...1.2; in BankID's test environment 1.2.3.4.25
)
_LIFE = datetime.timedelta(days=5 * 365)
_AIA = "http://ocsp.bankid.invalid"


@dataclass(frozen=True)
class Holder:
    """Somebody with a BankID. `personal_number` must be one of Skatteverket's test numbers: nobody real has those.

    `issued_on` is when their BankID was issued: five hundred days before it is first used, unless told.
    """

    personal_number: str
    given_name: str
    surname: str
    issued_on: datetime.date | None = None
    policy: str = MOBILE

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}"

    def issued_before(self, now: float) -> datetime.date:
        return self.issued_on or (datetime.datetime.fromtimestamp(now, datetime.UTC) - datetime.timedelta(500)).date()


def certified(
    holder: Holder, issuer: Identity, issued_on: datetime.date, key: rsa.RSAPrivateKey | None = None
) -> Identity:
    """The person's own certificate, issued that day for five years."""
    since = datetime.datetime.combine(issued_on, datetime.time(), datetime.UTC)
    subject = named(
        country_name="SE",
        organization_name=BANK,
        surname=holder.surname,
        given_name=holder.given_name,
        serial_number=holder.personal_number,
        name=f"({since:%y%m%d %H.%M}) {holder.name} - Mobilt BankID",
        common_name=holder.name,
    )
    ocsp = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(_AIA))
    policy = x509.PolicyInformation(x509.ObjectIdentifier(holder.policy), None)
    extensions = [
        (end_entity(), True),
        (key_usage("digital_signature"), True),
        (x509.CertificatePolicies([policy]), False),
        (x509.AuthorityInformationAccess([ocsp]), False),
    ]
    return issue(subject, key or key_of(holder.personal_number), issuer, (since, since + _LIFE), extensions)


@cache
def key_of(personal_number: str) -> rsa.RSAPrivateKey:
    """The key in that person's phone: the same as long as the process lives."""
    return new_key()
