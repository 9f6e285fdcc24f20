"""Tokens that somebody made to be believed, or to do harm, one by one; each is refused for its own reason."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.errors import TokenFault
from chalicelib.web_login.compact import LONGEST
from tests.unit.web_login.tokens import (
    CLAIMS,
    NOW,
    TYPES,
    Forge,
    agreed,
    b64,
    content,
    fault_of,
    genuine,
    point,
    private_key,
    public_pem,
    signature,
    unb64,
    verified,
)

OUTER = {"typ": "JWT", "cty": "JWT", "alg": "RSA-OAEP", "enc": "A128CBC-HS256"}
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-4, D.1.2.3)
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def mac(key: bytes) -> Callable[[bytes], bytes]:
    return lambda signed: hmac.digest(key, signed, hashlib.sha256)


# --- who signed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_our_public_knowledge_is_no_secret_to_sign_with(kind: str, algorithm: str) -> None:
    known = public_pem(private_key(kind, 1))
    for key in (known.encode(), known.strip().encode(), b"", "".join(known.split("\n")[1:-2]).encode()):
        forge = Forge(signed_header={"typ": "JWT", "alg": algorithm}, sign=mac(key))
        assert fault_of(forge.token()) is TokenFault.SIGNATURE_ALGORITHM


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", "RS256\x00", "ЅS256"])
@pytest.mark.parametrize("signed", [b"", b"\x00", b"signature"])
def test_a_token_that_names_no_signature_has_none(name: str, signed: bytes) -> None:
    forge = Forge(signed_header={"typ": "JWT", "alg": name}, sign=lambda _: signed)
    assert fault_of(forge.token()) is TokenFault.SIGNATURE_ALGORITHM


@pytest.mark.parametrize("name", ["RS384", "RS512", "PS256", "PS384", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519"])
def test_other_signatures_of_the_same_keys_are_not_taken(name: str) -> None:
    assert fault_of(Forge(signed_header={"alg": name}).token()) is TokenFault.SIGNATURE_ALGORITHM


@pytest.mark.parametrize("alg", [None, 7, True, ["RS256"], {"RS256": 1}, 1.5])
def test_an_algorithm_is_a_name(alg: object) -> None:
    assert fault_of(Forge(signed_header={"alg": alg}).token()) is TokenFault.SIGNATURE_ALGORITHM
    assert fault_of(Forge(header={**OUTER, "alg": alg}).token()) is TokenFault.ALGORITHM
    assert fault_of(Forge(header={**OUTER, "enc": alg}).token()) is TokenFault.ALGORITHM


def test_a_token_without_an_algorithm_is_refused() -> None:
    assert fault_of(Forge(signed_header={"typ": "JWT"}).token()) is TokenFault.SIGNATURE_ALGORITHM
    assert fault_of(Forge(header={"enc": OUTER["enc"]}).token()) is TokenFault.ALGORITHM
    assert fault_of(Forge(header={"alg": OUTER["alg"]}).token()) is TokenFault.ALGORITHM


@pytest.mark.parametrize("kind", TYPES)
def test_a_stranger_or_ourselves_as_the_signer_is_not_the_sender(kind: str) -> None:
    for number in (0, 2):  # 0 is our own decryption key
        assert fault_of(Forge(by=kind, by_number=number).token()) is TokenFault.SIGNATURE


def test_a_signature_of_the_other_kind_of_key_is_none() -> None:
    rsa_by_ec = Forge(by="EC", signed_header={"alg": "RS256"})
    ec_by_rsa = Forge(by="RSA", signed_header={"alg": "ES256"})
    assert fault_of(rsa_by_ec.token()) is TokenFault.SIGNATURE
    assert fault_of(ec_by_rsa.token()) is TokenFault.SIGNATURE


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("kind", TYPES)
def test_a_changed_letter_anywhere_in_the_signed_token_is_noticed(kind: str, part: int) -> None:
    def change(token: str) -> str:
        parts = token.split(".")
        raw = bytearray(unb64(parts[part]))
        raw[len(raw) // 2] ^= 1
        parts[part] = b64(bytes(raw))
        return ".".join(parts)

    forge = Forge(by=kind, change_signed=change)
    assert fault_of(forge.token()) in (TokenFault.SIGNATURE, TokenFault.SIGNED_HEADER, TokenFault.SIGNATURE_ALGORITHM)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: b"",
        lambda made: made[:-1],
        lambda made: made + b"\x00",
        lambda made: b"\x00" + made,
        lambda made: made * 2,
        lambda made: made + bytes(600),
    ],
)
@pytest.mark.parametrize("kind", TYPES)
def test_a_signature_has_one_length(kind: str, change: Callable[[bytes], bytes]) -> None:
    forge = Forge(by=kind, sign=lambda text: change(signature(kind, text, private_key(kind, 1))))
    assert fault_of(forge.token()) is TokenFault.SIGNATURE


@pytest.mark.parametrize("numbers", [(0, 0), (0, 1), (1, 0), (ORDER, 1), (1, ORDER), (ORDER, ORDER), (2**256 - 1, 1)])
def test_a_signature_of_numbers_that_fit_any_key_fits_none(numbers: tuple[int, int]) -> None:
    forge = Forge(by="EC", sign=lambda _: numbers[0].to_bytes(32) + numbers[1].to_bytes(32))
    assert fault_of(forge.token()) is TokenFault.SIGNATURE


def test_a_signature_in_longer_numbers_is_not_a_second_way_to_write_it() -> None:
    def longer(text: bytes) -> bytes:
        made = signature("EC", text, private_key("EC", 1))
        return b"\x00" + made[:32] + b"\x00" + made[32:]

    def der(text: bytes) -> bytes:
        key = private_key("EC", 1)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key.sign(text, ec.ECDSA(hashes.SHA256()))

    for written in (longer, der):
        assert fault_of(Forge(by="EC", sign=written).token()) is TokenFault.SIGNATURE


def test_a_signature_of_a_curve_or_size_of_its_own_is_not_tried() -> None:
    larger = ec.generate_private_key(ec.SECP384R1())
    forge = Forge(by="EC", sign=lambda text: larger.sign(text, ec.ECDSA(hashes.SHA384())))
    assert fault_of(forge.token()) is TokenFault.SIGNATURE
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 (what must not be believed)
    forge = Forge(sign=lambda text: weak.sign(text, rsa_padding.PKCS1v15(), hashes.SHA256()))
    assert fault_of(forge.token()) is TokenFault.SIGNATURE


def test_rsa_signatures_of_another_padding_are_none() -> None:
    key = private_key("RSA", 1)
    assert isinstance(key, rsa.RSAPrivateKey)
    pss = rsa_padding.PSS(rsa_padding.MGF1(hashes.SHA256()), 32)
    assert fault_of(Forge(sign=lambda text: key.sign(text, pss, hashes.SHA256())).token()) is TokenFault.SIGNATURE
    one = (1).to_bytes(256)  # 1 to any power
    assert fault_of(Forge(sign=lambda _: one).token()) is TokenFault.SIGNATURE


# --- headers -------------------------------------------------------------------------------------------------------

JWK = point(private_key("EC", 9))
TRICKS: dict[str, Any] = {
    "zip": "DEF",
    "crit": ["exp"],
    "jwk": JWK,
    "jku": "https://attacker.example/keys.json",
    "x5u": "https://attacker.example/chain.pem",
    "x5c": ["MIIB"],
    "x5t": "x",
    "x5t#S256": "x",
    "b64": False,
    "p2c": 1_000_000_000,
    "p2s": "AAAA",
    "apu": "QQ",
    "apv": "QQ",
    "iv": "AAAA",
    "tag": "AAAA",
    "exp": NOW,
    "\x00": "",
    "": "",
    "Alg": "none",
    "alg\x00": "none",
    "ａlg": "none",
}


@pytest.mark.parametrize("name", TRICKS)
def test_no_header_leads_away_from_our_own_keys_and_rules(name: str) -> None:
    assert fault_of(Forge(more={name: TRICKS[name]}).token()) is TokenFault.HEADER
    assert fault_of(Forge(signed_more={name: TRICKS[name]}).token()) is TokenFault.SIGNED_HEADER


@pytest.mark.parametrize("crit", [[], ["alg"], ["b64"], "alg", 7, None, {"alg": 1}])
def test_nothing_is_critical_to_us(crit: object) -> None:
    assert fault_of(Forge(more={"crit": crit}).token()) is TokenFault.HEADER
    assert fault_of(Forge(signed_more={"crit": crit}).token()) is TokenFault.SIGNED_HEADER


def test_a_key_that_the_token_brings_is_not_the_one_that_its_signature_is_checked_with() -> None:
    forge = Forge(by="EC", by_number=9, signed_more={"jwk": JWK})
    assert fault_of(forge.token()) is TokenFault.SIGNED_HEADER
    assert fault_of(Forge(by="EC", by_number=9, signed_more={"kid": json.dumps(JWK)}).token()) is TokenFault.SIGNATURE


@pytest.mark.parametrize("kid", ["", "0", "' OR 1=1 --", "/dev/null", "\x00", "ключ", "k" * 200])
def test_a_key_id_is_not_looked_at(kid: str) -> None:
    assert verified(Forge(more={"kid": kid}, signed_more={"kid": kid}).token()).attributes
    assert fault_of(Forge(by_number=2, signed_more={"kid": kid}).token()) is TokenFault.SIGNATURE


@pytest.mark.parametrize("kid", [7, None, True, ["k"], {"k": "k"}, "k" * 201])
def test_a_key_id_is_a_short_text(kid: object) -> None:
    assert fault_of(Forge(more={"kid": kid}).token()) is TokenFault.HEADER
    assert fault_of(Forge(signed_more={"kid": kid}).token()) is TokenFault.SIGNED_HEADER


@pytest.mark.parametrize("value", ["jwt", "JWE", "application/jwt", "", None, 7, ["JWT"]])
def test_a_type_is_the_one_that_the_senders_write(value: object) -> None:
    for name in ("typ", "cty"):
        assert fault_of(Forge(more={name: value}).token()) is TokenFault.HEADER
    assert fault_of(Forge(signed_more={"typ": value}).token()) is TokenFault.SIGNED_HEADER
    assert fault_of(Forge(signed_more={"cty": "JWT"}).token()) is TokenFault.SIGNED_HEADER


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"RSA-OAEP","alg":"RSA-OAEP","enc":"A128CBC-HS256"}',
        b'{"alg":"none","enc":"A128CBC-HS256","alg":"RSA-OAEP"}',
        b'{"alg":"RSA-OAEP","enc":"A128CBC-HS256","\\u0061lg":"none"}',
        b'{"alg":"RSA-OAEP","enc":"A128CBC-HS256","kid":NaN}',
        b'\xef\xbb\xbf{"alg":"RSA-OAEP","enc":"A128CBC-HS256"}',
        '{"alg":"RSA-OAEP","enc":"A128CBC-HS256"}'.encode("utf-16"),
        '{"alg":"RSA-OAEP","enc":"A128CBC-HS256"}'.encode("utf-32-be"),
        b'{"alg":"RSA-OAEP","enc":"A128CBC-HS256","kid":"\xff"}',
        b'{"alg":"RSA-OAEP","enc":"A128CBC-HS256",}',
        b'{"alg":"RSA-OAEP","enc":"A128CBC-HS256"} {}',
        b'[{"alg":"RSA-OAEP","enc":"A128CBC-HS256"}]',
        b'"RSA-OAEP"',
        b"null",
        b"{}x",
        b"",
        b"[" * 10_000,
        b'{"alg":' * 1_500,
    ],
)
def test_a_header_is_one_json_object_with_each_name_once(header: bytes) -> None:
    assert fault_of(Forge(header=header).token()) is TokenFault.HEADER
    assert fault_of(Forge(signed_header=header).token()) in (TokenFault.SIGNED_HEADER, TokenFault.TOO_LONG)


# --- layers ------------------------------------------------------------------------------------------------------


def test_a_signed_token_alone_is_none() -> None:
    assert fault_of(Forge().inner()) is TokenFault.FORM


@pytest.mark.parametrize("plain", [CLAIMS, {}, [], "njwt", None, {"njwt": None}, {"njwt": 7}, {"njwt": ["a.b.c"]}])
def test_what_is_only_encrypted_says_nothing(plain: object) -> None:
    # None as the envelope would be the usual one.
    assert fault_of(Forge().sealed(json.dumps(plain).encode())) is TokenFault.ENVELOPE


def test_claims_beside_the_signed_token_are_not_read() -> None:
    assert fault_of(Forge(envelope={"njwt": Forge().inner(), "status": "succes"}).token()) is TokenFault.ENVELOPE


@pytest.mark.parametrize("plain", [b"", b"\x00", b"{", b'{"njwt":"a","njwt":"b"}', b"\xff\xfe", b"[" * 5_000])
def test_what_is_encrypted_is_one_json_object(plain: bytes) -> None:
    assert fault_of(Forge().sealed(plain)) is TokenFault.ENVELOPE


def test_the_nesting_of_rfc_7519_is_not_the_senders() -> None:
    assert fault_of(Forge().sealed(Forge().inner().encode())) is TokenFault.ENVELOPE


def test_one_encryption_around_another_is_not_a_signature() -> None:
    assert fault_of(Forge(envelope={"njwt": Forge().token()}).token()) is TokenFault.SIGNED_FORM


@pytest.mark.parametrize("inner", ["", ".", "..", "...", "a.b", "a.b.c.d", "e30.e30.", ".e30.e30", "e30..e30"])
def test_a_signed_token_has_three_parts(inner: str) -> None:
    assert fault_of(Forge(envelope={"njwt": inner}).token()) in (
        TokenFault.SIGNED_FORM,
        TokenFault.SIGNED_HEADER,
        TokenFault.SIGNATURE_ALGORITHM,
    )


def test_a_payload_apart_from_its_token_is_refused() -> None:
    def detached(token: str) -> str:
        header, _, made = token.split(".")
        return f"{header}..{made}"

    assert fault_of(Forge(change_signed=detached).token()) is TokenFault.SIGNATURE


def test_json_serialisations_are_none_of_ours() -> None:
    header, key, iv, closed, tag = Forge().token().split(".")
    flat = {"protected": header, "encrypted_key": key, "iv": iv, "ciphertext": closed, "tag": tag}
    general = {**flat, "recipients": [{"encrypted_key": key}]}
    assert {fault_of(json.dumps(one)) for one in (flat, general)} == {TokenFault.FORM}
    protected, payload, made = Forge().inner().split(".")
    signed = {"payload": payload, "protected": protected, "signature": made}
    many = {"payload": payload, "signatures": [{"protected": protected, "signature": made}]}
    for one in (signed, many):
        assert fault_of(Forge(envelope={"njwt": json.dumps(one)}).token()) is TokenFault.SIGNED_FORM
        assert fault_of(Forge(envelope={"njwt": one}).token()) is TokenFault.ENVELOPE


# --- encryption --------------------------------------------------------------------------------------------------


def with_content(header: dict[str, Any], cek: bytes, plain: bytes, oaep: hashes.HashAlgorithm | None = None) -> str:
    key = private_key("RSA")
    assert isinstance(key, rsa.RSAPrivateKey)
    algorithm = oaep or hashes.SHA1()  # noqa: S303 (what the senders use)
    wrapped = key.public_key().encrypt(cek, rsa_padding.OAEP(rsa_padding.MGF1(algorithm), algorithm, None))
    return content(b64(json.dumps(header).encode()), wrapped, cek, plain)


@pytest.mark.parametrize(
    "alg",
    ["RSA1_5", "RSA-OAEP-256", "RSA-OAEP-512", "dir", "A128KW", "A256GCMKW", "ECDH-ES+A128KW", "none", "", "rsa-oaep"],
)
@pytest.mark.parametrize("kind", TYPES)
def test_a_key_is_agreed_on_in_one_way_for_each_type(kind: str, alg: str) -> None:
    assert fault_of(Forge(to=kind, more={"alg": alg}).token()) is TokenFault.ALGORITHM


def test_what_is_really_encrypted_in_another_way_is_refused_all_the_same() -> None:
    envelope = json.dumps({"njwt": Forge().inner()}).encode()
    header = {**OUTER, "alg": "RSA-OAEP-256"}
    assert fault_of(with_content(header, os.urandom(32), envelope, hashes.SHA256())) is TokenFault.ALGORITHM
    key, iv = os.urandom(16), os.urandom(12)
    gcm = b64(json.dumps({**OUTER, "enc": "A128GCM"}).encode())
    closed = AESGCM(key).encrypt(iv, envelope, gcm.encode())
    wrapped = with_content(OUTER, key + bytes(16), b"").split(".")[1]
    token = ".".join((gcm, wrapped, b64(iv), b64(closed[:-16]), b64(closed[-16:])))
    assert fault_of(token) is TokenFault.FORM  # an IV of 12 bytes
    assert fault_of(with_content({**OUTER, "enc": "A128GCM"}, os.urandom(32), envelope)) is TokenFault.ALGORITHM


@pytest.mark.parametrize(
    "enc", ["A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A256GCM", "C20P", "none", "", "a128cbc-hs256"]
)
def test_content_is_encrypted_in_one_way(enc: str) -> None:
    assert fault_of(Forge(more={"enc": enc}).token()) is TokenFault.ALGORITHM


def test_the_algorithm_of_one_type_with_what_belongs_to_the_other_is_refused() -> None:
    assert fault_of(Forge(to="EC", more={"alg": "RSA-OAEP"}).token()) is TokenFault.FORM
    assert fault_of(Forge(to="RSA", more={"alg": "ECDH-ES"}).token()) is TokenFault.FORM
    assert fault_of(Forge(to="RSA", more={"epk": point(private_key("EC", 9))}).token()) is TokenFault.FORM
    both = Forge(to="RSA", more={"alg": "ECDH-ES", "epk": point(private_key("EC", 9))})
    assert fault_of(both.token()) is TokenFault.FORM


def test_who_knows_only_what_is_public_opens_no_other_way_in() -> None:
    wrapped = with_content(OUTER, os.urandom(48), b"{}")  # a content key of another length
    assert fault_of(wrapped) is TokenFault.WRONG_KEY
    assert fault_of(Forge(to_number=2).token()) is TokenFault.WRONG_KEY
    assert fault_of(Forge(to="EC", to_number=2).token()) is TokenFault.WRONG_KEY
    assert fault_of(Forge(oaep=hashes.SHA256()).token()) is TokenFault.WRONG_KEY


@pytest.mark.parametrize("kind", TYPES)
def test_a_changed_bit_anywhere_in_the_encrypted_token_is_noticed(kind: str) -> None:
    parts = Forge(to=kind).token().split(".")
    for number, part in enumerate(parts):
        for at in {0, len(unb64(part)) // 2, len(unb64(part)) - 1} if part else ():
            raw = bytearray(unb64(part))
            raw[at] ^= 1
            assert fault_of(".".join((*parts[:number], b64(bytes(raw)), *parts[number + 1 :])))


@pytest.mark.parametrize("size", [0, 1, 255, 257, 384])
def test_an_encrypted_key_has_the_size_of_ours(size: int) -> None:
    parts = Forge().token().split(".")
    parts[1] = b64(bytes(size))
    assert fault_of(".".join(parts)) is (TokenFault.NO_KEY if size else TokenFault.FORM)


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("size", [0, 8, 12, 15, 17, 32, 64, 1_000])
def test_iv_and_tag_have_one_length(number: int, size: int) -> None:
    parts = Forge().token().split(".")
    parts[number] = b64(unb64(parts[number])[:size].ljust(size, b"\x00"))
    assert fault_of(".".join(parts)) is TokenFault.FORM


def test_a_cut_tag_does_not_do() -> None:
    parts = Forge().token().split(".")
    for size in range(16):
        assert fault_of(".".join((*parts[:4], b64(unb64(parts[4])[:size])))) is TokenFault.FORM


def test_what_is_packed_is_not_unpacked() -> None:
    packed = zlib.compress(b'{"njwt":"' + b"A" * 10**6 + b'"}', 9)[2:-4]
    assert len(packed) < 2_000
    begun = time.process_time()
    assert fault_of(Forge(more={"zip": "DEF"}).sealed(packed)) is TokenFault.HEADER
    assert fault_of(Forge().sealed(packed)) is TokenFault.ENVELOPE
    assert time.process_time() - begun < 5


# --- points --------------------------------------------------------------------------------------------------------


def epk(x: bytes | int, y: bytes | int, **more: object) -> dict[str, object]:
    texts = [b64(one.to_bytes(32) if isinstance(one, int) else one) for one in (x, y)]
    return {"kty": "EC", "crv": "P-256", "x": texts[0], "y": texts[1], **more}


GOOD = point(private_key("EC", 9))
X, Y = (int.from_bytes(unb64(GOOD[name])) for name in ("x", "y"))
POINTS: dict[str, object] = {
    "infinity": epk(0, 0),
    "off the curve": epk(X, Y ^ 1),
    "of the curve with b = 0": epk(0, 1),
    "both turned": epk(Y, X),
    "larger than the field": epk(PRIME, Y),
    "the field's own size": epk(PRIME, PRIME),
    "all ones": epk(b"\xff" * 32, b"\xff" * 32),
    "short": epk(b"\x01", b"\x01"),
    "a zero before it": epk(b"\x00" + X.to_bytes(32), Y.to_bytes(32)),
    "empty": epk(b"", b""),
    "padded": {**GOOD, "x": GOOD["x"] + "="},
    "in other base64": {**GOOD, "x": base64.b64encode(b"\xff" * 32).decode()},
    "stray bits": {**GOOD, "x": GOOD["x"][:-1] + chr(ord(GOOD["x"][-1]) + 1)},
    "another curve": point(ec.generate_private_key(ec.SECP384R1())),
    "another curve by name": {**GOOD, "crv": "P-384"},
    "a point of another curve": {**point(ec.generate_private_key(ec.SECP384R1())), "crv": "P-256"},
    "koblitz": {**GOOD, "crv": "secp256k1"},
    "x25519": {"kty": "OKP", "crv": "X25519", "x": GOOD["x"]},
    "symmetric": {"kty": "oct", "k": "AAAA"},
    "rsa": {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
    "with its private half": {**GOOD, "d": "AQ"},
    "for another use": {**GOOD, "use": "sig"},
    "compressed": {"kty": "EC", "crv": "P-256", "x": GOOD["x"]},
    "numbers": {**GOOD, "x": X},
    "no name": {**GOOD, "crv": None},
    "a list": [GOOD],
    "a text": json.dumps(GOOD),
    "nothing": {},
    "null": None,
}


@pytest.mark.parametrize("name", [name for name in POINTS if name != "null"])
def test_an_ephemeral_key_is_a_point_of_our_curve(name: str) -> None:
    assert fault_of(Forge(to="EC", epk=POINTS[name]).token()) is TokenFault.EPHEMERAL_KEY


def test_an_ephemeral_key_has_to_be_there() -> None:
    token = Forge(to="EC", header={**OUTER, "alg": "ECDH-ES"}).token()
    assert fault_of(token) is TokenFault.FORM
    assert fault_of(Forge(to="EC", more={"epk": POINTS["null"]}).token()) is TokenFault.EPHEMERAL_KEY


def test_our_own_public_key_as_the_ephemeral_one_opens_nothing_by_itself() -> None:
    ours, theirs = private_key("EC"), private_key("EC", 1)
    assert isinstance(ours, ec.EllipticCurvePrivateKey)
    assert isinstance(theirs, ec.EllipticCurvePrivateKey)
    header = {**OUTER, "alg": "ECDH-ES", "epk": point(ours)}
    token = content(b64(json.dumps(header).encode()), b"", agreed(bytes(32)), b"{}")
    assert fault_of(token) is TokenFault.WRONG_KEY


# --- writing -----------------------------------------------------------------------------------------------------

WRITINGS: dict[str, Callable[[str], object]] = {
    "padding": lambda token: token + "=",
    "padding of a part": lambda token: token.replace(".", "=.", 1),
    "blank before": lambda token: " " + token,
    "blank behind": lambda token: token + " ",
    "line end": lambda token: token + "\n",
    "line end within": lambda token: token[:40] + "\n" + token[40:],
    "a NUL": lambda token: token + "\x00",
    "a NUL within": lambda token: token[:40] + "\x00" + token[40:],
    "base64 of the other kind": lambda token: token[:40] + "+/" + token[42:],
    "letters of another alphabet": lambda token: token.replace("e", "е", 1),  # Cyrillic
    "wide digits": lambda token: token[:40] + "１" + token[41:],
    "half a character": lambda token: token[:40] + "\ud800" + token[41:],
    "a mark of order": lambda token: "\ufeff" + token,
    "a sixth part": lambda token: token + ".",
    "a first part more": lambda token: "." + token,
    "four parts": lambda token: token.rpartition(".")[0],
    "three parts": lambda token: ".".join(token.split(".")[:3]),
    "nothing": lambda token: "",
    "points": lambda token: "....",
    "quoted": lambda token: f'"{token}"',
    "with a scheme": lambda token: f"Bearer {token}",
    "twice": lambda token: token + token,
    "bytes": lambda token: token.encode(),
    "a list": lambda token: [token],
    "no token": lambda token: None,
    "a number": lambda token: 7,
}


@pytest.mark.parametrize("name", WRITINGS)
def test_a_token_is_written_in_one_way(name: str) -> None:
    assert fault_of(WRITINGS[name](genuine())) is TokenFault.FORM


def test_stray_last_bits_are_a_second_way_to_write_and_refused() -> None:
    token = Forge(by="EC").token()
    # A tag of 16 bytes ends in a letter with four bits to spare.
    changed = token[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[token[-1]]
    assert unb64(changed.split(".")[4]) == unb64(token.split(".")[4])
    assert fault_of(changed) is TokenFault.FORM
    stray = Forge(by="EC", change_signed=lambda inner: inner[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[inner[-1]])
    assert fault_of(stray.token()) is TokenFault.SIGNED_FORM


@pytest.mark.parametrize("change", [lambda t: t + "=", lambda t: t + "==", lambda t: " " + t, lambda t: t + "\n"])
def test_the_signed_token_is_written_in_one_way_too(change: Callable[[str], str]) -> None:
    assert fault_of(Forge(change_signed=change).token()) is TokenFault.SIGNED_FORM


@pytest.mark.parametrize("length", [LONGEST + 1, 10**7])
def test_what_is_too_long_is_not_read(length: int) -> None:
    begun = time.process_time()
    assert fault_of("A" * length) is TokenFault.TOO_LONG
    assert fault_of(Forge().token().ljust(length, "A")) is TokenFault.TOO_LONG
    assert time.process_time() - begun < 5


def test_the_longest_that_is_read_is_read() -> None:
    many = {f"name {number}": "x" * 100 for number in range(40)}
    token = Forge(claims={**CLAIMS, "attributes": many}).token()
    assert 8_192 < len(token) <= LONGEST
    assert verified(token).attributes == many


# --- claims --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        b'{"sub":"id-contact-attributes","status":"succes","status":"failed","exp":2222222522}',
        b'{"sub":"id-contact-attributes","status":"failed","status":"succes","exp":2222222522}',
        b'{"sub":"id-contact-attributes","status":"succes","exp":1,"exp":2222222522}',
        b'{"sub":"id-contact-attributes","status":"succes","exp":2222222522,"attributes":{"a":"1","a":"2"}}',
        b'{"sub":"id-contact-attributes","st\\u0061tus":"failed","status":"succes","exp":2222222522}',
        b"[]",
        b"null",
        b'"succes"',
        b"",
        b"\xff",
        b"{" * 3_000,
        b'{"a":' * 1_000,
    ],
)
def test_claims_are_one_json_object_with_each_name_once(claims: bytes) -> None:
    assert fault_of(Forge(claims=claims).token()) is TokenFault.CLAIMS


NO_WORDS = [
    None,
    True,
    7,
    0,
    "",
    " succes",
    "succes ",
    "Succes",
    "succes\x00",
    ["succes"],
    {"succes": True},
    "cancelled",
]


@pytest.mark.parametrize("value", NO_WORDS)
def test_a_status_is_one_of_two_words(value: object) -> None:
    assert fault_of(Forge(claims={**CLAIMS, "status": value}).token()) is TokenFault.STATUS


@pytest.mark.parametrize(
    "value", [None, True, 7, "", "id-contact-attributes ", "ID-CONTACT-ATTRIBUTES", ["id-contact-attributes"], {}]
)
def test_a_subject_is_the_senders_own(value: object) -> None:
    assert fault_of(Forge(claims={**CLAIMS, "sub": value}).token()) is TokenFault.SUBJECT


@pytest.mark.parametrize("name", ["sub", "status", "exp"])
def test_without_a_claim_that_is_required_nothing_is_said(name: str) -> None:
    claims = {one: value for one, value in CLAIMS.items() if one != name}
    faults = {"sub": TokenFault.SUBJECT, "status": TokenFault.STATUS, "exp": TokenFault.TIMES}
    assert fault_of(Forge(claims=claims).token()) is faults[name]


@pytest.mark.parametrize(
    "attributes",
    [
        {"name": 7},
        {"name": None},
        {"name": True},
        {"name": ["a"]},
        {"name": {"first": "a"}},
        {"": "a"},
        {"n" * 101: "a"},
        {"name": "a" * 1_001},
        {"name": "a\x00b"},
        {"na\x00me": "a"},
        {"name": "\ud800"},
        {"name": "a\x1b[2J"},
        {"name": "\x7f"},
        {str(number): "a" for number in range(65)},
        ["name"],
        "name",
        7,
        True,
        False,
        "",
    ],
)
@pytest.mark.parametrize("status", ["succes", "failed"])
def test_attributes_are_short_texts_by_short_names(status: str, attributes: object) -> None:
    token = Forge(claims={**CLAIMS, "status": status, "attributes": attributes}).token()
    assert fault_of(token) is TokenFault.ATTRIBUTES


def test_attributes_may_be_as_long_as_they_are_allowed_and_in_any_script() -> None:
    attributes = {"n" * 100: "å" * 1_000, "adres": "Heyendaalseweg 1\n6525 ED", "имя": "👩‍🔧"}
    assert verified(Forge(claims={**CLAIMS, "attributes": attributes}).token()).attributes == attributes


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.org/",
        "HTTPS://login.example.org/",
        "https://",
        "https:///path",
        "https://user@login.example.org/",
        "https://login.example.org@169.254.169.254/",
        "https://login.example.org\\@169.254.169.254/",
        "https://login.example.org#@169.254.169.254/",
        "https://login.example.org/#fragment",
        "https://login.example.org:x/",
        "https://login.example.org:123456/",
        "https://[::1]/",
        "https://-login.example.org/",
        "https://login.example.org./",
        "https://login.example.org/ path",
        "https://login.example.org/\r\nHost: x",
        "https://login.example.org/\n",
        "https://login.example.org/\x00",
        "https://lоgin.example.org/",  # Cyrillic
        "https://login.example.org/ø",
        "https://" + "a" * 254 + "/",
        "https://login.example.org/" + "a" * 1_000,
        "//login.example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        " https://login.example.org/",
        7,
        True,
        False,
        ["https://login.example.org/"],
        {},
    ],
)
def test_an_address_is_one_of_https_that_all_read_alike(address: object) -> None:
    assert fault_of(Forge(claims={**CLAIMS, "session_url": address}).token()) is TokenFault.SESSION_URL


@pytest.mark.parametrize(
    "address",
    ["https://login.example.org", "https://l.example:8443/a/b?c=d&e=%20", "https://10.0.0.1/?x", "https://core/x"],
)
def test_an_address_of_https_is_taken_as_it_is(address: str) -> None:
    assert verified(Forge(claims={**CLAIMS, "session_url": address}).token()).session_url == address
