"""`keys.parsed`: parameters that hold no key, a damaged one, or one whose numbers do not agree.

An input is a text as it is, bytes of DER in PEM, or choices what to change in the numbers of a key; these are written
as RFC 8017, A.1.2, says, by code of our own, since no library writes a key that is wrong.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chalicelib.customer_input.keys import parsed
from chalicelib.errors import Misconfigured
from tests.fuzz.choices import Choices
from tests.fuzz.keyring import Keyring
from tests.fuzz.target import Target, must

TEXT, DER, NUMBERS = range(3)
_NAME = "/amazon-connect/encryption/fuzz/private-key"
_SAID = f"the parameter {_NAME} must hold unencrypted RSA private keys of 2048 to 4096 bits in PEM"
_LABELS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY")
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA512()), hashes.SHA512(), None)
_LONGEST = 8_192
_CHANGES: tuple[Callable[[int, Choices], int], ...] = (
    lambda number, choices: number ^ 1 << choices.number(4_096),
    lambda number, choices: number + choices.number(256),
    lambda number, choices: number - choices.number(256),
    lambda number, choices: choices.number(256),
    lambda number, choices: int.from_bytes(choices.some_bytes(600)),
    lambda number, choices: -number,
    lambda number, choices: number * (choices.number(256) + 2),
    lambda number, choices: number >> choices.number(4_096),
)


def target(keyring: Keyring) -> Target:
    """A parameter gives keys that open what they close, or is refused in words that tell nothing of it."""
    return Target(lambda data: _check(*_text(keyring, data)), _seeds(keyring), _LONGEST, 0.35)


def _check(given: str, keys: list[RSAPrivateKey] | None) -> str:
    """`keys` are those that `given` holds, where that is known."""
    try:
        found = parsed(given, _NAME)
    except Misconfigured as refused:
        must(str(refused) == _SAID, "the refusal names the parameter and nothing in it")
        must(keys is None, "sound keys are taken")
        return "refused"
    must(len(found) > 0, "no keys are no answer")
    must(keys is None or _numbers(found) == _numbers(keys), "keys come in the order of their text")
    for key in found:
        must(2048 <= key.key_size <= 4096, "a key has the size that Connect takes")
        must(
            key.decrypt(key.public_key().encrypt(b"\x07" * 32, _OAEP), _OAEP) == b"\x07" * 32, "it opens what it closed"
        )
    return f"{len(found)} of {found[0].key_size} bits"


def _numbers(keys: list[RSAPrivateKey] | tuple[RSAPrivateKey, ...]) -> list[int]:
    return [key.private_numbers().d for key in keys]


def _text(keyring: Keyring, data: bytes) -> tuple[str, list[RSAPrivateKey] | None]:
    choices = Choices(data[1:])
    match data[0] % 3 if data else TEXT:
        case 0:
            return choices.rest().decode(errors="replace"), None
        case 1:
            label = choices.one_of(_LABELS)
            return _pem(label, choices.rest()), None
    keys = [choices.one_of((keyring.own, keyring.other, keyring.larger)) for _ in range(choices.number(2) + 1)]
    between = choices.some_bytes(20).decode("latin-1") if choices.number(2) else ""
    changes = choices.number(3)
    numbers = [_of(key) for key in keys]
    for _ in range(changes):
        which, at = choices.number(len(numbers)), choices.number(9)
        numbers[which][at] = choices.one_of(_CHANGES)(numbers[which][at], choices)
    text = between.join(_pem("RSA PRIVATE KEY", _der(one)) for one in numbers)
    return text, None if changes or between else keys


def _of(key: RSAPrivateKey) -> list[int]:
    """Version and numbers, in the order of RFC 8017."""
    parts = key.private_numbers()
    public = parts.public_numbers
    return [0, public.n, public.e, parts.d, parts.p, parts.q, parts.dmp1, parts.dmq1, parts.iqmp]


def _der(numbers: list[int]) -> bytes:
    return _tagged(0x30, b"".join(_tagged(2, one.to_bytes(one.bit_length() // 8 + 1, signed=True)) for one in numbers))


def _tagged(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    written = length.to_bytes(-(-length.bit_length() // 8))
    return bytes((tag, 0x80 | len(written))) + written + content


def _pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def _seeds(keyring: Keyring) -> list[bytes]:
    own, plain = keyring.own, NoEncryption()
    ciphered = BestAvailableEncryption(b"fuzz")
    texts = [
        *(
            own.private_bytes(Encoding.PEM, kind, plain)
            for kind in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
        ),
        own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, ciphered),
        own.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, plain),
        keyring.forger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain),
        own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ]
    ders = [
        bytes((0,)) + own.private_bytes(Encoding.DER, PrivateFormat.PKCS8, plain),
        bytes((1,)) + own.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, plain),
        bytes((2,)) + keyring.forger.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, plain),
    ]
    numbers = [bytes((which, 0, 0, changes, 0, at, at)) for which in (0, 1) for changes in (0, 1, 2) for at in range(9)]
    return [
        *(bytes((TEXT,)) + one for one in texts),
        *(bytes((DER,)) + one for one in ders),
        *(bytes((NUMBERS,)) + one for one in numbers),
    ]
