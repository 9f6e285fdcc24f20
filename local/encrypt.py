"""Encrypts digits as Connect's block "Store customer input" does: `python -m local encrypt --help`.

For testing a set-up with one's own certificate, and for the tests. It shares no code with the product, which opens
what is made here, and takes other ways: padding, key derivation and compressed points are written out after RFC 8017,
RFC 5869 and SEC 1, so that a mistake would have to be made twice, in two forms, to go unseen. What the layout should be
was read from messages of real instances.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

Pairs = tuple[tuple[bytes, bytes], ...]


def _unchanged(part: bytes) -> bytes:
    return part


@dataclass(frozen=True)
class Form:
    """How a message is made. The defaults are Connect's; with anything else it is one that must be refused.

    The functions change a part on its way into the message, before all of it is signed.
    """

    version: int = 1
    kind: int = 0x80
    suite: int = 0x0378
    public_key_name: bytes = b"aws-crypto-public-key"
    public_key_bytes: Callable[[bytes], bytes] = _unchanged
    public_key_text: Callable[[bytes], bytes] = _unchanged
    further_context: Pairs = ()
    provider: bytes = b"AmazonConnect"
    data_key_bytes: int = 32
    data_key_hash: str = "sha512"
    data_key_mask_hash: str = "sha512"
    data_key_label: bytes = b""
    wrapped_data_key: Callable[[bytes], bytes] = _unchanged
    further_data_keys: Pairs = ()  # provider and wrapped key, after the one that works
    content_type: int = 2
    reserved: int = 0
    iv_bytes: int = 12
    told_iv_bytes: int = 12
    frame_bytes: int = 4096
    header_tag: Callable[[bytes], bytes] = _unchanged
    final_mark: bytes = b"\xff\xff\xff\xff"
    sequence: int = 1
    frame_name: bytes = b"AWSKMSEncryptionClient Final Frame"
    content: Callable[[bytes], bytes] = _unchanged
    told_content_length: Callable[[int], int] = int
    signature: Callable[[bytes], bytes] = _unchanged
    told_signature_length: Callable[[int], int] = int
    after: bytes = b""
    signing_key: ec.EllipticCurvePrivateKey | None = field(default=None, repr=False)


def encrypt(typed: str | bytes, key: RSAPublicKey, key_id: str, form: Form | None = None) -> str:
    """A message with `typed` in it, in base64, as a flow reads it from $.StoredCustomerInput."""
    return base64.b64encode(encrypt_bytes(typed, key, key_id, form)).decode()


def encrypt_bytes(typed: str | bytes, key: RSAPublicKey, key_id: str, form: Form | None = None) -> bytes:
    """The same before it is put into base64. `typed` may be anything, `key_id` any text."""
    form = form or Form()
    signing_key = form.signing_key or ec.generate_private_key(ec.SECP384R1())
    secret, message_id = os.urandom(form.data_key_bytes), os.urandom(16)
    content_key = _derived(secret, form.suite.to_bytes(2, "big") + message_id)

    header = _header(form, message_id, signing_key, _wrapped(secret, key, form), key_id.encode())
    body = _header_proof(form, content_key, header) + _frame(form, content_key, message_id, typed)
    return sign(header + body, signing_key, form)


def sign(unsigned: bytes, signing_key: ec.EllipticCurvePrivateKey, form: Form | None = None) -> bytes:
    """`unsigned` with a footer."""
    form = form or Form()
    signature = form.signature(signing_key.sign(unsigned, ec.ECDSA(hashes.SHA384())))
    return unsigned + form.told_signature_length(len(signature)).to_bytes(2, "big") + signature + form.after


def _header(
    form: Form, message_id: bytes, signing_key: ec.EllipticCurvePrivateKey, wrapped: bytes, key_id: bytes
) -> bytes:
    point = form.public_key_bytes(_compressed(signing_key.public_key()))
    pairs = ((form.public_key_name, form.public_key_text(base64.b64encode(point))), *form.further_context)
    context = _count(pairs) + b"".join(_counted(name) + _counted(value) for name, value in sorted(pairs))
    data_keys = ((form.provider, wrapped), *form.further_data_keys)
    wrapped_keys = b"".join(_counted(provider) + _counted(key_id) + _counted(one) for provider, one in data_keys)
    return b"".join(
        (
            bytes((form.version, form.kind)),
            form.suite.to_bytes(2, "big"),
            message_id,
            _counted(context),
            _count(data_keys) + wrapped_keys,
            bytes((form.content_type,)),
            form.reserved.to_bytes(4, "big"),
            bytes((form.told_iv_bytes,)),
            form.frame_bytes.to_bytes(4, "big"),
        )
    )


def _header_proof(form: Form, content_key: bytes, header: bytes) -> bytes:
    iv = os.urandom(form.iv_bytes)
    _, tag = _sealed(content_key, iv, b"", header)
    return iv + form.header_tag(tag)


def _frame(form: Form, content_key: bytes, message_id: bytes, typed: str | bytes) -> bytes:
    plain = typed.encode() if isinstance(typed, str) else typed
    iv, sequence = os.urandom(form.iv_bytes), form.sequence.to_bytes(4, "big")
    told = message_id + form.frame_name + sequence + len(plain).to_bytes(8, "big")
    ciphertext, tag = _sealed(content_key, iv, plain, told)
    length = form.told_content_length(len(plain)).to_bytes(4, "big")
    return form.final_mark + sequence + iv + length + form.content(ciphertext + tag)


def _count(things: Pairs) -> bytes:
    return len(things).to_bytes(2, "big")


def _counted(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part


def _compressed(key: ec.EllipticCurvePublicKey) -> bytes:
    """SEC 1, 2.3.3: the parity of y, then x."""
    numbers = key.public_numbers()
    return bytes((2 + numbers.y % 2,)) + numbers.x.to_bytes(48, "big")


def _sealed(key: bytes, iv: bytes, plain: bytes, told: bytes) -> tuple[bytes, bytes]:
    """Ciphertext and tag of AES-GCM, `told` being authenticated too."""
    cipher = Cipher(AES(key), GCM(iv)).encryptor()
    cipher.authenticate_additional_data(told)
    return cipher.update(plain) + cipher.finalize(), cipher.tag


def _derived(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-384 and no salt: 32 bytes, less than one block."""
    extracted = hmac.digest(bytes(48), secret, "sha384")
    return hmac.digest(extracted, info + b"\x01", "sha384")[:32]


def _wrapped(secret: bytes, key: RSAPublicKey, form: Form) -> bytes:
    """RFC 8017, 7.1.1: RSAES-OAEP."""
    numbers = key.public_numbers()
    length = -(-numbers.n.bit_length() // 8)
    label = hashlib.new(form.data_key_hash, form.data_key_label).digest()
    seed = os.urandom(len(label))
    block = label + bytes(length - len(secret) - 2 * len(label) - 2) + b"\x01" + secret
    block = _xor(block, _mask(seed, len(block), form.data_key_mask_hash))
    seed = _xor(seed, _mask(block, len(seed), form.data_key_mask_hash))
    wrapped = pow(int.from_bytes(seed + block, "big"), numbers.e, numbers.n)
    return form.wrapped_data_key(wrapped.to_bytes(length, "big"))


def _mask(seed: bytes, length: int, name: str) -> bytes:
    """RFC 8017, B.2.1: MGF1."""
    blocks = (hashlib.new(name, seed + count.to_bytes(4, "big")).digest() for count in range(length))
    mask = b""
    while len(mask) < length:
        mask += next(blocks)
    return mask[:length]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def certified_key(pem: bytes) -> RSAPublicKey:
    """The public key of a certificate, which must be RSA since Connect takes no other."""
    key = x509.load_pem_x509_certificate(pem).public_key()
    if isinstance(key, RSAPublicKey):
        return key
    raise ValueError("the certificate's key is not RSA")


def main(arguments: list[str] | None = None) -> int:
    """Prints one message."""
    parser = argparse.ArgumentParser("python -m local encrypt", description="Encrypts digits as Connect does.")
    parser.add_argument("--certificate", type=Path, required=True, help="the certificate in the flow's block, PEM")
    parser.add_argument("--key-id", required=True, help="the id that Connect shows for the uploaded security key")
    parser.add_argument("digits", help="what the caller types, 0-9*#; or - to read it from standard input")
    given = parser.parse_args(arguments)
    try:
        key = certified_key(given.certificate.read_bytes())
    except (OSError, ValueError) as trouble:
        parser.error(f"{given.certificate}: {trouble}")
    digits = sys.stdin.readline().strip() if given.digits == "-" else given.digits
    print(encrypt(digits, key, given.key_id))
    return 0
