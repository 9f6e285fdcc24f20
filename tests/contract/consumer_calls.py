"""Consumers for tests: their keys, their entries in the registry, and what reads their messages."""

from __future__ import annotations

import json
import ssl
from functools import cache
from typing import Any

import boto3
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from local.security_key import security_key

REGISTRY = "/amazon-connect/consumers"
KEY_ID = "5f0c7f0e-3a83-4a3c-9d4f-0d6d3a1b2c4d"
SECRET = "consumer-test-" * 3
_PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | X25519PrivateKey


@cache
def private_key(sort: str) -> _PrivateKey:
    """`rsa-2048`, `p-256`, `p-384`, `x25519` and such; the same each time."""
    match sort.split("-"):
        case ["rsa", bits]:
            return rsa.generate_private_key(65537, int(bits))
        case ["x25519"]:
            return X25519PrivateKey.generate()
        case _:
            curves: dict[str, ec.EllipticCurve] = {
                "p-256": ec.SECP256R1(),
                "p-384": ec.SECP384R1(),
                "p-521": ec.SECP521R1(),
            }
            return ec.generate_private_key(curves[sort])


def private_pem(sort: str = "rsa-2048") -> str:
    return private_key(sort).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(sort: str = "rsa-2048") -> str:
    return private_key(sort).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def small_point() -> str:
    """An X25519 public key with which every private key agrees upon zero."""
    key = X25519PublicKey.from_public_bytes(bytes(32))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certificate_of_version_six() -> str:
    """Such as there is none."""
    raw = ssl.PEM_cert_to_DER_cert(security_key().certificate)
    return ssl.DER_cert_to_PEM_cert(raw.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", 1))


def consumer_entry(form: str = "connect", sort: str = "rsa-2048", **changed: object) -> dict[str, Any]:
    """An entry of the registry; a field that is changed to None is left out."""
    keys = {"kms_key": "arn:aws:kms:eu-central-1:111122223333:key/none"}
    if form != "kms":
        keys = {"key_id": KEY_ID, "public_key": public_pem(sort)}
    entry = {
        "format": form,
        **keys,
        "kinds": ["card_number"],
        "not_after": "2099-12-31T00:00:00Z",
        "deliver": "flow",
        **changed,
    }
    return {name: value for name, value in entry.items() if value is not None}


def register(name: str, entry: object, secret: str = "") -> None:
    """Put an entry into SSM, as text if it is text, and the key that its posts are signed with."""
    ssm = boto3.client("ssm")
    text = entry if isinstance(entry, str) else json.dumps(entry)
    ssm.put_parameter(Name=f"{REGISTRY}/{name}", Value=text, Type="String", Overwrite=True)
    if secret:
        ssm.put_parameter(Name=f"{REGISTRY}/{name}/hmac-key", Value=secret, Type="SecureString", Overwrite=True)
