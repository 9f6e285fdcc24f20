"""Reading the tables of a script that tell of what is outside the flow: functions, far ends, queues, other services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.connect.circumstances import Fault, Reply
from local.connect.functions import RETRIES
from local.connect.queues import Agent, Answer, Queue
from local.connect.runner import MOST_STEPS
from local.flowtool.fields import Fields, ScriptError, checked, word
from local.flowtool.people import FarEnds, ScriptedFunction

FAULTS: Mapping[str, Fault] = {
    "throttled": Fault.THROTTLED,
    "service error": Fault.SERVICE_ERROR,
    "raises": Fault.RAISES,
    "raises after commit": Fault.RAISES_AFTER_COMMIT,
    "times out": Fault.TIMES_OUT_BEFORE_COMMIT,
    "times out after commit": Fault.TIMES_OUT_AFTER_COMMIT,
    "late duplicate": Fault.LATE_DUPLICATE,
}


def scripted_function(function: Fields) -> ScriptedFunction:
    by_step = {
        name: tuple(checked(answers, list, "a list of answers", function.at("steps")))
        for name, answers in function.table("steps").items()
    }
    scripted = ScriptedFunction(tuple(function.items("answers")), by_step, function.number("takes_seconds", 0.0))
    function.done()
    return scripted


def faults(function: Fields) -> Mapping[int, Fault]:
    """By the number of the attempt; `every` stands for as many as a call can have."""
    given = {name: word(fault, FAULTS, function.at("faults")) for name, fault in function.table("faults").items()}
    always = given.pop("every", None)
    if wrong := [name for name in given if not name.isdecimal()]:
        raise ScriptError(f'{function.at("faults")}: {wrong[0]} is neither the number of an attempt nor "every"')
    attempts = range(1, MOST_STEPS * (1 + RETRIES) + 1) if always else ()
    return {**{attempt: always for attempt in attempts if always}, **{int(name): one for name, one in given.items()}}


def far_ends(number: str, given: object) -> FarEnds:
    where = f'far_ends."{number}"'
    calls = tuple(checked(given, list, "a list", where))
    for call in calls:
        if call not in FarEnds.FAILURES:
            checked(call, (int, float), "a list of seconds, or of: " + ", ".join(FarEnds.FAILURES), where)
    return FarEnds(calls)


def queue(arn: str, table: object) -> Queue:
    fields = Fields(table, f'queues."{arn}"')
    one = Queue(
        arn,
        fields.text("name", arn.rpartition("/")[2]),
        _agent(fields),
        fields.number("wait_seconds", 3.0),
        fields.flag("full"),
        metrics=numbers(fields.table("metrics"), fields.at("metrics")),
    )
    fields.done()
    return one


def _agent(fields: Fields) -> Agent:
    """The one behind a queue."""
    return Agent(
        answers=[_answer(answer) for answer in fields.tables("answers")],
        talks_seconds=fields.number("talks_seconds", 0.0),
        holds_seconds=fields.numbers("holds_seconds"),
    )


def _answer(fields: Fields) -> Answer:
    action = fields.text("action") if fields.has("action") else None
    answer = Answer(action, fields.table("data"), fields.number("after", 0.0))
    fields.done()
    return answer


def _reply(fields: Fields) -> Reply:
    reply = Reply(fields.table("data"), fields.text("error") if fields.has("error") else None)
    fields.done()
    return reply


def replies(block: str, replies: object) -> tuple[Reply, ...]:
    where = f'replies."{block}"'
    return tuple(
        _reply(Fields(reply, f"{where}[{number}]"))
        for number, reply in enumerate(checked(replies, list, "a list of replies", where))
    )


def numbers(table: Mapping[str, Any], where: str) -> dict[str, float]:
    return {name: checked(value, (int, float), "a number", where) for name, value in table.items()}
