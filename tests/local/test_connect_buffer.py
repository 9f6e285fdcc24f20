"""The touch-tone buffer: what is typed ahead is kept until a block asks for it, and lost without it."""

from __future__ import annotations

from typing import Any

import pytest

from local.security_key import security_key
from local.telephone import Press
from tests.flows.documents import action, flow, invoke, say, store_input
from tests.local.connect_calls import BYE, FUNCTION, Centre, Function, Listener, branches, centre, leg, menu, to_queue

ERROR = {"NoMatchingError": "done"}


def buffer(on: bool, following: str, identifier: str = "buffer", **more: Any) -> dict[str, Any]:
    parameters = {"EnableDTMFBuffer": "true" if on else "false", **more}
    return action(identifier, "GetParticipantInput", parameters, following, {"NoMatchingError": following})


LONG = say("long", "x" * 140, "code")  # ten seconds
TAKES = (
    store_input("code", "call"),
    invoke("call", FUNCTION, "done", "done", typed="$.StoredCustomerInput"),
    *BYE,
)


def typed(*actions: dict[str, Any], **call: Any) -> tuple[Any, Centre, Listener]:
    """What reaches the function when the flow has come to it."""
    function, person = Function([{"result": "ok"}]), Listener()
    tried = centre(*actions, function=function, security_keys={security_key().id: security_key().public_key})
    tried.phone(person, **call)
    return function.parameters.get("typed"), tried, person


@pytest.mark.parametrize("call", [{"digits": "123#"}, {"presses": (Press("123#", after_seconds=2.0),)}])
def test_what_is_typed_during_a_prompt_is_kept_with_the_buffer_and_lost_without(call: dict[str, Any]) -> None:
    kept, _, person = typed(buffer(True, "long"), LONG, *TAKES, **call)
    assert kept == "123"
    assert person.heard == ["x" * 140, "Goodbye."]
    assert typed(LONG, *TAKES, **call)[0] == "Timeout"


def test_a_buffer_holds_thirty_keys_and_ignores_further_ones() -> None:
    first = store_input("first", "call", InputValidation={"CustomValidation": {"MaximumLength": "29"}})
    long = say("long", "x" * 140, "first")
    keys = "".join(str(number % 10) for number in range(40))
    function = Function([{"result": "ok"}])
    call = invoke("call", FUNCTION, "rest", "done", typed="$.StoredCustomerInput")
    rest = store_input("rest", "again")
    again = invoke("again", FUNCTION, "done", "done", typed="$.StoredCustomerInput")
    centre(buffer(True, "long"), long, first, call, rest, again, *BYE, function=function).phone(digits=keys)
    stored = [event["Details"]["Parameters"]["typed"] for event in function.events]
    assert stored == [keys[:29], keys[29]]


def test_a_menu_takes_one_key_of_the_buffer_and_leaves_the_rest() -> None:
    second = {**menu(k2="done"), "Identifier": "second"}
    first = menu(k1="second")
    person = Listener()
    run = centre(buffer(True, "long"), say("long", "x" * 140, "menu"), first, second, *BYE).phone(person, digits="12")
    assert branches(run)[2:4] == [("menu", "Equals 1"), ("second", "Equals 2")]
    assert person.heard == ["x" * 140, "Goodbye."]


def test_input_that_was_begun_ahead_is_finished_without_its_prompt() -> None:
    later = (Press("45#", after_seconds=11.0), Press("123", after_seconds=1.0))
    kept, _, person = typed(buffer(True, "long"), LONG, *TAKES, presses=later)
    assert kept == "12345"
    assert "Type the number." not in person.heard


@pytest.mark.parametrize(
    ("skips", "keys_at", "note"), [("true", 0.0, "skipped"), ("true", 12.0, "interrupted"), ("false", 0.0, "")]
)
def test_a_prompt_may_be_passed_over_for_keys(skips: str, keys_at: float, note: str) -> None:
    prompt = action("more", "MessageParticipant", {"Text": "y" * 140, "SkipWhenDTMFBufferEnabled": skips}, "done")
    tried = centre(buffer(True, "long"), say("long", "x" * 140, "more"), prompt, *BYE)
    start = tried.clock.now()
    run = tried.phone(presses=(Press("1", after_seconds=keys_at, apart_seconds=0.5),))
    assert run.trace[2].note == note
    spoken = {"skipped": 0.0, "interrupted": 2.5, "": 10.0}[note]
    assert run.trace[3].at - start == pytest.approx(10 + spoken)


def test_without_a_buffer_nothing_passes_over_a_prompt() -> None:
    prompt = action("more", "MessageParticipant", {"Text": "Hello.", "SkipWhenDTMFBufferEnabled": "true"}, "done")
    person = Listener()
    centre(prompt, *BYE).phone(person, digits="1")
    assert person.heard == ["Hello.", "Goodbye."]


def test_stopping_clears_the_buffer() -> None:
    off = (say("long", "x" * 140, "off"), buffer(False, "code", "off"))
    assert typed(buffer(True, "long"), *off, *TAKES, digits="123#")[0] == "Timeout"


@pytest.mark.parametrize(("digits", "stored"), [("123", "123"), ("", "Timeout")])
def test_stopping_may_store_what_was_in_the_buffer(digits: str, stored: str) -> None:
    long = say("long", "x" * 140, "off")
    off = buffer(False, "call", "off", StoreInput="true")
    assert typed(buffer(True, "long"), long, off, *TAKES[1:], digits=digits)[0] == stored


def test_what_is_stored_of_a_buffer_may_be_encrypted() -> None:
    encryption = {"EncryptionKeyId": security_key().id, "Key": security_key().certificate}
    long = say("long", "x" * 140, "off")
    off = buffer(False, "call", "off", StoreInput="true", InputEncryption=encryption)
    message = typed(buffer(True, "long"), long, off, *TAKES[1:], digits="123")[0]
    assert len(message) > 800


def test_keys_that_are_typed_on_a_leg_are_the_far_ends() -> None:
    tried = centre(buffer(True, "leg"), {**leg(), "Transitions": leads_on(leg(), "code")}, *TAKES)
    tried.far_end.meanwhile = lambda call: tried.clock.sleep(5)
    run = tried.phone(presses=(Press("123"),))
    assert [step.note for step in run.trace if step.action == "code"] == ["nothing typed"]


def test_a_queue_empties_the_buffer() -> None:
    hook = action("hook", "UpdateContactEventHooks", {"EventHooks": {"CustomerRemaining": "after"}}, "queue", ERROR)
    flows = {
        "main": flow(buffer(True, "long"), say("long", "x" * 140, "hook"), hook, *to_queue()),
        "after": flow(*TAKES),
    }
    run = Centre(flows).phone(digits="123#")
    assert [step.note for step in run.trace if step.action == "code"] == ["nothing typed"]


def leads_on(block: dict[str, Any], following: str) -> dict[str, Any]:
    return {**block["Transitions"], "NextAction": following}


def test_keys_that_are_typed_ahead_show_nowhere() -> None:
    _, tried, _ = typed(buffer(True, "long"), LONG, *TAKES, digits="471199#")
    told = repr(tried.instance.runs[0].trace) + " ".join(line.what for line in tried.transcript.lines)
    assert "471199" not in told
