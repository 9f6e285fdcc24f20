"""Explores every way in which the workers on a BankID order can meet, over the shipped writes of `bankid.order`.

Two worlds. In `pace` the hours matter and nothing else: workers whose clocks are up to `SKEW` apart read their clocks,
have their leases written late or early, and ask BankID. In `life` hours do not matter: deliveries of two inputs, two
collectors, somebody who cancels and the end of the call take their steps in any order, and any of them may stop for
ever between any two steps, which is what a crash or a lost answer is.

Every state that can be reached is visited; what must not be is looked for in each. The promises' numbers stand here a
second time on purpose.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from chalicelib.bankid import hints, order
from chalicelib.bankid.order import Beginning, Meeting, Standing
from chalicelib.conditional_write import Record, Write, applied, holds

PACE, SKEW, T = 2_000, 2_000, 2_222_222_222_000
SEGMENT = "call"


def write(wanted: Write, record: Record) -> tuple[Record, bool]:
    """As the table does it."""
    taken = holds(wanted.condition, record)
    return (applied(wanted, record) if taken else record), taken


def open_order() -> Record:
    """An order that BankID has, never collected."""
    begun, _ = write(order.begin(beginning(1, "a")), {})
    opened, _ = write(order.opened(1, SEGMENT, "ref", T), begun)
    return opened


def beginning(number: int, typed: str, attempt: str = "") -> Beginning:
    return Beginning(number, typed, f"sealed for {attempt}", "user", SEGMENT, T)


# --- pace ------------------------------------------------------------------------------------------------------


TICK, LONG_AGO, LATEST_WRITE = 250, 5_000, 750
"""Steps of time; an age beyond which ages do not differ; how late a write may come to the table."""


class Asker(NamedTuple):
    """A process with its own clock: idle, or about to ask since it read that clock `age` ms ago, `written` or not."""

    ahead: int
    age: int | None = None
    written: bool = False


class Hour(NamedTuple):
    """How long ago, by true time: `read`, when the clock was read for the lease that stands, and `asked`, BankID."""

    collector: int | None
    read: int
    askers: tuple[Asker, ...]
    asked: int = LONG_AGO


def pace_fault(clocks: tuple[int, ...]) -> str | None:
    """The first collect too soon after another, or during it, with processes whose clocks are so far ahead."""
    whole = open_order()
    start = Hour(None, LONG_AGO, tuple(Asker(ahead) for ahead in clocks))
    known, queue = {start}, deque([start])
    while queue:
        for reached in _next_hours(queue.popleft(), whole):
            if isinstance(reached, str):
                return reached
            if reached not in known:
                known.add(reached)
                queue.append(reached)
    return None


def _next_hours(hour: Hour, whole: Record) -> Iterator[Hour | str]:
    askers = tuple(asker._replace(age=None if asker.age is None else asker.age + TICK) for asker in hour.askers)
    if all(asker.age is None or asker.age <= LATEST_WRITE for asker in askers):
        yield Hour(hour.collector, min(hour.read + TICK, LONG_AGO), askers, min(hour.asked + TICK, LONG_AGO))
    for number, asker in enumerate(hour.askers):
        if asker.age is None:
            yield _with(hour, number, asker._replace(age=0))
            continue
        yield _with(hour, number, Asker(asker.ahead))  # it stops, or its write comes to nothing
        if asker.written:
            yield from _asks(hour, number, asker.age)
        elif _lease_taken(hour, number, asker.age, whole):
            taken = hour._replace(collector=number, read=asker.age)
            yield _with(taken, number, asker._replace(written=True))


def _lease_taken(hour: Hour, number: int, age: int, whole: Record) -> bool:
    """Whether the shipped condition holds, with each time as the clock showed it that was read."""
    collected_at = 0 if hour.collector is None else T - hour.read + hour.askers[hour.collector].ahead
    record = {**whole, "collector": str(hour.collector), "collected_at": collected_at}
    at = T - age + hour.askers[number].ahead
    return write(order.lease(SEGMENT, str(number), "token", at), record)[1]


def _asks(hour: Hour, number: int, age: int) -> Iterator[Hour | str]:
    if age > order.LATEST_SEND_MS:
        return
    if hour.asked < PACE:
        yield f"B2 asked {hour.asked} ms after the last time"
    yield _with(hour, number, Asker(hour.askers[number].ahead))._replace(asked=0)


def _with(hour: Hour, number: int, asker: Asker) -> Hour:
    return hour._replace(askers=(*hour.askers[:number], asker, *hour.askers[number + 1 :]))


# --- life ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Worker:
    """Who does something, and how far it has come. `number` is the order that it is about."""

    kind: str
    typed: str = ""
    at: str = "begins"
    number: int = 0


@dataclass(frozen=True)
class Life:
    """The record; what BankID has of each order; who is where; and what happened that must not be forgotten."""

    record: tuple[tuple[str, str | int], ...] = ()
    orders: tuple[tuple[str, str], ...] = ()  # for each order of BankID's: its input, and how it stands there
    numbers: tuple[int, ...] = ()  # which of our orders each of them is
    workers: tuple[Worker, ...] = ()
    fixed: tuple[tuple[int, str], ...] = ()  # the answer of each order that has one

    @property
    def standing(self) -> Record:
        return dict(self.record)


MOST = 2
TYPES_TWICE = (Worker("starter", "a"), Worker("starter", "a"), Worker("starter", "b"), Worker("collector"))
HANGS_UP = (Worker("starter", "a"), Worker("starter", "b"), Worker("collector"), Worker("ender"))
TWO_COLLECT = (Worker("starter", "a"), Worker("collector"), Worker("collector"), Worker("ender"))
CANCELS = (Worker("starter", "a"), Worker("starter", "a"), Worker("collector"), Worker("canceller"))
"""Who meets whom."""


@dataclass(frozen=True)
class Explored:
    """How many states there were, and the first thing that must not be."""

    states: int
    fault: str | None = None
    verified: bool = False


def explore(workers: tuple[Worker, ...]) -> Explored:
    """All of `life`. `verified`: whether anybody ever was, without which the rest would prove little."""
    start = Life(workers=workers)
    known, queue, verified = {start}, deque([start]), False
    while queue:
        life = queue.popleft()
        for reached in _next_lives(life):
            if reached in known:
                continue
            noted = _noted(reached)
            fault = _broken(life, noted)
            if fault:
                return Explored(len(known), fault)
            verified = verified or noted.standing.get("answer") == "verified"
            if noted not in known:
                known.add(noted)
                queue.append(noted)
    return Explored(len(known), None, verified)


def _noted(life: Life) -> Life:
    """With the answer that the record now holds, as the first that its order had."""
    record = life.standing
    number = int(record.get("number", 0))
    if record.get("state") != "over" or number in dict(life.fixed):
        return life
    return replace(life, fixed=(*life.fixed, (number, str(record["answer"]))))


def _broken(before: Life, life: Life) -> str | None:
    record = life.standing
    number = int(record.get("number", 0))
    inputs = [typed for typed, _ in life.orders]
    if len(inputs) != len(set(inputs)):
        return "B1 one input started two orders"
    if record.get("state") == "over" and dict(life.fixed)[number] != record["answer"]:
        return "B3 an answer turned"
    newly = record.get("answer") == "verified" and record != before.standing and record.get("state") == "over"
    if newly and (number, "verified") not in before.fixed:
        if order.ended(SEGMENT) in before.standing:
            return "B4 verified after the end"
        if dict(zip(life.numbers, life.orders, strict=True)).get(number, ("", ""))[1] != "given":
            return "B3 verified what BankID did not complete"
    return None


def _next_lives(life: Life) -> Iterator[Life]:
    for place, (typed, stands) in enumerate(life.orders):
        if stands == "pending":
            yield _ordered(life, place, (typed, "complete"))
    for place, worker in enumerate(life.workers):
        if worker.at == "stopped":
            continue
        yield _moved(life, place, replace(worker, at="stopped"))
        yield from _STEPS[worker.kind](life, place, worker)


def _starter(life: Life, place: int, worker: Worker) -> Iterator[Life]:
    if worker.at == "begins":
        yield from _begins(life, place, worker)
    elif worker.at == "begun":
        asked = replace(life, orders=(*life.orders, (worker.typed, "pending")), numbers=(*life.numbers, worker.number))
        yield _moved(asked, place, replace(worker, at="asked"))
        closed = _written(life, order.close(worker.number, hints.UNAVAILABLE, T))
        yield _moved(closed, place, replace(worker, at="stopped"))
    elif worker.at == "asked":
        after, taken = write(order.opened(worker.number, SEGMENT, "ref", T), life.standing)
        done = _moved(_put(life, after), place, replace(worker, at="stopped" if taken else "takes back"))
        yield done
    elif worker.at == "takes back":
        yield _moved(_cancelled(life, worker.number), place, replace(worker, at="stopped"))


def _begins(life: Life, place: int, worker: Worker) -> Iterator[Life]:
    wanted = beginning(max(worker.number, 1), worker.typed, f"worker {place}")
    after, taken = write(order.begin(wanted), life.standing)
    if taken:
        yield _moved(_put(life, after), place, replace(worker, at="begun", number=wanted.number))
        return
    met = order.met_by_start(life.standing, wanted, MOST)
    number = order.number_of(life.standing)
    if met is Meeting.NEXT and worker.number != number + 1:
        yield _moved(life, place, replace(worker, number=number + 1))
    elif met in (Meeting.STARTING, Meeting.REPLACE):
        given_up = life.standing["state"] == "starting"
        closed = _written(life, order.close(number, hints.UNAVAILABLE if given_up else hints.CANCELLED, T))
        yield closed
        yield _cancelled(closed, number) if not given_up else closed
    elif met is Meeting.STARTED and ("open" not in str(life.standing["state"]) and not life.standing["opened_at"]):
        raise AssertionError("started, and nothing was")


def _collector(life: Life, place: int, worker: Worker) -> Iterator[Life]:
    if worker.at == "begins":
        record = {**life.standing, "collected_at": 0} if life.record else {}
        after, taken = write(order.lease(SEGMENT, str(place), "token", T), record)
        if taken:
            same = {**after, "collected_at": 0, "collector": "none", "lease": "none"}  # the hours are the other world's
            yield _moved(_put(life, same), place, replace(worker, at="asks", number=order.number_of(after)))
        elif order.met_by_collect(record, SEGMENT, "token", T) is Standing.OURS:
            raise AssertionError("another's lease taken for ours")
    elif worker.at == "asks":
        yield from _collected(life, place, worker)
    else:
        told = order.verified(worker.number, SEGMENT, T, {"subject": "s"}) if worker.at == "complete" else None
        done = told or order.close(worker.number, hints.FAILED, T)
        yield _moved(_written(life, done), place, replace(worker, at="begins", number=0))


def _collected(life: Life, place: int, worker: Worker) -> Iterator[Life]:
    there = life.numbers.index(worker.number)
    typed, stands = life.orders[there]
    if stands == "pending":
        yield _moved(life, place, replace(worker, at="begins", number=0))
    elif stands == "complete":
        given = _ordered(life, there, (typed, "given"))
        yield _moved(given, place, replace(worker, at="complete"))
    else:
        yield _moved(life, place, replace(worker, at="gone"))


def _ender(life: Life, place: int, worker: Worker) -> Iterator[Life]:
    number = order.number_of(life.standing)
    if worker.at == "begins":
        yield _moved(_written(life, order.mark_ended(SEGMENT, T)), place, replace(worker, at="marked", number=number))
    elif worker.at == "marked":
        yield _moved(_cancelled(life, worker.number), place, replace(worker, at="taken back"))
    else:
        yield _moved(
            _written(life, order.close(worker.number, hints.CANCELLED, T)), place, replace(worker, at="stopped")
        )


def _canceller(life: Life, place: int, worker: Worker) -> Iterator[Life]:
    number = order.number_of(life.standing)
    if worker.at == "begins":
        closed = _written(life, order.close(number, hints.CANCELLED, T))
        yield _moved(closed, place, replace(worker, at="closed", number=number))
    else:
        yield _moved(_cancelled(life, worker.number), place, replace(worker, at="stopped"))


_STEPS: dict[str, Callable[[Life, int, Worker], Iterator[Life]]] = {
    "starter": _starter,
    "collector": _collector,
    "ender": _ender,
    "canceller": _canceller,
}


def _put(life: Life, record: Record) -> Life:
    return replace(life, record=tuple(sorted(record.items())))


def _written(life: Life, wanted: Write) -> Life:
    return _put(life, write(wanted, life.standing)[0])


def _moved(life: Life, place: int, worker: Worker) -> Life:
    return replace(life, workers=(*life.workers[:place], worker, *life.workers[place + 1 :]))


def _ordered(life: Life, place: int, stands: tuple[str, str]) -> Life:
    return replace(life, orders=(*life.orders[:place], stands, *life.orders[place + 1 :]))


def _cancelled(life: Life, number: int) -> Life:
    """BankID takes back what is pending; what is complete stays so until it is given out."""
    if number not in life.numbers:
        return life
    place = life.numbers.index(number)
    typed, stands = life.orders[place]
    return _ordered(life, place, (typed, "cancelled")) if stands == "pending" else life
