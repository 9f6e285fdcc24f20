"""The flows for digits typed in confidence, run word by word: who ends where, and what the agent sees."""

from __future__ import annotations

from typing import Any

import pytest

from flows import templates
from flows.prompts import catalogue
from flows.render import render
from local.clock import VirtualClock
from local.connect import Agent, Circumstances, ConnectInstance, ContactRun, Ending, Fault, LambdaFaults, Queue, Unset
from local.security_key import security_key
from local.telephone import Call, Exchange
from local.transcript import Transcript
from tests.local.connect_calls import CALLER, NUMBER, Function, Listener

FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-secure_input"
FILLINGS = {
    "lambda:secure_input": FUNCTION,
    "module:secure-input": "module",
    "queue:not_verified": "arn:queue:not_verified",
    "setting:input_kind": "card_number",
    "setting:input_length": "19",
    "security_key_id": security_key().id,
    "security_key_certificate_pem": security_key().certificate,
}
SAYS = catalogue("en-GB").prompts
OK = {"result": "ok", "token": "a-token", "length": "16", "check": "passed", "last4": "1111", "digits": "none"}
TYPED = "4111111111111111#"


def phone(
    function: Function, *typed: str, circumstances: Circumstances | None = None, language: str = "en-GB"
) -> tuple[ContactRun, list[str]]:
    """How the contact went of a caller who types `typed`, one thing each time that they are asked; what they heard."""
    person, clock, exchange = Listener(list(typed)), VirtualClock(), Exchange()
    names = {"main": "take-card-number", "module": "secure-input"}
    instance = ConnectInstance(
        {NUMBER: "main"},
        {key: render(templates.load(name), language, FILLINGS) for key, name in names.items()},
        {FUNCTION: function},
        [Queue("arn:queue:not_verified", "not_verified", Agent())],
        exchange=exchange,
        clock=clock,
        transcript=Transcript(),
        security_keys={security_key().id: security_key().public_key},
        circumstances=circumstances,
    )
    return instance.run(Call(NUMBER, CALLER, person)), person.heard


def seen(run: ContactRun) -> tuple[str, str, str]:
    """What the agent sees, who is always reached."""
    assert (run.ending, run.queue) == (Ending.AGENT, "not_verified"), run.defect
    assert run.attributes.keys() == {"input_result", "input_token", "input_last4"}
    return run.attributes["input_result"], run.attributes["input_token"], run.attributes["input_last4"]


@pytest.mark.parametrize("language", ["en-GB", "sv-SE", "nl-NL"])
def test_what_was_typed_goes_to_the_function_encrypted_and_the_token_to_the_agent(language: str) -> None:
    function = Function([OK])
    run, heard = phone(function, TYPED, language=language)
    assert seen(run) == ("ok", "a-token", "1111")
    assert any(catalogue(language).prompts["secure_input.typed"] in text for text in heard)
    given = function.parameters
    assert given.pop("encrypted").startswith("AYAD")
    assert given == {"step": "open", "key_id": security_key().id, "kind": "card_number", "language": language}


def test_nothing_typed_is_asked_for_once_more_and_never_reaches_the_function() -> None:
    function = Function([OK])
    run, heard = phone(function)
    assert seen(run) == ("no_input", "none", "none")
    assert not function.events
    assert sum(SAYS["secure_input.ask"] in text for text in heard) == 2


def test_nothing_typed_that_connect_encrypts_is_asked_for_once_more_too() -> None:
    function = Function([{"result": "no_input"}])
    run, _ = phone(function, circumstances=Circumstances(encrypts_nothing_typed=True))
    assert seen(run) == ("no_input", "none", "none")
    assert len(function.events) == 2


def test_what_cannot_be_right_is_asked_for_twice_more() -> None:
    function = Function([{"result": "invalid"}])
    run, heard = phone(function, *[TYPED] * 4)
    assert seen(run) == ("invalid", "none", "none")
    assert len(function.events) == 3
    assert any(SAYS["secure_input.invalid_end"] in text for text in heard)


def test_after_a_mistake_the_second_try_counts() -> None:
    run, _ = phone(Function([{"result": "invalid"}, OK]), TYPED, TYPED)
    assert seen(run) == ("ok", "a-token", "1111")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"result": "undecryptable"}, "undecryptable"),
        ({"result": "unavailable"}, "unavailable"),
        ({"result": "unheard_of"}, "unavailable"),
        ({"result": None}, "unavailable"),
        ({}, "unavailable"),
        (RuntimeError("fails"), "unavailable"),
    ],
)
def test_trouble_is_told_and_leads_to_an_agent(answer: Any, word: str) -> None:
    run, heard = phone(Function([answer]), TYPED)
    assert seen(run) == (word, "none", "none")
    assert any(SAYS["secure_input.trouble"] in text for text in heard)


@pytest.mark.parametrize("fault", list(Fault))
def test_a_faulty_invocation_still_leads_to_an_agent(fault: Fault) -> None:
    run, _ = phone(Function([OK]), TYPED, circumstances=Circumstances(faults=LambdaFaults({1: fault})))
    assert seen(run)[0] == ("unavailable" if fault.leaves_no_answer else "ok")


@pytest.mark.parametrize("unset", list(Unset))
def test_logging_and_recording_come_back_only_for_the_agent(unset: Unset) -> None:
    run, _ = phone(Function([OK]), TYPED, circumstances=Circumstances(unset=unset))
    inside = [step for step in run.trace if step.flow == "secure-input"][2:]
    assert not [step for step in inside if step.logged or step.recorded]
    last = run.trace[-1]
    assert last.logged
    assert last.recorded


# The module that has the input relayed, in the place of the other one.

RELAY_FILLINGS = {**FILLINGS, "setting:input_consumer": "all"}
DELIVERED = {name: value for name, value in {**OK, "result": "delivered"}.items() if name != "token"}


def relayed(function: Function, *typed: str, language: str = "en-GB") -> tuple[ContactRun, list[str]]:
    """As `phone`, with the module `secure-input-relay`."""
    person, clock, exchange = Listener(list(typed)), VirtualClock(), Exchange()
    names = {"main": "take-card-number", "module": "secure-input-relay"}
    instance = ConnectInstance(
        {NUMBER: "main"},
        {key: render(templates.load(name), language, RELAY_FILLINGS) for key, name in names.items()},
        {FUNCTION: function},
        [Queue("arn:queue:not_verified", "not_verified", Agent())],
        exchange=exchange,
        clock=clock,
        transcript=Transcript(),
        security_keys={security_key().id: security_key().public_key},
    )
    return instance.run(Call(NUMBER, CALLER, person)), person.heard


def steps(function: Function) -> list[str]:
    return [event["Details"]["Parameters"]["step"] for event in function.events]


@pytest.mark.parametrize("language", ["en-GB", "sv-SE", "nl-NL"])
def test_what_was_typed_is_relayed_and_then_kept_for_who_may_redeem_it(language: str) -> None:
    function = Function([DELIVERED, OK])
    run, heard = relayed(function, TYPED, language=language)
    assert seen(run) == ("ok", "a-token", "1111")
    assert any(catalogue(language).prompts["secure_input.typed"] in text for text in heard)
    first, second = (event["Details"]["Parameters"] for event in function.events)
    assert (first.pop("step"), second.pop("step")) == ("relay", "open")
    assert first.pop("consumer") == "all"
    assert first == second


def test_what_was_delivered_counts_even_if_it_cannot_be_kept() -> None:
    run, _ = relayed(Function([DELIVERED, {"result": "unavailable"}]), TYPED)
    assert seen(run) == ("ok", "none", "none")


def test_a_ciphertext_for_a_consumer_is_handed_to_the_calling_flow() -> None:
    function = Function([{**DELIVERED, "result": "ciphertext", "message": "sealed"}])
    run, _ = relayed(function, TYPED)
    assert seen(run) == ("ok", "none", "1111")
    assert steps(function) == ["relay"]


def test_what_could_not_be_delivered_is_tried_once_more() -> None:
    function = Function([{"result": "unavailable"}, DELIVERED, OK])
    run, heard = relayed(function, TYPED)
    assert seen(run) == ("ok", "a-token", "1111")
    assert any(SAYS["secure_input.once_more"] in text for text in heard)
    assert steps(function) == ["relay", "relay", "open"]


@pytest.mark.parametrize(
    ("answer", "word", "asked"),
    [
        ({"result": "unavailable"}, "unavailable", 2),
        ({"result": "undecryptable"}, "undecryptable", 1),
        ({"result": "unknown_consumer"}, "unknown_consumer", 1),
        ({"result": "not_allowed"}, "not_allowed", 1),
        ({"result": "unheard_of"}, "unavailable", 1),
        ({}, "unavailable", 1),
    ],
)
def test_what_cannot_be_relayed_is_told_and_leads_to_an_agent(answer: dict[str, str], word: str, asked: int) -> None:
    function = Function([answer])
    run, heard = relayed(function, TYPED)
    assert seen(run) == (word, "none", "none")
    assert any(SAYS["secure_input.trouble"] in text for text in heard)
    assert steps(function) == ["relay"] * asked


def test_nothing_and_nonsense_are_asked_for_again_when_relaying_too() -> None:
    assert seen(relayed(Function([DELIVERED]))[0]) == ("no_input", "none", "none")
    function = Function([{"result": "invalid"}])
    assert seen(relayed(function, *[TYPED] * 4)[0]) == ("invalid", "none", "none")
    assert steps(function) == ["relay"] * 3
    run, _ = relayed(Function([{"result": "no_input"}, DELIVERED, OK]), TYPED, TYPED)
    assert seen(run) == ("ok", "a-token", "1111")


def test_logging_and_recording_stay_off_while_relaying() -> None:
    run, _ = relayed(Function([{"result": "unavailable"}, DELIVERED, OK]), TYPED)
    inside = [step for step in run.trace if step.flow == "secure-input-relay"][2:]
    assert inside
    assert not [step for step in inside if step.logged or step.recorded]
