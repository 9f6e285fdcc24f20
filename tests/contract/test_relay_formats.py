"""Each format is read by code that is not ours; and one's message by nobody else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from chalicelib.customer_input import message as connects
from chalicelib.secure_input.writers import CONTENT_TYPES
from local.consumers.reading import connect_messages, jwes, kms_envelopes
from tests.contract.consumer_calls import KEY_ID, consumer_entry, private_pem, register
from tests.contract.flow_calls import CONTACT
from tests.contract.secure_input_calls import CARD, SecureInput, message
from tests.contract.wiring import SteppingClock

Relayed = Callable[..., str]


@pytest.fixture
def relayed(secure_input: SecureInput) -> Relayed:
    """The message that the flow gets for a consumer with this entry."""

    def relay(entry: dict[str, Any], name: str = "crm", typed: str | None = None) -> str:
        register(name, entry)
        told = secure_input.open(typed or message(CARD), step="relay", consumer=name)
        assert told["result"] == "ciphertext"
        return str(told["message"])

    return relay


@pytest.mark.parametrize("sort", ["rsa-2048", "rsa-3072", "rsa-4096"])
def test_what_reads_connects_messages_reads_these(relayed: Relayed, sort: str) -> None:
    made = relayed(consumer_entry("connect", sort))
    assert connect_messages(private_pem(sort), KEY_ID)(made) == CARD
    key = load_pem_private_key(private_pem(sort).encode(), None)
    assert connects.decrypt(made, lambda key_id: [key] if key_id == KEY_ID else [], KEY_ID) == CARD  # type: ignore[list-item]


def test_a_message_in_connects_form_is_for_its_key_alone_and_never_twice_the_same(relayed: Relayed) -> None:
    one, other = relayed(consumer_entry()), relayed(consumer_entry())
    assert one != other
    with pytest.raises(Exception, match="key"):
        connect_messages(private_pem("rsa-3072"), KEY_ID)(one)


@pytest.mark.parametrize("sort", ["rsa-2048", "rsa-4096", "p-256", "p-384", "x25519"])
def test_another_implementation_reads_a_jwe(relayed: Relayed, clock: SteppingClock, sort: str) -> None:
    made = relayed(consumer_entry("jwe", sort, key_id="crm-2040"))
    assert jwes(private_pem(sort), "crm", clock.now)(made) == CARD
    opened = JWE()
    opened.deserialize(made, JWK.from_pem(private_pem(sort).encode()))
    header = opened.jose_header
    header.pop("epk", None)
    assert len(header.pop("jti")) == 43
    assert header == {
        "alg": "RSA-OAEP-256" if sort.startswith("rsa") else "ECDH-ES",
        "enc": "A256GCM",
        "kid": "crm-2040",
        "aud": "crm",
        "contact": CONTACT,
        "kind": "card_number",
        "iat": 2_222_222_222,
        "exp": 2_222_222_522,
    }


def test_a_retry_of_the_same_event_has_the_same_jti_and_another_input_has_another(relayed: Relayed) -> None:
    entry, typed = consumer_entry("jwe", "p-256"), message(CARD)
    ids = [header_of(relayed(entry, typed=one))["jti"] for one in (typed, typed, message(CARD))]
    assert ids[0] == ids[1] != ids[2]


def header_of(made: str) -> dict[str, Any]:
    part = made.partition(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


def test_a_jwe_opens_for_its_consumer_alone_in_its_time(relayed: Relayed, clock: SteppingClock) -> None:
    made = relayed(consumer_entry("jwe", "p-256"))
    with pytest.raises(JWException):
        jwes(private_pem("p-384"), "crm", clock.now)(made)
    with pytest.raises(ValueError, match="another consumer"):
        jwes(private_pem("p-256"), "bank", clock.now)(made)
    clock.sleep(300)
    with pytest.raises(ValueError, match="old"):
        jwes(private_pem("p-256"), "crm", clock.now)(made)


def test_nothing_in_a_jwes_header_can_be_changed(relayed: Relayed, clock: SteppingClock) -> None:
    made = relayed(consumer_entry("jwe", "rsa-2048"))
    header = {**header_of(made), "contact": "another"}
    changed = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode() + "." + made.partition(".")[2]
    with pytest.raises(JWException):
        jwes(private_pem(), "crm", clock.now)(changed)


def test_who_may_use_the_kms_key_reads_an_envelope(relayed: Relayed) -> None:
    kms = boto3.client("kms")
    made = relayed(consumer_entry("kms", kms_key=kms.create_key()["KeyMetadata"]["Arn"]))
    assert kms_envelopes(kms, "crm")(made) == CARD
    envelope = json.loads(made)
    assert envelope.keys() == {"format", "context", "data_key", "iv", "ciphertext"}
    assert envelope["context"].keys() == {"contact", "consumer", "kind", "id"}
    assert envelope["context"]["contact"] == CONTACT


def test_kms_opens_an_envelope_for_no_other_call_consumer_or_kind(relayed: Relayed) -> None:
    kms = boto3.client("kms")
    envelope = json.loads(relayed(consumer_entry("kms", kms_key=kms.create_key()["KeyMetadata"]["Arn"])))
    for name in ("contact", "kind", "id"):
        changed = {**envelope, "context": {**envelope["context"], name: "other"}}
        with pytest.raises((ClientError, InvalidTag)):
            kms_envelopes(kms, "crm")(json.dumps(changed))


def test_a_kms_key_that_is_not_there_makes_it_unavailable(
    secure_input: SecureInput, capsys: pytest.CaptureFixture[str]
) -> None:
    register("crm", consumer_entry("kms"))
    assert secure_input.open(message(CARD), step="relay", consumer="crm") == {"result": "unavailable"}
    logged = capsys.readouterr().out
    assert "KMS gave no data key" in logged
    assert "relay_failed" in logged


def test_each_format_has_its_content_type() -> None:
    assert set(CONTENT_TYPES) == {"connect", "jwe", "kms"}
