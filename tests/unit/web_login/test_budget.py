from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conditional_write import Record, Write, applied, holds
from chalicelib.web_login.budget import WINDOW_MS, Budgets, Limits, barred, wrong
from chalicelib.web_login.session import Word

T = 2_222_222_222_000
LIMITS = Limits(contact=3, caller=5, system=7)


@dataclass
class Table:
    """The three kinds of records, written as the table writes: all together or none."""

    records: dict[str, Record] = field(default_factory=dict)

    def read(self, contact: str, caller: str | None) -> Budgets:
        withheld = caller is None
        return Budgets(self.of(contact), None if withheld else self.of(f"+{caller}"), self.of("system"))

    def of(self, name: str) -> Record:
        return self.records.get(name, {})

    def count(self, contact: str, caller: str | None, read: Budgets, attempt: str, at: int) -> bool:
        """Whether the count that was made of `read` took effect; an attempt that is counted needs none."""
        writes = wrong(read, attempt, at)
        if writes is None:
            return True
        named: list[tuple[str, Write | None]] = [
            (contact, writes.contact),
            (f"+{caller}", writes.caller),
            ("system", writes.system),
        ]
        needed = [(name, write) for name, write in named if write is not None]
        if not all(holds(write.condition, self.of(name)) for name, write in needed):
            return False
        self.records.update({name: applied(write, self.of(name)) for name, write in needed})
        return True

    def guess(self, contact: str, caller: str | None, attempt: str, at: int = T) -> Word | None:
        """What is said before looking; what is looked at is wrong, and counted."""
        read = self.read(contact, caller)
        said = barred(read, attempt, at, LIMITS)
        if said is None:
            assert self.count(contact, caller, read, attempt, at)
        return said


def test_a_contact_has_three_wrong_codes_and_the_fourth_is_not_looked_at() -> None:
    table = Table()
    assert [table.guess("c", "1", f"a{number}") for number in range(5)] == [None, None, None, Word.LOCKED, Word.LOCKED]
    assert table.guess("another", "2", "a9") is None


def test_the_same_wrong_code_again_is_told_the_same_and_costs_nothing() -> None:
    table = Table()
    table.guess("c", "1", "a1")
    before = dict(table.records)
    for _ in range(10):
        assert table.guess("c", "1", "a1") is Word.UNKNOWN
    assert table.records == before
    table.guess("c", "1", "a2")
    table.guess("c", "1", "a3")
    assert table.guess("c", "1", "a4") is Word.LOCKED
    assert table.guess("c", "1", "a1") is Word.UNKNOWN


def test_a_number_has_its_own_budget_over_its_calls_and_the_system_over_all() -> None:
    table = Table()
    said = [table.guess(f"c{number}", "1", f"a{number}") for number in range(6)]
    assert said == [None] * 5 + [Word.LOCKED]
    said = [table.guess(f"d{number}", str(number), f"b{number}") for number in range(10, 13)]
    assert said == [None, None, Word.LOCKED]


def test_who_withholds_their_number_is_held_by_contact_and_system_alone() -> None:
    table = Table()
    said = [table.guess(f"c{number}", None, f"a{number}") for number in range(8)]
    assert said == [None] * 7 + [Word.LOCKED]
    assert set(table.records) == {"system", *(f"c{number}" for number in range(7))}


@pytest.mark.parametrize(
    ("later", "said"), [(0, Word.LOCKED), (WINDOW_MS, Word.LOCKED), (-WINDOW_MS, Word.LOCKED), (WINDOW_MS + 1, None)]
)
def test_a_full_number_is_free_again_when_an_hour_has_passed_since_its_first(later: int, said: Word | None) -> None:
    table = Table()
    for number in range(5):
        table.guess(f"c{number}", "1", f"a{number}", T + number)
    assert table.guess("c9", "1", "a9", T + later) is said
    if said is None:
        assert table.of("+1")["wrong"] == 1
        assert table.of("+1")["wrong_since"] == T + later


def test_a_contact_stays_locked() -> None:
    table = Table()
    for number in range(3):
        table.guess("c", "1", f"a{number}")
    assert table.guess("c", "1", "a9", T + 100 * WINDOW_MS) is Word.LOCKED


def test_counts_of_the_same_reading_are_not_lost() -> None:
    table = Table()
    read = [(contact, table.read(contact, "1")) for contact in ("c1", "c2")]
    assert [table.count(contact, "1", found, f"a {contact}", T) for contact, found in read] == [True, False]
    assert table.count("c2", "1", table.read("c2", "1"), "a c2", T)
    assert table.of("system")["wrong"] == table.of("+1")["wrong"] == 2


def test_a_record_of_a_budget_is_swept_after_a_day() -> None:
    table = Table()
    table.guess("c", "1", "a")
    assert {record["expires_at"] for record in table.records.values()} == {T // 1000 + 86_400}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["c1", "c2", "c3"]), st.sampled_from(["1", "2", None]), st.integers(0, 3), st.integers(0, 3)
        ),
        max_size=40,
    )
)
def test_however_tries_meet_each_is_counted_once(tries: list[tuple[str, str | None, int, int]]) -> None:
    """Each reads, and counts after up to three others have: from its reading, then anew. Replies may be lost."""
    table, waiting, counted = Table(), list[tuple[int, str, str | None, str, Budgets]](), set[tuple[str, str]]()
    callers: dict[str, str | None] = {}
    for now, (contact, number, code, delay) in enumerate(tries):
        caller = callers.setdefault(contact, number)
        attempt = f"{contact} {code}"
        read = table.read(contact, caller)
        if barred(read, attempt, T + now, LIMITS) is None:
            waiting.append((now + delay, contact, caller, attempt, read))
        for one in [one for one in waiting if one[0] <= now] + (waiting if now == len(tries) - 1 else []):
            _, contact, caller, attempt, read = one
            while not table.count(contact, caller, read, attempt, T + now):
                read = table.read(contact, caller)
            counted.add((contact, attempt))
        waiting = [one for one in waiting if one[0] > now]
    assert table.of("system").get("wrong", 0) == len(counted)
    for contact in callers:
        mine = {value for name, value in table.of(contact).items() if name.startswith("wrong_")}
        assert mine == {attempt for one, attempt in counted if one == contact}
    for caller in ("1", "2"):
        theirs = [one for one, _ in counted if callers[one] == caller]
        assert table.of(f"+{caller}").get("wrong", 0) == len(theirs)


def test_the_limits_are_few_for_a_contact() -> None:
    assert Limits() == replace(LIMITS, contact=3, caller=10, system=200)
