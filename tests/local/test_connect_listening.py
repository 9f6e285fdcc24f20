"""The flow runner speaks and listens as the real service does."""

from __future__ import annotations

import pytest

from local.connect import Ending, Step
from local.telephone import Call, Ended, Press
from tests.flows.documents import action, invoke, say, set_attributes, store_input
from tests.local.connect_calls import (
    BYE,
    CALLER,
    FUNCTION,
    HANG_UP,
    NUMBER,
    Function,
    Listener,
    branches,
    centre,
    menu,
)


def test_prompts_take_as_long_as_they_are_and_are_heard_in_order() -> None:
    tried = centre(say("hello", "x" * 28, "done"), *BYE)
    start, person = tried.clock.now(), Listener()
    run = tried.phone(person)
    assert run.ending is Ending.DISCONNECTED
    assert person.heard == ["x" * 28, "Goodbye."]
    assert tried.clock.now() - start == pytest.approx((28 + 8) / 14)
    assert tried.transcript.longest_silence() == 0.0


def test_markup_is_not_read_out_and_its_breaks_are_silence() -> None:
    speech = '<speak>One <break time="2s"/> two</speak>'
    tried = centre(action("a", "MessageParticipant", {"SSML": speech}, "done"), *BYE)
    start, person = tried.clock.now(), Listener()
    tried.phone(person)
    assert person.heard[0] == "One two"
    assert tried.clock.now() - start == pytest.approx(2 + (7 + 8) / 14)


def test_references_are_spoken_and_missing_ones_are_not() -> None:
    hello = "Hello $.Attributes.first_name. You dialled $.SystemEndpoint.Address$.Attributes.nothing."
    tried = centre(set_attributes("set", "hello", first_name="Karin"), say("hello", hello, "done"), *BYE)
    person = Listener()
    tried.phone(person)
    assert person.heard[0] == f"Hello Karin. You dialled {NUMBER}."


def test_the_transcript_shows_a_prompt_as_it_is_written_not_what_was_filled_in() -> None:
    tried = centre(
        set_attributes("set", "hello", code="4711"), say("hello", "Your code is $.Attributes.code.", "done"), *BYE
    )
    tried.phone()
    told = " ".join(line.what for line in tried.transcript.lines)
    assert "$.Attributes.code" in told
    assert "4711" not in told


def test_a_caller_may_hang_up_at_any_prompt() -> None:
    tried = centre(say("hello", "Hello.", "done"), *BYE)
    run = tried.phone(Listener(reactions={"Hello": HANG_UP}))
    assert run.ending is Ending.CALLER_HUNG_UP
    assert run.ended is Ended.CALLER_HUNG_UP
    assert branches(run) == [("hello", "caller hung up")]


def test_a_caller_hangs_up_at_a_time_in_the_middle_of_a_prompt() -> None:
    tried = centre(say("hello", "x" * 280, "done"), *BYE)
    start = tried.clock.now()
    run = tried.instance.run(Call(NUMBER, CALLER, Listener(), hangs_up_at=start + 3.0))
    assert branches(run) == [("hello", "caller hung up")]
    assert run.trace[0].at == start
    assert tried.clock.now() == start + 3.0


def test_keys_come_as_late_and_as_far_apart_as_the_person_presses_them() -> None:
    tried = centre(store_input("number", "done"), *BYE)
    start = tried.clock.now()
    steps: list[Step] = []
    tried.instance._on_step = steps.append
    tried.phone(Listener(reactions={"Type": Press("12#", after_seconds=2.0, apart_seconds=1.0)}))
    assert steps[0].note == "2 digits"
    assert steps[1].at - start == pytest.approx(len("Type the number.") / 14 + 2.0 + 3 * 1.0)


def test_how_typing_ends_falls_back_on_the_default_where_a_reference_is_not_set() -> None:
    unset = {"InputTerminationSequence": "$.Attributes.unset", "InterdigitTimeLimitSeconds": "$.Attributes.unset"}
    run = centre(store_input("number", "done", DTMFConfiguration=unset), *BYE).phone(Listener(["12#"]))
    assert run.trace[0].note == "2 digits"


@pytest.mark.parametrize(
    ("keys", "branch"), [(["1"], "Equals 1"), (["7"], "NoMatchingCondition"), ([], "InputTimeLimitExceeded")]
)
def test_a_menu_takes_the_branch_of_its_key(keys: list[str], branch: str) -> None:
    run = centre(menu(k1="done"), *BYE).phone(Listener(keys))
    assert branches(run)[0] == ("menu", branch)


def test_a_pause_between_keys_lasts_as_long_as_the_flow_says() -> None:
    tried = centre(store_input("code", "done", DTMFConfiguration={"InterdigitTimeLimitSeconds": "2"}), *BYE)
    start = tried.clock.now()
    tried.phone(Listener(["1"]))
    assert tried.clock.now() - start == pytest.approx((16 + 8) / 14 + 0.2 + 2)


def test_time_given_to_a_caller_to_type_is_not_silence() -> None:
    tried = centre(store_input("code", "done"), *BYE)
    tried.phone(Listener())
    assert tried.transcript.longest_silence() == 0.0


def test_touch_tones_of_a_machine_cut_the_prompt_short_and_are_stored() -> None:
    function = Function([{"result": "ok"}])
    tried = centre(
        store_input("code", "call"),
        invoke("call", FUNCTION, "done", "done", typed="$.StoredCustomerInput"),
        *BYE,
        function=function,
    )
    start, person = tried.clock.now(), Listener(["999"])
    tried.phone(person, digits="w0123456789#")
    assert function.parameters["typed"] == "0123456789"
    assert person.heard == ["Goodbye."]
    assert function.events
    assert tried.clock.now() - start == pytest.approx(0.5 + 10 * 0.2 + 0.05 + 8 / 14)


def test_touch_tones_that_come_before_a_block_waits_for_them_are_lost() -> None:
    tried = centre(say("hello", "x" * 140, "code"), store_input("code", "done"), *BYE)
    run = tried.phone(digits="123#")
    assert run.trace[1].note == "nothing typed"


def test_keys_are_counted_in_the_trace_and_shown_nowhere() -> None:
    tried = centre(store_input("code", "done"), *BYE)
    run = tried.phone(Listener(["4711#"]))
    assert run.trace[0].note == "4 digits"
    told = repr(run.trace) + " ".join(line.what for line in tried.transcript.lines)
    assert "4711" not in told
