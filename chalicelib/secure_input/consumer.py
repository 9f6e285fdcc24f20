"""A consumer: a system that input is relayed to, as its entry in the registry says.

An entry is a JSON object, read strictly: what is misspelt there would otherwise hand digits to the wrong place, or in a
form that nobody can open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chalicelib import strict_json
from chalicelib.errors import Misconfigured
from chalicelib.secure_input.kinds import KINDS
from chalicelib.strict_json import NamedTwice

if TYPE_CHECKING:
    from collections.abc import Callable

PublicKey = RSAPublicKey | EllipticCurvePublicKey | X25519PublicKey

EVERY = "all"
"""Stands for every consumer; none can be called so."""

SAFE_NAME = rf"(?!{EVERY}\Z)[0-9A-Za-z][0-9A-Za-z_-]{{0,62}}"
FLOW = "flow"
"""Where a message goes that is not posted: back to the flow."""

_RSA_BITS = (2048, 3072, 4096)
_LEAST_EXPONENT = 65537
_CURVES = (SECP256R1, SECP384R1)
_BEGINS = "-----BEGIN "
_TRIED_WITH = OAEP(MGF1(SHA256()), SHA256(), None)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY_ID = re.compile(r"[0-9A-Za-z._:/-]{1,200}")
_KMS_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(?:key|alias)/[0-9A-Za-z/_-]{1,200}")
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class Format(StrEnum):
    """How a consumer reads what it gets."""

    CONNECT = "connect"
    JWE = "jwe"
    KMS = "kms"


_COMMON = frozenset({"format", "kinds", "not_after", "deliver"})
_FIELDS = {
    Format.CONNECT: _COMMON | {"key_id", "public_key"},
    Format.JWE: _COMMON | {"key_id", "public_key"},
    Format.KMS: _COMMON | {"kms_key"},
}


@dataclass(frozen=True)
class Consumer:
    """`not_after` in seconds since the epoch. With KMS there is no `key`, and `key_id` is the ARN of the KMS key.

    `signing_key` is what its posts are signed with, None for nothing; it does not stand in the entry.
    """

    name: str
    format: Format
    key_id: str
    key: PublicKey | None
    kinds: frozenset[str]
    not_after: float
    deliver: str
    signing_key: bytes | None = field(default=None, repr=False)

    @property
    def posted(self) -> bool:
        """Whether its messages are posted to it; else the flow gets them."""
        return self.deliver != FLOW


@dataclass(frozen=True)
class Delivery:
    """One input on its way to one consumer; `id` is the same in each repeat. Times in seconds since the epoch."""

    id: str
    contact: str
    kind: str
    at: int
    expires_at: int


def parse(text: str, parameter: str) -> Consumer:
    """The entry in `text`; its consumer is called as the last part of the parameter's name.

    Raises:
        Misconfigured: names the parameter, and what is wrong with it, and nothing in it.
    """
    try:
        return _consumer(parameter.rpartition("/")[2], strict_json.parsed(text))
    except (ValueError, RecursionError) as wrong:
        reason = str(wrong) if isinstance(wrong, _Wrong | NamedTwice) else "it is no JSON object"
        raise Misconfigured(f"the parameter {parameter} is no entry of a consumer: {reason}") from None


class _Wrong(ValueError):
    """An entry cannot be used; the text says why, without a word of the entry's own."""


def _consumer(name: str, entry: Any) -> Consumer:
    if not isinstance(entry, dict) or entry.get("format") not in list(Format):
        raise _Wrong(f"format must be one of {', '.join(Format)}")
    form = Format(entry["format"])
    if entry.keys() != _FIELDS[form]:
        raise _Wrong(f"with format {form} the fields are {', '.join(sorted(_FIELDS[form]))}")
    key_id, key = _key(form, entry)
    return Consumer(
        name, form, key_id, key, _kinds(entry["kinds"]), _time(entry["not_after"]), _deliver(entry["deliver"])
    )


def _key(form: Format, entry: dict[str, Any]) -> tuple[str, PublicKey | None]:
    match form:
        case Format.KMS:
            return _matching(_KMS_KEY, entry["kms_key"], "kms_key must be the ARN of a KMS key or alias"), None
        case Format.CONNECT:
            key_id = _matching(_UUID, entry["key_id"], "key_id must be a UUID in small letters")
            return key_id, _usable(entry["public_key"], _is_rsa, "an RSA key of 2048, 3072 or 4096 bits")
        case Format.JWE:
            key_id = _matching(_KEY_ID, entry["key_id"], "key_id must be 1 to 200 letters, digits and . _ : / -")
            return key_id, _usable(entry["public_key"], _is_for_jwe, "RSA of 2048 bits or more, P-256, P-384 or X25519")


def _matching(pattern: re.Pattern[str], value: object, wanted: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _Wrong(wanted)
    return value


def _usable(pem: object, fits: Callable[[PublicKey], bool], wanted: str) -> PublicKey:
    key = _loaded(pem) if isinstance(pem, str) and pem.count(_BEGINS) == 1 else None
    if not isinstance(key, PublicKey) or not fits(key) or not _encrypts(key):
        raise _Wrong(f"public_key must be one public key or certificate in PEM: {wanted}")
    return key


def _loaded(pem: str) -> object:
    try:
        return _certified(pem) if "BEGIN CERTIFICATE" in pem else load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None


def _certified(pem: str) -> object:
    from cryptography.x509 import InvalidVersion, load_pem_x509_certificate  # half of what cryptography loads

    try:
        return load_pem_x509_certificate(pem.encode()).public_key()
    except InvalidVersion:  # the one error of its kind that is no ValueError
        return None


def _encrypts(key: PublicKey) -> bool:
    """Some keys load and fail when they are used, which would keep the input from everybody else too."""
    try:
        if isinstance(key, RSAPublicKey):
            key.encrypt(b"", _TRIED_WITH)
        elif isinstance(key, X25519PublicKey):
            X25519PrivateKey.generate().exchange(key)
    except ValueError:
        return False
    return True


def _is_rsa(key: PublicKey) -> bool:
    return isinstance(key, RSAPublicKey) and key.key_size in _RSA_BITS and key.public_numbers().e >= _LEAST_EXPONENT


def _is_for_jwe(key: PublicKey) -> bool:
    if isinstance(key, EllipticCurvePublicKey):
        return isinstance(key.curve, _CURVES)
    return isinstance(key, X25519PublicKey) or _is_rsa(key)


def _kinds(value: object) -> frozenset[str]:
    if not isinstance(value, list) or not value or not all(isinstance(kind, str) and kind in KINDS for kind in value):
        raise _Wrong(f"kinds must be a list of some of {', '.join(KINDS)}")
    return frozenset(value)


def _time(value: object) -> float:
    text = _matching(_TIME, value, wanted := "not_after must be a time such as 2027-06-30T00:00:00Z")
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise _Wrong(wanted) from None


def _deliver(value: object) -> str:
    if value == FLOW:
        return FLOW
    return _matching(_ADDRESS, value, "deliver must be flow, or an https:// address without a query")
