"""Random long lives of a leg, with free clock readings; what test_handoff_explorer.py holds for few, held for any."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chalicelib import handoff
from chalicelib.handoff import Claim, Close, HandBack, Issue, Note, Redeem, Report, Verdict, Word
from tests.model import weakened
from tests.model.explorer import Move, deliver
from tests.model.promises import (
    CODE_LIFE,
    HAND_BACK_LIFE,
    LEG_LIFE,
    REPLAY,
    SKEW,
    VERDICT_LIFE,
    broken,
)
from tests.model.story import Scene, Story, told_on

CONTACTS = st.sampled_from(["contact-1", "contact-1", "contact-2", "contact-3"])
CALLS = st.sampled_from(["CA1", "CA1", "CA2", "CA3"])
SELDOM = st.sampled_from([False, False, False, False, True])
LIMITS = (0, 1, SKEW, SKEW + 1, VERDICT_LIFE, REPLAY + 1, HAND_BACK_LIFE, CODE_LIFE, LEG_LIFE, LEG_LIFE + 1)
PASSING = st.sampled_from(LIMITS) | st.integers(0, 2 * LEG_LIFE)
CLOCKS = st.sampled_from((-SKEW - 1, -SKEW, -1, 0, 0, 0, 1, SKEW, SKEW + 1))


class Life(RuleBasedStateMachine):
    """One leg, its hand-back, and everybody who might want something of them."""

    def __init__(self) -> None:
        super().__init__()
        self.leg: dict[str, str | int] = {}
        self.hand_back: dict[str, str | int] = {}
        self.story = Story()
        self.now = 0
        self.sent: list[Move] = []

    @initialize(by_code=st.booleans(), at=CLOCKS, come_so_far=st.integers(0, 2))
    def begin(self, by_code: bool, at: int, come_so_far: int) -> None:
        """A life begins as it should, for a while."""
        self.by_code = by_code
        self._send(Move(Issue("contact-1", at, {"caller": "hash"})))
        if come_so_far >= 1:
            self._send(Move(Claim("CA1", at, CODE_LIFE)))
        if come_so_far >= 2:
            also = HandBack(at, Verdict.VERIFIED, {"caller": "hash"}) if by_code else None
            self._send(Move(Report("CA1", at, Verdict.VERIFIED, by_code), also=also))

    def _send(self, move: Move) -> None:
        self.sent.append(move)
        leg, hand_back, outcome = deliver(move, self.leg, self.hand_back)
        before, after = (self.hand_back, hand_back) if move.to_hand_back else (self.leg, leg)
        scene = Scene(move.step, move.misdirected, before, after, outcome)
        assert not list(broken(self.story, scene))
        self.story = told_on(self.story, scene, tells_before_closing=False)
        self.leg, self.hand_back = dict(leg), dict(hand_back)

    @rule(by=PASSING)
    def time_passes(self, by: int) -> None:
        self.now += by

    @rule(which=st.integers(0, 10**6))
    def something_old_arrives_again(self, which: int) -> None:
        """A retry after a lost reply, or a duplicate, however late."""
        self._send(self.sent[which % len(self.sent)])

    @rule(owner=CONTACTS, clock=CLOCKS)
    def issue(self, owner: str, clock: int) -> None:
        self._send(Move(Issue(owner, self.now + clock, {"caller": "hash"})))

    @rule(call=CALLS, clock=CLOCKS)
    def claim(self, call: str, clock: int) -> None:
        self._send(Move(Claim(call, self.now + clock, CODE_LIFE)))

    @rule(call=CALLS, clock=CLOCKS, number=st.integers(1, 3), outcome=st.sampled_from(["unclear", "too_quiet"]))
    def note(self, call: str, clock: int, number: int, outcome: str) -> None:
        self._send(Move(Note(call, self.now + clock, number, outcome)))

    @rule(call=CALLS, clock=CLOCKS, verdict=st.sampled_from(Verdict))
    def report(self, call: str, clock: int, verdict: Verdict) -> None:
        at = self.now + clock
        also = HandBack(at, verdict, {"caller": "hash"}) if self.by_code else None
        self._send(Move(Report(call, at, verdict, self.by_code), also=also))

    @rule(contact=CONTACTS, clock=CLOCKS, otherwise=SELDOM, misdirected=SELDOM)
    def redeem(self, contact: str, clock: int, otherwise: bool, misdirected: bool) -> None:
        """Mostly in the form of this life's hand-back, and mostly of the record that goes with it."""
        by_code = self.by_code != otherwise
        step = Redeem(contact, self.now + clock, HAND_BACK_LIFE if by_code else VERDICT_LIFE, by_code)
        self._send(Move(step, to_hand_back=by_code != misdirected, misdirected=misdirected))

    @rule(contact=CONTACTS, clock=CLOCKS, word=st.sampled_from(Word), by_code=st.booleans())
    def close(self, contact: str, clock: int, word: Word, by_code: bool) -> None:
        self._send(Move(Close(contact, self.now + clock, word, by_code), to_hand_back=by_code))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize(
    "name",
    [
        "claim: Absent call gone",
        "report: Absent verdict gone",
        "redeem: Is owner gone",
        "redeem by code: owner not written",
        "redeem: Between reported_at never too old",
        "close: Absent answer gone",
    ],
)
def test_random_lives_find_what_is_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [less] = [less for less in weakened.all_of_them() if less.name == name]
    for function, stand_in in less.stand_ins.items():
        monkeypatch.setattr(handoff, function, stand_in)
    thorough = settings(
        max_examples=3000,
        stateful_step_count=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Life, settings=thorough)
