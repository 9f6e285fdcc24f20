"""Results as a login sends them: `{"njwt": "<JWS>"}` in a JWE, by jwcrypto.

Each key type goes with one algorithm in each layer, and the two layers' types have nothing to do with each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

KeyType = Literal["RSA", "EC"]
TYPES: tuple[KeyType, ...] = ("EC", "RSA")
VALID_SECONDS = 300

_ENCRYPTION = {"RSA": "RSA-OAEP", "EC": "ECDH-ES"}
_SIGNATURE = {"RSA": "RS256", "EC": "ES256"}


@dataclass(frozen=True)
class _Words:
    """What a family of logins calls its results."""

    subject: str
    succeeded: str


@dataclass(frozen=True)
class Dialect:
    """`name` is the product's setting for it."""

    name: str
    words: _Words


ID_CONTACT = Dialect("id_contact", _Words("id-contact-attributes", "succes"))
VERDER_HELPEN = Dialect("verder_helpen", _Words("verder-helpen-attributes", "success"))


@cache
def _key(kind: KeyType, whose: str) -> JWK:
    """Made once per process: making RSA keys takes long."""
    return JWK.generate(kty="RSA", size=2048) if kind == "RSA" else JWK.generate(kty="EC", crv="P-256")


def decryption_keys() -> str:
    """The operator's private keys, as the parameter holds them."""
    return _listed({kind: _key(kind, "operator").export_to_pem(True, None) for kind in TYPES})


def signature_keys() -> str:
    """The login's public keys, as the parameter holds them."""
    return _listed({kind: _key(kind, "login").export_to_pem() for kind in TYPES})


def _listed(keys: Mapping[KeyType, bytes]) -> str:
    return json.dumps([{"type": kind, "key": pem.decode()} for kind, pem in keys.items()])


def token(claims: Mapping[str, Any], *, to: KeyType, by: KeyType) -> str:
    """A result, encrypted for the operator's key and signed with the login's."""
    signed = JWS(json.dumps(claims).encode())
    signed.add_signature(_key(by, "login"), None, json.dumps({"typ": "JWT", "alg": _SIGNATURE[by]}))
    return _encrypted(str(signed.serialize(compact=True)), to)


def encrypted_anew(result: str, to: KeyType = "EC") -> str:
    """The same signed result in another wrapping, which whoever has read it once can make."""
    opened = JWE()
    opened.deserialize(result)
    kind: KeyType = "RSA" if opened.jose_header["alg"] == _ENCRYPTION["RSA"] else "EC"
    opened.decrypt(_key(kind, "operator"))
    return _encrypted(json.loads(opened.payload)["njwt"], to)


def _encrypted(signed: str, to: KeyType) -> str:
    header = {"typ": "JWT", "cty": "JWT", "enc": "A128CBC-HS256", "alg": _ENCRYPTION[to]}
    sealed = JWE(json.dumps({"njwt": signed}).encode(), json.dumps(header))
    sealed.add_recipient(JWK.from_pem(_key(to, "operator").export_to_pem()))
    return str(sealed.serialize(compact=True))
