"""A login's result from the token that brings it: a JWE to us, around a JWS of the sender's.

Not the nesting of RFC 7519: what the JWE encrypts is `{"njwt": "<JWS>"}`, as ID Contact's libraries write it. Anybody
can make the outer layer, since our public key is public; only the inner one says from whom a result is. joserfc does
the cryptography. What it may be asked to do is decided before: each type of key goes with one algorithm, and no header
that names a key, a compression or an extension gets as far as joserfc.

A token names neither a session nor a recipient. So it proves nothing the second time: see `AuthResult.digest`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe, jws
from joserfc.errors import JoseError

from chalicelib.errors import TokenFault, TokenRefused
from chalicelib.web_login import claims, compact
from chalicelib.web_login.claims import AuthResult, Dialect
from chalicelib.web_login.token_keys import KeyType, TokenKey

CONTENT = "A128CBC-HS256"
_KEY_TYPES = {"RSA-OAEP": KeyType.RSA, "ECDH-ES": KeyType.EC}
# By whose keys, and of how many numbers of the key's size (RFC 7518, 3.3 and 3.4).
_SIGNATURES = {"RS256": (KeyType.RSA, 1), "ES256": (KeyType.EC, 2)}
_REGISTRIES = {name: jwe.JWERegistry(algorithms=[name, CONTENT]) for name in _KEY_TYPES}
_SIGNATURE_REGISTRIES = {name: jws.JWSRegistry(algorithms=[name]) for name in _SIGNATURES}

_LONGEST_KEY_ID = 200
_COORDINATE_BYTES = 32


def _is_key_id(value: object) -> bool:
    """A key id is allowed, and not looked at: the keys of our own list are tried."""
    return isinstance(value, str) and len(value) <= _LONGEST_KEY_ID


_SIGNED_NAMES: Mapping[str, Callable[[Any], bool]] = {
    "alg": lambda value: isinstance(value, str),
    "typ": lambda value: value == "JWT",
    "kid": _is_key_id,
}
_NAMES: Mapping[str, Callable[[Any], bool]] = {
    **_SIGNED_NAMES,
    "enc": lambda value: isinstance(value, str),
    "cty": lambda value: value == "JWT",
}


def verify(
    token: object,
    decryption_keys: Sequence[TokenKey],
    signature_keys: Sequence[TokenKey],
    now: float,
    dialect: Dialect,
) -> AuthResult:
    """The result in `token`, whatever that may be.

    Args:
        token: as text, without blanks or line ends around it.
        decryption_keys: ours, private, in the order in which to try them.
        signature_keys: of the senders that are trusted.
        now: seconds since the epoch; other clocks may be `claims.SKEW_SECONDS` off.
        dialect: whose words are expected.

    Raises:
        TokenRefused: for everything else, `fault` saying why. Nothing else is raised, whatever `token` holds.
    """
    try:
        inner = compact.signed(_opened(token, decryption_keys))
        _check_signature(inner, signature_keys)
        return claims.read(inner.payload, _digest(inner.signed), now, dialect)
    except TokenRefused:
        raise
    except Exception:  # noqa: BLE001 # a stranger's bytes go through two libraries; their errors may quote them
        raise TokenRefused(TokenFault.UNEXPECTED) from None


def _opened(token: object, keys: Iterable[TokenKey]) -> str:
    """The signed token inside."""
    outer = compact.encrypted(token)
    algorithm = str(outer.header.get("alg"))
    key_type = _KEY_TYPES.get(algorithm)
    if key_type is None or outer.header.get("enc") != CONTENT:
        raise TokenRefused(TokenFault.ALGORITHM)
    _check_header({name: value for name, value in outer.header.items() if name != "epk"}, _NAMES, TokenFault.HEADER)
    _check_ephemeral_key(outer, key_type)
    fitting = [key for key in keys if key.type is key_type and len(outer.encrypted_key) in (0, key.size)]
    envelope = compact.json_object(_decrypted(outer.token, algorithm, fitting), TokenFault.ENVELOPE)
    if envelope.keys() != {"njwt"} or not isinstance(envelope["njwt"], str):
        raise TokenRefused(TokenFault.ENVELOPE)
    return str(envelope["njwt"])


def _check_header(header: Mapping[str, Any], allowed: Mapping[str, Callable[[Any], bool]], fault: TokenFault) -> None:
    """No `zip`, `crit`, `b64`, `jwk`, `jku`, `x5u`, `x5c`: what is not on the list is refused, not passed over."""
    if not all(name in allowed and allowed[name](value) for name, value in header.items()):
        raise TokenRefused(fault)


def _check_ephemeral_key(outer: compact.Encrypted, key_type: KeyType) -> None:
    """With ECDH-ES there is a point, in the one form, and no encrypted key; with RSA it is the other way round."""
    if ("epk" in outer.header) is not (key_type is KeyType.EC) or bool(outer.encrypted_key) is (key_type is KeyType.EC):
        raise TokenRefused(TokenFault.FORM)
    if key_type is KeyType.EC and not _is_point(outer.header["epk"]):
        raise TokenRefused(TokenFault.EPHEMERAL_KEY)


def _is_point(epk: Any) -> bool:
    if not isinstance(epk, dict) or epk.keys() != {"kty", "crv", "x", "y"}:
        return False
    if (epk["kty"], epk["crv"]) != ("EC", "P-256"):
        return False
    written = [compact.base64url(epk[name]) if isinstance(epk[name], str) else None for name in ("x", "y")]
    x, y = (part if part is not None and len(part) == _COORDINATE_BYTES else b"" for part in written)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    except ValueError:
        return False
    return True


def _decrypted(token: str, algorithm: str, keys: Sequence[TokenKey]) -> bytes:
    fault = TokenFault.NO_KEY
    for key in keys:
        try:
            return jwe.decrypt_compact(token, key.jose, registry=_REGISTRIES[algorithm]).plaintext or b""
        # Whether the key or the content did not open is not told apart, not even in the log.
        except (JoseError, ValueError):
            fault = TokenFault.WRONG_KEY
    raise TokenRefused(fault)


def _check_signature(inner: compact.Signed, keys: Iterable[TokenKey]) -> None:
    algorithm = str(inner.header.get("alg"))
    if algorithm not in _SIGNATURES:
        raise TokenRefused(TokenFault.SIGNATURE_ALGORITHM)
    _check_header(inner.header, _SIGNED_NAMES, TokenFault.SIGNED_HEADER)
    key_type, numbers = _SIGNATURES[algorithm]
    for key in keys:
        # The length first: a longer one would be a second way to write the same signature.
        if key.type is key_type and len(inner.signature) == numbers * key.size and _is_signed(inner, algorithm, key):
            return
    raise TokenRefused(TokenFault.SIGNATURE)


def _is_signed(inner: compact.Signed, algorithm: str, key: TokenKey) -> bool:
    registry = _SIGNATURE_REGISTRIES[algorithm]
    found = jws.extract_compact(inner.token.encode(), registry=registry)
    return jws.validate_compact(found, key.jose, registry=registry)


def _digest(signed: str) -> str:
    """Of header and payload: a signature can be made anew, and the outer layer by anybody."""
    return hashlib.sha256(signed.encode()).hexdigest()
