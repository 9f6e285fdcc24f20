"""Flows for later moments are played at theirs: in the queue, before two people are joined, on hold, afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from local.connect import Agent, Circumstances, Ending, Queue
from local.telephone import Call
from tests.flows.documents import action, flow, hang_up, invoke, say, set_attributes
from tests.local.connect_calls import BYE, CALLER, FUNCTION, HANG_UP, NUMBER, Centre, Listener, branches, leg, to_queue

OTHER = "arn:queue:other"


def hook(name: str, following: str, flow_id: str | None = None) -> dict[str, Any]:
    parameters = {"EventHooks": {name: flow_id or name}}
    return action(f"set-{name}", "UpdateContactEventHooks", parameters, following, {"NoMatchingError": "done"})


def end(identifier: str = "end") -> dict[str, Any]:
    return action(identifier, "EndFlowExecution")


def music(identifier: str = "music", following: str | None = None, **more: Any) -> dict[str, Any]:
    conditions = {"Equals MessagesInterrupted": following} if following else None
    parameters = {"Messages": [{"Text": "x" * 28}], **more}
    return action(identifier, "MessageParticipantIteratively", parameters, following, conditions=conditions)


def queueing(
    flows: Mapping[str, dict[str, Any]], *, others: Mapping[str, dict[str, Any]] | None = None, **more: Any
) -> Centre:
    """A centre whose flow names each of `flows` for its moment, and queues."""
    following = [*(f"set-{name}" for name in list(flows)[1:]), "queue"]
    hooks = [hook(name, after) for name, after in zip(flows, following, strict=True)]
    return Centre({"main": flow(*hooks, *to_queue()), **flows, **(others or {})}, **more)


def one(*actions: dict[str, Any]) -> dict[str, Any]:
    return flow(*actions, name="one")


def test_the_queue_flow_is_played_until_an_agent_is_free() -> None:
    tried = queueing({"CustomerQueue": one(music())})
    person, start = Listener(), tried.clock.now()
    run = tried.phone(person)
    assert (run.ending, run.queue) == (Ending.AGENT, "tried")
    assert tried.clock.now() - start == pytest.approx(3.0)
    assert person.heard == ["x" * 28]
    assert branches(run)[-1] == ("music", "interrupted")
    assert tried.transcript.longest_silence() == 0.0


@pytest.mark.parametrize("goes_on", ["True", "False"])
def test_music_is_interrupted_for_something_else_as_often_as_it_says(goes_on: str) -> None:
    every = music(following="say", InterruptFrequencySeconds="1", ContinueMessagingDuringInterrupt=goes_on)
    flows = {"CustomerQueue": one(every, say("say", "Hold on, please.", "music"))}
    person = Listener()
    run = queueing(flows).phone(person)
    taken = [step for step in branches(run) if step[0] in ("music", "say")]
    interrupted = ("music", "Equals MessagesInterrupted")
    assert taken == [interrupted, ("say", "next"), ("music", "interrupted")]


def test_a_queue_flow_that_ends_leaves_the_caller_waiting_in_silence() -> None:
    tried = queueing({"CustomerQueue": one(end())})
    assert tried.phone().queue == "tried"
    assert tried.transcript.longest_silence() == pytest.approx(3.0)


def test_a_queue_flow_may_hang_up_or_give_the_caller_away() -> None:
    assert queueing({"CustomerQueue": one(*BYE)}).phone().ending is Ending.DISCONNECTED
    given = queueing({"CustomerQueue": one(leg("False"), *BYE)}).phone()
    assert given.ending is Ending.THIRD_PARTY


def test_a_caller_who_hangs_up_in_a_queue_has_not_reached_an_agent() -> None:
    tried = queueing({"CustomerQueue": one(music())})
    run = tried.instance.run(Call(NUMBER, CALLER, Listener(), hangs_up_at=tried.clock.now() + 1))
    assert (run.ending, run.queue) == (Ending.CALLER_HUNG_UP, None)
    assert tried.agent.screens == []


def dequeue(queue: str) -> dict[str, Any]:
    errors = {"QueueAtCapacity": "music", "NoMatchingError": "music"}
    return action("move", "DequeueContactAndTransferToQueue", {"QueueId": queue}, "music", errors)


@pytest.mark.parametrize(
    ("queue", "branch", "reached"), [(OTHER, "next", "other"), ("arn:none", "NoMatchingError", "tried")]
)
def test_a_caller_is_moved_to_another_queue(queue: str, branch: str, reached: str) -> None:
    other = Queue(OTHER, "other")
    run = queueing({"CustomerQueue": one(dequeue(queue), music())}, queues=(other,)).phone()
    assert ("move", branch) in branches(run)
    assert run.queue == reached


def test_whispers_are_heard_by_whom_they_are_for_before_the_two_are_joined() -> None:
    told_to_caller = (say("b", "You speak with $.Agent.FirstName.", "set"), set_attributes("set", "end", w="1"), end())
    told_to_agent = (say("a", "From queue $.Queue.Name.", "end"), end())
    tried = queueing({"AgentWhisper": one(*told_to_agent), "CustomerWhisper": one(*told_to_caller)})
    person = Listener()
    tried.phone(person)
    assert tried.agent.heard == ["From queue tried."]
    assert person.heard == ["You speak with agent."]
    assert tried.agent.screens[0].attributes == {"w": "1"}
    told = [line.what for line in tried.transcript.lines]
    assert told.index("to the agent, says: From queue $.Queue.Name.") < told.index(
        "says: You speak with $.Agent.FirstName."
    )


def test_a_caller_who_hangs_up_during_a_whisper_is_gone() -> None:
    run = queueing({"CustomerWhisper": one(say("b", "One moment.", "end"), end())}).phone(
        Listener(reactions={"One moment": HANG_UP})
    )
    assert run.ending is Ending.CALLER_HUNG_UP


def test_after_the_agent_has_hung_up_the_rest_is_played_to_the_caller() -> None:
    tried = queueing({"CustomerRemaining": one(*BYE)}, agent=Agent(talks_seconds=20))
    person, start = Listener(), tried.clock.now()
    run = tried.phone(person)
    assert (run.ending, run.queue) == (Ending.AGENT, "tried")
    assert person.heard == ["Goodbye."]
    assert tried.clock.now() - start == pytest.approx(3 + 20 + 8 / 14)


def test_after_one_agent_a_caller_may_be_queued_for_another() -> None:
    other = Queue(OTHER, "other")
    to = action("to", "TransferContactToQueue", {}, "done", {"QueueAtCapacity": "done", "NoMatchingError": "done"})
    target = action("queue", "UpdateContactTargetQueue", {"QueueId": OTHER}, "to", {"NoMatchingError": "done"})
    again = one(hook("CustomerRemaining", "queue", "last"), target, to, *BYE)
    tried = queueing({"CustomerRemaining": again}, others={"last": one(*BYE)}, queues=(other,))
    assert tried.phone().queue == "other"
    assert (len(tried.agent.screens), len(other.agent.screens)) == (1, 1)


def test_on_hold_agent_and_caller_each_hear_their_flow_for_so_long() -> None:
    flows = {
        "CustomerHold": one(music()),
        "AgentHold": one(say("waits", "They are on hold.", "music"), music()),
    }
    tried = queueing(flows, agent=Agent(talks_seconds=10, holds_seconds=(5,)))
    person, start = Listener(), tried.clock.now()
    tried.phone(person)
    assert person.heard == ["x" * 28] * 2
    assert tried.agent.heard == ["They are on hold.", "x" * 28]
    assert tried.clock.now() - start == pytest.approx(3 + 10)
    assert tried.transcript.longest_silence() == 0.0


def test_a_hook_can_be_switched_off_and_on_again() -> None:
    def switch(word: str, identifier: str, following: str) -> dict[str, Any]:
        parameters = {"EventHooksConfiguration": {"CustomerRemaining": {"DisableExecution": word}}}
        return action(identifier, "UpdateContactEventHooks", parameters, following, {"NoMatchingError": "done"})

    def heard(*switches: dict[str, Any]) -> list[str]:
        person = Listener()
        main = flow(hook("CustomerRemaining", "off" if switches else "queue"), *switches, *to_queue())
        Centre({"main": main, "CustomerRemaining": one(*BYE)}).phone(person)
        return person.heard

    assert heard() == ["Goodbye."]
    assert heard(switch("true", "off", "queue")) == []
    assert heard(switch("true", "off", "on"), switch("false", "on", "queue")) == ["Goodbye."]


def test_a_queue_without_music_is_silent() -> None:
    parameters = {"EventHooksConfiguration": {"CustomerQueue": {"DisableExecution": "true"}}}
    off = action("off", "UpdateContactEventHooks", parameters, "queue", {"NoMatchingError": "done"})
    tried = Centre({"main": flow(off, *to_queue())})
    tried.phone()
    assert tried.transcript.longest_silence() == pytest.approx(3.0)


def test_a_caller_who_has_had_enough_of_holding_hangs_up() -> None:
    tried = queueing({"AgentHold": one(music())}, agent=Agent(talks_seconds=10, holds_seconds=(5,)))
    start = tried.clock.now()
    run = tried.instance.run(Call(NUMBER, CALLER, Listener(), hangs_up_at=start + 6))
    assert (run.ending, run.queue) == (Ending.CALLER_HUNG_UP, "tried")
    assert tried.clock.now() == start + 6


def test_a_flow_that_is_not_there_takes_the_error_branch() -> None:
    run = Centre({"main": flow(hook("CustomerQueue", "done", "none"), *BYE)}).phone()
    assert branches(run)[0] == ("set-CustomerQueue", "NoMatchingError")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("CustomerWhisper", hang_up("wrong")),
        ("AgentHold", hang_up("wrong")),
        ("CustomerQueue", to_queue()[1]),
        ("AgentWhisper", music("wrong")),
        ("CustomerRemaining", end("wrong")),
    ],
)
def test_an_action_that_the_service_refuses_in_such_a_flow_is_a_defect(name: str, wrong: dict[str, Any]) -> None:
    wrong = {**wrong, "Transitions": {}} if wrong["Identifier"] == "wrong" else wrong
    tried = queueing({name: one(wrong, *to_queue()[2:])}, agent=Agent(talks_seconds=5, holds_seconds=(1,)))
    run = tried.phone()
    assert run.ending is Ending.DEFECT
    assert f"{wrong['Type']} is refused in" in (run.defect or "")


def test_functions_are_invoked_from_any_of_these_flows() -> None:
    asked: list[str] = []

    def function(event: dict[str, Any]) -> dict[str, str]:
        asked.append(event["Details"]["Parameters"]["from"])
        return {"result": "ok"}

    names = ("CustomerQueue", "AgentWhisper", "CustomerWhisper")
    flows = {name: one(invoke("ask", FUNCTION, "end", "end", **{"from": name}), end()) for name in names}
    queueing(flows, function=function).phone()
    assert asked == list(names)


def test_an_agent_who_was_set_as_the_target_gets_a_transferred_caller() -> None:
    own = Queue("arn:agent:karin", "karin", Agent("karin"))
    target = action("a", "UpdateContactTargetQueue", {"AgentId": own.arn}, "to", {"NoMatchingError": "done"})
    main = flow(target, action("to", "TransferContactToAgent"), *BYE)
    moved = Centre({"main": main}, queues=(own,), circumstances=Circumstances(initiation="TRANSFER"))
    assert moved.phone().queue == "karin"
    assert Centre({"main": main}, queues=(own,)).phone().ending is Ending.DEFECT
