"""What is drawn of a flow: its blocks, the lines between them, and what is told inside a block instead of by a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flows.document import NO_MATCHING_CONDITION, NO_MATCHING_ERROR, Action, Flow

_MOST_CHOICES = 4
"""That lead to one block, before all but the first are told in words."""
START = "\0start"
NOWHERE = "\0nowhere"
_WORDS = {
    NO_MATCHING_ERROR: "error",
    NO_MATCHING_CONDITION: "otherwise",
    "InputTimeLimitExceeded": "no key",
    "QueueAtCapacity": "queue full",
    "CallFailed": "call failed",
    "ConnectionTimeLimitExceeded": "no answer",
    "TimeLimitExceeded": "time is up",
}
_OPERATORS = {
    "Equals": "",
    "NumberGreaterThan": "> ",
    "NumberGreaterOrEqualTo": "\u2265 ",
    "NumberLessThan": "< ",
    "NumberLessOrEqualTo": "\u2264 ",
    "TextStartsWith": "begins with ",
    "TextEndsWith": "ends with ",
    "TextContains": "contains ",
    "KeyExists": "has ",
}


@dataclass(frozen=True)
class Note:
    """Branches, and where they lead."""

    text: str
    is_error: bool


@dataclass(frozen=True)
class Block:
    """`notes` are branches that are told in words instead of by lines, see `_drawn`."""

    key: str
    title: str
    type: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Line:
    """Branches of one block that lead to the same other block. `label` says which; "" where it is just the next."""

    source: str
    target: str
    label: tuple[str, ...]
    is_error: bool
    branches: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """Blocks in the order of the flow, after the start; lines in the order of their branches."""

    title: str
    blocks: tuple[Block, ...]
    lines: tuple[Line, ...]


@dataclass
class _Way:
    """What leads from one block to another."""

    action: Action
    target: str
    names: list[str] = field(default_factory=list)

    @property
    def is_error(self) -> bool:
        return all(name in self.action.errors and name != NO_MATCHING_CONDITION for name in self.names)

    @property
    def words(self) -> tuple[str, ...]:
        """Without what goes without saying: the next block, and an error after which the flow just goes on."""
        conditions = [name for name in self.names if name != "next" and name not in self.action.errors]
        errors = [name for name in self.names if name in self.action.errors]
        if NO_MATCHING_CONDITION in errors:
            errors = [NO_MATCHING_CONDITION]
        elif "next" in self.names:
            errors = [name for name in errors if name != NO_MATCHING_ERROR]
        return tuple(word(name) for name in (*conditions, *errors))


def word(branch: str) -> str:
    """A branch in few words: the operand of a condition, an error in plain words where there are some."""
    operator, _, operand = branch.partition(" ")
    if operator in _OPERATORS and operand:
        return _OPERATORS[operator] + operand
    return _WORDS.get(branch, branch)


def chart(flow: Flow, title: str) -> Chart:
    ways = [way for action in flow.actions for way in _ways(action, flow)]
    drawn = _drawn(ways, flow.start)
    notes = _notes(way for way in ways if way not in drawn)
    begin = flow.start if flow.start in flow.by_identifier else NOWHERE
    lines = [Line(START, begin, (), is_error=False, branches=("StartAction",))]
    lines += [Line(way.action.identifier, way.target, way.words, way.is_error, tuple(way.names)) for way in drawn]
    blocks = [Block(START, title, "")]
    blocks += [Block(one.identifier, one.identifier, one.type, notes.get(one.identifier, ())) for one in _once(flow)]
    if any(line.target == NOWHERE for line in lines):
        blocks.append(Block(NOWHERE, "nowhere", "no such block"))
    return Chart(title, tuple(blocks), tuple(lines))


def _once(flow: Flow) -> Iterator[Action]:
    """A flow that the service would refuse may have an identifier twice."""
    yield from {action.identifier: action for action in flow.actions}.values()


def _ways(action: Action, flow: Flow) -> Iterator[_Way]:
    ways: dict[str, _Way] = {}
    if flow.by_identifier[action.identifier] is not action:
        return
    for branch in action.branches():
        target = branch.target if branch.target in flow.by_identifier else NOWHERE
        ways.setdefault(target, _Way(action, target)).names.append(branch.name)
    yield from ways.values()


def _drawn(ways: list[_Way], start: str) -> list[_Way]:
    """Those that get a line.

    Errors get one only where nothing else leads to their block: charts are read for what happens when all is well.
    Where many choices lead to one block, the first gets one.
    """
    reached = {start} | {way.target for way in ways if not way.is_error}
    choices = Counter(way.target for way in ways if way.words and not way.is_error)
    chosen: set[str] = set()
    drawn = []
    for way in ways:
        if way.target == way.action.identifier or (way.is_error and way.target in reached):
            continue
        if way.words and choices[way.target] > _MOST_CHOICES and way.target in chosen:
            continue
        drawn.append(way)
        reached.add(way.target)
        if way.words:
            chosen.add(way.target)
    return drawn


def _notes(ways: Iterator[_Way]) -> Mapping[str, tuple[Note, ...]]:
    notes: dict[str, tuple[Note, ...]] = {}
    for way in ways:
        here = way.action.identifier
        to = "here again" if way.target == here else "nowhere" if way.target == NOWHERE else way.target
        note = Note(f"{', '.join(way.words) or 'next'} \u2192 {to}", way.is_error)
        notes[here] = (*notes.get(here, ()), note)
    return notes
