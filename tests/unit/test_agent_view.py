from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import agent_view
from chalicelib.clock import SKEW_MS
from chalicelib.conditional_write import Absent, Record, Write, applied, holds
from chalicelib.keyed_hash import KeyedHash

T = 2_222_222_222_000
LIFE = 3_600_000
CONTACT, SECOND = "11111111-aaaa-4000-8000-000000000001", "22222222-bbbb-4000-8000-000000000002"
HASHES = KeyedHash("agent-view-test-" * 2)


def given_out(at: int = T) -> Record:
    return applied(Write(Absent("view"), agent_view.given_out(HASHES, CONTACT, CONTACT, at)), {})


def after(record: Record, *writes: Write) -> Record:
    for write in writes:
        assert holds(write.condition, record)
        record = applied(write, record)
    return record


def ended(segment: str, at: int) -> Write:
    return agent_view.ended(HASHES, CONTACT, segment, at)


def joined(segment: str, at: int) -> Write:
    return agent_view.joined(HASHES, CONTACT, segment, at)


def is_open(record: Record, at: int, segment: str = CONTACT) -> bool:
    return agent_view.is_open(HASHES, CONTACT, record, segment, at, LIFE)


def test_a_handle_is_of_its_contact_and_of_no_other() -> None:
    handle = agent_view.handle(HASHES, CONTACT)
    assert agent_view.contact_of(HASHES, handle) == CONTACT
    assert agent_view.contact_of(HASHES, handle.replace(CONTACT, SECOND)) is None
    assert agent_view.contact_of(KeyedHash("another-" * 4), handle) is None


@given(st.text() | st.text(st.characters(categories=["Cs", "Nd"]), max_size=5).map(lambda text: f"{text}.{'A' * 43}"))
def test_no_text_is_a_handle_and_none_is_an_error(text: str) -> None:
    assert agent_view.contact_of(HASHES, text) is None


@pytest.mark.parametrize("changed", ["{}\n", " {}", "{}A", "{}=", "{}.{}"])
def test_a_handle_has_one_form(changed: str) -> None:
    handle = agent_view.handle(HASHES, CONTACT)
    assert agent_view.contact_of(HASHES, changed.format(handle, handle)) is None


def test_the_record_does_not_hold_what_opens_it() -> None:
    assert agent_view.handle(HASHES, CONTACT).partition(".")[2] not in str(given_out())


@pytest.mark.parametrize(
    ("at", "opens"), [(-SKEW_MS - 1, False), (-SKEW_MS, True), (0, True), (LIFE - 1, True), (LIFE, False)]
)
def test_a_handle_opens_from_when_it_was_given_out_for_its_life(at: int, opens: bool) -> None:
    assert is_open(given_out(), T + at) is opens


def test_given_out_again_it_lives_no_longer() -> None:
    again = applied(Write(Absent("view"), agent_view.given_out(HASHES, CONTACT, SECOND, T + LIFE)), given_out())
    assert not is_open(again, T + LIFE)


def test_what_was_never_given_out_opens_nothing() -> None:
    assert not is_open({}, T)
    assert not is_open({"view": "another", "view_since": T}, T)


def test_after_a_transfer_each_agent_sees_the_call_for_two_minutes_after_their_part_of_it() -> None:
    record = after(given_out(), joined(SECOND, T + 10), ended(CONTACT, T + 20))
    assert is_open(record, T + 20 + agent_view.LASTS_MS - 1)
    assert not is_open(record, T + 20 + agent_view.LASTS_MS)
    assert is_open(record, T + 20 + agent_view.LASTS_MS, SECOND)
    record = after(record, ended(SECOND, T + 1_000_000))
    assert is_open(record, T + 1_000_000 + agent_view.LASTS_MS - 1, SECOND)
    assert not is_open(record, T + 1_000_000 + agent_view.LASTS_MS, SECOND)


@pytest.mark.parametrize("segment", [CONTACT, SECOND, "never-heard-of"])
def test_two_minutes_after_the_whole_call_it_is_open_to_no_part_of_it(segment: str) -> None:
    record = after(given_out(), ended(CONTACT, T + 20), joined(SECOND, T + 10), ended(SECOND, T + 30))
    assert not is_open(record, T + 30 + agent_view.LASTS_MS, segment)


def test_what_ends_beside_the_call_neither_ends_it_nor_keeps_it_open() -> None:
    record = after(given_out(), ended(SECOND, T + 10))
    assert is_open(record, T + 10 + agent_view.LASTS_MS)
    record = after(record, ended(CONTACT, T + 20), ended("a-third", T + 90_000))
    assert not is_open(record, T + 20 + agent_view.LASTS_MS, SECOND.replace("2", "9"))


def test_an_end_that_is_told_again_does_not_move() -> None:
    record = after(given_out(), ended(CONTACT, T + 20), ended(CONTACT, T + 90_000))
    assert not is_open(record, T + 20 + agent_view.LASTS_MS)


@pytest.mark.parametrize("write", [ended(CONTACT, T), joined(SECOND, T)])
def test_of_a_contact_without_a_view_nothing_is_noted(write: Write) -> None:
    assert not holds(write.condition, {"bankid_at": T})
