"""The flow runner stores what callers type as the real service does, in clear or encrypted."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.customer_input.message import decrypt
from chalicelib.errors import Undecryptable
from local.connect import Circumstances
from local.security_key import security_key
from tests.flows.documents import action, invoke, store_input
from tests.local.connect_calls import (
    BYE,
    FUNCTION,
    Function,
    Listener,
    branches,
    centre,
)

UPLOADED = {security_key().id: security_key().public_key}


def stored(keys: str, circumstances: Circumstances | None = None, **more: Any) -> str | None:
    """What a flow stores when the caller types `keys`."""
    function = Function([{"result": "ok"}])
    tried = centre(
        store_input("code", "call", **more),
        invoke("call", FUNCTION, "done", "done", typed="$.StoredCustomerInput"),
        *BYE,
        function=function,
        circumstances=circumstances,
        security_keys=UPLOADED,
    )
    tried.phone(Listener([keys] if keys else []))
    typed: str | None = function.parameters.get("typed")
    return typed


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("0123456789", "0123456789"),
        ("01234567899999", "0123456789"),
        ("123#", "123"),
        ("123", "123"),
        ("99*123#", "123"),
        ("#", ""),
        ("", "Timeout"),
    ],
)
def test_stored_input_ends_at_the_maximum_the_terminator_or_a_pause(keys: str, expected: str) -> None:
    assert stored(keys) == expected


def test_a_terminator_and_a_star_can_be_made_data() -> None:
    assert (
        stored("1*2#3##", DTMFConfiguration={"InputTerminationSequence": "##", "DisableCancelKey": "True"}) == "1*2#3"
    )


ENCRYPTED: dict[str, Any] = {
    "InputEncryption": {"EncryptionKeyId": security_key().id, "Key": security_key().certificate}
}


def opened(message: str) -> str:
    """By the product's decoder, which shares no code with what made the message."""
    key = load_pem_private_key(security_key().private_key.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return decrypt(message, lambda key_id: [key], security_key().id)


def test_encrypted_input_is_stored_as_a_message_for_the_certificate_in_the_flow() -> None:
    first, second = (stored("0123456789", **ENCRYPTED) for _ in range(2))
    assert first
    assert second
    assert first != second
    assert opened(first) == opened(second) == "0123456789"


@pytest.mark.parametrize("encrypted", [False, True])
def test_the_word_for_nothing_typed_comes_in_clear_or_encrypted_as_circumstances_say(encrypted: bool) -> None:
    circumstances = Circumstances(encrypts_nothing_typed=encrypted)
    typed = stored("", circumstances, **ENCRYPTED)
    assert typed
    if encrypted:
        with pytest.raises(Undecryptable, match="encrypted_timeout"):
            opened(typed)
    else:
        assert typed == "Timeout"


OTHER = security_key("b1071b33-0944-47f3-945c-098f3725ac1d")


@pytest.mark.parametrize(
    ("key_id", "certificate", "reason"),
    [
        (OTHER.id, OTHER.certificate, "the instance has no security key of that id"),
        (security_key().id, "-----BEGIN CERTIFICATE-----", "the certificate cannot be used"),
        (security_key().id, OTHER.certificate, "the certificate is not signed by the security key"),
        (security_key().id, security_key().public_key, "the certificate cannot be used"),
    ],
)
def test_a_certificate_that_is_not_of_an_uploaded_key_takes_the_error_branch_and_says_why(
    key_id: str, certificate: str, reason: str
) -> None:
    encryption = {"EncryptionKeyId": key_id, "Key": certificate}
    tried = centre(store_input("code", "done", InputEncryption=encryption, Text="Type."), *BYE, security_keys=UPLOADED)
    run = tried.phone(Listener(["1234567890"]))
    assert branches(run)[0] == ("code", "NoMatchingError")
    assert run.trace[0].note == reason
    assert f"does not encrypt: {reason}" in [line.what for line in tried.transcript.lines]


def test_two_security_keys_work_side_by_side() -> None:
    both = {**UPLOADED, OTHER.id: OTHER.public_key}
    encryption = {"EncryptionKeyId": OTHER.id, "Key": OTHER.certificate}
    for used in (ENCRYPTED["InputEncryption"], encryption):
        tried = centre(store_input("code", "done", InputEncryption=used), *BYE, security_keys=both)
        assert branches(tried.phone(Listener(["1234567890"])))[0] == ("code", "next")


def test_the_flow_log_holds_what_was_stored_and_answered_while_logging_was_on() -> None:
    def log_of(*before: dict[str, Any]) -> str:
        tried = centre(
            *before,
            store_input("code", "call"),
            invoke("call", FUNCTION, "done", "done", typed="$.StoredCustomerInput"),
            *BYE,
            function=Function([{"result": "answered"}]),
        )
        return "\n".join(tried.phone(Listener(["0123456789"])).flow_log)

    assert '"Results": "0123456789"' in log_of()
    assert '"ExternalResults": {"result": "answered"}' in log_of()
    off = action("off", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, "code")
    assert "0123456789" not in log_of(off)
    assert "answered" not in log_of(off)
