from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assurance import Level, Method, Proof, Standing, living, proofs, proved_subject, recorded, standing
from chalicelib.clock import SKEW_MS
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


def test_of_two_proofs_the_better_one_gives_the_level_and_says_for_how_long() -> None:
    assert standing([VOICE, BANKID], T) == Standing(Level.HIGH, Method.BANKID, "subject-1", T, T + 60_000)
    assert standing([VOICE, BANKID], T + 60_000) == Standing(Level.LOW, Method.VOICE, "subject-1", T, T + 900_000)
    assert standing([VOICE, BANKID], T + 900_000) == Standing(Level.NONE)


def test_of_two_proofs_as_good_the_one_that_lasts_longer_counts() -> None:
    longer = Proof(Method.WEB_LOGIN, Level.HIGH, "subject-1", T - 1, T + 60_001)
    assert standing([longer, BANKID], T) == standing([BANKID, longer], T)
    assert standing([BANKID, longer], T).method is Method.WEB_LOGIN


def test_proofs_about_two_people_add_up_to_nothing_however_good_they_are() -> None:
    other = Proof(Method.VOICE, Level.LOW, "subject-2", T, T + 10)
    assert standing([BANKID, other], T) == Standing(Level.NONE, conflict=True)
    assert standing([BANKID, other], T + 10).level is Level.HIGH


@pytest.mark.parametrize(("ahead", "level"), [(SKEW_MS, Level.HIGH), (SKEW_MS + 1, Level.NONE)])
def test_a_proof_from_the_future_counts_as_far_as_clocks_may_differ(ahead: int, level: Level) -> None:
    assert standing([BANKID], T - ahead).level is level
    assert proved_subject([BANKID], Level.HIGH, T - ahead) == ("subject-1" if level else "")


def test_a_proof_of_nothing_counts_for_nothing_and_disagrees_with_nobody() -> None:
    empty = Proof(Method.VOICE, Level.NONE, "subject-2", T, T + 10)
    assert standing([empty], T) == Standing(Level.NONE)
    assert standing([empty, BANKID], T).level is Level.HIGH


MOMENTS = st.integers(T - SKEW_MS - 10, T + 110)


@given(st.lists(PROOFS, max_size=6), MOMENTS)
def test_a_standing_is_one_living_proof_and_the_best_or_nothing(given_proofs: list[Proof], now: int) -> None:
    found, counting = standing(given_proofs, now), [one for one in living(given_proofs, now) if one.level]
    if found.level is Level.NONE:
        assert found == Standing(Level.NONE, conflict=bool(counting))
    else:
        assert Proof(found.method or Method.VOICE, found.level, found.subject, found.at, found.until) in counting
        assert found.level == max(one.level for one in counting)
        assert {one.subject for one in counting} == {found.subject}
        assert found.at - SKEW_MS <= now < found.until


@given(st.lists(PROOFS, max_size=6), MOMENTS)
def test_people_are_never_mixed(given_proofs: list[Proof], now: int) -> None:
    alive = {one.subject for one in given_proofs if one.level and one.at <= now + SKEW_MS and now < one.until}
    assert standing(given_proofs, now).conflict is (len(alive) > 1)
    assert bool(standing(given_proofs, now).level) is (len(alive) == 1)


@given(st.lists(PROOFS, max_size=6), MOMENTS, st.integers(0, 200))
def test_time_alone_never_makes_a_level_that_no_proof_has(given_proofs: list[Proof], now: int, later: int) -> None:
    best = max((one.level for one in given_proofs if now + later < one.until), default=Level.NONE)
    assert standing(given_proofs, now + later).level <= best


@given(st.lists(PROOFS, max_size=6), st.randoms(use_true_random=False), MOMENTS)
def test_the_order_of_proofs_does_not_matter(given_proofs: list[Proof], shuffler: Random, now: int) -> None:
    shuffled = list(given_proofs)
    shuffler.shuffle(shuffled)
    assert standing(shuffled, now) == standing(given_proofs, now)


@pytest.mark.parametrize("field", ["voice_level", "voice_subject", "voice_until"])
def test_half_a_proof_is_an_error_and_no_assurance(field: str) -> None:
    contact = {name: value for name, value in written({}, VOICE).items() if name != field}
    with pytest.raises(KeyError):
        proofs(contact)


def test_a_level_that_there_is_not_is_an_error_and_no_assurance() -> None:
    with pytest.raises(ValueError, match="9"):
        proofs({**written({}, VOICE), "voice_level": 9})
