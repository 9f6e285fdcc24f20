"""Explores every way in which the steps of three sessions can meet, over the shipped rules.

As the table does it: each step is one conditional write; a result is written together with the memory of its token,
both or neither. From every state every step is delivered, with every reading of the clock that it may have, and then
from every state that this makes. Nothing is consumed: a step comes never, once or many times, in any order, with its
reply lost. A crash is a step whose reply was lost, or one that never came.

Session A has every reading around the limits; B is there for what must not pass from one session to another, and C is
started with its result. Two contacts are interchangeable, so whoever links first is called FIRST.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from chalicelib.conditional_write import Record, applied, holds
from chalicelib.web_login import session
from chalicelib.web_login.session import Answer, Answered, Done, Link, Outcome, Result, Start, Step, Word

# The promises' own numbers, on purpose a second time: whoever changes a limit of the rules changes a promise.
LIFE, SKEW, WRITTEN_WITHIN = 600_000, 2_000, 10_000
SETTLED = LIFE + SKEW + WRITTEN_WITHIN
READINGS = (-SKEW - 1, -SKEW, 0, LIFE, LIFE + 1, SETTLED, SETTLED + 1)

FIRST, OTHER = "first contact", "other contact"
SECRETS = {"A": "secret of A", "B": "secret of B", "C": "secret of C"}
STRANGE = "no secret"
PERSON = Outcome(True, "token of a person", "sealed")
ANOTHER = Outcome(True, "token of another", "sealed too")
FAILED = Outcome(False, "token of a failure", "sealed all the same")
UNTIL = 2_222_222_222


class Move(NamedTuple):
    """A step on its way to a session."""

    to: str
    step: Step


@dataclass(frozen=True)
class Story:
    """What took effect and was said, in the promises' own words."""

    started: frozenset[str] = frozenset()
    owners: frozenset[tuple[str, str]] = frozenset()  # session, contact
    results: frozenset[tuple[str, str, bool]] = frozenset()  # session, token, succeeded
    final: frozenset[tuple[str, Word]] = frozenset()  # what the owner of a session was told for good
    settled_at: int | None = None  # when it was said of A that no result will come

    def owner(self, name: str) -> str | None:
        return dict(self.owners).get(name)

    def result(self, name: str) -> tuple[str, bool] | None:
        return next(((token, well) for one, token, well in self.results if one == name), None)


class State(NamedTuple):
    """What stands in the table, and the story so far."""

    records: dict[str, Record]  # the sessions and the tokens; a token by its handle
    story: Story

    def key(self) -> tuple[object, ...]:
        return (frozenset((name, frozenset(one.items())) for name, one in self.records.items()), self.story)


@dataclass(frozen=True)
class Explored:
    """How far it came, and the first promise that was broken, with the moves that lead there."""

    states: int
    deliveries: int
    words: frozenset[Word]
    fault: str | None = None
    path: tuple[Move, ...] = ()


def moves() -> Iterator[Move]:
    """Every step that anybody may send."""
    yield Move("A", Start(0, SECRETS["A"]))
    yield Move("A", Start(1, STRANGE))  # another login that drew the same code
    yield Move("B", Start(0, SECRETS["B"]))
    yield Move("C", Start(0, SECRETS["C"], outcome=PERSON))
    yield Move("C", Link(0, FIRST))
    for at, outcome in product(READINGS, (PERSON, FAILED)):
        yield Move("A", Result(at, SECRETS["A"], outcome))
    yield Move("A", Result(0, SECRETS["A"], ANOTHER))
    yield Move("A", Result(0, SECRETS["B"], ANOTHER))
    yield Move("B", Result(0, SECRETS["B"], PERSON))
    yield Move("B", Result(0, SECRETS["A"], ANOTHER))
    for at, contact in product(READINGS, (FIRST, OTHER)):
        yield Move("A", Link(at, contact))
    for contact in (FIRST, OTHER):
        yield Move("B", Link(0, contact))


def deliver(move: Move, records: dict[str, Record]) -> tuple[dict[str, Record], Answer]:
    """As the table does it."""
    step, record = move.step, records.get(move.to, {})
    writes = [(move.to, session.write_for(step))]
    if not isinstance(step, Link) and step.outcome is not None:
        writes.append((step.outcome.token, session.spent(move.to, UNTIL)))
    if not all(holds(write.condition, records.get(name, {})) for name, write in writes):
        first = holds(writes[0][1].condition, record)
        return records, session.refused(step, {} if first else record)
    after = {**records, **{name: applied(write, records.get(name, {})) for name, write in writes}}
    return after, session.accepted(step, after[move.to])


def broken(story: Story, move: Move, before: State, after: dict[str, Record], answer: Answer) -> Iterator[str]:
    """Which promises a delivery breaks, given what took effect before it."""
    step, name = move.step, move.to
    changed = after is not before.records
    if changed:
        for one, record in before.records.items():
            if any(after[one].get(field) != value for field, value in record.items()):
                yield "W2 something was written over"
    if isinstance(step, Link):
        yield from _link(story, name, step, after.get(name, {}), answer)
    elif isinstance(step, Result):
        yield from _result(story, name, step, answer, changed)
    else:
        yield from _start(story, name, step, answer)


def _start(story: Story, name: str, step: Start, answer: Answer) -> Iterator[str]:
    fresh = name not in story.started
    if fresh and step.outcome is None and answer != Done():
        yield "W3 a code that was free was refused"
    if step.outcome is not None and answer == Done() and _counted_elsewhere(story, name, step.outcome):
        yield "W3 a token's result counts in two sessions"
    if answer == Done() and not fresh and step.secret != SECRETS[name]:
        yield "W1 a code was given out twice"


def _counted_elsewhere(story: Story, name: str, outcome: Outcome) -> bool:
    return any(token == outcome.token and one != name for one, token, _ in story.results)


def _result(story: Story, name: str, step: Result, answer: Answer, changed: bool) -> Iterator[str]:
    known = story.result(name)
    told = (step.outcome.token, step.outcome.succeeded)
    if answer == Done() and known is not None and known != told:
        yield "W3 a second result"
    if changed and not _has_address(story, name, step):
        yield "W3 a result from somebody without the address"
    if changed and not -SKEW <= step.at <= LIFE:
        yield "W4 a result out of time"
    if changed and _counted_elsewhere(story, name, step.outcome):
        yield "W3 a token's result counts in two sessions"
    due = _has_address(story, name, step) and -SKEW <= step.at <= LIFE and known is None
    if due and not _counted_elsewhere(story, name, step.outcome) and answer != Done():
        yield "W3 a result in time was refused"
    if known == told and _has_address(story, name, step) and answer != Done():
        yield "W2 the repetition of a result was refused"


def _has_address(story: Story, name: str, step: Result) -> bool:
    return name in story.started and step.secret == SECRETS[name]


def _link(story: Story, name: str, step: Link, record: Record, answer: Answer) -> Iterator[str]:
    owner, due = story.owner(name), name in story.started and -SKEW <= step.at <= LIFE
    if not isinstance(answer, Answered):
        if owner == step.contact:
            yield "W2 the contact was not known again"
        if owner is None and due:
            yield "W4 a code within its life was refused"
        return
    if owner not in (None, step.contact):
        yield "W1 another contact was answered"
    if owner is None and not due:
        yield "W4 a dead code linked"
    yield from _word(story.result(name), step, record, answer.word)
    # An earlier question that is answered late may still hear that there is nothing yet.
    if answer.word is not Word.WAITING and any(one == name and said is not answer.word for one, said in story.final):
        yield "W2 told otherwise before"


def _word(result: tuple[str, bool] | None, step: Link, record: Record, word: Word) -> Iterator[str]:
    succeeded = result is not None and result[1]
    if word is Word.LINKED and not (succeeded and "sealed" in record):
        yield "W5 linked without a login that succeeded"
    if word is Word.WAITING and (result is not None or step.at > SETTLED):
        yield "W2 waiting for what has come, or never will"
    if word is Word.NOT_AUTHENTICATED and (succeeded or (result is None and step.at <= SETTLED)):
        yield "W2 not authenticated before that is sure"
    if "sealed" in record and not succeeded:
        yield "W5 a failed login left a person behind"


def told_on(story: Story, move: Move, before: State, after: dict[str, Record], answer: Answer) -> Story:
    step, name = move.step, move.to
    if isinstance(answer, Answered) and isinstance(step, Link):
        story = replace(story, owners=story.owners | {(name, step.contact)})
        if answer.word in (Word.LINKED, Word.NOT_AUTHENTICATED):
            story = replace(story, final=story.final | {(name, answer.word)})
            if story.result(name) is None:
                story = replace(story, settled_at=step.at)
    if after is not before.records and not isinstance(step, Link):
        if isinstance(step, Start):
            story = replace(story, started=story.started | {name})
        if step.outcome is not None:
            told = (name, step.outcome.token, step.outcome.succeeded)
            story = replace(story, results=story.results | {told})
    return story


def _cannot_be(story: Story, move: Move) -> bool:
    """What cannot happen, or is the same by another name."""
    if isinstance(move.step, Link) and move.step.contact == OTHER and not story.owners:
        return True
    if isinstance(move.step, Start) and move.step.secret == STRANGE:
        return "A" not in story.started  # who draws a code first has it
    # A write on its way is done, or dead, within its time: by then no clock is further back than the skew.
    settled = story.settled_at
    return settled is not None and move.to == "A" and move.step.at < settled - SKEW - WRITTEN_WITHIN


def explore() -> Explored:
    """Breadth first through all states, as far as the first fault. The shortest way to it is returned."""
    start = State({}, Story())
    came_from: dict[tuple[object, ...], tuple[tuple[object, ...], Move] | None] = {start.key(): None}
    queue, possible = deque([start]), tuple(moves())
    deliveries, words = 0, set[Word]()
    while queue:
        state = queue.popleft()
        for move in possible:
            if _cannot_be(state.story, move):
                continue
            deliveries += 1
            after, answer = deliver(move, state.records)
            fault = next(broken(state.story, move, state, after, answer), None)
            if fault is not None:
                path = (*_path(came_from, state), move)
                return Explored(len(came_from), deliveries, frozenset(words), fault, path)
            if isinstance(answer, Answered):
                words.add(answer.word)
            reached = State(after, told_on(state.story, move, state, after, answer))
            if reached.key() not in came_from:
                came_from[reached.key()] = (state.key(), move)
                queue.append(reached)
    return Explored(len(came_from), deliveries, frozenset(words))


def _path(came_from: dict[tuple[object, ...], tuple[tuple[object, ...], Move] | None], state: State) -> list[Move]:
    steps: list[Move] = []
    found = came_from[state.key()]
    while found is not None:
        steps.append(found[1])
        found = came_from[found[0]]
    return steps[::-1]
