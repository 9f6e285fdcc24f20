"""Messages in another form than Connect's, rightly encrypted and rightly signed: every one is refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.errors import InputFault
from local.encrypt import Form
from tests.unit.customer_input.messages import KEY_ID, fault_of, message, opened


def changed(part: bytes) -> bytes:
    return part[:-1] + bytes([part[-1] ^ 1])


def one_more(number: int) -> int:
    return number + 1


def one_less(number: int) -> int:
    return number - 1


def uncompressed(point: bytes) -> bytes:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), point)
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(48, "big") + numbers.y.to_bytes(48, "big")


FORMS = {
    "version 2": (Form(version=2), InputFault.VERSION),
    "version 0": (Form(version=0), InputFault.VERSION),
    "another type": (Form(kind=0x81), InputFault.TYPE),
    "type 0": (Form(kind=0), InputFault.TYPE),
    "a suite with key commitment": (Form(suite=0x0578), InputFault.SUITE),
    "an unsigned suite": (Form(suite=0x0178), InputFault.SUITE),
    "a suite that does not exist": (Form(suite=0xFFFF), InputFault.SUITE),
    "another name for the public key": (
        Form(public_key_name=b"aws-crypto-public-kez"),
        InputFault.ENCRYPTION_CONTEXT,
    ),
    "a shorter name for it": (Form(public_key_name=b"aws-crypto-public"), InputFault.ENCRYPTION_CONTEXT),
    "more context, after it": (Form(further_context=((b"contact", b"1"),)), InputFault.ENCRYPTION_CONTEXT),
    "more context, before it": (Form(further_context=((b"a", b"1"),)), InputFault.ENCRYPTION_CONTEXT),
    "an empty pair more": (Form(further_context=((b"", b""),)), InputFault.ENCRYPTION_CONTEXT),
    "the public key twice": (
        Form(further_context=((b"aws-crypto-public-key", b"A" * 68),)),
        InputFault.ENCRYPTION_CONTEXT,
    ),
    "an uncompressed public key": (Form(public_key_bytes=uncompressed), InputFault.ENCRYPTION_CONTEXT),
    "no public key": (Form(public_key_text=lambda _: b""), InputFault.ENCRYPTION_CONTEXT),
    "a public key of another prefix": (Form(public_key_bytes=lambda point: b"\x05" + point[1:]), InputFault.PUBLIC_KEY),
    "the point at infinity": (Form(public_key_bytes=lambda _: bytes(49)), InputFault.PUBLIC_KEY),
    "a public key off the curve": (Form(public_key_bytes=lambda _: b"\x02" + b"\xff" * 48), InputFault.PUBLIC_KEY),
    "the public key's other half": (
        Form(public_key_bytes=lambda point: bytes([point[0] ^ 1]) + point[1:]),
        InputFault.SIGNATURE,
    ),
    "a public key in no base64": (Form(public_key_text=lambda text: b"-" + text[1:]), InputFault.PUBLIC_KEY),
    "a public key with a blank": (Form(public_key_text=lambda text: text[:-2] + b" ="), InputFault.PUBLIC_KEY),
    "a public key with stray bits": (
        Form(public_key_text=lambda text: text[:-3] + bytes([text[-3] + 1]) + b"=="),
        InputFault.PUBLIC_KEY,
    ),
    "another provider": (Form(provider=b"AmazonConnec1"), InputFault.PROVIDER),
    "the provider in small letters": (Form(provider=b"amazonconnect"), InputFault.PROVIDER),
    "a provider that only begins so": (Form(provider=b"AmazonConnect2"), InputFault.PROVIDER),
    "a provider in KMS": (Form(provider=b"aws-kms"), InputFault.PROVIDER),
    "a second data key": (Form(further_data_keys=((b"AmazonConnect", b""),)), InputFault.DATA_KEYS),
    "65 data keys": (Form(further_data_keys=((b"other", b""),) * 64), InputFault.TOO_LONG),
    "OAEP with SHA-256": (Form(data_key_hash="sha256", data_key_mask_hash="sha256"), InputFault.WRONG_KEY),
    "OAEP with SHA-1": (Form(data_key_hash="sha1", data_key_mask_hash="sha1"), InputFault.WRONG_KEY),
    "OAEP with SHA-512, MGF1 with SHA-1": (Form(data_key_mask_hash="sha1"), InputFault.WRONG_KEY),
    "OAEP with SHA-512, MGF1 with SHA-256": (Form(data_key_mask_hash="sha256"), InputFault.WRONG_KEY),
    "OAEP with a label": (Form(data_key_label=b"label"), InputFault.WRONG_KEY),
    "a data key of zeros": (Form(wrapped_data_key=lambda wrapped: bytes(len(wrapped))), InputFault.WRONG_KEY),
    "a data key of ones": (Form(wrapped_data_key=lambda wrapped: b"\xff" * len(wrapped)), InputFault.WRONG_KEY),
    "a data key cut": (Form(wrapped_data_key=lambda wrapped: wrapped[:-1]), InputFault.DATA_KEY_LENGTH),
    "an empty data key": (Form(wrapped_data_key=lambda _: b""), InputFault.DATA_KEY_LENGTH),
    "a data key of RSA-3072's length": (Form(wrapped_data_key=lambda wrapped: wrapped + bytes(128)), InputFault.NO_KEY),
    "a secret of 16 bytes": (Form(data_key_bytes=16), InputFault.DATA_KEY),
    "a secret of 33 bytes": (Form(data_key_bytes=33), InputFault.DATA_KEY),
    "no secret": (Form(data_key_bytes=0), InputFault.DATA_KEY),
    "not framed": (Form(content_type=1), InputFault.FRAMING),
    "another content type": (Form(content_type=0), InputFault.FRAMING),
    "the reserved field used": (Form(reserved=1), InputFault.FRAMING),
    "an IV of 13 bytes": (Form(iv_bytes=13, told_iv_bytes=13), InputFault.FRAMING),
    "an IV told longer than it is": (Form(told_iv_bytes=16), InputFault.FRAMING),
    "frames of no bytes": (Form(frame_bytes=0), InputFault.FRAMING),
    "frames of 1024 bytes": (Form(frame_bytes=1024), InputFault.FRAMING),
    "frames of 2 GB": (Form(frame_bytes=2**31 - 1), InputFault.FRAMING),
    "a frame that is not the final one": (Form(final_mark=b""), InputFault.FRAMING),
    "the second frame": (Form(sequence=2), InputFault.FRAMING),
    "frame 0": (Form(sequence=0), InputFault.FRAMING),
    "a header with another tag": (Form(header_tag=changed), InputFault.HEADER),
    "a frame with another tag": (Form(content=changed), InputFault.CONTENT),
    "a frame sealed as one of many": (Form(frame_name=b"AWSKMSEncryptionClient Frame"), InputFault.CONTENT),
    "a frame sealed as no frame": (Form(frame_name=b"AWSKMSEncryptionClient Single Block"), InputFault.CONTENT),
    "content told longer than it is": (Form(told_content_length=one_more), InputFault.SIGNATURE_LENGTH),
    "content told shorter than it is": (Form(told_content_length=one_less), InputFault.SIGNATURE_LENGTH),
    "content of 4 GB": (Form(told_content_length=lambda _: 2**32 - 1), InputFault.CONTENT_LENGTH),
    "content of no bytes": (Form(told_content_length=lambda _: 0), InputFault.CONTENT_LENGTH),
    "no signature": (Form(signature=lambda _: b""), InputFault.SIGNATURE_LENGTH),
    "a signature of zeros": (Form(signature=lambda _: bytes(103)), InputFault.SIGNATURE),
    "a signature not in DER": (Form(signature=lambda _: b"\x30\x80" + bytes(96)), InputFault.SIGNATURE),
    "a signature cut inside its numbers": (
        Form(signature=lambda signature: signature[:95] + bytes(2)),
        InputFault.SIGNATURE,
    ),
    "a signature told longer": (
        Form(told_signature_length=lambda _: 104, signature=lambda own: own[:101]),
        InputFault.CUT,
    ),
    "a signature told shorter": (Form(told_signature_length=lambda _: 100), InputFault.TRAILING_BYTES),
    "a signature told far longer": (Form(told_signature_length=lambda _: 65_535), InputFault.SIGNATURE_LENGTH),
    "a byte after the footer": (Form(after=b"\x00"), InputFault.TRAILING_BYTES),
}


@pytest.mark.parametrize("name", FORMS)
def test_another_form_is_refused(name: str) -> None:
    form, fault = FORMS[name]
    assert fault_of(message(form=form)) is fault


def test_without_another_form_it_opens() -> None:
    assert opened(message(form=Form()))


@pytest.mark.parametrize(
    "key_id",
    [
        "",
        KEY_ID[:-1],
        KEY_ID + "0",
        KEY_ID.upper(),
        KEY_ID.replace("-", "_"),
        "../../prod/db-password/private-key-1",
        "g" * 36,
        " " * 36,
        "0" * 36,
        "\u0661" * 18,
        "b1071b33-0944-47f3-945c-098f3725ac1\n",
        "x" * 300,
    ],
)
def test_a_key_id_is_a_uuid_before_anybody_sees_it(key_id: str) -> None:
    assert fault_of(message(key_id=key_id)) in {InputFault.KEY_ID, InputFault.TOO_LONG}


@pytest.mark.parametrize("number", range(4))
def test_no_other_curve_signs_a_message(number: int) -> None:
    """A point of P-256 filled up to the length of one of P-384, and the like."""
    curve = (ec.SECP256R1(), ec.SECP521R1(), ec.SECP256K1(), ec.BrainpoolP384R1())[number]
    other = ec.generate_private_key(curve).public_key().public_numbers()
    point = (b"\x02" + other.x.to_bytes(66, "big")[-48:])[:49]
    form = Form(public_key_text=lambda _: base64.b64encode(point))
    assert fault_of(message(form=form)) in {InputFault.PUBLIC_KEY, InputFault.SIGNATURE}


def test_nobody_elses_signature_will_do() -> None:
    stranger = ec.generate_private_key(ec.SECP384R1())
    numbers = stranger.public_key().public_numbers()
    point = bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(48, "big")
    assert fault_of(message(form=Form(public_key_bytes=lambda _: point))) is InputFault.SIGNATURE
