from __future__ import annotations

import pytest

from chalicelib.conditional_write import Record, applied, holds
from chalicelib.web_login import session
from chalicelib.web_login.session import (
    CODE_LIFE_MS,
    Answer,
    Answered,
    Done,
    Link,
    Outcome,
    Reason,
    Refused,
    Result,
    Start,
    Step,
    Word,
)

T = 2_222_222_222_000
SKEW, SETTLED = 2_000, 612_000
WELL, FAILED = Outcome(True, "token 1", "sealed"), Outcome(False, "token 2", "sealed")
START, LINK = Start(T, "secret", {"purpose": "report_move"}), Link(T, "contact-1")


def taken(step: Step, record: Record) -> tuple[Record, Answer]:
    write = session.write_for(step)
    if not holds(write.condition, record):
        return record, session.refused(step, record)
    after = applied(write, record)
    return after, session.accepted(step, after)


def after(*steps: Step) -> Record:
    """The record that the steps leave; none of them is refused."""
    record: Record = {}
    for step in steps:
        record, answer = taken(step, record)
        assert not isinstance(answer, Refused)
    return record


@pytest.mark.parametrize(("outcome", "word"), [(WELL, Word.LINKED), (FAILED, Word.NOT_AUTHENTICATED)])
def test_the_login_and_the_code_may_come_in_either_order(outcome: Outcome, word: Word) -> None:
    result = Result(T, "secret", outcome)
    assert taken(LINK, after(START, result))[1] == Answered(word)
    first, answer = taken(LINK, after(START))
    assert answer == Answered(Word.WAITING)
    assert taken(LINK, taken(result, first)[0])[1] == Answered(word)
    assert taken(LINK, after(Start(T, "secret", outcome=outcome)))[1] == Answered(word)


def test_a_session_knows_its_purpose_and_when_it_may_be_swept() -> None:
    assert after(START) == {
        "purpose": "report_move",
        "secret": "secret",
        "started_at": T,
        "expires_at": T // 1000 + 3_600,
    }


def test_a_failed_login_leaves_nothing_of_a_person() -> None:
    assert "sealed" not in after(START, Result(T, "secret", FAILED))
    assert after(START, Result(T, "secret", WELL))["sealed"] == "sealed"
    assert "sealed" not in repr(WELL)


def test_a_code_is_given_out_once_and_the_retry_of_a_start_finds_its_own() -> None:
    standing = after(START)
    assert taken(START, standing) == (standing, Done())
    assert taken(Start(T, "another"), standing)[1] == Refused(Reason.TAKEN)
    assert taken(Start(T + 1, "secret"), standing)[1] == Refused(Reason.TAKEN)


@pytest.mark.parametrize(
    ("at", "alive"), [(-SKEW - 1, False), (-SKEW, True), (CODE_LIFE_MS, True), (CODE_LIFE_MS + 1, False)]
)
def test_a_code_and_an_address_live_ten_minutes(at: int, alive: bool) -> None:
    linked, posted = (taken(step, after(START))[1] for step in (Link(T + at, "c"), Result(T + at, "secret", WELL)))
    assert linked == (Answered(Word.WAITING) if alive else Refused(Reason.EXPIRED))
    assert posted == (Done() if alive else Refused(Reason.EXPIRED))


def test_a_session_without_a_result_is_given_up_when_none_can_come_any_more() -> None:
    standing = after(START, LINK)
    assert taken(Link(T + SETTLED, "contact-1"), standing)[1] == Answered(Word.WAITING)
    assert taken(Link(T + SETTLED + 1, "contact-1"), standing)[1] == Answered(Word.NOT_AUTHENTICATED)


def test_a_contact_that_is_linked_may_ask_long_after_and_another_never() -> None:
    standing = after(START, LINK, Result(T, "secret", WELL))
    assert taken(Link(T + 10 * CODE_LIFE_MS, "contact-1"), standing)[1] == Answered(Word.LINKED)
    assert taken(Link(T, "contact-2"), standing) == (standing, Refused(Reason.TAKEN))
    assert taken(LINK, {}) == ({}, Refused(Reason.UNKNOWN))


def test_a_session_has_one_result_from_whoever_has_its_address() -> None:
    standing = after(START, Result(T, "secret", WELL))
    assert taken(Result(T + 5, "secret", WELL), standing) == (standing, Done())
    assert taken(Result(T, "secret", FAILED), standing) == (standing, Refused(Reason.ANSWERED))
    assert taken(Result(T, "guess", WELL), after(START))[1] == Refused(Reason.UNKNOWN)
    assert taken(Result(T, "secret", WELL), {}) == ({}, Refused(Reason.UNKNOWN))


def test_a_token_counts_once_and_is_remembered_for_longer_than_it_is_valid() -> None:
    write = session.spent("handle", T // 1000)
    assert holds(write.condition, {})
    remembered = applied(write, {})
    assert remembered == {"session": "handle", "expires_at": T // 1000 + 60}
    assert not holds(session.spent("other", T // 1000).condition, remembered)
    # Its memory stood in the way, so the session's own record is not shown.
    assert session.refused(Start(T, "secret", outcome=WELL), {}) == Refused(Reason.SPENT)


def test_the_words_are_those_of_the_contract() -> None:
    assert " ".join(Word) == "linked waiting not_authenticated unknown locked no_input undecryptable unavailable"
