"""The certificates of a BankID of one's own: what its server shows, what relying parties show, what people sign with.

Made on first use and kept in a folder, since keys take time. What the network sees is valid today; what stands in
evidence is valid on virtual time too, which runs decades ahead.
"""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local.tls import made_once

BANK = "Testbank A AB (publ)"
SIGNING_CHAIN = ("customer-ca", "bank-ca")  # as in a document, after the person's own; the root is left out
IMPOSTOR_SUFFIX = "-of-an-impostor"
_NAME = x509.ObjectIdentifier("2.5.4.41")  # `name`, which holds what the app shows of a relying party
_LEAST_LIFE_LEFT = datetime.timedelta(days=1)
_LONG_AGO, _LONG_AHEAD = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (2011, 2061))

Extensions = Sequence[tuple[x509.ExtensionType, bool]]  # each with whether it is critical


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def pem(self) -> str:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True)
class Authority:
    """The folder that holds them; relying parties are `relying-party`, `other-...` and `expired-relying-party`."""

    folder: Path

    def identity(self, name: str) -> Identity:
        return _loaded(self.folder / f"{name}.pem")

    def relying_party(self, name: str = "relying-party") -> str:
        """What a relying party is given: certificate, issuing authority and key, in one PEM."""
        return self.identity(name).pem + self.identity("relying-party-ca").pem + _key_pem(self.identity(name).key)

    def server_context(self, suffix: str = "") -> ssl.SSLContext:
        """TLS that asks for a relying party's certificate; with `IMPOSTOR_SUFFIX` under another root of that name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"server{suffix}.pem")
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_verify_locations(cadata=self.identity("relying-party-root").pem)
        context.verify_mode = ssl.CERT_REQUIRED
        return context


def laptop_folder() -> Path:
    """Where the laptop's certificates are kept between runs."""
    return Path(__file__).resolve().parents[2] / "build" / "bankid"


def authority(folder: Path | None = None) -> Authority:
    """The certificates in `folder`, made if it has none that are valid for another day; `laptop_folder` unless told."""
    kept = folder or laptop_folder()
    made_once(kept, _valid, _make)
    return Authority(kept)


def relying_party_subject(certificate: x509.Certificate) -> str:
    """As BankID writes it into evidence: `cn=...,name=...,serialNumber=...,o=...,c=SE`."""
    parts = (
        ("cn", NameOID.COMMON_NAME),
        ("name", _NAME),
        ("serialNumber", NameOID.SERIAL_NUMBER),
        ("o", NameOID.ORGANIZATION_NAME),
        ("c", NameOID.COUNTRY_NAME),
    )
    return ",".join(f"{short}={_text(certificate.subject, oid)}" for short, oid in parts)


def display_name(certificate: x509.Certificate) -> str:
    """What the app shows of a relying party."""
    return _text(certificate.subject, _NAME)


def issue(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: Identity | None,
    life: tuple[datetime.datetime, datetime.datetime],
    extensions: Extensions,
) -> Identity:
    """A certificate by `issuer`, or by itself."""
    by, signing_key = (issuer.certificate.subject, issuer.key) if issuer else (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Identity(builder.sign(signing_key, hashes.SHA256()), key)


def new_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def named(**parts: str) -> x509.Name:
    """A subject, in the order of its parts: `named(country_name="SE", common_name="...")`; `name` is the attribute."""
    oids = {part: _NAME if part == "name" else getattr(NameOID, part.upper()) for part in parts}
    return x509.Name([x509.NameAttribute(oids[part], value) for part, value in parts.items()])


def key_usage(*uses: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{use: use in uses for use in every})


def end_entity() -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=False, path_length=None)


@cache
def _loaded(file: Path) -> Identity:
    pem = file.read_bytes()
    key = load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Identity(x509.load_pem_x509_certificate(pem), key)


def _text(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return str(subject.get_attributes_for_oid(oid)[0].value)


def _valid(folder: Path) -> bool:
    if not all((folder / f"{plan.name}.pem").exists() for plan in _plans()):
        return False
    try:
        until = [
            x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()).not_valid_after_utc
            for name in ("server", "relying-party", "customer-ca")
        ]
    except ValueError:
        return False
    return min(until) - datetime.datetime.now(datetime.UTC) > _LEAST_LIFE_LEFT


@dataclass(frozen=True)
class _Plan:
    name: str
    issuer: str | None
    subject: x509.Name
    life: tuple[datetime.datetime, datetime.datetime]
    extensions: Extensions


def _make(folder: Path) -> None:
    made: dict[str, Identity] = {}
    for plan in _plans():
        issuer = made[plan.issuer] if plan.issuer else None
        made[plan.name] = issue(plan.subject, new_key(), issuer, plan.life, plan.extensions)
        file = folder / f"{plan.name}.pem"
        file.touch(mode=0o600)
        file.write_text(_key_pem(made[plan.name].key) + made[plan.name].pem)


def _plans() -> list[_Plan]:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    year, past = (now - day, now + 365 * day), (now - 400 * day, now - 10 * day)
    everything = [*_relying_parties(year, past)]
    for suffix in ("", IMPOSTOR_SUFFIX):
        everything += [*_server(year, suffix), *_signing(suffix)]
    return everything


Life = tuple[datetime.datetime, datetime.datetime]


def _server(life: Life, suffix: str) -> list[_Plan]:
    root = named(
        organization_name="Countersign laptop",
        organizational_unit_name="Infrastructure CA",
        common_name="Laptop BankID SSL Root CA v1",
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    extensions: Extensions = [*_leaf("digital_signature", "key_encipherment"), (names, False), (uses, False)]
    return [
        _Plan(f"tls-root{suffix}", None, root, life, _signs_certificates(0)),
        _Plan(f"server{suffix}", f"tls-root{suffix}", named(common_name="localhost"), life, extensions),
    ]


def _relying_parties(life: Life, past: Life) -> list[_Plan]:
    root = named(common_name="Testbank A Root CA v1 for BankID Laptop")
    issuing = named(common_name="Testbank A RP CA v1 for BankID Laptop")
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    extensions: Extensions = [*_leaf("digital_signature"), (uses, False)]
    ours, theirs = _relying_party("Countersign", "Exempelbolaget"), _relying_party("Another", "Ett annat bolag")
    return [
        _Plan("relying-party-root", None, root, life, _signs_certificates(1)),
        _Plan("relying-party-ca", "relying-party-root", issuing, life, _signs_certificates(0)),
        _Plan("relying-party", "relying-party-ca", ours, life, extensions),
        _Plan("other-relying-party", "relying-party-ca", theirs, life, extensions),
        _Plan("expired-relying-party", "relying-party-ca", ours, past, extensions),
    ]


def _relying_party(common_name: str, shown: str) -> x509.Name:
    # The number of an organisation is that of BankID's own published test certificate.
    return named(
        country_name="SE", organization_name=BANK, serial_number="5566304928", name=shown, common_name=common_name
    )


def _signing(suffix: str) -> list[_Plan]:
    def bank(common_name: str) -> x509.Name:
        return named(country_name="SE", organization_name=BANK, common_name=common_name)

    life = (_LONG_AGO, _LONG_AHEAD)
    root = named(
        country_name="SE",
        organizational_unit_name="Laptop BankID Member Banks CA",
        common_name="Laptop BankID Root CA v1",
    )
    answers = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    responder: Extensions = [*_leaf("digital_signature"), (answers, False), (x509.OCSPNoCheck(), False)]
    chain = [f"{name}{suffix}" for name in ("signing-root", "bank-ca", "customer-ca", "responder")]
    return [
        _Plan(chain[0], None, root, life, _signs_certificates(2)),
        _Plan(chain[1], chain[0], bank("Testbank A CA v1 for BankID Laptop"), life, _signs_certificates(1)),
        _Plan(chain[2], chain[1], bank("Testbank A Customer CA3 v1 for BankID Laptop"), life, _signs_certificates(0)),
        _Plan(chain[3], chain[2], bank("Testbank A Customer CA3 v1 OCSP"), life, responder),
    ]


def _signs_certificates(path_length: int) -> Extensions:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
    ]


def _leaf(*uses: str) -> Extensions:
    return [(end_entity(), True), (key_usage(*uses), True)]


def _key_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
