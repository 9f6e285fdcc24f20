from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import assurance
from chalicelib.assurance import Level, Method, Proof
from chalicelib.conditional_write import Record, Write, applied, holds
from chalicelib.web_login import session
from chalicelib.web_login.session import (
    CODE_LIFE_MS,
    Again,
    Answered,
    Done,
    Link,
    Linking,
    LookAgain,
    Outcome,
    Reason,
    Refused,
    Result,
    Start,
    Word,
    Worth,
    Writes,
)

T = 2_222_222_222_000
SKEW, SETTLED, LASTS = 2_000, 612_000, 1_800_000
UNTIL = T // 1000 + 300
WORTH = Worth(Level.SUBSTANTIAL, LASTS)
WELL, FAILED = Outcome(True, "token 1", UNTIL, "person", "sealed"), Outcome(False, "token 2", UNTIL, "", "sealed")
SOMEBODY_ELSE = Outcome(True, "token 3", UNTIL, "somebody else", "sealed")
START = Start(T, "secret", {"purpose": "report_move"})
CONTACT = "contact-1"


def result(at: int = 0, outcome: Outcome = WELL, secret: str = START.secret) -> Result:
    return Result(T + at, secret, outcome, WORTH)


def link(at: int = 0, contact: str = CONTACT) -> Link:
    return Link(T + at, contact, WORTH, {"view": "opaque"})


def proof(at: int = 0, subject: str = "person") -> Proof:
    return Proof(Method.WEB_LOGIN, Level.SUBSTANTIAL, subject, T + at, T + at + LASTS)


class Table:
    """Records by name, written as the table writes: all together or none."""

    def __init__(self, *steps: Start | Result) -> None:
        self.records: dict[str, Record] = {}
        self.subject_changed = False
        for step in steps:
            assert self.take(step) == Done()

    def of(self, name: str) -> Record:
        return self.records.get(name, {})

    def take(self, step: Start | Result, handle: str = "session") -> Done | Refused:
        for _ in range(4):
            stood = self._write(session.writes_for(step, handle), handle)
            if stood is None:
                return Done()
            answer = session.refused(step, stood)
            if not isinstance(answer, Again):
                return answer
            step = answer.step
        raise AssertionError("tried for ever")

    def link(self, step: Link, handle: str = "session") -> Answered | Refused | LookAgain:
        found = session.look(step, handle, self.of(handle), self.of(step.contact))
        return self.write(found, handle) if isinstance(found, Linking) else found

    def write(self, found: Linking, handle: str = "session") -> Answered | LookAgain:
        if self._write(found.writes, handle) is not None:
            return LookAgain()
        self.subject_changed = found.subject_changed
        return found.answer

    def _write(self, writes: Writes, handle: str) -> Record | None:
        named: list[tuple[str, Write]] = [(handle, writes.session)]
        named += [one for one in (writes.token, writes.contact) if one]
        if not all(holds(write.condition, self.of(name)) for name, write in named):
            return self.of(handle) if not holds(writes.session.condition, self.of(handle)) else {}
        self.records |= {name: applied(write, self.of(name)) for name, write in named}
        return None

    @property
    def proofs(self) -> list[Proof]:
        return assurance.proofs(self.of(CONTACT))


LINKED = Answered(Word.LINKED, proof())
WAITING, NOT_AUTHENTICATED = Answered(Word.WAITING), Answered(Word.NOT_AUTHENTICATED)


@pytest.mark.parametrize(("outcome", "told"), [(WELL, LINKED), (FAILED, NOT_AUTHENTICATED)])
def test_the_login_and_the_code_may_come_in_either_order(outcome: Outcome, told: Answered) -> None:
    assert Table(START, result(outcome=outcome)).link(link()) == told
    assert Table(Start(T, "secret", outcome=outcome)).link(link()) == told
    table = Table(START)
    assert table.link(link()) == WAITING
    assert table.take(result(outcome=outcome)) == Done()
    assert table.link(link()) == told


def test_a_session_knows_its_purpose_and_when_it_may_be_swept() -> None:
    assert Table(START).of("session") == {
        "purpose": "report_move",
        "secret": "secret",
        "started_at": T,
        "expires_at": T // 1000 + 3_600,
    }


def test_a_failed_login_leaves_nothing_of_a_person() -> None:
    assert not Table(START, result(outcome=FAILED)).of("session").keys() & {"sealed", "subject"}
    assert Table(START, result()).of("session")["sealed"] == "sealed"
    assert "sealed" not in repr(WELL)


def test_a_code_is_given_out_once_and_the_retry_of_a_start_finds_its_own() -> None:
    table = Table(START)
    assert table.take(START) == Done()
    assert table.take(Start(T, "another")) == Refused(Reason.TAKEN)
    assert table.take(Start(T + 1, "secret")) == Refused(Reason.TAKEN)
    assert len(table.records) == 1


@pytest.mark.parametrize(
    ("at", "alive"), [(-SKEW - 1, False), (-SKEW, True), (CODE_LIFE_MS, True), (CODE_LIFE_MS + 1, False)]
)
def test_a_code_and_an_address_live_ten_minutes(at: int, alive: bool) -> None:
    assert Table(START).link(link(at)) == (WAITING if alive else Refused(Reason.EXPIRED))
    for table in (Table(START), linked_table()):
        assert table.take(result(at)) == (Done() if alive else Refused(Reason.EXPIRED))


def linked_table() -> Table:
    table = Table(START)
    assert table.link(link()) == WAITING
    return table


def test_a_session_without_a_result_is_given_up_when_none_can_come_any_more() -> None:
    table = linked_table()
    assert table.link(link(SETTLED)) == WAITING
    assert table.link(link(SETTLED + 1)) == NOT_AUTHENTICATED


def test_a_contact_that_is_linked_may_ask_again_and_another_never() -> None:
    table = linked_table()
    assert table.take(result()) == Done()
    standing = dict(table.records)
    assert table.link(link(LASTS - 1)) == LINKED
    assert table.link(link(contact="contact-2")) == Refused(Reason.TAKEN)
    assert Table().link(link()) == Refused(Reason.UNKNOWN)
    assert table.records == standing, "who asks again writes nothing"


def test_a_session_has_one_result_from_whoever_has_its_address() -> None:
    for table in (Table(START, result()), linked_table()):
        table.take(result())
        standing = dict(table.records)
        assert table.take(result(5)) == Done()
        assert table.take(result(outcome=FAILED)) == Refused(Reason.ANSWERED)
        assert table.records == standing
    for table in (Table(START), linked_table()):
        assert table.take(result(secret="guess")) == Refused(Reason.UNKNOWN)
    assert Table().take(result()) == Refused(Reason.UNKNOWN)


def test_a_token_counts_once_and_is_remembered_for_longer_than_it_is_valid() -> None:
    table = Table(START, result())
    assert table.of("token 1") == {"session": "session", "expires_at": UNTIL + 60}
    assert table.take(START, "other") == Done()
    assert table.take(result(), "other") == Refused(Reason.UNKNOWN)
    assert table.link(link(), "other") == WAITING
    assert table.take(result(), "other") == Refused(Reason.UNKNOWN)
    assert table.take(Start(T, "secret", outcome=WELL), "third") == Refused(Reason.SPENT)


# The contact.


def test_a_link_leaves_login_view_and_proof_on_the_contact() -> None:
    table = linked_table()
    before = {"login": "session", "view": "opaque", "expires_at": T // 1000 + 86_400}
    assert table.of(CONTACT) == before
    table.take(result(7))
    assert table.of(CONTACT) == {**before, **assurance.recorded(proof(7)).sets}
    at_once = Table(START, result(7))
    assert at_once.link(link(70)) == Answered(Word.LINKED, proof(7))
    assert at_once.of(CONTACT) == {**table.of(CONTACT), "expires_at": (T + 70) // 1000 + 86_400}
    for one in (table, at_once):
        assert one.of("session")["expires_at"] == T // 1000 + 86_400, "the contact leads there for as long"


def test_a_proof_that_is_over_links_nobody() -> None:
    brief = Worth(Level.SUBSTANTIAL, 60_000)
    for at, told in ((59_999, Word.LINKED), (60_000, Word.NOT_AUTHENTICATED)):
        answer = Table(START, result()).link(replace(link(at), worth=brief))
        assert isinstance(answer, Answered)
        assert answer.word is told
        assert (answer.proof is None) is (told is Word.NOT_AUTHENTICATED)
    table = Table(START, result())
    assert table.link(link()) == LINKED
    assert table.link(link(LASTS)) == NOT_AUTHENTICATED


def test_somebody_between_look_and_write_is_noticed() -> None:
    table = Table(START)
    looked = session.look(link(), "session", table.of("session"), {})
    assert isinstance(looked, Linking)
    table.take(result())
    assert table.write(looked) == LookAgain()
    table.link(link(contact="contact-2"))
    assert table.link(link()) == Refused(Reason.TAKEN)


def test_a_session_that_was_read_after_its_contact_is_looked_at_again() -> None:
    table = linked_table()
    contact = table.of(CONTACT)
    table.take(result())
    assert session.look(link(), "session", table.of("session"), contact) == LookAgain()


def two_sessions(first: Result, second: Result) -> Table:
    """The first has come and is linked to the contact; the second has come."""
    table = Table(START, first)
    assert table.link(link()) == Answered(Word.LINKED, proof(first.at - T, first.outcome.subject))
    assert table.take(Start(T, "secret"), "second") == Done()
    assert table.take(second, "second") == Done()
    return table


def test_a_newer_login_of_the_same_person_takes_the_place_of_an_older() -> None:
    table = two_sessions(result(1), result(2, replace(WELL, token="token 4")))
    assert table.link(link(3), "second") == Answered(Word.LINKED, proof(2))
    assert (table.proofs, table.of(CONTACT)["login"], table.subject_changed) == ([proof(2)], "second", False)
    assert table.link(link(4)) == Answered(Word.LINKED, proof(2))


def test_an_older_login_of_the_same_person_leaves_the_newer_proof() -> None:
    table = two_sessions(result(2), result(1, replace(WELL, token="token 4")))
    assert table.link(link(3), "second") == Answered(Word.LINKED, proof(2))
    assert (table.proofs, table.of(CONTACT)["login"], table.subject_changed) == ([proof(2)], "session", False)


def test_a_newer_login_of_somebody_else_stands_alone_and_is_noted() -> None:
    table = two_sessions(result(1), result(2, SOMEBODY_ELSE))
    newer = proof(2, "somebody else")
    assert table.link(link(3), "second") == Answered(Word.LINKED, newer)
    assert (table.proofs, table.of(CONTACT)["login"], table.subject_changed) == ([newer], "second", True)
    assert table.link(link(4)) == NOT_AUTHENTICATED, "the first is not what the contact stands for any more"


def test_an_older_login_of_somebody_else_counts_for_nothing_and_is_noted() -> None:
    table = two_sessions(result(2), result(1, SOMEBODY_ELSE))
    assert table.link(link(3), "second") == NOT_AUTHENTICATED
    assert (table.proofs, table.of(CONTACT)["login"], table.subject_changed) == ([proof(2)], "session", True)


@pytest.mark.parametrize("outcome", [None, FAILED])
@pytest.mark.parametrize(("at", "login"), [(59_999, "session"), (60_000, "second")])
def test_a_login_without_a_proof_takes_the_place_only_of_one_that_counts_no_more(
    outcome: Outcome | None, at: int, login: str
) -> None:
    brief = Worth(Level.SUBSTANTIAL, 60_000)
    table = Table(START, result())
    table.link(replace(link(), worth=brief))
    assert table.take(Start(T, "secret", outcome=outcome), "second") == Done()
    table.link(replace(link(at), worth=brief), "second")
    assert table.of(CONTACT)["login"] == login
    assert len(table.proofs) == 1


def test_the_words_are_those_of_the_contract() -> None:
    assert " ".join(Word) == "linked waiting not_authenticated unknown locked no_input undecryptable unavailable"
