"""The AWS Encryption SDK opens what our encryptor makes, we open what it makes, and we refuse what it lets through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aws_encryption_sdk.identifiers import Algorithm, WrappingAlgorithm
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InputFault
from local.encrypt import Form
from tests.unit.customer_input import sdk
from tests.unit.customer_input.messages import (
    DIGITS,
    KEY_ID,
    OTHER_KEY_ID,
    fault_of,
    message_bytes,
    opened,
    private_key,
    written,
)

SIZES = [2048, 3072, 4096]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("typed", ["1", DIGITS, "0123456789*#" + "9" * 18])
def test_we_open_what_the_sdk_makes(size: int, typed: str) -> None:
    made = sdk.encrypted(typed.encode(), size=size)
    assert opened(written(made), KEY_ID, keys=[private_key(size)]) == typed


@pytest.mark.parametrize("size", SIZES)
def test_the_sdk_opens_what_our_encryptor_makes(size: int) -> None:
    assert sdk.opened(message_bytes(size=size), size=size) == DIGITS.encode()


@given(typed=st.text("0123456789*#", min_size=1, max_size=30))
def test_both_open_the_same(typed: str) -> None:
    for made in (sdk.encrypted(typed.encode()), message_bytes(typed)):
        assert opened(written(made)) == sdk.opened(made).decode() == typed


# Each of these the SDK makes and opens again, and so do the decryptors that are built on it.
LENIENT: dict[str, tuple[Callable[[], bytes], set[InputFault]]] = {
    **{
        f"suite {suite.algorithm_id:04x}": (
            lambda suite=suite: sdk.encrypted(b"1234", suite=suite),  # type: ignore[misc] # a default for a lambda
            {InputFault.VERSION if suite.is_committing() else InputFault.SUITE},
        )
        for suite in Algorithm
        if suite is not sdk.CONNECTS_SUITE
    },
    "two data keys": (lambda: sdk.encrypted(b"1", key_ids=(KEY_ID, OTHER_KEY_ID)), {InputFault.TOO_LONG}),
    "not framed": (lambda: sdk.encrypted(b"1234", frame_length=0), {InputFault.FRAMING}),
    "two frames": (lambda: sdk.encrypted(b"1" * 129, frame_length=128), {InputFault.FRAMING}),
    "a full frame and an empty one": (lambda: sdk.encrypted(b"1" * 128, frame_length=128), {InputFault.FRAMING}),
    "another frame length": (lambda: sdk.encrypted(b"1234", frame_length=1024), {InputFault.FRAMING}),
    "the longest frame length": (lambda: message_bytes(form=Form(frame_bytes=2**31 - 1)), {InputFault.FRAMING}),
    "more context": (
        lambda: sdk.encrypted(b"1234", context={"contact": "1"}),
        {InputFault.ENCRYPTION_CONTEXT},
    ),
    "much context": (
        lambda: sdk.encrypted(b"1234", context={str(number): "" for number in range(200)}),
        {InputFault.TOO_LONG},
    ),
    "nothing": (lambda: sdk.encrypted(b""), {InputFault.CONTENT_LENGTH}),
    "letters": (lambda: sdk.encrypted(b"one"), {InputFault.NOT_KEYS}),
    "a zero byte": (lambda: sdk.encrypted(b"12\x00"), {InputFault.NOT_KEYS}),
    "a line feed": (lambda: sdk.encrypted(b"1234\n"), {InputFault.NOT_KEYS}),
    "other digits": (lambda: sdk.encrypted("\u0661\u0662".encode()), {InputFault.NOT_KEYS}),
    "no text": (lambda: sdk.encrypted(b"\xff\xfe"), {InputFault.NOT_KEYS}),
    "Timeout": (lambda: sdk.encrypted(b"Timeout"), {InputFault.ENCRYPTED_TIMEOUT}),
    "31 digits": (lambda: sdk.encrypted(b"1" * 31), {InputFault.CONTENT_LENGTH}),
    "300 digits": (lambda: sdk.encrypted(b"1" * 300), {InputFault.CONTENT_LENGTH, InputFault.TOO_LONG}),
    "a byte after the footer": (lambda: sdk.encrypted(b"1234") + b"\x00", {InputFault.TRAILING_BYTES}),
    "a second message": (lambda: sdk.encrypted(b"1") + sdk.encrypted(b"2"), {InputFault.TOO_LONG}),
    "more context, before the public key": (
        lambda: message_bytes(form=Form(further_context=((b"a", b"b"),))),
        {InputFault.ENCRYPTION_CONTEXT},
    ),
    "a data key of nobody's": (
        lambda: message_bytes(form=Form(further_data_keys=((b"nobody", b""),))),
        {InputFault.DATA_KEYS},
    ),
}


@pytest.mark.parametrize("name", LENIENT)
def test_what_the_sdk_lets_through_is_refused(name: str) -> None:
    make, faults = LENIENT[name]
    made = make()
    sdk.opened(made)
    assert fault_of(written(made)) in faults


# And these it refuses too.
STRICT: dict[str, tuple[Callable[[], bytes], InputFault]] = {
    "another provider": (lambda: sdk.encrypted(b"1234", provider="amazonconnect"), InputFault.PROVIDER),
    "OAEP with SHA-1": (
        lambda: sdk.encrypted(b"1234", padding=WrappingAlgorithm.RSA_OAEP_SHA1_MGF1),
        InputFault.WRONG_KEY,
    ),
    "OAEP with SHA-256": (
        lambda: sdk.encrypted(b"1234", padding=WrappingAlgorithm.RSA_OAEP_SHA256_MGF1),
        InputFault.WRONG_KEY,
    ),
    "PKCS #1 v1.5": (lambda: sdk.encrypted(b"1234", padding=WrappingAlgorithm.RSA_PKCS1), InputFault.WRONG_KEY),
    "a header with another tag": (
        lambda: message_bytes(form=Form(header_tag=lambda tag: bytes(len(tag)))),
        InputFault.HEADER,
    ),
    "a frame with another tag": (
        lambda: message_bytes(form=Form(content=lambda content: bytes(len(content)))),
        InputFault.CONTENT,
    ),
    "another signature": (
        lambda: message_bytes(form=Form(signature=lambda signature: bytes(len(signature)))),
        InputFault.SIGNATURE,
    ),
    "a secret of 16 bytes": (lambda: message_bytes(form=Form(data_key_bytes=16)), InputFault.DATA_KEY),
    "the reserved field used": (lambda: message_bytes(form=Form(reserved=1)), InputFault.FRAMING),
}


@pytest.mark.parametrize("name", STRICT)
def test_what_the_sdk_refuses_is_refused(name: str) -> None:
    make, fault = STRICT[name]
    made = make()
    with pytest.raises(Exception):  # noqa: B017, PT011 # of many kinds, not all of them its own
        sdk.opened(made)
    assert fault_of(written(made)) is fault
