"""Results that count: made as the senders make them, and by other code than that which opens them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from jwcrypto import jwe, jwk, jws

from chalicelib.errors import TokenFault, TokenRefused
from chalicelib.web_login.auth_result import verify
from chalicelib.web_login.claims import Dialect, Status
from tests.unit.web_login.tokens import (
    ATTRIBUTES,
    CLAIMS,
    NOW,
    TYPES,
    Forge,
    fault_of,
    genuine,
    ours,
    pem,
    private_key,
    public_pem,
    senders,
    verified,
)


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in CLAIMS.items() if name not in names}


@pytest.mark.parametrize("by", TYPES)
@pytest.mark.parametrize("to", TYPES)
def test_a_result_of_either_kind_of_key_is_read(to: str, by: str) -> None:
    result = verified(genuine(to=to, by=by))
    assert result.status is Status.SUCCEEDED
    assert result.attributes == ATTRIBUTES
    assert result.session_url == CLAIMS["session_url"]
    assert result.expires_at == NOW + 300


@pytest.mark.parametrize("kind", TYPES)
def test_what_the_forge_makes_is_genuine_where_nothing_is_changed(kind: str) -> None:
    token = Forge(to=kind, by=kind).token()
    opened = jwe.JWE()
    opened.deserialize(token, jwk.JWK.from_pem(pem(private_key(kind)).encode()))
    signed = jws.JWS()
    signed.deserialize(json.loads(opened.payload)["njwt"], jwk.JWK.from_pem(public_pem(private_key(kind, 1)).encode()))
    assert json.loads(signed.payload) == CLAIMS
    assert verified(token).status is Status.SUCCEEDED


def test_senders_may_leave_types_out_and_name_a_key() -> None:
    signed = Forge(signed_header={"alg": "RS256", "kid": "2026-01"}, more={"kid": "../../etc/passwd"})
    assert verified(signed.token()).status is Status.SUCCEEDED
    assert verified(genuine(extra={"kid": "no such key"})).status is Status.SUCCEEDED


@pytest.mark.parametrize(("dialect", "word"), [(Dialect.ID_CONTACT, "succes"), (Dialect.VERDER_HELPEN, "success")])
def test_each_dialect_has_its_own_words(dialect: Dialect, word: str) -> None:
    subject = {"sub": dialect.subject}
    assert verified(genuine({**CLAIMS, **subject, "status": word}), dialect=dialect).status is Status.SUCCEEDED
    assert verified(genuine({**CLAIMS, **subject, "status": "failed"}), dialect=dialect).status is Status.FAILED
    other = {"succes": "success", "success": "succes"}[word]
    assert fault_of(genuine({**CLAIMS, **subject, "status": other}), dialect=dialect) is TokenFault.STATUS
    (stranger,) = set(Dialect) - {dialect}
    assert fault_of(genuine({**CLAIMS, **subject, "status": word}), dialect=stranger) is TokenFault.SUBJECT


def test_a_failed_login_says_nothing_of_a_person() -> None:
    result = verified(genuine({**CLAIMS, "status": "failed"}))
    assert result.status is Status.FAILED
    assert result.attributes == {}


@pytest.mark.parametrize(
    "absent", [without("attributes", "session_url"), {**CLAIMS, "attributes": None, "session_url": ""}]
)
def test_what_senders_leave_out_or_empty_is_absent(absent: dict[str, Any]) -> None:
    result = verified(genuine(absent))
    assert (result.status, result.attributes, result.session_url) == (Status.SUCCEEDED, {}, None)


def test_claims_that_nobody_asks_for_are_passed_over() -> None:
    assert verified(genuine({**CLAIMS, "jti": "1", "iss": "x", "weight": 1.5})).attributes == ATTRIBUTES


def test_neither_the_text_of_a_result_nor_of_a_refusal_tells_anything() -> None:
    result = verified(genuine())
    shown = f"{result!r} {result}"
    assert not any(secret in shown for secret in (*ATTRIBUTES, *ATTRIBUTES.values(), result.digest, "https"))
    with pytest.raises(TokenRefused) as refused:
        verified(genuine({**CLAIMS, "attributes": {"name": 7}}))
    assert str(refused.value) == "the result of a web login was refused: attributes"
    assert refused.value.__cause__ is None
    assert "PRIVATE" not in repr(ours()) + repr(senders())


def test_a_result_cannot_be_changed() -> None:
    result = verified(genuine())
    with pytest.raises(TypeError):
        result.attributes["name"] = "another"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        result.status = Status.FAILED  # type: ignore[misc]


def test_a_digest_is_of_the_signed_part_however_it_is_encrypted_or_signed() -> None:
    forge = Forge(by="EC")
    inner = forge.inner()
    again = Forge(by="EC").inner()
    assert inner != again  # ECDSA has a random part
    digests = {
        verified(Forge(to=to, envelope={"njwt": one}).token()).digest for to in TYPES for one in (inner, inner, again)
    }
    assert digests == {hashlib.sha256(inner.rpartition(".")[0].encode()).hexdigest()}
    assert verified(Forge(claims={**CLAIMS, "iat": NOW - 1}).token()).digest not in digests


# --- times -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "at", "fault"),
    [
        ({"exp": NOW}, NOW + 4.999, None),
        ({"exp": NOW}, NOW + 5, TokenFault.EXPIRED),
        ({"exp": NOW, "iat": NOW - 300}, NOW - 306, TokenFault.NOT_YET),
        ({"iat": NOW + 5}, NOW, None),
        ({"iat": NOW + 5}, NOW - 0.001, TokenFault.NOT_YET),
        ({"iat": NOW + 6}, NOW, TokenFault.NOT_YET),
        ({"nbf": NOW + 5}, NOW, None),
        ({"nbf": NOW + 6}, NOW, TokenFault.NOT_YET),
        ({"exp": NOW + 3_600}, NOW, None),
        ({"exp": NOW + 3_601}, NOW, TokenFault.TIMES),
        ({"exp": NOW + 3_601}, NOW + 1, None),
        ({"exp": 0}, NOW, TokenFault.EXPIRED),
        ({"exp": -(10**30)}, NOW, TokenFault.EXPIRED),
        ({"exp": 10**400}, NOW, TokenFault.TIMES),
    ],
)
def test_a_result_counts_within_its_time_and_five_seconds_around_it(
    claims: dict[str, int], at: float, fault: TokenFault | None
) -> None:
    token = Forge(claims={**CLAIMS, **claims}).token()
    if fault is None:
        assert verified(token, at).status is Status.SUCCEEDED
    else:
        assert fault_of(token, at) is fault


def test_without_a_beginning_a_result_counts_and_without_an_end_it_does_not() -> None:
    assert verified(Forge(claims=without("iat")).token()).status is Status.SUCCEEDED
    assert fault_of(Forge(claims=without("exp")).token()) is TokenFault.TIMES


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value", [str(NOW + 60), True, False, None, NOW + 60.0, 1e300, [], [NOW + 60], {}, {"exp": NOW + 60}]
)
def test_a_time_is_whole_seconds(name: str, value: object) -> None:
    assert fault_of(Forge(claims={**CLAIMS, name: value}).token()) is TokenFault.TIMES


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"9" * 5_000, b"0x7fffffff", b"01", b"1_0"])
def test_what_is_no_number_of_json_spoils_all_claims(number: bytes) -> None:
    claims = b'{"sub":"id-contact-attributes","status":"succes","exp":' + number + b"}"
    assert fault_of(Forge(claims=claims).token()) is TokenFault.CLAIMS


# --- keys --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TYPES)
def test_while_a_key_is_replaced_both_open_and_both_sign(kind: str) -> None:
    for number in (0, 2):
        token = Forge(to=kind, to_number=number, by=kind, by_number=number + 1).token()
        result = verify(token, ours(2, 0), senders(1, 3), NOW, Dialect.ID_CONTACT)
        assert result.status is Status.SUCCEEDED
        with pytest.raises(TokenRefused) as refused:
            verify(token, ours(4), senders(1, 3), NOW, Dialect.ID_CONTACT)
        assert refused.value.fault is TokenFault.WRONG_KEY
        with pytest.raises(TokenRefused) as refused:
            verify(token, ours(2, 0), senders(5), NOW, Dialect.ID_CONTACT)
        assert refused.value.fault is TokenFault.SIGNATURE


@pytest.mark.parametrize("kind", TYPES)
def test_without_a_key_of_its_type_nothing_opens_and_nothing_is_genuine(kind: str) -> None:
    other = {"RSA": "EC", "EC": "RSA"}[kind]
    fitting, others = ([key for key in ours() if key.type == one] for one in (kind, other))
    theirs, strangers = ([key for key in senders() if key.type == one] for one in (kind, other))
    token = Forge(to=kind, by=kind).token()
    assert verify(token, fitting, theirs, NOW, Dialect.ID_CONTACT).status is Status.SUCCEEDED
    for decryption, signature, fault in (
        (others, theirs, TokenFault.NO_KEY),
        ([], theirs, TokenFault.NO_KEY),
        (fitting, strangers, TokenFault.SIGNATURE),
        (fitting, [], TokenFault.SIGNATURE),
    ):
        with pytest.raises(TokenRefused) as refused:
            verify(token, decryption, signature, NOW, Dialect.ID_CONTACT)
        assert refused.value.fault is fault
