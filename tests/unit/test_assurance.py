from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assurance import Level, Method, Proof, proofs, proved_subject, recorded
from chalicelib.conditional_write import Record, applied, holds
from chalicelib.errors import Misconfigured
from chalicelib.settings import CONNECT, load

T = 1_700_000_000_000
VOICE = Proof(Method.VOICE, Level.LOW, "subject-1", T, T + 900_000)
BANKID = Proof(Method.BANKID, Level.HIGH, "subject-1", T, T + 60_000)

PROOFS = st.builds(
    Proof,
    st.sampled_from(Method),
    st.sampled_from(Level),
    st.sampled_from(["subject-1", "subject-2"]),
    st.integers(T, T + 50),
    st.integers(T, T + 100),
)


def written(contact: Record, *given_proofs: Proof) -> Record:
    for proof in given_proofs:
        write = recorded(proof)
        if holds(write.condition, contact):
            contact = applied(write, contact)
    return contact


def test_levels_are_in_order_and_have_words() -> None:
    assert [level.word for level in sorted(Level)] == ["none", "low", "substantial", "high"]


def test_nothing_proved_is_about_nobody() -> None:
    assert proofs({}) == []
    assert proved_subject([], Level.LOW, T) == ""


def test_a_proof_of_the_level_or_above_tells_whom_it_is_about() -> None:
    assert proved_subject([BANKID], Level.SUBSTANTIAL, T) == "subject-1"
    assert proved_subject([VOICE], Level.SUBSTANTIAL, T) == ""


@pytest.mark.parametrize(("now", "subject"), [(T + 59_999, "subject-1"), (T + 60_000, "")])
def test_a_proof_counts_until_its_end_and_not_at_it(now: int, subject: str) -> None:
    assert proved_subject([BANKID], Level.HIGH, now) == subject


def test_many_low_proofs_are_still_low() -> None:
    assert proved_subject([VOICE] * 5, Level.SUBSTANTIAL, T) == ""


def test_proofs_about_two_people_are_about_nobody() -> None:
    other = Proof(Method.WEB_LOGIN, Level.SUBSTANTIAL, "subject-2", T, T + 60_000)
    assert proved_subject([BANKID, other], Level.SUBSTANTIAL, T) == ""
    assert proved_subject([BANKID, other], Level.HIGH, T) == "subject-1"


def test_proofs_of_two_methods_stand_side_by_side_on_a_contact() -> None:
    assert set(proofs(written({"other": "fact"}, VOICE, BANKID))) == {VOICE, BANKID}


def test_the_same_proof_again_changes_nothing() -> None:
    once = written({}, VOICE)
    assert written(once, VOICE) == once


def test_an_older_proof_never_replaces_a_newer_one() -> None:
    newer = Proof(Method.VOICE, Level.LOW, "subject-2", T + 1, T + 2)
    assert proofs(written({}, newer, VOICE)) == [newer]
    assert proofs(written({}, VOICE, newer)) == [newer]


@given(st.lists(PROOFS, max_size=6))
def test_of_each_method_the_newest_proof_is_kept_whatever_the_order(given_proofs: list[Proof]) -> None:
    kept = proofs(written({}, *given_proofs))
    assert {proof.method: proof.at for proof in kept} == {
        method: max(proof.at for proof in given_proofs if proof.method is method)
        for method in {proof.method for proof in given_proofs}
    }
    assert set(kept) <= set(given_proofs)


LIFE = 14_400_000


LIVES = [(Method.VOICE, 0, LIFE), (Method.BANKID, 7_200_000, LIFE), (Method.WEB_LOGIN, LIFE, 60_000)]


@pytest.mark.parametrize("order", list(permutations(LIVES)))
def test_a_contact_is_swept_when_none_of_its_proofs_counts_any_more(order: list[tuple[Method, int, int]]) -> None:
    made = [Proof(method, Level.LOW, "subject-1", T + at, T + at + life) for method, at, life in order]
    contact = written({}, *made)
    assert len(proofs(contact)) == 3
    assert max(proof.until for proof in made) / 1000 < int(contact["expires_at"])
    assert int(contact["expires_at"]) <= max(proof.at for proof in made) // 1000 + 86_400


@pytest.mark.parametrize("setting", ["VOICE_PROOF_LIFE_SECONDS", "BANKID_PROOF_LIFE_SECONDS"])
def test_no_proof_can_be_made_to_live_for_longer_than_that(setting: str) -> None:
    with pytest.raises(Misconfigured, match=setting):
        load({setting: str(LIFE // 1000 + 1)}, CONNECT)


@pytest.mark.parametrize("field", ["voice_level", "voice_subject", "voice_until"])
def test_half_a_proof_is_an_error_and_no_assurance(field: str) -> None:
    contact = {name: value for name, value in written({}, VOICE).items() if name != field}
    with pytest.raises(KeyError):
        proofs(contact)


def test_a_level_that_there_is_not_is_an_error_and_no_assurance() -> None:
    with pytest.raises(ValueError, match="9"):
        proofs({**written({}, VOICE), "voice_level": 9})
