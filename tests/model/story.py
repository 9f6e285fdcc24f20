"""What took effect on a leg and its hand-back, scene by scene: what the promises are held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from chalicelib.conditional_write import Record
from chalicelib.handoff import (
    Answered,
    Claim,
    Close,
    Done,
    Issue,
    MustClose,
    Outcome,
    Redeem,
    Report,
    Step,
    Verdict,
    Word,
)


class Scene(NamedTuple):
    """One step that reached one record: what it found, what it left, and what it answered."""

    step: Step
    misdirected: bool
    before: Record
    after: Record
    outcome: Outcome

    @property
    def changed(self) -> bool:
        return self.after != self.before


class Told(NamedTuple):
    """The first answer that a record gave: to whom, what, and when by the asker's clock."""

    contact: str
    answer: str
    at: int


@dataclass(frozen=True)
class Story:
    """What took effect first, kept apart from the records, so that a record that is overwritten is noticed."""

    owner: str | None = None
    issued_at: int = 0
    call: str | None = None
    claimed_at: int = 0
    verdict: Verdict | None = None
    reported_at: int = 0
    handed_back: bool = False
    leg: Told | None = None
    code: Told | None = None
    said: frozenset[tuple[bool, str, str]] = frozenset()
    """In time: (by code, to whom, what)."""

    def told(self, by_code: bool) -> Told | None:
        return self.code if by_code else self.leg


def told_on(story: Story, scene: Scene, tells_before_closing: bool) -> Story:
    """The story with this scene. `tells_before_closing` is a contact that does not wait for its `Close`."""
    step, outcome = scene.step, scene.outcome
    if isinstance(step, Redeem | Close):
        return _answered(story, step, outcome, tells_before_closing)
    if not scene.changed or not isinstance(outcome, Done):
        return story
    if isinstance(step, Issue) and story.owner is None:
        return replace(story, owner=step.owner, issued_at=step.at)
    if isinstance(step, Claim) and story.call is None:
        return replace(story, call=step.call, claimed_at=step.at)
    if isinstance(step, Report) and story.verdict is None:
        told = Told(story.owner or "", Word.EXPIRED, step.at) if step.by_code else story.leg
        return replace(story, verdict=step.verdict, reported_at=step.at, handed_back=step.by_code, leg=told)
    return story


def _answered(story: Story, step: Redeem | Close, outcome: Outcome, tells_before_closing: bool) -> Story:
    if isinstance(outcome, MustClose) and tells_before_closing:
        return replace(story, said=story.said | {(step.by_code, step.contact, outcome.word)})
    if not isinstance(outcome, Answered) or story.told(step.by_code) is not None:
        return story
    told = Told(step.contact, outcome.answer, step.at)
    said = story.said | {(step.by_code, step.contact, outcome.answer)}
    return replace(story, code=told, said=said) if step.by_code else replace(story, leg=told, said=said)
