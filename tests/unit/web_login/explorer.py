"""Explores every way in which the steps of three sessions and two contacts can meet, over the shipped rules.

As the table does it: what a step writes, it writes to several records, all or none. From every state every step is
delivered, with every reading of the clock that it may have, and then from every state that this makes. Nothing is
consumed: a step comes never, once or many times, in any order, with its reply lost. A crash is a step whose reply was
lost, or one that never came.

A step that takes several requests may be *slow*: all that can happen meanwhile happens between them. A link reads and
writes; or it reads its contact and then, later, its session; a result is written, refused, and written otherwise. One
slow step at a time is enough, since every other is whole by the time that it matters to it.

There are two scenes. In the first session A has every reading around the limits, B is there for what must not pass from
one session to another, and C is started with its result. In the second one contact types two codes, and steps are slow.
Two contacts are interchangeable, so whoever links first is called FIRST.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import product
from typing import Any, NamedTuple

from chalicelib import assurance
from chalicelib.assurance import Level, Method, Proof
from chalicelib.conditional_write import Record, applied, holds
from chalicelib.web_login import session
from chalicelib.web_login.session import (
    Again,
    Answered,
    Done,
    Link,
    Linking,
    LookAgain,
    Meeting,
    Outcome,
    Refused,
    Result,
    Start,
    Step,
    Word,
    Worth,
    Writes,
)

# The promises' own numbers, on purpose a second time: whoever changes a limit of the rules changes a promise.
LIFE, SKEW, WRITTEN_WITHIN = 600_000, 2_000, 10_000
SETTLED = LIFE + SKEW + WRITTEN_WITHIN
PROOF_LIFE = 300_000
READINGS = (-SKEW - 1, -SKEW, 0, LIFE, LIFE + 1, SETTLED, SETTLED + 1)
T = 2_222_222_222_000

FIRST, OTHER = "first contact", "other contact"
SECRETS = {"A": "secret of A", "B": "secret of B", "C": "secret of C"}
STRANGE = "no secret"
UNTIL = 2_222_222_222
PERSON = Outcome(True, "token of a person", UNTIL, "a person", "sealed")
AGAIN = Outcome(True, "another token of the person", UNTIL, "a person", "sealed once more")
ANOTHER = Outcome(True, "token of another", UNTIL, "another", "sealed too")
FAILED = Outcome(False, "token of a failure", UNTIL, "nobody", "sealed all the same")
WORTH = Worth(Level.SUBSTANTIAL, PROOF_LIFE)
VIEW = {"view": "of the contact"}


class Pace(Enum):
    """How a step that takes several requests is taken."""

    AT_ONCE = "at once"
    SLOW = "slow"  # between its requests; a link between reading and writing
    TORN = "torn"  # a link between reading the contact and reading the session


class Move(NamedTuple):
    """A step on its way to a session."""

    to: str
    step: Step
    pace: Pace = Pace.AT_ONCE


class Came(NamedTuple):
    """A result that took effect."""

    token: str
    succeeded: bool
    subject: str
    at: int


@dataclass(frozen=True)
class Story:
    """What took effect and was said, in the promises' own words."""

    started: frozenset[str] = frozenset()
    owners: frozenset[tuple[str, str]] = frozenset()  # session, contact
    results: frozenset[tuple[str, Came]] = frozenset()
    past: int | None = None  # so late it was when something was said or done because a time was over

    def owner(self, name: str) -> str | None:
        return dict(self.owners).get(name)

    def result(self, name: str) -> Came | None:
        return dict(self.results).get(name)

    def won(self, contact: str) -> dict[str, Came]:
        """The contact's sessions that succeeded."""
        mine = {name for name, owner in self.owners if owner == contact}
        return {name: came for name, came in self.results if name in mine and came.succeeded}


class Underway(NamedTuple):
    """A slow step that has begun, with what it has read or was told; `expected` was true when it looked."""

    move: Move
    found: Linking | Record | None
    expected: Word | None


class State(NamedTuple):
    """What stands in the table, the story so far, and the slow step."""

    records: dict[str, Record]  # sessions, tokens by their handle, contacts
    story: Story
    underway: Underway | None = None

    def key(self) -> tuple[object, ...]:
        found = frozenset((name, frozenset(_read(one).items())) for name, one in self.records.items())
        return (found, self.story, self.underway and repr(self.underway))


def _read(record: Record) -> dict[str, Any]:
    """Nobody reads when a record is swept."""
    return {name: value for name, value in record.items() if name != "expires_at"}


class Delivered(NamedTuple):
    """What came of a step. `noted`: that it is about another subject was noticed."""

    records: dict[str, Record]
    answer: Done | Answered | Refused | LookAgain | None = None  # None: it is under way
    noted: bool = False
    underway: Underway | None = None


@dataclass(frozen=True)
class Explored:
    """How far it came, and the first promise that was broken, with the moves that lead there."""

    states: int
    deliveries: int
    words: frozenset[Word]
    fault: str | None = None
    path: tuple[Move, ...] = ()


def start(name: str, at: int = 0, secret: str = "", outcome: Outcome | None = None) -> Move:
    return Move(name, Start(T + at, secret or SECRETS[name], outcome=outcome))


def result(name: str, at: int, outcome: Outcome, secret: str = "", pace: Pace = Pace.AT_ONCE) -> Move:
    return Move(name, Result(T + at, secret or SECRETS[name], outcome, WORTH), pace)


def link(name: str, at: int, contact: str, pace: Pace = Pace.AT_ONCE) -> Move:
    return Move(name, Link(T + at, contact, WORTH, VIEW), pace)


def every_reading() -> Iterator[Move]:
    """Every step that anybody may send to a session, and what may stray there."""
    yield start("A")
    yield start("A", 1, STRANGE)  # another login that drew the same code
    yield start("B")
    yield start("C", outcome=PERSON)
    yield link("C", 0, FIRST)
    for at, outcome in product(READINGS, (PERSON, FAILED)):
        yield result("A", at, outcome)
    yield result("A", 0, ANOTHER)
    yield result("A", 0, ANOTHER, SECRETS["B"])
    yield result("B", 0, PERSON)
    yield result("B", 0, ANOTHER, SECRETS["A"])
    for at, contact in product((*READINGS, PROOF_LIFE - 1, PROOF_LIFE), (FIRST, OTHER)):
        yield link("A", at, contact)
    for contact in (FIRST, OTHER):
        yield link("B", 0, contact)


def two_logins() -> Iterator[Move]:
    """One contact types two codes, of logins by the same person or by two; another contact types one of them.

    No two results are of the same millisecond: either might stand then.
    """
    for name in "AB":
        yield start(name)
        for pace in (Pace.SLOW, Pace.TORN):
            yield link(name, 4, FIRST, pace)
        yield link(name, PROOF_LIFE + 5, FIRST)
    yield link("A", 4, OTHER)
    yield result("A", 0, PERSON, pace=Pace.SLOW)
    yield result("A", 3, ANOTHER, pace=Pace.SLOW)
    yield result("A", 0, FAILED)
    yield result("B", 1, AGAIN, pace=Pace.SLOW)
    yield result("B", 2, ANOTHER, pace=Pace.SLOW)
    yield result("B", 0, FAILED)


SCENES: tuple[Callable[[], Iterator[Move]], ...] = (every_reading, two_logins)


def deliver(move: Move, state: State) -> Delivered:
    """As the table does it."""
    underway = state.underway if state.underway and state.underway.move is move else None
    if isinstance(move.step, Link):
        return _linked(move, move.step, state, underway)
    return _posted(move, move.step, state.records)


def _posted(move: Move, step: Start | Result, records: dict[str, Record]) -> Delivered:
    while True:
        after, stood = _written(move.to, session.writes_for(step, move.to), records)
        if stood is None:
            noted = isinstance(step, Result) and step.linked is not None and step.linked.meeting is Meeting.REPLACES
            return Delivered(after, Done(), noted)
        answer = session.refused(step, stood)
        if not isinstance(answer, Again):
            return Delivered(records, answer)
        step = answer.step
        if move.pace is not Pace.AT_ONCE:
            return Delivered(records, underway=Underway(move._replace(step=step), None, None))


def _linked(move: Move, step: Link, state: State, underway: Underway | None) -> Delivered:
    records = state.records
    read = records.get(move.to, {}), records.get(step.contact, {})
    if underway is None and move.pace is Pace.TORN:
        return Delivered(records, underway=Underway(move, read[1], expected(state.story, move, read[1])))
    if underway is None:
        found = session.look(step, move.to, *read)
    elif isinstance(underway.found, Linking):
        found = underway.found
    else:
        found = session.look(step, move.to, read[0], underway.found or {})
    if not isinstance(found, Linking):
        return Delivered(records, found)
    if underway is None and move.pace is Pace.SLOW:
        return Delivered(records, underway=Underway(move, found, None))
    after, stood = _written(move.to, found.writes, records)
    if stood is not None:
        return Delivered(records, LookAgain())
    return Delivered(after, found.answer, found.subject_changed)


def _written(name: str, writes: Writes, records: dict[str, Record]) -> tuple[dict[str, Record], Record | None]:
    """What stands now, and what stood in the way of the first that was refused: as the table tells it."""
    named = [(name, writes.session), *(one for one in (writes.token, writes.contact) if one)]
    if all(holds(write.condition, records.get(key, {})) for key, write in named):
        return {**records, **{key: applied(write, records.get(key, {})) for key, write in named}}, None
    session_stood = not holds(writes.session.condition, records.get(name, {}))
    return records, records.get(name, {}) if session_stood else {}


def broken(state: State, move: Move, done: Delivered, story: Story) -> Iterator[str]:
    """Which promises a delivery breaks; `story` is the one after it."""
    before, changed = state.story, done.records is not state.records
    if changed:
        yield from _written_over(state.records, done.records)
        for contact in (FIRST, OTHER):
            yield from _on_contact(story, contact, done.records.get(contact, {}))
        yield from _login_and_subject(state, move, done)
    if isinstance(move.step, Link):
        yield from _link(state, move, move.step, done)
    elif isinstance(move.step, Result):
        yield from _result(before, move.to, move.step, done, changed)
    else:
        yield from _start(before, move.to, move.step, done)


def _written_over(before: dict[str, Record], after: dict[str, Record]) -> Iterator[str]:
    for name, record in before.items():
        if name not in (FIRST, OTHER) and any(
            after[name].get(field) != value for field, value in _read(record).items()
        ):
            yield "W2 something was written over"


def _on_contact(story: Story, contact: str, record: Record) -> Iterator[str]:
    won, found, login = story.won(contact), assurance.proofs(record), record.get("login")
    linked = {name for name, owner in story.owners if owner == contact}
    if bool(won) is not bool(found):
        yield "W6 a proof that should not be there, or none that should"
        return
    if record and (login not in linked or record.get("view") != VIEW["view"]):
        yield "W6 the contact's login is none of its sessions, or its agents cannot see it"
    if found:
        newest = max(came.at for came in won.values())
        of = {name for name, came in won.items() if found == [_proof(came)]}
        if not of or found[0].at != newest:
            yield "W6 the proof is not of the newest result"
        if login in won and login not in of:
            yield "W6 the login is not the proof's"


def _proof(came: Came) -> Proof:
    return Proof(Method.WEB_LOGIN, WORTH.level, came.subject, came.at, came.at + PROOF_LIFE)


def _proof_on(record: Record) -> Proof | None:
    return next(iter(assurance.proofs(record)), None) if "web_login_at" in record else None


def _counts(proof: Proof | None, at: int) -> bool:
    return proof is not None and proof.at - SKEW <= at < proof.until


def _login_and_subject(state: State, move: Move, done: Delivered) -> Iterator[str]:
    """What happens to a contact's login and proof in one delivery."""
    for contact in (FIRST, OTHER):
        before, after = state.records.get(contact, {}), done.records.get(contact, {})
        had, has = _proof_on(before), _proof_on(after)
        if had and before.get("login") != after.get("login") and had == has and _counts(had, move.step.at):
            yield "W6 the login is not that of the proof that counts"
        if had and has and had.subject != has.subject and not done.noted:
            yield "W6 another subject, and nobody noticed"
        if done.noted and contact == _whose(state.story, move) and not (had and had.subject != _subject(state, move)):
            yield "W6 the same subject was taken for another"


def _whose(story: Story, move: Move) -> str | None:
    return move.step.contact if isinstance(move.step, Link) else story.owner(move.to)


def _subject(state: State, move: Move) -> str:
    if isinstance(move.step, Result):
        return move.step.outcome.subject
    came = state.story.result(move.to)
    return came.subject if came else ""


def _start(story: Story, name: str, step: Start, done: Delivered) -> Iterator[str]:
    fresh = name not in story.started
    elsewhere = step.outcome is not None and _counted_elsewhere(story, name, step.outcome)
    if fresh and not elsewhere and done.answer != Done():
        yield "W3 a code that was free was refused"
    if elsewhere and done.answer == Done():
        yield "W3 a token's result counts in two sessions"
    if done.answer == Done() and not fresh and step.secret != SECRETS[name]:
        yield "W1 a code was given out twice"


def _counted_elsewhere(story: Story, name: str, outcome: Outcome) -> bool:
    return any(came.token == outcome.token and one != name for one, came in story.results)


def _result(story: Story, name: str, step: Result, done: Delivered, changed: bool) -> Iterator[str]:
    known, said = story.result(name), done.answer == Done()
    same = known is not None and (known.token, known.succeeded) == (step.outcome.token, step.outcome.succeeded)
    in_time, elsewhere = -SKEW <= step.at - T <= LIFE, _counted_elsewhere(story, name, step.outcome)
    if said and known is not None and not same:
        yield "W3 a second result"
    if changed and not _has_address(story, name, step):
        yield "W3 a result from somebody without the address"
    if changed and not in_time:
        yield "W4 a result out of time"
    if changed and elsewhere:
        yield "W3 a token's result counts in two sessions"
    due = _has_address(story, name, step) and in_time and known is None and not elsewhere
    if due and isinstance(done.answer, Refused):
        yield "W3 a result in time was refused"
    if same and _has_address(story, name, step) and not said:
        yield "W2 the repetition of a result was refused"


def _has_address(story: Story, name: str, step: Result) -> bool:
    return name in story.started and step.secret == SECRETS[name]


def _link(state: State, move: Move, step: Link, done: Delivered) -> Iterator[str]:
    owner, due = state.story.owner(move.to), move.to in state.story.started and -SKEW <= step.at - T <= LIFE
    if isinstance(done.answer, LookAgain) and state.underway is None:
        yield "W2 nobody was there first"
    if isinstance(done.answer, Refused):
        if owner == step.contact:
            yield "W2 the contact was not known again"
        if owner is None and due:
            yield "W4 a code within its life was refused"
    if isinstance(done.answer, Answered):
        if owner not in (None, step.contact):
            yield "W1 another contact was answered"
        if owner is None and not due:
            yield "W4 a dead code linked"
        yield from _word(state, move, done)


def _word(state: State, move: Move, done: Delivered) -> Iterator[str]:
    assert isinstance(move.step, Link)
    assert isinstance(done.answer, Answered)
    word, on_contact = done.answer.word, done.records.get(move.step.contact, {})
    true = {expected(state.story, move, on_contact)}
    if state.underway and state.underway.expected:  # it was true when half of it was read
        true.add(state.underway.expected)
    if word not in true:
        yield f"W2, W5 {word} is not {' or '.join(sorted(true))}"
    proof = _proof_on(on_contact)
    whole = state.underway is None or state.underway.expected is None
    if word is Word.LINKED and whole and done.answer.proof != proof:
        yield "W5 linked with another proof than the contact's"
    came = state.story.result(move.to)
    if "sealed" in done.records[move.to] and not (came and came.succeeded):
        yield "W5 a failed login left a person behind"
    if word is Word.LINKED and "sealed" not in done.records[move.to]:
        yield "W5 linked, and nobody knows to whom"


def expected(story: Story, move: Move, on_contact: Record) -> Word:
    """What there is to say of a session to the contact that it is linked to."""
    came, proof, at = story.result(move.to), _proof_on(on_contact), move.step.at
    if came is None:
        return Word.WAITING if at - T <= SETTLED else Word.NOT_AUTHENTICATED
    of_mine = proof is not None and proof.subject == came.subject
    return Word.LINKED if came.succeeded and of_mine and _counts(proof, at) else Word.NOT_AUTHENTICATED


def told_on(state: State, move: Move, done: Delivered) -> Story:
    story, step, name, changed = state.story, move.step, move.to, done.records is not state.records
    if isinstance(step, Link) and isinstance(done.answer, Answered):
        settled = done.answer.word is Word.NOT_AUTHENTICATED and story.result(name) is None
        had = _proof_on(state.records.get(step.contact, {}))
        over = settled or (changed and had is not None and step.at >= had.until)
        if over:
            story = replace(story, past=max(step.at, story.past or 0))
        return replace(story, owners=story.owners | {(name, step.contact)}) if changed else story
    if changed and isinstance(step, Start):
        story = replace(story, started=story.started | {name})
    if changed and isinstance(step, Start | Result) and step.outcome is not None:
        came = Came(step.outcome.token, step.outcome.succeeded, step.outcome.subject, step.at)
        story = replace(story, results=story.results | {(name, came)})
    return story


def _cannot_be(story: Story, move: Move) -> bool:
    """What cannot happen, or is the same by another name."""
    if isinstance(move.step, Link) and move.step.contact == OTHER and not story.owners:
        return True
    if isinstance(move.step, Start) and move.step.secret == STRANGE:
        return "A" not in story.started  # who draws a code first has it
    # A write on its way is done, or dead, within its time: by then no clock is further back than the skew.
    return story.past is not None and move.step.at < story.past - SKEW - WRITTEN_WITHIN


def explore() -> Explored:
    """Both scenes, as far as the first fault."""
    found = [Explored(0, 0, frozenset())]
    for scene in SCENES:
        found.append(_explored(tuple(scene())))
        if found[-1].fault:
            return found[-1]
    words = frozenset().union(*(one.words for one in found))
    return Explored(sum(one.states for one in found), sum(one.deliveries for one in found), words)


def _explored(moves: tuple[Move, ...]) -> Explored:
    """Breadth first through all states. The shortest way to a fault is returned."""
    begin = State({}, Story())
    came_from: dict[tuple[object, ...], tuple[tuple[object, ...], Move] | None] = {begin.key(): None}
    queue, deliveries, words = deque([(begin, begin.key())]), 0, set[Word]()
    at_once = tuple({repr(move[:2]): move._replace(pace=Pace.AT_ONCE) for move in moves}.values())
    while queue:
        state, key = queue.popleft()
        # While a step is under way the others are taken at once.
        for move in (state.underway.move, *at_once) if state.underway else moves:
            if _cannot_be(state.story, move):
                continue
            deliveries += 1
            done = deliver(move, state)
            mine = state.underway is not None and move is state.underway.move
            story = told_on(state, move, done)
            fault = next(broken(state if mine else state._replace(underway=None), move, done, story), None)
            if fault is not None:
                path = (*_path(came_from, key), move)
                return Explored(len(came_from), deliveries, frozenset(words), fault, path)
            if isinstance(done.answer, Answered):
                words.add(done.answer.word)
            underway = done.underway if mine or state.underway is None else state.underway
            if done.records is state.records and story is state.story and underway is state.underway:
                continue
            reached = State(done.records, story, underway)
            reached_key = reached.key()
            if reached_key not in came_from:
                came_from[reached_key] = (key, move)
                queue.append((reached, reached_key))
    return Explored(len(came_from), deliveries, frozenset(words))


def _path(
    came_from: Mapping[tuple[object, ...], tuple[tuple[object, ...], Move] | None], key: tuple[object, ...]
) -> list[Move]:
    steps: list[Move] = []
    found = came_from[key]
    while found is not None:
        steps.append(found[1])
        found = came_from[found[0]]
    return steps[::-1]
