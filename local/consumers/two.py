"""The two consumers of the laptop's contact centre: one that reads Connect's own messages, and one that reads JWEs."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from local.consumers.inbox import Inbox
from local.consumers.reading import connect_messages, jwes
from local.security_key import security_key
from local.transcript import Transcript

_CONNECT_KEY_ID = "0c9b7f7e-52a4-4f0e-9d3f-7b8f8f0f6a11"
_REGISTRY = "/amazon-connect/consumers"
_KINDS = ("card_number",)


@dataclass(frozen=True)
class Consumers:
    """`payments` reads what Connect encrypts, `archive` reads JWEs; both are posted to."""

    payments: Inbox
    archive: Inbox

    @property
    def parameters(self) -> Mapping[str, str]:
        """Their entries in the registry, and what their posts are signed with, by the name of the SSM parameter."""
        connects, jose = _entry(self.payments, "connect", _CONNECT_KEY_ID), _entry(self.archive, "jwe", "archive-2040")
        return {
            **_registered(self.payments, {**connects, "public_key": security_key(_CONNECT_KEY_ID).certificate}),
            **_registered(self.archive, {**jose, "public_key": _curve_key()[1]}),
        }


def consumers(now: Callable[[], float], tls: ssl.SSLContext, transcript: Transcript) -> Consumers:
    """Both, still to be started. `now` gives the time that the product goes by."""
    read = connect_messages(security_key(_CONNECT_KEY_ID).private_key, _CONNECT_KEY_ID)
    return Consumers(
        Inbox("payments", read, now, tls, "laptop-payments-" * 3, transcript),
        Inbox("archive", jwes(_curve_key()[0], "archive", now), now, tls, "laptop-archive-" * 3, transcript),
    )


def _entry(inbox: Inbox, form: str, key_id: str) -> dict[str, object]:
    return {
        "format": form,
        "key_id": key_id,
        "kinds": _KINDS,
        "not_after": "2099-12-31T00:00:00Z",
        "deliver": inbox.address,
    }


def _registered(inbox: Inbox, entry: Mapping[str, object]) -> Mapping[str, str]:
    name = f"{_REGISTRY}/{inbox.name}"
    return {name: json.dumps(entry), f"{name}/hmac-key": inbox.secret}


@cache
def _curve_key() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )
