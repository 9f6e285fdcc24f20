"""Opens what Connect's block "Store customer input" encrypted.

The AWS Encryption SDK would open it too, with whatever else its format allows, and at ten times the cost of a cold
start; here stand the few calls that Connect's one form needs, over `cryptography` and nothing else.

Nothing here proves where a message comes from. The key that its signature is checked with travels inside it, and the
public key that it was encrypted for stands in every exported flow, so anybody can make a message that opens, and
nothing binds one to a call. That only Connect may invoke the function which reads them is what makes them Connect's.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib.customer_input import layout, text
from chalicelib.customer_input.layout import Sealed
from chalicelib.errors import InputFault, Undecryptable

KeyFor = Callable[[str], Iterable[RSAPrivateKey]]

_CURVE = ec.SECP384R1()
_SIGNED_WITH = ec.ECDSA(SHA384())
# Both hashes are SHA-512: only so does a real message open. What others call "OAEP with SHA-512" often is not this.
_WRAPPED_WITH = padding.OAEP(padding.MGF1(SHA512()), SHA512(), None)
_DATA_KEY_BYTES = 32
# The "message body AAD" of the format's reference, for the final frame, which here is always frame 1.
_FINAL_FRAME = b"AWSKMSEncryptionClient Final Frame" + (1).to_bytes(4, "big")
_KEYS = b"0123456789*#"


def decrypt(message: object, key_for: KeyFor, expected_key_id: str | None = None) -> str:
    """What the caller typed: 1 to 30 of `0-9*#`.

    Args:
        message: what the flow sent as $.StoredCustomerInput, whatever that may be.
        key_for: gives the private keys of a key id (a UUID, in small letters), in the order in which to try them. It
            is asked once, and only for a message whose form and signature are right.
        expected_key_id: the key id that the flow sent along; None if it sent none, since the message names its own.

    Raises:
        Undecryptable: for everything that does not open, `fault` saying why. Nothing else is raised, whatever
            `message` holds, except by `key_for`, whose errors pass.
    """
    sealed = layout.read(text.raw(message))
    if expected_key_id is not None and sealed.key_id != expected_key_id:
        raise Undecryptable(InputFault.OTHER_KEY_ID)
    # First of all, so that what was damaged on its way neither costs a look at the keys nor ever meets one.
    _check_signature(sealed)
    data_key = _data_key(sealed, key_for(sealed.key_id))
    return _typed(_content(sealed, data_key))


def _check_signature(sealed: Sealed) -> None:
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _point(sealed.public_key))
    except ValueError:  # no base64 either: binascii.Error is one
        raise Undecryptable(InputFault.PUBLIC_KEY) from None
    try:
        key.verify(sealed.signature, sealed.signed, _SIGNED_WITH)
    except InvalidSignature:
        raise Undecryptable(InputFault.SIGNATURE) from None


def _point(written: bytes) -> bytes:
    point = binascii.a2b_base64(written, strict_mode=True)
    if binascii.b2a_base64(point, newline=False) != written:
        raise ValueError("stray bits at the end of the base64")
    return point


def _data_key(sealed: Sealed, keys: Iterable[RSAPrivateKey]) -> bytes:
    """The data key, opened by the first of `keys` that can."""
    fault = InputFault.NO_KEY
    for key in keys:
        if key.key_size != 8 * len(sealed.data_key):
            continue
        try:
            data_key = key.decrypt(sealed.data_key, _WRAPPED_WITH)
        except ValueError:
            fault = InputFault.WRONG_KEY
            continue
        if len(data_key) != _DATA_KEY_BYTES:
            raise Undecryptable(InputFault.DATA_KEY)
        return data_key
    raise Undecryptable(fault)


def _content(sealed: Sealed, data_key: bytes) -> bytes:
    """The plaintext, after the header's tag has shown that the header is of the same hand."""
    info = layout.SUITE.to_bytes(2, "big") + sealed.message_id
    cipher = AESGCM(HKDF(SHA384(), _DATA_KEY_BYTES, None, info).derive(data_key))
    fault = InputFault.HEADER
    try:
        cipher.decrypt(sealed.header_iv, sealed.header_tag, sealed.header)
        fault = InputFault.CONTENT
        frame = sealed.message_id + _FINAL_FRAME + sealed.content_length.to_bytes(8, "big")
        return cipher.decrypt(sealed.content_iv, sealed.content, frame)
    except InvalidTag:
        raise Undecryptable(fault) from None


def _typed(plain: bytes) -> str:
    # No decoding before it is known to be ASCII: Python's own error would carry the text.
    if plain.translate(None, _KEYS):
        timeout = plain == text.TIMEOUT.encode()
        raise Undecryptable(InputFault.ENCRYPTED_TIMEOUT if timeout else InputFault.NOT_KEYS)
    return plain.decode()
