"""Whatever happens, in whatever order: a machine that plays caller, engine and clock against the dialogue."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule

from chalicelib.conditional_write import Scalar
from chalicelib.handoff import Verdict, heard
from chalicelib.voice import dialogue
from chalicelib.voice.dialogue import Move, Then
from chalicelib.voice.engine import Outcome
from chalicelib.voice.profile import Purpose
from tests.unit.standings import ENGINE_USER, enrolling, verifying

MOST_RECORDINGS = {Purpose.VERIFY: dialogue.VERIFICATION_TRIES, Purpose.ENROL: dialogue.ENROLMENT_TRIES}
COUNTS = st.integers(-3, 5)
HINTED = st.sampled_from(sorted(set(Outcome) - {Outcome.MATCH, Outcome.TOO_FEW_ENROLMENTS}))


class Leg(RuleBasedStateMachine):
    """One leg. `moves` holds the move that the caller has just been given."""

    moves: Bundle[Move] = Bundle("moves")

    def __init__(self) -> None:
        super().__init__()
        self.record: dict[str, Scalar] = {}
        self.recorded: set[int] = set()
        self.asked = 0

    def given(self, move: Move) -> Move:
        """What must hold of every move, whatever led to it."""
        self.asked += move.then in {Then.RECORD, Then.ASK_CONSENT}
        assert (move.then is Then.HAND_BACK) <= ("verdict" in self.record)
        assert (move.then is Then.END) == (move.verdict is not None)
        assert move.verdict in {None, Verdict.INCONCLUSIVE}
        assert move.then is not Then.RECORD or move.standing.task.engine_user
        standing, most = move.standing, MOST_RECORDINGS[move.standing.task.purpose]
        assert standing.recording + standing.due <= most
        assert standing.tried <= most
        assert standing.mismatches <= standing.tried
        assert len(self.recorded) <= most
        assert self.asked <= most + dialogue.SILENCES + dialogue.CONSENT_QUESTIONS
        return move

    @initialize(target=moves, standing=st.sampled_from([verifying(), enrolling(), enrolling("")]), kept=COUNTS)
    def claim(self, standing: dialogue.Standing, kept: int) -> Move:
        return self.given(dialogue.claimed(standing, kept))

    @rule(target=moves, before=consumes(moves).filter(lambda move: move.then is Then.ASK_CONSENT), kept=COUNTS)
    def agree(self, before: Move, kept: int) -> Move:
        return self.given(dialogue.consented(before.standing, ENGINE_USER, kept))

    @rule(target=moves, before=consumes(moves).filter(lambda move: move.then is Then.ASK_CONSENT))
    def press_another_key(self, before: Move) -> Move:
        return self.given(dialogue.consent_not_understood(before.standing))

    @rule(target=moves, before=consumes(moves).filter(lambda move: move.then is Then.RECORD))
    def speak(self, before: Move) -> Move:
        self.recorded.add(before.standing.recording)
        return self.given(dialogue.recorded(before.standing))

    @rule(target=moves, before=consumes(moves).filter(lambda move: move.then is Then.RECORD))
    def stay_silent(self, before: Move) -> Move:
        return self.given(dialogue.nothing_recorded(before.standing))

    @rule(target=moves, before=consumes(moves).filter(lambda move: move.then is Then.WAIT))
    def wait(self, before: Move) -> Move:
        return self.given(dialogue.polled(before.standing, self.record))

    @rule(before=moves, outcome=HINTED, kept=COUNTS, behind=st.integers(0, 2))
    def judge(self, before: Move, outcome: Outcome, kept: int, behind: int) -> None:
        """The engine has its word on a recording of the batch, in any order; the first word stands."""
        number = before.standing.recording - behind
        if number not in self.recorded or "verdict" in self.record or heard(number) in self.record:
            return
        judged = dialogue.judged(before.standing, outcome, kept)
        assert judged.verdict is not Verdict.VERIFIED
        if judged.verdict is not None:
            self.record["verdict"] = judged.verdict
        elif judged.note is not None:
            self.record |= {heard(number): judged.note, "enrolments": kept}


TestALeg = Leg.TestCase
