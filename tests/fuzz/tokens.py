"""`auth_result.verify`: any text, what befalls a genuine token, and tokens with a few things wrong in every layer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.errors import TokenFault, TokenRefused
from chalicelib.web_login.auth_result import verify
from chalicelib.web_login.claims import Dialect
from chalicelib.web_login.token_keys import decryption_keys, signature_keys
from tests.fuzz.choices import Choices
from tests.fuzz.keyring import Keyring
from tests.fuzz.target import Target, must
from tests.unit.web_login.tokens import CLAIMS, NOW, TYPES, Forge, PrivateKey, b64, listed, pem, public_pem, unb64

TEXT, BEFALLEN, MADE = range(3)
_LONGEST = 4_000
_NAMES = ("alg", "enc", "typ", "cty", "kid", "epk", "zip", "crit", "b64", "jwk", "jku", "x5c", "apu", "apv", "p2c", "")
_CLAIM_NAMES = (*CLAIMS, "nbf", "njwt")
_VALUES: tuple[object, ...] = (
    *(None, True, 0, -1, 1.5, NOW, NOW + 6, NOW + 3_601, 2**64, 10**30, 1e300, [], {}, "", "\x00", "\ud800", "none"),
    *("JWT", "DEF", "succes", "failed", "RS256", "ES256", "HS256", "RSA-OAEP", "ECDH-ES", "dir", "A128CBC-HS256"),
    *("https://a.example", "http://a.example", "https://a@b", {"a": 1}, {"a": "b"}, {"kty": "EC"}, ["a"]),
)


def _value(choices: Choices) -> object:
    if choices.number(3):
        return choices.one_of(_VALUES)
    try:
        return json.loads(choices.some_bytes(60))
    except (ValueError, RecursionError):
        return choices.some_bytes(40).decode("latin-1")


def _more(choices: Choices) -> dict[str, object]:
    return {choices.one_of(_NAMES): _value(choices)}


_POINT_NAMES = ("kty", "crv", "x", "y", "d", "k")


def _point(choices: Choices) -> dict[str, object]:
    """Of a curve's names, with any values, or any numbers of 32 bytes."""
    return {
        name: b64(choices.some_bytes(64)) if name in "xy" and choices.number(2) else _value(choices)
        for name in _POINT_NAMES[: choices.number(len(_POINT_NAMES) + 1)]
    }


def _good_names(choices: Choices) -> dict[str, object]:
    return {"kty": "EC", "crv": "P-256", "x": b64(choices.some_bytes(32)), "y": b64(choices.some_bytes(32))}


_DEVIATIONS: tuple[Callable[[Choices], dict[str, Any]], ...] = (
    lambda choices: {"more": _more(choices)},
    lambda choices: {"signed_more": _more(choices)},
    lambda choices: {"header": choices.some_bytes(200)},
    lambda choices: {"signed_header": choices.some_bytes(200)},
    lambda choices: {"claims": {**CLAIMS, choices.one_of(_CLAIM_NAMES): _value(choices)}},
    lambda choices: {"claims": choices.some_bytes(200)},
    lambda choices: {"to_number": 2},
    lambda choices: {"by_number": choices.one_of((0, 2))},
    lambda choices: {"sign": _constant(choices.some_bytes(300))},
    lambda choices: {"envelope": _value(choices)},
    lambda choices: {"envelope": {"njwt": _value(choices)}},
    lambda choices: {"change_plain": choices.patch()},
    lambda choices: {"change_signed": _on_text(choices.patch())},
    lambda choices: {"to": "EC", "epk": _point(choices)},
    lambda choices: {"to": "EC", "epk": _good_names(choices)},
)


def _constant(signed: bytes) -> Callable[[bytes], bytes]:
    return lambda _: signed


def _on_text(patch: Callable[[bytes], bytes]) -> Callable[[str], str]:
    return lambda text: patch(text.encode()).decode("latin-1")


def target(keyring: Keyring) -> Target:
    """A result is told of a token that its sender signed, and of no other; these are refused, each for a reason."""
    judge = _Judge(keyring)
    return Target(judge.check, list(judge.seeds()), _LONGEST, 0.35)


class _Judge:
    def __init__(self, keyring: Keyring) -> None:
        # On P-256, and the same as long as the keyring is.
        forger = keyring.forger.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        curve = [hashlib.sha256(bytes((number,)) + forger).digest()[1:] for number in range(3)]
        self._keys: dict[tuple[str, int], PrivateKey] = {
            **{
                ("EC", number): ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())
                for number, raw in enumerate(curve)
            },
            **{("RSA", number): key for number, key in enumerate((keyring.own, keyring.other, keyring.larger))},
        }
        self._ours = decryption_keys(listed(*((kind, pem(self._key(kind, 0))) for kind in TYPES)), "ours")
        self._senders = signature_keys(listed(*((kind, public_pem(self._key(kind, 1))) for kind in TYPES)), "senders")
        self._base = [Forge(to=kind, by=kind, key_of=self._key) for kind in TYPES]
        self._genuine = {digest_of(forge.inner()) for forge in self._base}

    def _key(self, kind: str, number: int) -> PrivateKey:
        return self._keys[kind, number]

    def check(self, data: bytes) -> str:
        token, signed, well = self._token(data)
        try:
            result = verify(token, self._ours, self._senders, NOW, Dialect.ID_CONTACT)
        except TokenRefused as refused:
            must(refused.fault is not TokenFault.UNEXPECTED, "no error but our own is raised on the way")
            must(not well, "a genuine token is taken")
            return refused.fault
        must(result.digest in signed, "what is taken was signed by its sender")
        texts = [text for pair in result.attributes.items() for text in pair]
        must(not any("\x00" in text for text in texts), "attributes are texts")
        must((result.session_url or "https://").startswith("https://"), "an address is one of https")
        must(NOW - 5 < result.expires_at <= NOW + 3_600, "what is taken is of this time")
        return result.status

    def _token(self, data: bytes) -> tuple[str, set[str], bool]:
        """The token, the digests of what the sender signed, and whether there is nothing wrong with it."""
        choices = Choices(data[1:])
        form = data[0] % 3 if data else TEXT
        if form == TEXT:
            return choices.rest().decode(errors="surrogateescape"), self._genuine, False
        forge, changes = choices.one_of(self._base), choices.number(4)
        if form == BEFALLEN:
            return _befallen(forge.token(), choices), self._genuine, False
        for _ in range(changes):
            forge = replace(forge, **choices.one_of(_DEVIATIONS)(choices))
        mine = forge.by_number == 1 and forge.sign is None
        signed = {digest_of(replace(forge, change_signed=str).inner())} if mine else set()
        return forge.token(), signed | self._genuine, not changes

    def seeds(self) -> Iterator[bytes]:
        for forge in self._base:
            yield bytes((TEXT,)) + forge.token().encode()
        for kind in range(len(TYPES)):
            yield bytes((MADE, kind, 0))
            yield from (bytes((BEFALLEN, kind, 0, part, 1, 0, 9, 7)) for part in range(6))
            for number in range(len(_DEVIATIONS)):
                yield bytes((MADE, kind, 1, number)) + bytes(range(1, 40))
                for which in range(len(_NAMES)):
                    yield bytes((MADE, kind, 1, number, which, 1, which, 0))


def digest_of(inner: str) -> str:
    return hashlib.sha256(inner.rpartition(".")[0].encode("latin-1")).hexdigest()


def _befallen(token: str, choices: Choices) -> str:
    """Changed in its letters, or in the bytes of one of its parts."""
    parts = token.split(".")
    which = choices.number(len(parts) + 1)
    if which == len(parts):
        return choices.patch()(token.encode()).decode("latin-1")
    parts[which] = b64(choices.patch()(unb64(parts[which])))
    return ".".join(parts)
