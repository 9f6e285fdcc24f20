"""The flow tool plays what comes after and beside the first flow as a script says, and compares that, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.flowtool.instance import Flows
from local.flowtool.playing import Played, play
from local.flowtool.script import read
from tests.flows.documents import action, flow, say, set_attributes, store_input
from tests.local.connect_calls import BYE

ERROR = {"NoMatchingError": "done"}
QUEUE = (
    action("queue", "UpdateContactTargetQueue", {"QueueId": "arn:queue/help"}, "to-queue", ERROR),
    action("to-queue", "TransferContactToQueue", {}, "done", {"QueueAtCapacity": "done", **ERROR}),
)
PlayAll = Callable[..., Played]


@pytest.fixture
def played(tmp_path: Path) -> PlayAll:
    def once(text: str, *actions: dict[str, Any], **others: dict[str, Any]) -> Played:
        for name, document in {"main": flow(*actions, *BYE), **others}.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(document))
        file = tmp_path / "tried.flow-script.toml"
        file.write_text(text)
        [script] = read(file)
        return play(script, Flows(tmp_path / "main.json", {name: tmp_path / f"{name}.json" for name in others}))

    return once


def events(run: Played, what: str) -> list[dict[str, Any]]:
    return [event for event in run.events if event["what"] == what]


def hook(name: str, following: str) -> dict[str, Any]:
    parameters = {"EventHooks": {name: name}}
    return action(f"hook-{name}", "UpdateContactEventHooks", parameters, following, ERROR)


def test_keys_are_pressed_at_their_time_whatever_is_going_on(played: PlayAll) -> None:
    buffer = action("on", "GetParticipantInput", {"EnableDTMFBuffer": "true"}, "long", ERROR)
    copy = set_attributes("copy", "done", n="$.StoredCustomerInput")
    blocks = (buffer, say("long", "x" * 140, "code"), store_input("code", "copy"), copy)
    script = """
        [call]
        presses = [{ press = "471199#", after = 2.0 }]
        [expect]
        attributes = { n = "471199" }
        never_says = ["Type the number"]
    """
    run = played(script, *blocks)
    assert run.differences == ()
    assert "471199" not in repr(run.events)


GUIDE = flow(
    action(
        "show",
        "ShowView",
        {"ViewResource": {"Id": "detail"}, "ViewData": {"Heading": "Caller $.Attributes.who"}},
        "bye",
        dict.fromkeys(("NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"), "bye"),
        {"Equals Save": "save"},
    ),
    action(
        "save",
        "UpdateContactAttributes",
        {"Attributes": {"note": "$.Views.ViewResultData.Note"}, "TargetContact": "Related"},
        "bye",
        {"NoMatchingError": "bye"},
    ),
    action("bye", "DisconnectParticipant"),
)
WHISPER = flow(say("whisper", "From $.Queue.Name.", "end"), action("end", "EndFlowExecution"))
TALK = """
    [queues."arn:queue/help"]
    talks_seconds = 30
    answers = [{ action = "Save", data = { Note = "called" }, after = 4 }]
    [expect]
    ending = "agent"
    attributes = { note = "%s" }
    agent_hears = ["From help"]
    shows = ["detail", "%s"]
    path = ["...", "to-queue", "whisper", "end", "show", "save", "bye"]
"""


def guided(played: PlayAll, script: str) -> Played:
    first = set_attributes("set", "hook-AgentWhisper", who="Karin")
    hooks = (hook("AgentWhisper", "hook-DefaultAgentUI"), hook("DefaultAgentUI", "queue"))
    return played(script, first, *hooks, *QUEUE, AgentWhisper=WHISPER, DefaultAgentUI=GUIDE)


def test_what_agents_hear_see_and_choose_is_played_and_compared(played: PlayAll) -> None:
    for _ in range(2):
        run = guided(played, TALK % ("called", "wrong"))
        assert run.differences[:2] == ("shows:", "  - wrong")
    good = guided(played, (TALK % ("called", "x")).replace('["detail", "x"]', '["Caller Karin"]'))
    assert good.differences == ()
    told = [event.get("does") or event.get("hears") for event in events(good, "agent")]
    assert told == ["From $.Queue.Name.", "is shown detail", "chooses Save"]


def test_replies_and_what_is_made_are_played_and_compared(played: PlayAll) -> None:
    parameters = {"ProfileRequestData": {"IdentifierName": "_phone", "IdentifierValue": "x"}}
    errors = dict.fromkeys(("NoMatchingError", "NoneFoundError", "MultipleFoundError"), "later")
    find = action("find", "GetCustomerProfile", parameters, "hello", errors)
    seconds = {"InitialCallDelaySeconds": "60", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "60"}
    later = action("later", "CreateCallbackContact", {**seconds, "QueueId": "arn:queue/help"}, "done", ERROR)
    script = """
        [call]
        answers_callback = true
        [queues."arn:queue/help"]
        [replies]
        find = [{ data = { FirstName = "Karin" } }]
        [expect]
        says = ["Hello Karin"]
        made = ["CreateCallbackContact"]
    """
    run = played(script, find, say("hello", "Hello $.Customer.FirstName.", "later"), later)
    assert run.differences == ()
    assert [event["ending"] for event in events(run, "end")] == ["disconnected", "agent"]
    assert run.events[-1]["at"] > 60


def test_a_caller_who_goes_from_agent_to_agent_for_ever_is_stopped(played: PlayAll) -> None:
    again = flow(*QUEUE, *BYE)
    run = played('[queues."arn:queue/help"]', hook("CustomerRemaining", "queue"), *QUEUE, CustomerRemaining=again)
    assert run.run.ending.name == "DEFECT"
    assert "goes round" in (run.run.defect or "")
