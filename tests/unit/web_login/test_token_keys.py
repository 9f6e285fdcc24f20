from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chalicelib.errors import Misconfigured
from chalicelib.web_login.token_keys import KeyType, decryption_keys, signature_keys
from tests.unit.web_login.tokens import TYPES, listed, pem, private_key, public_pem


def said(text: str, kind: str) -> str:
    read = {"private": decryption_keys, "public": signature_keys}[kind]
    with pytest.raises(Misconfigured) as refused:
        read(text, "/countersign/keys")
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_keys_come_in_the_order_of_their_list() -> None:
    kinds = ("EC", "RSA", "EC")
    private = decryption_keys(listed(*((kind, pem(private_key(kind))) for kind in kinds)), "p")
    public = signature_keys(listed(*((kind, public_pem(private_key(kind))) for kind in kinds)), "p")
    for keys in (private, public):
        assert [key.type for key in keys] == [KeyType.EC, KeyType.RSA, KeyType.EC]
        assert [key.size for key in keys] == [32, 256, 32]
    assert all(key.jose.is_private for key in private)
    assert not any(key.jose.is_private for key in public)


@pytest.mark.parametrize("kind", TYPES)
def test_a_key_of_one_half_is_not_taken_for_the_other(kind: str) -> None:
    key = private_key(kind)
    assert "an unencrypted private key" in said(listed((kind, public_pem(key))), "private")
    assert "an unencrypted public key" in said(listed((kind, pem(key))), "public")


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_is_that_of_its_key(kind: str) -> None:
    other = {"RSA": "EC", "EC": "RSA"}[kind]
    said(listed((other, pem(private_key(kind)))), "private")
    said(listed((other, public_pem(private_key(kind)))), "public")
    said(listed((kind.lower(), public_pem(private_key(kind)))), "public")


def test_weak_and_foreign_keys_are_not_taken() -> None:
    weak: list[tuple[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey]] = [
        ("RSA", rsa.generate_private_key(65537, 1024)),  # noqa: S505 (what must not be taken)
        ("RSA", rsa.generate_private_key(3, 2048)),
        ("EC", ec.generate_private_key(ec.SECP384R1())),
        ("EC", ec.generate_private_key(ec.SECP256K1())),
        ("EC", ed25519.Ed25519PrivateKey.generate()),
    ]
    for kind, key in weak:
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        said(listed((kind, public)), "public")
        if not (isinstance(key, rsa.RSAPrivateKey) and key.key_size == 2048):  # a low exponent is its owner's business
            private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            said(listed((kind, private)), "private")


def test_what_is_no_list_of_keys_is_refused_and_nothing_of_it_told() -> None:
    good = public_pem(private_key("EC"))
    entry = {"type": "EC", "key": good}
    ciphered = private_key("RSA").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"fuzz"))
    for text in (
        "",
        "[]",
        "{}",
        "null",
        json.dumps(entry),
        json.dumps([entry, None]),
        json.dumps([entry, "EC"]),
        json.dumps([{**entry, "kid": "1"}]),
        json.dumps([{"type": "EC"}]),
        json.dumps([{"type": ["EC"], "key": good}]),
        json.dumps([{"type": "EC", "key": None}]),
        json.dumps([{"type": "EC", "key": good * 2}]),
        json.dumps([{"type": "EC", "key": good.replace("M", "N", 3)}]),
        json.dumps([{"type": "EC", "key": good[:80]}]),
        json.dumps([{"type": "EC", "key": "\ud800-----BEGIN "}]),
        json.dumps([{"type": "RSA", "key": ciphered.decode()}]),
        good,
        "[" * 100_000,
    ):
        for kind in ("public", "private"):
            told = said(text, kind)
            assert told == (
                'the parameter /countersign/keys must hold a JSON list of {"type": "RSA" or "EC", "key": PEM}, each '
                f"an unencrypted {kind} key, RSA of 2048 to 4096 bits or EC on P-256"
            )
