from __future__ import annotations

import base64
import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import sealing
from chalicelib.errors import BadWebhook
from chalicelib.keyed_hash import KeyedHash
from chalicelib.voice.dialogue import Standing
from chalicelib.voice.ticket import LONGEST_TICKET, Seal
from tests.unit.standings import CALL, CALLER, ENGINE_USER, LEG, enrolling, task, verifying

OTHER_CALL = "CA" + "1" * 32
SECRET = "unit-test-" * 4


def seal(secret: str = SECRET, nonce: bytes | None = None) -> Seal:
    return Seal(KeyedHash(secret), lambda count: nonce or b"n" * count)


def raw(ticket: str) -> bytes:
    return base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))


def text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def refused(ticket: str, call: str = CALL) -> None:
    with pytest.raises(BadWebhook):
        seal().open(ticket, call)


@pytest.mark.parametrize(
    "standing",
    [verifying(recording=2, tried=1, mismatches=1, polls=3), enrolling(), enrolling("", silences=1), enrolling(due=2)],
)
def test_what_was_sealed_for_a_call_is_opened_for_it(standing: Standing) -> None:
    assert seal().open(seal().close(standing, CALL), CALL) == standing


def test_a_ticket_is_fit_for_a_path_and_shows_nothing() -> None:
    ticket = seal().close(verifying(), CALL)
    assert ticket.replace("-", "").replace("_", "").isalnum()
    for shown in (LEG, CALLER, ENGINE_USER, CALL, "verify"):
        assert shown not in ticket
        assert shown.encode() not in raw(ticket)


def test_every_ticket_has_a_nonce_of_its_own() -> None:
    own = Seal(KeyedHash(SECRET))
    assert len({own.close(verifying(), CALL) for _ in range(100)}) == 100


def test_a_ticket_changed_in_any_byte_is_refused() -> None:
    sealed = raw(seal().close(verifying(), CALL))
    for at in range(len(sealed)):
        refused(text(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]))


def test_a_ticket_cut_short_or_made_longer_is_refused() -> None:
    ticket = seal().close(verifying(), CALL)
    for length in range(len(ticket)):
        refused(ticket[:length])
    for more in ("A", "AAAA", ".", "/"):
        refused(ticket + more)


def test_the_ticket_of_another_call_is_refused() -> None:
    ticket = seal().close(verifying(), CALL)
    for other in (OTHER_CALL, "", CALL.lower(), CALL + "0"):
        refused(ticket, other)


def test_a_ticket_under_another_secret_is_refused() -> None:
    refused(seal("other-secret" * 4).close(verifying(), CALL))


@pytest.mark.parametrize("garbage", ["", "A", "AAAA", "%00", "å" * 40, "\ud800", "a b", "../..", "A" * LONGEST_TICKET])
def test_garbage_is_refused(garbage: str) -> None:
    refused(garbage)


@given(garbage=st.text(max_size=100) | st.binary(max_size=100).map(text))
def test_nothing_but_a_ticket_is_a_ticket(garbage: str) -> None:
    refused(garbage)


def test_what_is_too_long_is_not_even_tried() -> None:
    with pytest.raises(BadWebhook, match="too long"):
        seal().open("A" * (LONGEST_TICKET + 1), CALL)


@pytest.mark.parametrize("letter", ["x", "ö", "明", "😀"])
def test_the_ticket_of_the_longest_leg_there_can_be_is_not_too_long(letter: str) -> None:
    counts = {field.name: 999 for field in fields(Standing) if field.type == "int"}
    longest = Standing(LEG, task(phrase=letter * 200, content_language="abc-abcdefgh-abcdefgh"), **counts)
    ticket = seal().close(longest, CALL)
    assert seal().open(ticket, CALL).task.phrase == letter * 200


@pytest.mark.parametrize("shape", [{}, {"task": {}}, {"task": {"purpose": "other"}}, {"leg": LEG}])
def test_what_another_version_sealed_is_refused(shape: dict[str, object]) -> None:
    sealed = sealing.Seal(KeyedHash(SECRET), "ticket key").close(json.dumps(shape), CALL)
    with pytest.raises(BadWebhook, match="another version"):
        seal().open(sealed, CALL)
