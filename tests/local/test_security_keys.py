"""What an instance takes for a security key, and which certificates it then encrypts with."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from local.connect.security_keys import CannotEncryptError, NotUploadedError, SecurityKeys
from local.security_key import security_key

KEY, OTHER = security_key(), security_key("b1071b33-0944-47f3-945c-098f3725ac1d")
KEYS = SecurityKeys({KEY.id: KEY.public_key})


def public(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certificate(of: rsa.RSAPublicKey, by: str, pss: bool = False) -> str:
    """Of one key, signed by the private key `by`."""
    signer = load_pem_private_key(by.encode(), None)
    assert isinstance(signer, rsa.RSAPrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a leaf")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, of, x509.random_serial_number(), now, now + datetime.timedelta(1))
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if pss else None
    return builder.sign(signer, hashes.SHA256(), rsa_padding=scheme).public_bytes(Encoding.PEM).decode()


def test_a_certificate_signed_by_its_own_uploaded_key_is_encrypted_with() -> None:
    assert public(KEYS.certified(KEY.id, KEY.certificate)) == KEY.public_key


def test_a_leaf_that_the_uploaded_key_signed_is_encrypted_with_for_the_leafs_key() -> None:
    leaf = rsa.generate_private_key(65537, 2048).public_key()
    assert public(KEYS.certified(KEY.id, certificate(leaf, KEY.private_key))) == public(leaf)


@pytest.mark.parametrize("pss", [False, True])
def test_the_right_key_in_a_certificate_that_another_signed_is_not(pss: bool) -> None:
    key = KEYS.certified(KEY.id, KEY.certificate)
    signed = certificate(key, KEY.private_key if pss else OTHER.private_key, pss)
    with pytest.raises(CannotEncryptError, match="not signed"):
        KEYS.certified(KEY.id, signed)


def test_the_id_decides_which_key_must_have_signed() -> None:
    both = SecurityKeys({KEY.id: KEY.public_key, OTHER.id: OTHER.public_key})
    assert public(both.certified(OTHER.id, OTHER.certificate)) == OTHER.public_key
    with pytest.raises(CannotEncryptError, match="not signed"):
        both.certified(OTHER.id, KEY.certificate)


def test_a_third_key_fits_only_after_another_is_removed() -> None:
    keys = SecurityKeys({KEY.id: KEY.public_key, OTHER.id: OTHER.public_key})
    with pytest.raises(NotUploadedError, match="at most 2"):
        keys.upload("third", KEY.public_key)
    keys.remove(KEY.id)
    keys.upload("third", KEY.public_key)
    assert public(keys.certified("third", KEY.certificate)) == KEY.public_key
    with pytest.raises(CannotEncryptError, match="no security key"):
        keys.certified(KEY.id, KEY.certificate)


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (KEY.certificate, "upload the public key alone"),
        ("-----BEGIN PUBLIC KEY-----", "in PEM"),
        (public(ec.generate_private_key(ec.SECP256R1()).public_key()), "RSA"),
    ],
)
def test_what_is_no_public_key_of_rsa_is_not_taken(pem: str, reason: str) -> None:
    with pytest.raises(NotUploadedError, match=reason):
        SecurityKeys({KEY.id: pem})
