"""`make certs`: the certificate for BankID, from the file that a bank hands out to where the functions find it.

    make certs ARGS="split company.p12"                        what is in the file
    make certs ARGS="store company.p12 --root root.pem"        checks it, and puts it into this account
    make certs ARGS="check --probe"                            what is there, till when, and whether BankID takes it

A password is asked for at the terminal, or read from a file; it is never an argument, which others on the machine could
read. The key is in the memory of this process alone until AWS has it. What a stage has:

    /countersign/<stage>/bankid-certificate    certificate, chain and key: a SecureString, or a secret of that name
    /countersign/<stage>/bankid-root           the root of BankID's servers
    /countersign/<stage>/bankid/certificate    the certificate alone, for who watches when it expires
"""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from chalicelib.bankid import certificate, der
from chalicelib.bankid.certificate import Identity
from chalicelib.bankid.relying_party import RelyingParty
from chalicelib.clock import Deadline, SystemClock
from chalicelib.errors import BankIDTrouble, Misconfigured

DAYS_TO_RENEW = 30
_PRODUCTION_URL = f"https://{certificate.PRODUCTION}/rp/v6.0"
_PROBE_SECONDS = 10.0
_CANNOT_BE_OPENED = "the file cannot be opened: the password is wrong, or it is neither PKCS #12 nor PEM"


class Unusable(Exception):
    """A file or a stage cannot be used; the text says why, and holds nothing of it."""


# --- The file


def opened(data: bytes, password: bytes) -> Identity:
    """What a bank's file holds, in PEM: the certificate, what it was issued by but for the root, the key.

    `data` is PKCS #12 (.p12, .pfx), of the modern or the legacy form, or PEM.

    Raises:
        Unusable: the password does not open it, or something is missing.
    """
    try:
        key, found = _pem(data, password) if b"-----BEGIN " in data else _pkcs12(data, password)
    except (ValueError, TypeError):
        raise Unusable(_CANNOT_BE_OPENED) from None
    ours = next((one for one in found if key and one.public_key() == key.public_key()), None)
    if key is None or ours is None:
        raise Unusable("the file must hold a certificate and the private key that belongs to it")
    pem = "".join(one.public_bytes(Encoding.PEM).decode() for one in _chain(ours, found))
    return Identity(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def _pkcs12(data: bytes, password: bytes) -> tuple[PrivateKeyTypes | None, list[x509.Certificate]]:
    key, ours, others = pkcs12.load_key_and_certificates(data, password or None)
    return key, [ours, *others] if ours else others


def _pem(data: bytes, password: bytes) -> tuple[PrivateKeyTypes | None, list[x509.Certificate]]:
    key = load_pem_private_key(data, password if b"ENCRYPTED" in data else None)
    return key, x509.load_pem_x509_certificates(data)


def _chain(ours: x509.Certificate, found: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    chain = [ours]
    while issuers := [
        one for one in found if one.subject == chain[-1].issuer and one.subject != one.issuer and one not in chain
    ]:
        chain.append(issuers[0])
    return chain


def described(pem: str, now: float) -> str:
    """Lines about the first certificate in `pem`, which is public."""
    shown = x509.load_pem_x509_certificate(pem.encode())
    [read, *_] = der.certificates(pem)
    left = (shown.not_valid_after_utc - datetime.fromtimestamp(now, UTC)).days
    facts = {
        "subject": shown.subject.rfc4514_string(),
        "shown in the app": ", ".join(
            str(name.value) for name in shown.subject.get_attributes_for_oid(x509.ObjectIdentifier("2.5.4.41"))
        ),
        "issuer": shown.issuer.rfc4514_string(),
        "environment": "test" if certificate.is_for_tests(read) else "production",
        "valid": f"{shown.not_valid_before_utc:%Y-%m-%d} to {shown.not_valid_after_utc:%Y-%m-%d} ({left} days left)",
        "SHA-256": shown.fingerprint(hashes.SHA256()).hex(":").upper(),
    }
    return "".join(f"{name + ':':<18}{fact}\n" for name, fact in facts.items())


# --- The stage


@dataclass(frozen=True)
class Names:
    """What things are called in AWS."""

    identity: str
    root: str
    public: str

    @classmethod
    def of(cls, stage: str) -> Names:
        path = f"/countersign/{stage}"
        return cls(f"{path}/bankid-certificate", f"{path}/bankid-root", f"{path}/bankid/certificate")


def store(identity: Identity, root: str, stage: str, kms_key: str, *, secrets_manager: bool) -> None:
    """Put all that a stage needs where its functions find it, over what was there."""
    ssm, names = boto3.client("ssm"), Names.of(stage)
    if secrets_manager:
        _put_secret(names.identity, identity.pem, kms_key)
    else:
        ssm.put_parameter(
            Name=names.identity,
            Value=identity.pem,
            Type="SecureString",
            KeyId=kms_key,
            Overwrite=True,
            Tier="Intelligent-Tiering",  # a chain can be longer than the 4 KB of a standard parameter
        )
    public = identity.pem[: identity.pem.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"
    for name, value in ((names.public, public), (names.root, root)):
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def _put_secret(name: str, value: str, kms_key: str) -> None:
    secrets: Any = boto3.client("secretsmanager")
    try:
        secrets.create_secret(Name=name, SecretString=value, KmsKeyId=kms_key)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=value)


def stored(names: Names, *, secrets_manager: bool) -> dict[str, str]:
    """What a stage has, by name.

    Raises:
        Unusable: a part of it is missing; names it.
    """
    wanted, ssm = [names.identity, names.public, names.root], boto3.client("ssm")
    found = {one["Name"]: one["Value"] for one in ssm.get_parameters(Names=wanted, WithDecryption=True)["Parameters"]}
    if secrets_manager:
        secrets: Any = boto3.client("secretsmanager")
        found[names.identity] = secrets.get_secret_value(SecretId=names.identity)["SecretString"]
    missing = [name for name in wanted if name not in found]
    if missing:
        raise Unusable(f"there is no {', '.join(missing)}; `store` puts it there")
    return found


# --- The commands


def _split(asked: argparse.Namespace) -> None:
    identity = opened(asked.file.read_bytes(), _password(asked.password_file))
    print(described(identity.pem, time.time()), end="")
    print(f"{'chain:':<18}{len(certificate.chain(identity.pem))} certificates, and the private key")


def _store(asked: argparse.Namespace) -> None:
    identity = opened(asked.file.read_bytes(), _password(asked.password_file))
    root = asked.root.read_text()
    certificate.context(asked.url, identity, root, asked.root_sha256, time.time())
    print(described(identity.pem, time.time()), end="")
    kms_key = asked.kms_key or f"alias/countersign-{asked.stage}"
    store(identity, root, asked.stage, kms_key, secrets_manager=asked.secrets_manager)
    names = Names.of(asked.stage)
    print(f"stored as {names.identity}, {names.root} and, to be watched, {names.public}")


def _check(asked: argparse.Namespace) -> None:
    names, now = Names.of(asked.stage), time.time()
    found = stored(names, secrets_manager=asked.secrets_manager)
    identity, root = Identity(found[names.identity]), found[names.root]
    print(described(identity.pem, now), end="")
    print(f"{'root SHA-256:':<18}{certificate.chain(root)[0].sha256}")
    tls = certificate.context(asked.url, identity, root, asked.root_sha256, now)
    ours = certificate.chain(identity.pem)[0]
    if certificate.chain(found[names.public])[0].sha256 != ours.sha256:
        raise Unusable(f"{names.public} is another certificate; `store` again")
    if asked.probe:
        RelyingParty(asked.url, tls).probe(Deadline.after(_PROBE_SECONDS, SystemClock()))
        print("BankID answers, and takes the certificate")
    if (ours.not_after - datetime.fromtimestamp(now, UTC)).days < DAYS_TO_RENEW:
        raise Unusable(f"the certificate expires on {ours.not_after:%Y-%m-%d}; get the next one now")


def _password(file: Path | None) -> bytes:
    return (file.read_text().strip("\r\n") if file else getpass.getpass("Password of the file: ")).encode()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make certs", description="The certificate for BankID.")
    commands = parser.add_subparsers(required=True, metavar="split | store | check")
    split, put, check = (commands.add_parser(name) for name in ("split", "store", "check"))
    for command in (split, put):
        command.add_argument("file", type=Path, help="from the bank: .p12, .pfx or PEM")
        command.add_argument("--password-file", type=Path, help="holds the password; without it you are asked")
    for command in (put, check):
        command.add_argument("--stage", default="prod")
        command.add_argument("--url", default=_PRODUCTION_URL, help="BANKID_API_URL")
        command.add_argument("--root-sha256", default="", help="BANKID_ROOT_SHA256; not for BankID's own hosts")
        command.add_argument("--secrets-manager", action="store_true", help="the key is a secret, no parameter")
    put.add_argument("--root", type=Path, required=True, help="the root of BankID's servers, in PEM")
    put.add_argument("--kms-key", default="", help="encrypts the key; the stage's own one unless told")
    check.add_argument("--probe", action="store_true", help="ask BankID too; makes no order")
    for command, does in ((split, _split), (put, _store), (check, _check)):
        command.set_defaults(does=does)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Do as told; what is wrong goes to stderr. The exit code: 1 for that, and for a certificate about to expire."""
    asked = _arguments().parse_args(arguments)
    try:
        asked.does(asked)
    except (Unusable, Misconfigured, BankIDTrouble, OSError) as trouble:
        print(f"error: {trouble}", file=sys.stderr)
    except ClientError as trouble:
        print(f"error: AWS refused ({trouble.response['Error']['Code']})", file=sys.stderr)
    except BotoCoreError as trouble:
        print(f"error: AWS cannot be asked ({type(trouble).__name__})", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
