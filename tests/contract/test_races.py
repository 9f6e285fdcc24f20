"""Many at once, on the table: one wins each time, and the winner's retry agrees.

Whoever gets no answer asks again, as Connect and Twilio do; that must not change who has won.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from chalicelib.clock import Deadline, SystemClock
from chalicelib.errors import TableUnavailable
from chalicelib.handoff import (
    HAND_BACK_LIFE_MS,
    Answered,
    Claim,
    Done,
    HandBack,
    Issue,
    Outcome,
    Reason,
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
from tests.model.course import BY_CODE, CLAIM, CODE_LIFE, HAND_BACK, ISSUE, LIFE, REPORT, T

RACERS = 64
CLIENTS = 8
HANDLE, CODE = "leg-handle", "code-handle"


@pytest.fixture
def racers(table: str) -> list[Legs]:
    """As many as race, over a few clients: the functions that are warm at the time."""
    clients = [Legs(Items(table)) for _ in range(CLIENTS)]
    return [clients[number % CLIENTS] for number in range(RACERS)]


def soon() -> Deadline:
    return Deadline.after(60, SystemClock())


def until_answered(ask: Callable[[], Outcome]) -> Outcome:
    for _ in range(50):
        try:
            return ask()
        except TableUnavailable:
            continue
    raise AssertionError("never answered")


def race(asks: Sequence[Callable[[], Outcome]]) -> list[Outcome]:
    """All at once."""
    start = Barrier(len(asks))

    def run(ask: Callable[[], Outcome]) -> Outcome:
        start.wait()
        return until_answered(ask)

    with ThreadPoolExecutor(len(asks)) as threads:
        return list(threads.map(run, asks))


def taking(legs: Legs, step: Step, handle: str = HANDLE) -> Callable[[], Outcome]:
    return lambda: legs.take(step, handle, soon())


def redeeming(legs: Legs, step: Redeem, handle: str = HANDLE) -> Callable[[], Outcome]:
    return lambda: legs.redeem(step, handle, soon())


def reporting(legs: Legs, report: Report) -> Callable[[], Outcome]:
    also = {keys.hand_back(CODE): hand_back_write(HandBack(report.at, report.verdict, {"caller": "hash"}))}
    return lambda: legs.report(report, HANDLE, also, soon())


def prepared(legs: Legs, *steps: Step) -> None:
    for step in steps:
        assert isinstance(until_answered(taking(legs, step, CODE if isinstance(step, HandBack) else HANDLE)), Done)


def winners(outcomes: Sequence[Outcome], kind: type[Outcome]) -> list[int]:
    return [number for number, outcome in enumerate(outcomes) if isinstance(outcome, kind)]


def test_of_many_issuers_of_one_code_one_has_it(racers: list[Legs]) -> None:
    steps = [Issue(f"contact-{number}", T, {"caller": "hash"}) for number in range(RACERS)]
    outcomes = race([taking(legs, step) for legs, step in zip(racers, steps, strict=True)])
    [winner] = winners(outcomes, Done)
    assert outcomes.count(Refused(Reason.TAKEN)) == RACERS - 1
    again = race([taking(legs, step) for legs, step in zip(racers, steps, strict=True)])
    assert winners(again, Done) == [winner]
    assert racers[0].look(HANDLE, soon())["owner"] == f"contact-{winner}"


def test_of_many_calls_that_type_one_code_one_has_the_leg(racers: list[Legs]) -> None:
    prepared(racers[0], ISSUE)
    steps = [Claim(f"CA{number}", T + number, CODE_LIFE) for number in range(RACERS)]
    outcomes = race([taking(legs, step) for legs, step in zip(racers, steps, strict=True)])
    [winner] = winners(outcomes, Done)
    assert outcomes.count(Refused(Reason.TAKEN)) == RACERS - 1
    again = race([taking(legs, step) for legs, step in zip(racers, steps, strict=True)])
    assert winners(again, Done) == [winner]
    assert again[winner] == outcomes[winner]


def test_of_many_contacts_that_type_one_hand_back_code_one_is_told_the_verdict(racers: list[Legs]) -> None:
    prepared(racers[0], HAND_BACK)
    steps = [Redeem(f"contact-{number}", T, HAND_BACK_LIFE_MS, by_code=True) for number in range(RACERS)]
    outcomes = race([redeeming(legs, step, CODE) for legs, step in zip(racers, steps, strict=True)])
    [winner] = winners(outcomes, Answered)
    assert outcomes.count(Refused(Reason.TAKEN)) == RACERS - 1
    again = race([redeeming(legs, step, CODE) for legs, step in zip(racers, steps, strict=True)])
    assert winners(again, Answered) == [winner]
    assert again[winner] == outcomes[winner]


def test_a_contact_that_asks_many_times_at_once_is_told_the_same_and_a_stranger_nothing(racers: list[Legs]) -> None:
    prepared(racers[0], ISSUE, CLAIM, REPORT)
    contacts = ["contact-1" if number % 2 else "contact-2" for number in range(RACERS)]
    outcomes = race([redeeming(legs, Redeem(contact, T, LIFE)) for legs, contact in zip(racers, contacts, strict=True)])
    told = [outcome for outcome in outcomes if isinstance(outcome, Answered)]
    assert [outcome.answer for outcome in told] == [Verdict.VERIFIED] * (RACERS // 2)
    assert all(outcome == told[0] for outcome in told)
    assert outcomes.count(Refused(Reason.TAKEN)) == RACERS // 2


@pytest.mark.parametrize("round_", range(8))
def test_a_contact_that_asks_while_the_call_reports_is_told_one_thing_for_good(racers: list[Legs], round_: int) -> None:
    prepared(racers[0], ISSUE, CLAIM)
    ask = Redeem("contact-1", T, LIFE)
    asks = [redeeming(legs, ask) for legs in racers[:7]]
    outcomes = race([*asks[: round_ % 7], taking(racers[8], REPORT), *asks[round_ % 7 :]])
    answers = {outcome.answer for outcome in outcomes if isinstance(outcome, Answered)}
    assert len(answers) == 1
    assert answers <= {Verdict.VERIFIED, Word.ABANDONED, Word.EXPIRED}
    for late in race([taking(racers[0], REPORT), redeeming(racers[1], ask)]):
        assert not isinstance(late, Answered) or {late.answer} == answers


def test_of_many_reports_by_code_one_stands_and_its_hand_back_says_the_same(racers: list[Legs], table: str) -> None:
    prepared(racers[0], ISSUE, CLAIM)
    verdicts = [list(Verdict)[number % len(Verdict)] for number in range(RACERS)]
    reports = [Report("CA1", T + number, verdict, by_code=True) for number, verdict in enumerate(verdicts)]
    outcomes = race([reporting(legs, report) for legs, report in zip(racers, reports, strict=True)])
    assert len(winners(outcomes, Done)) == RACERS
    leg, hand_back = racers[0].look(HANDLE, soon()), Items(table).read(keys.hand_back(CODE), soon())
    assert (leg["verdict"], leg["reported_at"]) == (hand_back["verdict"], hand_back["reported_at"])
    assert leg["answer"] == Word.EXPIRED


def test_a_report_by_code_and_a_contact_that_asks_its_leg_cannot_both_win(racers: list[Legs], table: str) -> None:
    prepared(racers[0], ISSUE, CLAIM)
    asks = [redeeming(legs, Redeem("contact-1", T, LIFE)) for legs in racers[:8]]
    reports = [reporting(legs, BY_CODE) for legs in racers[8:16]]
    outcomes = race([*asks, *reports])
    told = {outcome.answer for outcome in outcomes if isinstance(outcome, Answered)}
    hand_back = Items(table).read(keys.hand_back(CODE), soon())
    assert told == ({Word.EXPIRED} if hand_back else {Word.ABANDONED})
    assert len(winners(outcomes, Done)) == (8 if hand_back else 0)
