"""Whatever is sent: a result that its sender signed, or a TokenRefused for a reason of its own, and nothing else."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.errors import TokenFault, TokenRefused
from chalicelib.web_login import auth_result, claims
from chalicelib.web_login.claims import AuthResult, Dialect
from tests.unit.web_login.tokens import CLAIMS, NOW, TYPES, Forge, b64, ours, senders, unb64, verified

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*CLAIMS, *CLAIMS.values()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from(TYPES)
NAMES = st.sampled_from(["alg", "enc", "typ", "cty", "kid", "epk", "zip", "crit", "b64", "jwk", "x5c", "apu", ""])
EPK_NAMES = st.sampled_from(["kty", "crv", "x", "y", "d", "use"])


@cache
def base(kind: str) -> str:
    return Forge(to=kind, by=kind).token()


def answered(token: object) -> AuthResult | None:
    """None when it was refused; any other error fails the test, and so does a fault of ours."""
    try:
        return verified(token)
    except TokenRefused as refused:
        fault = refused.fault
    assert fault is not TokenFault.UNEXPECTED
    return None


@given(token=ANYTHING | st.binary())
@example("\ud800....")
@example("." * 16_384)
def test_anything_at_all(token: object) -> None:
    assert answered(token) is None


@given(parts=st.lists(st.binary(max_size=80).map(b64), min_size=3, max_size=5), kind=KINDS)
def test_any_parts(parts: list[str], kind: str) -> None:
    assert answered(".".join(parts)) is None
    header = base(kind).split(".")[0]
    assert answered(".".join((header, *parts[-4:]))) is None


@given(kind=KINDS, at=st.integers(0, 2_500), put=st.text(max_size=6), out=st.integers(0, 6))
def test_any_edit_of_the_text(kind: str, at: int, put: str, out: int) -> None:
    edited = base(kind)[:at] + put + base(kind)[at + out :]
    assert (answered(edited) is not None) is (edited == base(kind))


@given(kind=KINDS, number=st.integers(0, 4), at=st.integers(0, 2_000), to=st.integers(1, 255))
def test_any_changed_byte_under_the_base64(kind: str, number: int, at: int, to: int) -> None:
    parts = base(kind).split(".")
    raw = bytearray(unb64(parts[number]) or b"\x00")
    raw[at % len(raw)] ^= to
    parts[number] = b64(bytes(raw))
    assert answered(".".join(parts)) is None


@given(kind=KINDS, more=st.dictionaries(NAMES, ANYTHING, min_size=1, max_size=3), inside=st.booleans())
@settings(max_examples=60)
def test_any_header(kind: str, more: dict[str, Any], inside: bool) -> None:
    forge = Forge(to=kind, by=kind, signed_more=more) if inside else Forge(to=kind, by=kind, more=more)
    result = answered(forge.token())
    assert result is None or set(more) <= {"alg", "enc", "typ", "cty", "kid"}


@given(epk=ANYTHING | st.dictionaries(EPK_NAMES, ANYTHING | st.binary(min_size=32, max_size=32).map(b64)))
@settings(max_examples=60)
def test_any_ephemeral_key(epk: object) -> None:
    assert answered(Forge(to="EC", by="EC", epk=epk if epk is not None else []).token()) is None


@given(plain=st.binary(max_size=300))
@settings(max_examples=60)
def test_any_plaintext(plain: bytes) -> None:
    assert answered(Forge(to="EC").sealed(plain)) is None


@given(changed=st.dictionaries(st.sampled_from([*CLAIMS, "nbf"]), ANYTHING, min_size=1, max_size=3))
def test_any_claims_of_a_genuine_sender(changed: dict[str, Any]) -> None:
    result = answered(Forge(to="EC", by="EC", claims={**CLAIMS, **changed}).token())
    if result is not None:
        assert all(isinstance(text, str) for pair in result.attributes.items() for text in pair)
        assert NOW - 5 < result.expires_at <= NOW + 3_600


@given(payload=st.binary(max_size=200))
def test_any_payload_of_a_genuine_sender(payload: bytes) -> None:
    assert answered(Forge(to="EC", by="EC", claims=payload).token()) is None


def test_a_fault_of_ours_is_told_without_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> AuthResult:
        raise KeyError("Testpersoon")

    monkeypatch.setattr(claims, "read", broken)
    with pytest.raises(TokenRefused) as refused:
        auth_result.verify(base("EC"), ours(), senders(), NOW, Dialect.ID_CONTACT)
    assert refused.value.fault is TokenFault.UNEXPECTED
    assert refused.value.__cause__ is None
    assert "Testpersoon" not in str(refused.value)
