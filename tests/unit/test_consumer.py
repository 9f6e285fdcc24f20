"""An entry of the registry is read strictly: whatever is not just as it should be is refused, and said why."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.errors import Misconfigured
from chalicelib.secure_input.consumer import SAFE_NAME, Consumer, Format, parse
from chalicelib.secure_input.kinds import KINDS
from local.security_key import security_key
from tests.contract.consumer_calls import (
    KEY_ID,
    certificate_of_version_six,
    consumer_entry,
    private_key,
    private_pem,
    public_pem,
    small_point,
)

NAME = "/amazon-connect/consumers/crm"


def read(entry: object) -> Consumer:
    return parse(entry if isinstance(entry, str) else json.dumps(entry), NAME)


def numbers(key: object) -> object:
    assert isinstance(key, rsa.RSAPublicKey)
    return key.public_numbers()


def test_an_entry_says_how_to_whom_and_until_when() -> None:
    consumer = read(consumer_entry(kinds=["card_number", "pin"], deliver="https://crm.example.org:8443/input"))
    key = private_key("rsa-2048")
    assert isinstance(key, rsa.RSAPrivateKey)
    assert numbers(consumer.key) == key.public_key().public_numbers()
    assert (consumer.name, consumer.format, consumer.key_id) == ("crm", Format.CONNECT, KEY_ID)
    assert consumer.kinds == {"card_number", "pin"}
    assert consumer.not_after == datetime.datetime(2099, 12, 31, tzinfo=datetime.UTC).timestamp()
    assert consumer.posted
    assert not read(consumer_entry()).posted


def test_a_certificate_stands_for_its_key() -> None:
    key = x509.load_pem_x509_certificate(security_key().certificate.encode()).public_key()
    assert numbers(read(consumer_entry(public_key=security_key().certificate)).key) == numbers(key)


@pytest.mark.parametrize("sort", ["rsa-2048", "rsa-3072", "p-256", "p-384", "x25519"])
def test_a_jwe_may_be_for_any_of_these_keys(sort: str) -> None:
    assert read(consumer_entry("jwe", sort)).key is not None


def test_with_kms_the_key_is_named_and_none_is_held() -> None:
    consumer = read(consumer_entry("kms"))
    assert (consumer.key, consumer.key_id) == (None, "arn:aws:kms:eu-central-1:111122223333:key/none")


@pytest.mark.parametrize("deliver", ["flow", "https://a.example", "https://a.example/", "https://10.0.0.1:8443/a/b.c"])
def test_it_goes_to_the_flow_or_to_an_address(deliver: str) -> None:
    assert read(consumer_entry(deliver=deliver)).deliver == deliver


def weak_exponent() -> str:
    key = rsa.generate_private_key(3, 2048).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def long_exponent() -> str:
    """OpenSSL loads such a key, and encrypts nothing with it."""
    made = private_key("rsa-4096")
    assert isinstance(made, rsa.RSAPrivateKey)
    key = rsa.RSAPublicNumbers(2**64 + 1, made.public_key().public_numbers().n).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def old_certificate() -> str:
    """Of a key that is too short."""
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 (just that)
    name = x509.Name([])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=9))
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"format": None}, "format"),
        ({"format": "jwt"}, "format"),
        ({"format": ["jwe"]}, "format"),
        ({"colour": "blue"}, "fields"),
        ({"kinds": None}, "fields"),
        ({"not_after": None}, "fields"),
        ({"deliver": None}, "fields"),
        ({"kms_key": "arn:aws:kms:eu-central-1:111122223333:key/a"}, "fields"),
        ({"key_id": "crm-2040"}, "key_id"),
        ({"key_id": KEY_ID.upper()}, "key_id"),
        ({"key_id": 7}, "key_id"),
        ({"kinds": []}, "kinds"),
        ({"kinds": "card_number"}, "kinds"),
        ({"kinds": ["card_number", "card"]}, "kinds"),
        ({"kinds": [["pin"]]}, "kinds"),
        ({"not_after": "2099-12-31"}, "not_after"),
        ({"not_after": "2099-12-31T00:00:00+02:00"}, "not_after"),
        ({"not_after": "2099-02-30T00:00:00Z"}, "not_after"),
        ({"not_after": 4102358400}, "not_after"),
        ({"deliver": "http://crm.example.org/"}, "deliver"),
        ({"deliver": "https://crm.example.org/?key=1"}, "deliver"),
        ({"deliver": "https://user:word@crm.example.org/"}, "deliver"),
        ({"deliver": "https://crm.example.org/\r\nX: y"}, "deliver"),
        ({"deliver": "Flow"}, "deliver"),
        ({"deliver": {"url": "https://a.example"}}, "deliver"),
        ({"public_key": ""}, "public_key"),
        ({"public_key": 1}, "public_key"),
        ({"public_key": public_pem()[:-60]}, "public_key"),
        ({"public_key": security_key().certificate[:200]}, "public_key"),
        ({"public_key": private_pem()}, "public_key"),
        ({"public_key": public_pem("rsa-1024")}, "public_key"),
        ({"public_key": public_pem("p-256")}, "public_key"),
        ({"public_key": weak_exponent()}, "public_key"),
        ({"public_key": long_exponent()}, "public_key"),
        ({"public_key": old_certificate()}, "public_key"),
        ({"public_key": certificate_of_version_six()}, "public_key"),
        ({"public_key": public_pem() + public_pem("rsa-3072")}, "public_key"),
        ({"public_key": public_pem() + security_key().certificate}, "public_key"),
        ({"public_key": public_pem() + private_pem()}, "public_key"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(changed: dict[str, object], reason: str) -> None:
    with pytest.raises(Misconfigured, match=rf"{NAME} is no entry of a consumer: .*{reason}"):
        read(consumer_entry(**changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("sort", ["rsa-1024", "p-521"])
def test_a_jwe_for_a_key_that_is_too_small_or_unheard_of_is_refused(sort: str) -> None:
    with pytest.raises(Misconfigured, match="public_key"):
        read(consumer_entry("jwe", sort))


def test_a_point_that_keeps_nothing_secret_is_refused() -> None:
    with pytest.raises(Misconfigured, match="public_key"):
        read(consumer_entry("jwe", public_key=small_point()))


@pytest.mark.parametrize("more", ['"deliver": "https://other.example/"', '"kinds": ["pin"]', '"k\\u0069nds": ["pin"]'])
def test_a_field_that_is_there_twice_is_refused(more: str) -> None:
    with pytest.raises(Misconfigured, match="twice"):
        read(f"{json.dumps(consumer_entry())[:-1]}, {more}}}")


@pytest.mark.parametrize("key", ["", "alias/crm", "arn:aws:s3:::bucket", "arn:aws:kms:eu-central-1:1:key/a", None, 5])
def test_a_kms_key_is_named_by_its_arn(key: object) -> None:
    with pytest.raises(Misconfigured, match="kms"):
        read(consumer_entry("kms", kms_key=key))


@pytest.mark.parametrize("text", ["", "crm", "[]", "null", '"flow"', "{", "[" * 100_000, '{"format": "connect"}'])
def test_what_is_no_object_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read(text)
    assert refused.value.__cause__ is None


def test_the_reason_holds_nothing_of_the_entry() -> None:
    with pytest.raises(Misconfigured) as refused:
        read(consumer_entry(deliver="https://user:s3cret@crm.example.org/"))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["all", "", "a/b", "../x", "a.b", "-a", "a b", "{consumer}", "a" * 64, "é"])
def test_no_consumer_is_called_so(name: str) -> None:
    assert not re.fullmatch(SAFE_NAME, name)


def test_an_entry_may_name_every_kind() -> None:
    assert read(consumer_entry(kinds=sorted(KINDS))).kinds == set(KINDS)
