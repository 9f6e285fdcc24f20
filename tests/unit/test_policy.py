"""What a policy asks for, and that nothing but living proofs of one person is ever enough."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assurance import Level, Method, Proof
from chalicelib.clock import SKEW_MS
from chalicelib.errors import Misconfigured
from chalicelib.policy import (
    OLDEST_SECONDS,
    YOUNGEST_SECONDS,
    Judgement,
    Need,
    Policy,
    Word,
    judged,
    methods_in_use,
    parsed,
)
from chalicelib.settings import CONNECT, Settings, load

INSTANCE = "arn:aws:connect:eu-central-1:111122223333:instance/12345678-1234-4123-8123-123456789012"
T = 2_222_222_222_000
BOTH = {Method.BANKID: Level.HIGH, Method.WEB_LOGIN: Level.SUBSTANTIAL}
TRANSFER = Need(Level.SUBSTANTIAL, 300)
LOGIN = Proof(Method.WEB_LOGIN, Level.SUBSTANTIAL, "subject-1", T, T + 1_800_000)
BANKID = Proof(Method.BANKID, Level.HIGH, "subject-1", T, T + 900_000)

# --- what is enough -------------------------------------------------------------------------------------------------


def word(need: Need, *proofs: Proof, after: int = 0) -> Word:
    return judged(proofs, need, T + after, BOTH).word


def test_a_living_proof_of_the_level_or_above_is_enough_until_its_end() -> None:
    need = Need(Level.SUBSTANTIAL)
    assert word(need, BANKID) is word(need, LOGIN) is Word.ENOUGH
    assert word(need, LOGIN, after=1_799_999) is Word.ENOUGH
    assert word(need, LOGIN, after=1_800_000) is Word.STEP_UP
    assert word(Need(Level.HIGH), LOGIN) is Word.STEP_UP


@pytest.mark.parametrize(("after", "expected"), [(299_999, Word.ENOUGH), (300_000, Word.STEP_UP)])
def test_a_level_that_only_an_old_proof_reaches_is_not_enough(after: int, expected: Word) -> None:
    young = Proof(Method.VOICE, Level.LOW, "subject-1", T + after, T + after + 900_000)
    assert word(TRANSFER, LOGIN, young, after=after) is expected


def test_a_young_proof_is_enough_though_an_older_one_is_better() -> None:
    assert word(TRANSFER, replace(BANKID, at=T - 600_000), LOGIN) is Word.ENOUGH


def test_proofs_of_different_subjects_are_for_a_person_to_look_into() -> None:
    other = replace(BANKID, subject="subject-2")
    assert judged([LOGIN, other], Need(Level.LOW), T, BOTH) == Judgement(Word.IMPOSSIBLE)
    assert word(Need(Level.LOW), LOGIN, other, after=900_000) is Word.ENOUGH


def test_no_two_proofs_make_a_better_one() -> None:
    voice = Proof(Method.VOICE, Level.LOW, "subject-1", T, T + 900_000)
    assert word(Need(Level.HIGH), LOGIN, voice) is Word.STEP_UP


# --- what can be offered --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "in_use", "methods"),
    [
        (Level.SUBSTANTIAL, BOTH, (Method.BANKID, Method.WEB_LOGIN)),
        (Level.HIGH, BOTH, (Method.BANKID,)),
        (Level.HIGH, {Method.WEB_LOGIN: Level.SUBSTANTIAL}, ()),
        (Level.LOW, {}, ()),
    ],
)
def test_the_methods_in_use_that_give_the_level_are_offered(
    level: Level, in_use: dict[Method, Level], methods: tuple[Method, ...]
) -> None:
    expected = Judgement(Word.STEP_UP, methods) if methods else Judgement(Word.IMPOSSIBLE)
    assert judged([], Need(level), T, in_use) == expected


def test_what_the_caller_has_used_in_this_call_is_offered_first_even_when_it_is_over() -> None:
    assert judged([LOGIN], TRANSFER, T + 300_000, BOTH).methods == (Method.WEB_LOGIN, Method.BANKID)
    assert judged([LOGIN], TRANSFER, T + 9_000_000, BOTH).methods == (Method.WEB_LOGIN, Method.BANKID)
    assert judged([BANKID], TRANSFER, T + 300_000, BOTH).methods == (Method.BANKID, Method.WEB_LOGIN)


def settings(**changed: str) -> Settings:
    required = {
        "TABLE_NAME": "table",
        "HASH_KEY_NAME": "/hash-key",
        "TWILIO_NUMBER": "+46101234567",
        "CONNECT_INSTANCE_ARN": INSTANCE,
    }
    return load({**required, **changed}, CONNECT)


def test_methods_are_in_use_when_they_are_set_up_and_a_voice_is_never_offered() -> None:
    assert methods_in_use(settings()) == {}
    assert methods_in_use(settings(PHONENUMBER="+46101234567", WEB_LOGIN_LEVEL="low")) == {Method.WEB_LOGIN: Level.LOW}
    both = methods_in_use(settings(PHONENUMBER="+46101234567", BANKID_CERTIFICATE_NAME="/certificate"))
    assert list(both.items()) == list(BOTH.items())


# --- what holds whatever has happened -------------------------------------------------------------------------------

PROOFS = st.lists(
    st.builds(
        Proof,
        st.sampled_from(Method),
        st.sampled_from(Level),
        st.sampled_from(["subject-1", "subject-2"]),
        st.integers(T - 60_000, T + 3_000),
        st.integers(T - 60_000, T + 60_000),
    ),
    max_size=5,
)
NEEDS = st.builds(Need, st.sampled_from([Level.LOW, Level.SUBSTANTIAL, Level.HIGH]), st.none() | st.integers(30, 90))
LATER = st.integers(0, 90_000)
IN_USE = st.dictionaries(st.sampled_from(Method), st.sampled_from(Level))


def alive(proof: Proof, now: int) -> bool:
    return proof.level > Level.NONE and proof.at <= now + SKEW_MS and now < proof.until


@given(PROOFS, NEEDS, LATER, IN_USE)
def test_nothing_is_enough_without_a_living_proof_of_that_level_and_age_and_of_one_subject(
    proofs: list[Proof], need: Need, after: int, in_use: dict[Method, Level]
) -> None:
    now = T + after
    counting = [proof for proof in proofs if alive(proof, now)]
    age = need.younger_than_seconds
    reaching = [one for one in counting if one.level >= need.level and (age is None or now < one.at + age * 1000)]
    enough = bool(reaching) and len({proof.subject for proof in counting}) == 1
    assert (judged(proofs, need, now, in_use).word is Word.ENOUGH) is enough


@given(PROOFS, NEEDS, LATER, st.data())
def test_a_proof_that_is_taken_away_makes_nothing_enough_unless_it_was_of_another_subject(
    proofs: list[Proof], need: Need, after: int, data: st.DataObject
) -> None:
    """Precisely: it does so only where living proofs were of several subjects before, and are of one afterwards."""
    now = T + after
    subjects = {proof.subject for proof in proofs if alive(proof, now)}
    gone = data.draw(st.sets(st.integers(0, 4)))
    left = [proof for place, proof in enumerate(proofs) if place not in gone]
    if judged(left, need, now, BOTH).word is Word.ENOUGH:
        assert judged(proofs, need, now, BOTH).word is Word.ENOUGH or len(subjects) > 1


@given(PROOFS, NEEDS, LATER, LATER)
def test_time_alone_never_makes_enough_of_what_can_be_stepped_up(
    proofs: list[Proof], need: Need, after: int, later: int
) -> None:
    """Of proofs that have been made: one from further ahead than clocks may differ counts from its time on."""
    made = [proof for proof in proofs if proof.at <= T + after + SKEW_MS]
    if judged(made, need, T + after, BOTH).word is Word.STEP_UP:
        assert judged(made, need, T + after + later, BOTH).word is not Word.ENOUGH


@given(PROOFS, NEEDS, NEEDS, LATER)
def test_what_is_enough_is_enough_for_whatever_needs_less(
    proofs: list[Proof], need: Need, other: Need, after: int
) -> None:
    def age(one: Need) -> int:
        return one.younger_than_seconds or OLDEST_SECONDS

    if other.level <= need.level and age(other) >= age(need) and judged(proofs, need, T + after, {}).word == "enough":
        assert judged(proofs, other, T + after, {}).word is Word.ENOUGH


@given(PROOFS, NEEDS, LATER, IN_USE)
def test_methods_are_told_with_step_up_alone_and_each_of_them_would_be_enough(
    proofs: list[Proof], need: Need, after: int, in_use: dict[Method, Level]
) -> None:
    found = judged(proofs, need, T + after, in_use)
    assert bool(found.methods) is (found.word is Word.STEP_UP)
    subject = next((proof.subject for proof in proofs if alive(proof, T + after)), "subject-1")
    for method in found.methods:
        new = Proof(method, in_use[method], subject, T + after, T + after + 60_000)
        assert judged([*proofs, new], need, T + after, in_use).word is Word.ENOUGH


# --- how a policy is read -------------------------------------------------------------------------------------------

FILE = {
    "purposes": {"balance": {"level": "low"}, "transfer": {"level": "substantial", "younger_than_seconds": 300}},
    "otherwise": {"level": "high"},
}


def test_each_purpose_has_its_need_and_every_other_one_the_need_of_all_others() -> None:
    policy = parsed(json.dumps(FILE), "/policy")
    assert policy == Policy({"balance": Need(Level.LOW), "transfer": TRANSFER}, Need(Level.HIGH))
    assert [policy.need(name) for name in ("transfer", "Transfer", "", "otherwise")] == [
        TRANSFER,
        *[Need(Level.HIGH)] * 3,
    ]
    assert [policy.name_of(name) for name in ("transfer", "Transfer", "19811218-9876")] == [
        "transfer",
        "otherwise",
        "otherwise",
    ]


@pytest.mark.parametrize("seconds", [YOUNGEST_SECONDS, OLDEST_SECONDS])
def test_an_age_is_from_half_a_minute_to_what_a_proof_may_live(seconds: int) -> None:
    need = {"level": "low", "younger_than_seconds": seconds}
    assert parsed(json.dumps(FILE | {"otherwise": need}), "/p").otherwise == Need(Level.LOW, seconds)


LEVELS = "must be one of low, substantial, high"
AGES = "must be a whole number from 30 to 14400"
WHOLE = "it must be an object with purposes and otherwise, and nothing else"
NEEDED = "must be an object with level, perhaps younger_than_seconds, and nothing else"


def changed(**fields: Any) -> str:
    return json.dumps(FILE | fields)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        ("[" * 9_000, "it is no JSON"),
        ("[]", WHOLE),
        ('"purposes"', WHOLE),
        ("{}", WHOLE),
        ('{"purposes": {}}', WHOLE),
        ('{"otherwise": {"level": "low"}}', WHOLE),
        (changed(vouching="no"), WHOLE),
        (changed(purposes=[]), "purposes must be an object"),
        (changed(purposes={"": {"level": "low"}}), "with names of 1 to 64 letters"),
        (changed(purposes={"a" * 65: {"level": "low"}}), "with names of 1 to 64 letters"),
        (changed(purposes={"räkning": {"level": "low"}}), "with names of 1 to 64 letters"),
        (changed(purposes={"transfer": None}), f"the purpose transfer {NEEDED}"),
        (changed(purposes={"transfer": {}}), f"the purpose transfer {NEEDED}"),
        (changed(purposes={"transfer": {"level": "high", "younger_than": 300}}), f"the purpose transfer {NEEDED}"),
        (changed(otherwise={"younger_than_seconds": 300}), f"otherwise {NEEDED}"),
        (changed(otherwise="high"), f"otherwise {NEEDED}"),
        (changed(otherwise={"level": "none"}), f"the level of otherwise {LEVELS}"),
        (changed(otherwise={"level": "HIGH"}), f"the level of otherwise {LEVELS}"),
        (changed(otherwise={"level": 3}), f"the level of otherwise {LEVELS}"),
        (changed(otherwise={"level": ["high"]}), f"the level of otherwise {LEVELS}"),
        (changed(otherwise={"level": None}), f"the level of otherwise {LEVELS}"),
        (changed(otherwise={"level": "low", "younger_than_seconds": None}), AGES),
        (changed(otherwise={"level": "low", "younger_than_seconds": True}), AGES),
        (changed(otherwise={"level": "low", "younger_than_seconds": "300"}), AGES),
        (changed(otherwise={"level": "low", "younger_than_seconds": 300.0}), AGES),
        (changed(otherwise={"level": "low", "younger_than_seconds": 29}), AGES),
        (changed(otherwise={"level": "low", "younger_than_seconds": 14_401}), AGES),
        (changed(otherwise={"level": "low", "younger_than_seconds": -300}), AGES),
        ('{"purposes": {}, "otherwise": {"level": "high", "level": "low"}}', "a field is there twice"),
        ('{"purposes": {"a": {"level": "high"}, "a": {"level": "low"}}, "otherwise": {"level": "low"}}', "twice"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_name_and_what_is_wrong(text: str, wrong: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        parsed(text, "/countersign/prod/policy")
    assert str(refused.value).startswith("the parameter /countersign/prod/policy is no policy: ")
    assert wrong in str(refused.value)
