"""The flows for BankID, run word by word: who hears what, who ends where, and what the agent sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.bankid.hints import PENDING_PROMPTS
from flows import templates
from flows.prompts import catalogue
from flows.render import render
from local.clock import VirtualClock
from local.connect import Agent, Circumstances, ConnectInstance, ContactRun, Ending, Fault, LambdaFaults, Queue, Unset
from local.people import AppUser
from local.security_key import security_key
from local.telephone import Call, Exchange
from local.transcript import Transcript
from tests.local.connect_calls import CALLER, NUMBER, Function

FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-bankid"
ASSURANCE = FUNCTION.replace("bankid", "assurance")
FILLINGS = {
    "lambda:bankid": FUNCTION,
    "lambda:assurance": ASSURANCE,
    "module:bankid": "module",
    "module:agent-view": "agent-view",
    "queue:verified": "arn:queue:verified",
    "queue:not_verified": "arn:queue:not_verified",
    "setting:organisation_name": "Exempelbolaget",
    "security_key_id": security_key().id,
    "security_key_certificate_pem": security_key().certificate,
}
SAYS = catalogue("en-GB").prompts
TYPED = "199908072391#"
STARTED = {"result": "started", "spoken_code": "47"}
PENDING = {"result": "pending", "prompt": "open_app"}
VERIFIED = {
    "result": "verified",
    "level": "high",
    "until": "2040-06-02T04:12:40Z",
    "subject": "a-subject",
    "risk": "none",
    "given_name": "Karin",
}
CANCELLED = {"result": "cancelled", "prompt": "cancelled"}
NOT_VERIFIED = {
    "auth_method": "bankid",
    "auth_level": "none",
    "auth_until": "none",
    "auth_subject": "none",
    "auth_view": "a-handle",
}
OPEN = {"result": "open", "auth_view": "a-handle"}


def phone(
    function: Function,
    *typed: str,
    presses: dict[str, list[str]] | None = None,
    circumstances: Circumstances | None = None,
    language: str = "en-GB",
) -> tuple[ContactRun, list[str]]:
    """How the contact went of a caller who types `typed`, one for each time that a number is asked; what they heard."""
    says = catalogue(language).prompts
    person = AppUser({says["bankid.ask"]: list(typed), **(presses or {})})
    names = {"main": "authenticate-by-bankid", "module": "bankid", "agent-view": "agent-view"}
    instance = ConnectInstance(
        {NUMBER: "main"},
        {key: render(templates.load(name), language, FILLINGS) for key, name in names.items()},
        {FUNCTION: function, ASSURANCE: Function([OPEN])},
        [Queue(f"arn:queue:{name}", name, Agent()) for name in ("verified", "not_verified")],
        exchange=Exchange(),
        clock=VirtualClock(),
        transcript=Transcript(),
        circumstances=circumstances,
        security_keys={security_key().id: security_key().public_key},
    )
    return instance.run(Call(NUMBER, CALLER, person)), person.heard


def not_verified(run: ContactRun) -> str:
    """The word that the agent sees, who is always reached."""
    assert (run.ending, run.queue) == (Ending.AGENT, "not_verified"), run.defect
    assert run.attributes == {**NOT_VERIFIED, "auth_result": run.attributes["auth_result"]}
    return run.attributes["auth_result"]


def verified(run: ContactRun) -> None:
    assert (run.ending, run.queue) == (Ending.AGENT, "verified"), run.defect
    assert run.attributes == {
        "auth_result": "verified",
        "auth_method": "bankid",
        "auth_level": "high",
        "auth_until": VERIFIED["until"],
        "auth_subject": "a-subject",
        "auth_view": "a-handle",
    }


def steps(function: Function) -> list[str]:
    return [event["Details"]["Parameters"]["step"] for event in function.events]


@pytest.mark.parametrize("language", ["en-GB", "sv-SE", "nl-NL"])
def test_who_is_identified_hears_the_code_and_their_name_and_the_agent_sees_neither(language: str) -> None:
    function = Function([STARTED, PENDING, VERIFIED])
    run, heard = phone(function, TYPED, language=language)
    verified(run)
    says = catalogue(language).prompts
    [instruction] = [text for text in heard if says["bankid.open"] in text]
    assert f"{says['bankid.open']} Exempelbolaget. {says['bankid.code']} 47" in instruction
    assert f"{says['bankid.thanks']} Karin. {says['bankid.verified']}" in heard
    start, collect = (event["Details"]["Parameters"] for event in function.events[:2])
    assert start.pop("encrypted").startswith("AYAD")
    assert start == {"step": "start", "key_id": security_key().id, "language": language}
    assert collect == {"step": "collect", "seen": "open_app", "language": language}


def test_without_a_name_the_greeting_goes_without() -> None:
    nameless = {name: value for name, value in VERIFIED.items() if name != "given_name"}
    run, heard = phone(Function([STARTED, nameless]), TYPED)
    verified(run)
    assert any(text.startswith(SAYS["bankid.thanks"]) and SAYS["bankid.verified"] in text for text in heard)


@pytest.mark.parametrize(
    ("answer", "word", "prompt"),
    [
        ({"result": "undecryptable"}, "undecryptable", "bankid.unavailable"),
        ({"result": "busy"}, "busy", "bankid.busy"),
        ({"result": "locked"}, "locked", "bankid.locked"),
        ({"result": "unavailable"}, "unavailable", "bankid.unavailable"),
        ({"result": "unheard_of"}, "unavailable", "bankid.unavailable"),
        ({"result": None}, "unavailable", "bankid.unavailable"),
        ({}, "unavailable", "bankid.unavailable"),
        (RuntimeError("fails"), "unavailable", "bankid.unavailable"),
    ],
)
def test_who_gets_no_order_is_told_why(answer: Any, word: str, prompt: str) -> None:
    run, heard = phone(Function([answer]), TYPED)
    assert not_verified(run) == word
    assert SAYS[prompt] in heard
    assert not any(SAYS["bankid.open"] in text for text in heard)


@pytest.mark.parametrize(
    ("answer", "word", "prompt"),
    [
        ({"result": "mismatch", "prompt": "mismatch"}, "mismatch", "bankid.mismatch"),
        ({"result": "declined", "prompt": "declined"}, "declined", "bankid.declined"),
        (CANCELLED, "cancelled", "bankid.cancelled"),
        ({"result": "cancelled", "prompt": "cancelled_by_another"}, "cancelled", "bankid.cancelled_by_another"),
        ({"result": "cancelled", "prompt": "unheard_of"}, "cancelled", "bankid.cancelled"),
        ({"result": "failed", "prompt": "failed"}, "failed", "bankid.failed"),
        ({"result": "failed", "prompt": "blocked"}, "failed", "bankid.blocked"),
        ({"result": "failed", "prompt": "update_app"}, "failed", "bankid.update_app"),
        ({"result": "failed", "prompt": "unheard_of"}, "failed", "bankid.failed"),
        ({"result": "expired", "prompt": "expired"}, "expired", "bankid.expired"),
        ({"result": "unavailable", "prompt": "busy"}, "busy", "bankid.busy"),
        ({"result": "unavailable", "prompt": "unavailable"}, "unavailable", "bankid.unavailable"),
        ({"result": "unheard_of"}, "unavailable", "bankid.unavailable"),
        ({}, "unavailable", "bankid.unavailable"),
        (RuntimeError("fails"), "unavailable", "bankid.unavailable"),
    ],
)
def test_who_is_not_identified_is_told_why(answer: Any, word: str, prompt: str) -> None:
    run, heard = phone(Function([STARTED, answer]), TYPED)
    assert not_verified(run) == word
    assert SAYS[prompt] in heard


@pytest.mark.parametrize("prompt", sorted(PENDING_PROMPTS - {"open_app"}))
def test_each_hint_is_spoken_when_it_is_news_and_told_as_seen(prompt: str) -> None:
    function = Function(
        [STARTED, {"result": "pending", "prompt": prompt}, {"result": "pending", "prompt": prompt}, VERIFIED]
    )
    run, heard = phone(function, TYPED)
    verified(run)
    assert heard.count(SAYS[f"bankid.{prompt}"]) == 1
    assert [event["Details"]["Parameters"].get("seen") for event in function.events] == [
        *(None, "open_app", prompt, prompt),
    ]


def test_a_hint_that_is_not_known_yet_is_no_reason_to_stop() -> None:
    run, heard = phone(Function([STARTED, {"result": "pending", "prompt": "unheard_of"}, VERIFIED]), TYPED)
    verified(run)
    assert SAYS["bankid.waiting"] in heard


def test_who_waits_is_told_of_the_keys_now_and_then() -> None:
    run, heard = phone(Function([STARTED, *[PENDING] * 9, VERIFIED]), TYPED)
    verified(run)
    assert (heard.count(SAYS["bankid.waiting"]), heard.count(SAYS["bankid.keys"])) == (7, 2)


def test_one_brings_the_code_again_and_no_more_than_ten_times_in_a_row() -> None:
    run, heard = phone(Function([STARTED, VERIFIED]), TYPED, presses={SAYS["bankid.open"]: ["1"] * 30})
    verified(run)
    assert sum("47" in text for text in heard) == 11


def test_a_key_that_means_nothing_keeps_nobody_from_hearing_the_code() -> None:
    run, heard = phone(Function([STARTED, VERIFIED]), TYPED, presses={SAYS["bankid.open"]: ["#"]})
    verified(run)
    assert sum("47" in text for text in heard) == 2


@pytest.mark.parametrize("where", ["bankid.open", "bankid.waiting", "bankid.confirm_call"])
def test_nine_takes_the_order_back(where: str) -> None:
    confirm = {"result": "pending", "prompt": "confirm_call"}
    function = Function([STARTED, confirm, confirm, CANCELLED])
    if where == "bankid.open":
        function.answers[1:3] = []
    elif where == "bankid.confirm_call":
        function.answers[2:3] = []
    run, heard = phone(function, TYPED, presses={SAYS[where]: ["9"]})
    assert not_verified(run) == "given_up"
    assert steps(function)[-1] == "cancel"
    assert SAYS["bankid.given_up"] in heard
    assert SAYS["bankid.try_again"] not in heard


def test_an_order_that_never_ends_is_taken_back() -> None:
    function = Function([STARTED, *[PENDING] * 75, CANCELLED])
    run, _ = phone(function, TYPED)
    assert not_verified(run) == "expired"
    assert steps(function) == ["start", *["collect"] * 75, "cancel"]


@pytest.mark.parametrize("answer", [{"result": "unheard_of"}, {}, RuntimeError("fails")])
def test_an_order_that_cannot_be_taken_back_verifies_nobody_either(answer: Any) -> None:
    run, _ = phone(Function([STARTED, answer]), TYPED, presses={SAYS["bankid.open"]: ["9"]})
    assert not_verified(run) == "given_up"


def test_nothing_typed_is_asked_for_once_more_and_never_reaches_the_function() -> None:
    function = Function([STARTED])
    run, heard = phone(function)
    assert not_verified(run) == "no_input"
    assert not function.events
    assert heard.count(SAYS["bankid.ask"]) == 2


def test_nothing_typed_that_connect_encrypts_is_asked_for_once_more_too() -> None:
    function = Function([{"result": "no_input"}])
    run, _ = phone(function, circumstances=Circumstances(encrypts_nothing_typed=True))
    assert not_verified(run) == "no_input"
    assert len(function.events) == 2


def test_what_cannot_be_right_is_asked_for_twice_more() -> None:
    function = Function([{"result": "invalid_number"}])
    run, heard = phone(function, *[TYPED] * 4)
    assert not_verified(run) == "invalid_number"
    assert len(function.events) == 3
    assert SAYS["bankid.invalid_end"] in heard


RETRIED = [
    {"result": "expired", "prompt": "expired"},
    CANCELLED,
    {"result": "unavailable", "prompt": "busy"},
]


@pytest.mark.parametrize("answer", RETRIED, ids=["expired", "cancelled", "busy"])
def test_who_is_asked_may_try_again_once_and_types_anew(answer: dict[str, str]) -> None:
    offered = {SAYS["bankid.try_again"]: ["1", "1"]}
    function = Function([STARTED, answer, STARTED, VERIFIED])
    run, _ = phone(function, TYPED, TYPED, presses=offered)
    verified(run)
    started = [event["Details"]["Parameters"] for event in function.events if "encrypted" in repr(event)]
    assert started[0]["encrypted"] != started[1]["encrypted"]
    run, heard = phone(
        Function([STARTED, answer, STARTED, answer]), TYPED, TYPED, presses={SAYS["bankid.try_again"]: ["1", "1"]}
    )
    assert not_verified(run) in {"expired", "cancelled", "busy"}
    assert heard.count(SAYS["bankid.try_again"]) == 1


@pytest.mark.parametrize("keys", [["2"], ["7"], []])
def test_who_does_not_want_to_goes_to_an_agent(keys: Sequence[str]) -> None:
    function = Function([STARTED, RETRIED[0]])
    run, _ = phone(function, TYPED, presses={SAYS["bankid.try_again"]: list(keys)})
    assert not_verified(run) == "expired"
    assert steps(function) == ["start", "collect"]


@pytest.mark.parametrize(
    "answer", [{"result": "declined", "prompt": "declined"}, {"result": "mismatch", "prompt": "mismatch"}]
)
def test_who_is_in_no_such_call_is_not_asked_to_try_again(answer: dict[str, str]) -> None:
    _, heard = phone(Function([STARTED, answer]), TYPED)
    assert SAYS["bankid.try_again"] not in heard


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize("attempt", [1, 2])
def test_one_faulty_invocation_keeps_nobody_out(fault: Fault, attempt: int) -> None:
    circumstances = Circumstances(faults=LambdaFaults({attempt: fault}))
    last_for_ever = {"start": STARTED, "collect": VERIFIED}

    class ByStep(Function):
        def __call__(self, event: dict[str, Any]) -> object:
            self.events.append(event)
            return last_for_ever[event["Details"]["Parameters"]["step"]]

    run, _ = phone(ByStep([]), TYPED, circumstances=circumstances)
    verified(run)


@pytest.mark.parametrize("unset", list(Unset))
def test_logging_and_recording_come_back_only_for_the_agent(unset: Unset) -> None:
    run, _ = phone(Function([STARTED, PENDING, VERIFIED]), TYPED, circumstances=Circumstances(unset=unset))
    inside = [step for step in run.trace if step.flow == "bankid"][2:]
    assert not [step for step in inside if step.logged or step.recorded]
    last = run.trace[-1]
    assert last.logged
    assert last.recorded
