"""A contact's BankID order in the table: what may happen to it, as conditional writes, with no read before them.

    begin  ->  starting  ->  opened  ->  open  ->  lease, lease, ...  ->  verified or close  ->  over

A contact has one record and in it one order at a time, by its `number` (1, 2, ...). Whoever calls BankID writes before:
`begin` before a start, `lease` before a collect. What BankID answered last is written before anybody is told.

What holds, whatever is retried, duplicated, lost, late or interleaved, with clocks up to `SKEW_MS` apart:

B1  an encrypted input starts one order at most; a repeated start gets that order, never another
B2  an order is collected by one worker at a time, and its collects are never less than `PACE_MS` apart
B3  verified is only what BankID completed; an answer that was stored does not turn
B4  once the segment of the call has ended, nothing verifies
B5  an answer of BankID that was lost on the way to the table is not "verified", and never will be

A worker waits until what the one before it may still be doing is over (`HOLD_MS`), and unless that was itself, by the
same clock (`collector` says so), also for what the clocks may differ.

Times are whole milliseconds since the epoch. A segment is what Connect calls a contact with a ContactId of its own; a
transfer makes a new one in the same call.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.bankid.hints import CANCELLED, EXPIRED, VERIFIED, End, Prompt, Result
from chalicelib.clock import SKEW_MS
from chalicelib.conditional_write import (
    Absent,
    AllOf,
    AnyOf,
    Between,
    Condition,
    Is,
    Record,
    Scalar,
    Write,
    holds,
)

PACE_MS = 2_000
"""BankID wants its orders collected every two seconds."""

LATEST_SEND_MS = 250
"""A lease that took longer to get than this is let go: asking BankID so late would come too close to the next."""

HOLD_MS = PACE_MS + LATEST_SEND_MS
"""How long after it read its clock for a lease a worker may be waiting for BankID; and then it may take another."""

START_LIFE_MS = 7_000 + SKEW_MS
"""After this a start is over or lost: Lambda ends the function that makes it after seven seconds."""

ORDER_LIFE_MS = 540_000
"""Three minutes to open the app, three to finish, three in which BankID keeps the result. Later it has nothing more."""

REPLAY_MS = 10_000

WIPED = "none"


class State(StrEnum):
    """Where an order stands."""

    STARTING = "starting"
    OPEN = "open"
    OVER = "over"


# --- writes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beginning:
    """What an order begins with. `input` is the handle of the encrypted input, `asked` what it asks, sealed."""

    number: int
    input: str
    asked: str
    initiator: str
    segment: str
    at: int


def begin(order: Beginning) -> Write:
    """Say that order `number` is about to be started at BankID. The first is the first, any other follows one over."""
    first = Absent("state")
    after = AllOf((Is("number", order.number - 1), Is("state", State.OVER)))
    return Write(
        AllOf((first if order.number == 1 else after, Absent(ended(order.segment)))),
        {
            "state": State.STARTING,
            "number": order.number,
            _input(order.number): order.input,
            "asked": order.asked,
            "initiator": order.initiator,
            "begun_in": order.segment,
            "segment": order.segment,
            "started_at": order.at,
            "order": WIPED,
            "opened_at": 0,
            "collector": WIPED,
            "lease": WIPED,
            "collected_at": 0,
        },
    )


def opened(number: int, segment: str, order: str, at: int) -> Write:
    """BankID has made the order; `order` is its sealed orderRef."""
    return Write(
        AllOf((_is(number, State.STARTING), Absent(ended(segment)))),
        {"state": State.OPEN, "order": order, "opened_at": at},
    )


def lease(segment: str, collector: str, token: str, at: int) -> Write:
    """B2. Take the right to collect the open order once. `collector` stands for a clock, `token` for this attempt."""
    own = AllOf((Is("collector", collector), Between("collected_at", 0, at - HOLD_MS)))
    others = Between("collected_at", 0, at - HOLD_MS - SKEW_MS)
    return Write(
        AllOf((Is("state", State.OPEN), _in_life(at), Absent(ended(segment)), AnyOf((own, others)))),
        {"collector": collector, "lease": token, "collected_at": at, "segment": segment},
    )


def verified(number: int, segment: str, at: int, told: dict[str, Scalar]) -> Write:
    """BankID completed the order for whom we asked. `told` is what a repeated answer needs, sealed if personal.

    Written together with the proof on the contact, both or neither.
    """
    return Write(
        AllOf((_is(number, State.OPEN), Absent(ended(segment)))),
        {**told, **_over(VERIFIED, at)},
    )


def close(number: int, end: End, at: int) -> Write:
    """The order is over, and not verified."""
    return Write(
        AllOf((Is("number", number), AnyOf((Is("state", State.STARTING), Is("state", State.OPEN))))), _over(end, at)
    )


def mark_ended(segment: str, at: int) -> Write:
    """B4. The segment of the call is over; written whether or not it has an order."""
    return Write(Absent(ended(segment)), {ended(segment): at})


def ended(segment: str) -> str:
    """The field that says that a segment is over. A field each, so that none can be forgotten for another."""
    return f"ended_{segment.replace('-', '_')}"


def _input(number: int) -> str:
    return f"input_{number}"


def _is(number: int, state: State) -> Condition:
    return AllOf((Is("number", number), Is("state", state)))


def _in_life(at: int) -> Condition:
    return Between("started_at", at - ORDER_LIFE_MS, at + SKEW_MS)


def _over(end: End, at: int) -> dict[str, Scalar]:
    return {
        "state": State.OVER,
        "answer": end.result,
        "prompt": end.prompt,
        "answered_at": at,
        "asked": WIPED,
        "order": WIPED,
    }


# --- what stands in the way -------------------------------------------------------------------------------------


class Meeting(StrEnum):
    """What a start that could not begin an order has met."""

    OURS = "ours"  # this very attempt's own write, whose answer was lost
    STARTING = "starting"  # another delivery of the same event is at it
    STARTED = "started"  # another delivery of the same event has done it
    REFUSED = "refused"  # another delivery of the same event was refused; `answer` says how
    PAST = "past"  # a late delivery of an event that is long answered, or the segment is over
    NEXT = "next"  # the order before is over: begin the next
    REPLACE = "replace"  # the order before must be cancelled first
    LOCKED = "locked"  # this contact has begun as many as it may, or the person has said that they are in no call


def met_by_start(record: Record, wanted: Beginning, most: int) -> Meeting:
    """What `begin(wanted)` met; `record` is what stood in its way. A contact may begin `most` orders."""
    number = number_of(record)
    known = [record.get(_input(earlier)) for earlier in range(1, number + 1)]
    if ended(wanted.segment) in record or wanted.input in known[:-1]:
        return Meeting.PAST
    if known and known[-1] == wanted.input:
        return _met_itself(record, wanted)
    if number >= most or record.get("answer") == Result.DECLINED:
        return Meeting.LOCKED
    return Meeting.NEXT if record.get("state", State.OVER) == State.OVER else Meeting.REPLACE


def _met_itself(record: Record, wanted: Beginning) -> Meeting:
    if record["state"] == State.STARTING:
        return Meeting.OURS if record["asked"] == wanted.asked else Meeting.STARTING
    return Meeting.STARTED if record["opened_at"] else Meeting.REFUSED


class Standing(StrEnum):
    """What a collect finds that could not take the lease."""

    OURS = "ours"  # this very attempt's own write, whose answer was lost
    NONE = "none"  # there is no order, or none yet
    BUSY = "busy"  # it was collected a moment ago; ask again at `free_at`
    TOO_OLD = "too_old"  # BankID has forgotten it by now
    ENDED = "ended"  # the segment is over
    OVER = "over"  # it has its answer


def met_by_collect(record: Record, segment: str, token: str, at: int) -> Standing:
    """What `lease` met; `record` is what stood in its way."""
    state = record.get("state")
    if ended(segment) in record:
        return Standing.ENDED
    if state == State.OVER:
        return Standing.OVER
    if state != State.OPEN:
        return Standing.NONE
    if record["lease"] == token:
        return Standing.OURS
    return Standing.BUSY if holds(_in_life(at), record) else Standing.TOO_OLD


def free_at(record: Record, collector: str) -> int:
    """When, by its own clock, `collector` may take the lease, unless somebody else does before."""
    gap = HOLD_MS if record["collector"] == collector else HOLD_MS + SKEW_MS
    return int(record["collected_at"]) + gap


def number_of(record: Record) -> int:
    """How many orders the contact has begun."""
    return int(record.get("number", 0))


def input_of(record: Record) -> str:
    """The handle of the encrypted input that the order was begun with."""
    return str(record[_input(number_of(record))])


def is_active(record: Record) -> bool:
    """Whether there is an order that BankID may still have."""
    return record.get("state") in (State.STARTING, State.OPEN)


def said(record: Record, at: int) -> End:
    """The answer of an order that is over. `verified` is repeated only as long as Connect may be asking again."""
    end = End(Result(str(record["answer"])), Prompt(str(record["prompt"])))
    fresh = holds(Between("answered_at", at - REPLAY_MS, at + SKEW_MS), record)
    return end if fresh or end.result is not Result.VERIFIED else EXPIRED


def said_of(number: int, record: Record, at: int) -> End:
    """The answer of order `number`; one that another has taken the place of was cancelled for it."""
    return said(record, at) if holds(_is(number, State.OVER), record) else CANCELLED
