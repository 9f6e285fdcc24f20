"""What the hand-off promises (H1 to H6), as predicates on what happened: written from the promises, not from the rules.

The numbers stand here a second time on purpose: whoever changes one of the rules' limits changes a promise.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.handoff import (
    Answered,
    Claim,
    Close,
    Done,
    Issue,
    MustClose,
    Note,
    Redeem,
    Refused,
    Report,
    Word,
    heard,
)
from tests.model.story import Scene, Story, Told

SKEW = 2_000
REPLAY = 10_000
LEG_LIFE = 300_000
HAND_BACK_LIFE = 30_000
CODE_LIFE = 60_000
VERDICT_LIFE = 10_000

WORDS = frozenset(Word)


def in_life(since: int, at: int, life: int) -> bool:
    """H4, for every limit: no older than `life`, and from the future by no more than the skew."""
    return -SKEW <= at - since <= life


def broken(story: Story, scene: Scene) -> Iterator[str]:
    """Which promises the scene breaks, given what took effect before it."""
    step = scene.step
    if scene.changed:
        yield from _written_once(scene)
    if scene.misdirected:
        if scene.changed or not isinstance(scene.outcome, Refused):
            yield "H6 a step of the other kind took effect"
    elif isinstance(step, Issue):
        yield from _issue(story, step, scene)
    elif isinstance(step, Claim):
        yield from _claim(story, step, scene)
    elif isinstance(step, Note | Report):
        yield from _word_of_the_call(story, step, scene)
    elif isinstance(step, Redeem | Close):
        yield from _ask(story, step, scene)


_WHOSE = {"owner": "H1", "kind": "H6", "call": "H3", "claimed_at": "H3", "issued_at": "H4"}


def _written_once(scene: Scene) -> Iterator[str]:
    for name, value in scene.before.items():
        if scene.after.get(name) != value:
            yield f"{_WHOSE.get(name, 'H2')} {name} was written over"


def _issue(story: Story, step: Issue, scene: Scene) -> Iterator[str]:
    done = isinstance(scene.outcome, Done)
    mine = (step.owner, step.at) == (story.owner, story.issued_at)
    if story.owner is None:
        if not (done and scene.changed):
            yield "H2 a new leg was not issued"
    elif done and not mine:
        yield "H1 another's leg was handed out"
    elif done and story.call is not None:
        yield "H3 a leg that a call has taken was handed out"
    elif not done and mine and story.call is None:
        yield "H2 the retry of an issue was denied"


def _claim(story: Story, step: Claim, scene: Scene) -> Iterator[str]:
    done = scene.outcome.record if isinstance(scene.outcome, Done) else None
    if done is not None and (done.get("call"), done.get("claimed_at")) != (
        step.call,
        step.at if story.call is None else story.claimed_at,
    ):
        yield "H3 a claim's answer names another call or time"
    if story.call is None:
        due = story.owner is not None and story.leg is None and in_life(story.issued_at, step.at, CODE_LIFE)
        if done is not None and not due:
            yield _because(story.owner is None, "H5 what was never issued was claimed", "H4 a dead leg was claimed")
        if done is None and due:
            yield "H4 a code was refused within its life"
    elif done is not None and step.call != story.call:
        yield "H3 a second call has the leg"
    elif step.call == story.call and done is None and (story.leg is None or story.verdict is not None):
        yield "H3 the repeat of a claim was denied"
    elif done is not None and story.leg is not None and story.verdict is None:
        yield "H2 a leg without a verdict was claimed after its contact was told"


def _word_of_the_call(story: Story, step: Note | Report, scene: Scene) -> Iterator[str]:
    done, mine = isinstance(scene.outcome, Done), step.call == story.call
    over = story.verdict is not None or story.leg is not None
    said = scene.before.get(heard(step.number)) if isinstance(step, Note) else story.verdict
    in_time = in_life(story.claimed_at, step.at, LEG_LIFE)
    if done and not mine:
        yield _because(story.call is None, "H5 heard from a call before any claim", "H3 heard from another call")
    if scene.changed and over:
        yield "H2 heard from a call after the end"
    if scene.changed and story.call is not None and not in_time:
        yield "H4 heard from a call after the leg's life"
    if mine and not done and said is not None:
        yield "H2 the repeat of a call's word was denied"
    if mine and not done and said is None and in_time and not over:
        yield "H4 a call was not heard within the leg's life"
    if done and not scene.changed and said is None:
        yield "H5 a call was told that its word stands, and it does not"
    if scene.changed and not done:
        yield "H6 a refusal changed the record"


def _ask(story: Story, step: Redeem | Close, scene: Scene) -> Iterator[str]:
    told = story.told(step.by_code)
    known = story.handed_back if step.by_code else story.owner is not None
    whose = told.contact if step.by_code and told else step.contact if step.by_code else story.owner
    mine = known and step.contact == whose
    if isinstance(scene.outcome, Refused):
        if mine:
            yield "H2 the contact was denied"
    elif not mine:
        yield "H1 another contact was answered"
    elif isinstance(scene.outcome, Answered):
        yield from _told_again(story, told, step, scene.outcome) if told else _told(story, step, scene, scene.outcome)
    elif told is not None:
        yield "H2 an answered contact is to be answered anew"
    else:
        yield from _nothing_there(story, step, scene)
    if scene.changed and not isinstance(scene.outcome, Answered):
        yield "H6 an answer was written and not told"


def _told_again(story: Story, told: Told, step: Redeem | Close, outcome: Answered) -> Iterator[str]:
    expected = told.answer if in_life(told.at, step.at, REPLAY) else Word.EXPIRED
    if outcome.answer != expected:
        yield "H2 another answer than the first"
    if outcome.answer not in WORDS and any(who != step.contact for _, who, said in story.said if said not in WORDS):
        yield "H1 two contacts have a verdict"


def _told(story: Story, step: Redeem | Close, scene: Scene, outcome: Answered) -> Iterator[str]:
    """A first answer."""
    if scene.after.get("answer") != outcome.answer or scene.after.get("answered_at") != step.at:
        yield "H2 an answer was not written down"
    if any((code, who) == (step.by_code, step.contact) and said != outcome.answer for code, who, said in story.said):
        yield "H2 the contact had been told something else"
    if isinstance(step, Close):
        if outcome.answer != step.word:
            yield "H6 a word turned into something else"
        return
    if story.verdict is None:
        yield "H5 redeemed without a report"
    elif outcome.answer != story.verdict:
        yield "H6 not what was reported"
    elif not in_life(story.reported_at, step.at, HAND_BACK_LIFE if step.by_code else VERDICT_LIFE):
        yield "H4 a dead verdict was redeemed"


def _nothing_there(story: Story, step: Redeem | Close, scene: Scene) -> Iterator[str]:
    """The rules say that there is nothing to redeem, for a contact that may ask and was not answered yet."""
    life = HAND_BACK_LIFE if step.by_code else VERDICT_LIFE
    if story.verdict is not None and in_life(story.reported_at, step.at, life):
        yield "H4 a verdict was denied within its life"
    early = Word.UNAVAILABLE if story.call is None else Word.ABANDONED
    expected = early if story.verdict is None else Word.EXPIRED
    if isinstance(scene.outcome, MustClose) and scene.outcome.word != expected:
        yield "H6 the wrong word"


def _because(first: bool, one: str, other: str) -> str:
    return one if first else other
