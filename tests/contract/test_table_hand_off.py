"""Every step and every refusal means in DynamoDB what it means in `transition`."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from chalicelib.clock import Deadline, SystemClock
from chalicelib.conditional_write import Is, Record, Write
from chalicelib.handoff import (
    Answered,
    Claim,
    Close,
    Done,
    HandBack,
    Issue,
    MustClose,
    Note,
    Outcome,
    Redeem,
    Refused,
    Report,
    Step,
    Verdict,
    Word,
)
from chalicelib.table import keys
from chalicelib.table.items import Items
from chalicelib.table.legs import Legs, hand_back_write
from tests.contract.patience import be_patient
from tests.model.course import BY_CODE, CLAIM, HAND_BACK, ISSUE, REPORT, TYPED
from tests.model.explorer import Move, deliver
from tests.model.promises import CODE_LIFE, HAND_BACK_LIFE, LEG_LIFE, SKEW, VERDICT_LIFE

READINGS = (0, SKEW, SKEW + 1, VERDICT_LIFE, VERDICT_LIFE + 1, HAND_BACK_LIFE + 1, CODE_LIFE, LEG_LIFE + 1)
EPOCH = 2_222_222_222_000  # not past, or the table would sweep the items up


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    be_patient(monkeypatch)


def soon() -> Deadline:
    return Deadline.after(60, SystemClock())


def without_expiry(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "expires_at"}


def comparable(outcome: Outcome) -> Outcome:
    match outcome:
        case Done(record):
            return Done(without_expiry(record))
        case Answered(answer, record):
            return Answered(answer, without_expiry(record))
        case Refused() | MustClose():
            return outcome


class OnTheTable:
    """Delivers the moves of the model through the shipped adapter, and looks at what stands then."""

    def __init__(self, items: Items, name: str) -> None:
        self.items, self.legs = items, Legs(items)
        self.handle, self.code = f"handle-{name}", f"code-{name}"

    def deliver(self, move: Move) -> Outcome:
        if move.also is not None and isinstance(move.step, Report):
            also = {keys.hand_back(self.code): hand_back_write(move.also)}
            return self.legs.report(move.step, self.handle, also, soon())
        return self.legs.take(move.step, self.code if move.to_hand_back else self.handle, soon())

    def stands(self) -> tuple[Record, Record]:
        leg = self.legs.look(self.handle, soon())
        return without_expiry(leg), without_expiry(self.items.read(keys.hand_back(self.code), soon()))


def random_moves(chance: random.Random, by_code: bool) -> Iterator[Move]:
    """Half of the lives begin as they should."""
    if chance.random() < 0.5:
        yield Move(ISSUE)
        yield Move(CLAIM)
    while True:
        at = EPOCH + chance.choice(READINGS)
        contact, call = chance.choice(["contact-1", "contact-1", "contact-2"]), chance.choice(["CA1", "CA1", "CA2"])
        verdict, asked_by_code = chance.choice(list(Verdict)), by_code and chance.random() < 0.7
        life = HAND_BACK_LIFE if asked_by_code else VERDICT_LIFE
        match chance.choice(["issue", "claim", "claim", "note", "report", "redeem", "redeem", "close"]):
            case "issue":
                yield Move(Issue(contact, at, {"caller": "hash"}))
            case "claim":
                yield Move(Claim(call, at, CODE_LIFE))
            case "note":
                yield Move(Note(call, at, chance.choice([1, 2]), "unclear", chance.choice([None, 1])))
            case "report":
                also = HandBack(at, verdict, {"caller": "hash"}) if by_code else None
                yield Move(Report(call, at, verdict, by_code), also=also)
            case "redeem":
                yield Move(Redeem(contact, at, life, asked_by_code), to_hand_back=asked_by_code)
            case _:
                yield Move(Close(contact, at, chance.choice(list(Word)), asked_by_code), to_hand_back=asked_by_code)


@pytest.mark.parametrize("by_code", [False, True], ids=["resume", "by code"])
@pytest.mark.parametrize("seed", range(6))
def test_random_lives_of_a_leg_go_the_same_way_on_the_table(seed: int, by_code: bool, table: str) -> None:
    chance = random.Random(f"{seed} {by_code}")  # noqa: S311 (no secret)
    items = Items(table)
    kinds: set[str] = set()
    for life in range(12):
        there = OnTheTable(items, f"{seed}-{life}")
        leg: Record = {}
        hand_back: Record = {}
        for move, _ in zip(random_moves(chance, by_code), range(16), strict=False):
            leg, hand_back, expected = deliver(move, leg, hand_back)
            found = there.deliver(move)
            if move.also is not None and found == Done({}):
                found = expected  # a transaction does not tell what stands; `stands` does
                assert isinstance(expected, Done)
            assert comparable(found) == comparable(expected), move
            kinds.add(type(found).__name__)
        assert there.stands() == (leg, hand_back)
    assert kinds == {"Done", "Refused", "Answered", "MustClose"}


@pytest.mark.parametrize(
    ("before", "word"),
    [((ISSUE,), Word.UNAVAILABLE), ((ISSUE, CLAIM), Word.ABANDONED)],
)
def test_redeeming_nothing_fixes_the_word_that_is_told(before: tuple[Step, ...], word: Word, table: str) -> None:
    there = OnTheTable(Items(table), "closing")
    for step in before:
        there.deliver(Move(step))
    told = there.legs.redeem(Redeem("contact-1", EPOCH, VERDICT_LIFE), there.handle, soon())
    assert isinstance(told, Answered)
    assert told.answer == word
    assert isinstance(there.deliver(Move(REPORT)), Refused)
    assert there.stands()[0]["answer"] == word


def test_a_stranger_s_redeem_closes_nothing(table: str) -> None:
    there = OnTheTable(Items(table), "stranger")
    there.deliver(Move(ISSUE))
    assert isinstance(there.legs.redeem(Redeem("contact-2", EPOCH, VERDICT_LIFE), there.handle, soon()), Refused)
    assert "answer" not in there.stands()[0]


def test_a_late_hand_back_is_closed_as_expired_for_whoever_typed_its_code(table: str) -> None:
    there = OnTheTable(Items(table), "late")
    for step in (ISSUE, CLAIM):
        there.deliver(Move(step))
    there.deliver(Move(BY_CODE, also=HAND_BACK))
    late = Redeem("contact-2", EPOCH + HAND_BACK_LIFE + 1, HAND_BACK_LIFE, by_code=True)
    told = there.legs.redeem(late, there.code, soon())
    assert isinstance(told, Answered)
    assert told.answer == Word.EXPIRED
    assert there.stands()[1]["owner"] == "contact-2"


def test_a_report_is_written_with_what_follows_from_it_or_not_at_all(table: str) -> None:
    there = OnTheTable(Items(table), "together")
    there.deliver(Move(ISSUE))
    there.deliver(Move(CLAIM))
    missing = {keys.caller("nobody"): Write(Is("engine_user", "u"), {"voice_state": "enrolled"})}
    outcome = there.legs.report(REPORT, there.handle, missing, soon())
    assert isinstance(outcome, Refused)
    assert "verdict" not in there.stands()[0]
    assert there.items.read(keys.caller("nobody"), soon()) == {}


def test_two_legs_with_the_same_hand_back_code_keep_the_first(table: str) -> None:
    items = Items(table)
    first, second = OnTheTable(items, "first"), OnTheTable(items, "second")
    second.code = first.code
    for there, verdict in ((first, Verdict.NOT_VERIFIED), (second, Verdict.VERIFIED)):
        there.deliver(Move(ISSUE))
        there.deliver(Move(CLAIM))
        there.deliver(Move(Report("CA1", EPOCH, verdict, by_code=True), also=HandBack(EPOCH, verdict)))
    told = first.legs.redeem(TYPED, first.code, soon())
    assert isinstance(told, Answered)
    assert told.answer == Verdict.NOT_VERIFIED
    assert "verdict" not in second.stands()[0]


def test_records_are_swept_an_hour_after_they_were_made(table: str) -> None:
    there = OnTheTable(Items(table), "swept")
    there.deliver(Move(ISSUE))
    there.deliver(Move(CLAIM))
    there.deliver(Move(BY_CODE, also=HAND_BACK))
    for key in (keys.leg(there.handle), keys.hand_back(there.code)):
        assert there.items.read(key, soon())["expires_at"] == EPOCH // 1000 + 3600
