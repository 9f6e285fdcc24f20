"""A guide is shown on the agent's screen once the agent has the caller, and does with it what the agent chooses."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect import Agent, Answer, Ending, View
from tests.flows.documents import action, flow, hang_up, invoke, set_attributes
from tests.local.connect_calls import BYE, FUNCTION, Centre, Function, Listener, branches, to_queue

HOOK = {"EventHooks": {"DefaultAgentUI": "guide"}}
GUIDE = action("hook", "UpdateContactEventHooks", HOOK, "queue", {"NoMatchingError": "done"})
DATA = {
    "Heading": "$.Attributes.who",
    "Closed": True,
    "Count": 3,
    "Rows": [{"Label": "$.External.result"}],
    "No": "$.Attributes.none",
}


def show(identifier: str, following: str, chosen: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    errors = dict.fromkeys(("NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"), following)
    parameters = {"ViewResource": {"Id": "detail", "Version": "1"}, **more}
    tests = {f"Equals {name}": target for name, target in (chosen or {}).items()}
    return action(identifier, "ShowView", parameters, following, errors, tests)


def guided(*guide: dict[str, Any], agent: Agent | None = None, function: Function | None = None) -> Centre:
    main = flow(set_attributes("who", "hook", who="Karin"), GUIDE, *to_queue())
    flows = {"main": main, "guide": flow(*guide, name="guide")}
    return Centre(flows, function or Function([{"result": "high"}]), agent=agent)


def test_a_view_shows_what_the_flow_put_into_it_of_whatever_kind() -> None:
    tried = guided(invoke("ask", FUNCTION, "show", "show"), show("show", "bye", ViewData=DATA), hang_up())
    run = tried.phone()
    filled = {"Heading": "Karin", "Closed": True, "Count": 3, "Rows": [{"Label": "high"}], "No": None}
    assert tried.agent.views == [View(run.contact_id, "detail", "1", filled)]
    assert (run.ending, run.queue) == (Ending.AGENT, "tried")


def test_a_view_that_the_agent_does_nothing_with_stays_on_the_screen() -> None:
    run = guided(show("show", "bye"), hang_up()).phone()
    assert branches(run)[-1] == ("show", "end")


@pytest.mark.parametrize(
    ("answer", "branch"),
    [
        (Answer("Done"), "Equals Done"),
        (Answer("Odd"), "NoMatchingCondition"),
        (Answer("Done", after_seconds=31), "TimeLimitExceeded"),
        (Answer(None), "TimeLimitExceeded"),
    ],
)
def test_what_the_agent_chooses_is_the_branch_and_too_late_is_one_too(answer: Answer, branch: str) -> None:
    view = show("show", "bye", {"Done": "bye"}, InvocationTimeLimitSeconds="30")
    run = guided(view, hang_up(), agent=Agent(answers=[answer])).phone()
    assert ("show", branch) in branches(run)


def test_what_the_agent_gave_can_be_read_and_written_to_the_callers_contact() -> None:
    data = {"Note": "called before", "Choice": ["first", "second"]}
    given = {"note": "Views.ViewResultData.Note", "choice": "Views.ViewResultData.Choice.1", "did": "Views.Action"}
    attributes = {name: f"$.{reference}" for name, reference in given.items()}
    parameters = {"Attributes": attributes, "TargetContact": "Related"}
    write = action("write", "UpdateContactAttributes", parameters, "own", {"NoMatchingError": "bye"})
    own = set_attributes("own", "bye", own="1")
    tried = guided(show("show", "write"), write, own, hang_up(), agent=Agent(answers=[Answer("Save", data)]))
    expected = {"who": "Karin", "note": "called before", "choice": "second", "did": "Save"}
    assert tried.phone().attributes == expected


def test_a_view_may_be_shown_again_and_again() -> None:
    agent = Agent(answers=[Answer("Again", after_seconds=5), Answer("Again", after_seconds=5)])
    tried = guided(show("show", "bye", {"Again": "show"}), hang_up(), agent=agent)
    start = tried.clock.now()
    tried.phone()
    assert len(tried.agent.views) == 3
    assert tried.clock.now() - start == pytest.approx(3 + 10)
    assert tried.transcript.longest_silence() == 0.0


def test_a_guide_is_a_chat_of_its_own_that_is_related_to_the_call() -> None:
    function = Function([{"result": "high"}])
    tried = guided(invoke("ask", FUNCTION, "show", "show"), show("show", "bye"), hang_up(), function=function)
    run = tried.phone()
    data = function.events[0]["Details"]["ContactData"]
    assert (data["Channel"], data["RelatedContactId"]) == ("CHAT", run.contact_id)
    assert data["InitialContactId"] != run.contact_id
    assert data["CustomerEndpoint"] is None
    assert data["Attributes"] == {"who": "Karin"}


def test_a_guide_that_is_switched_off_is_not_shown() -> None:
    configuration = {"EventHooksConfiguration": {"DefaultAgentUI": {"DisableExecution": "true"}}}
    off = action("off", "UpdateContactEventHooks", configuration, "queue", {"NoMatchingError": "done"})
    hook = {**GUIDE, "Transitions": {**GUIDE["Transitions"], "NextAction": "off"}}
    tried = Centre({"main": flow(hook, off, *to_queue()), "guide": flow(show("show", "bye"), hang_up())})
    tried.phone()
    assert tried.agent.views == []


def test_in_a_callers_own_flow_a_view_takes_its_error_branch() -> None:
    person = Listener()
    run = Centre({"main": flow(show("show", "done"), *BYE)}).phone(person)
    assert branches(run)[0] == ("show", "NoMatchingError")


def test_what_a_guide_says_is_for_the_agent_alone() -> None:
    said = action("say", "MessageParticipant", {"Text": "Look here."}, "bye", {"NoMatchingError": "bye"})
    person = Listener()
    tried = guided(said, hang_up())
    tried.phone(person)
    assert (tried.agent.heard, person.heard) == (["Look here."], [])
