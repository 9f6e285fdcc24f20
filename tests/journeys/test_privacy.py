"""Nothing personal and nothing secret comes out of a call anywhere: not in logs, attributes, answers or the table."""

from __future__ import annotations

import re

import pytest

from local.centre import PAYMENT_NUMBER, Centre, Secrets
from local.connect import Circumstances, Fault, LambdaFaults
from local.demo.stage import KARINS_NUMBER, Stage, enrol_karin
from local.people import Caller, Typist, voice
from local.voiceit import VoiceItFaults
from tests.journeys.table import content

HAND_BACK_FORM = pytest.mark.parametrize("hand_back", ["resume", "dial"])


def outputs(centre: Centre) -> dict[str, str]:
    """Everything that leaves the product and is kept or read by others, as text."""
    screens = [screen for agent in centre.agents.values() for screen in agent.screens]
    return {
        "log": "\n".join(centre.log.lines),
        "attributes": repr([screen.attributes for screen in screens])
        + repr([run.attributes for run in centre.connect.runs]),
        "table": repr(content(centre)),
        "webhook addresses": "\n".join(request.url for request in centre.line.requests),
    }


def secrets(centre: Centre) -> set[str]:
    """The caller's number, every code that was typed or dialled, and what opens doors."""
    typed = {request.params.get("Digits", "") for request in centre.line.requests}
    dialled = set(re.findall(r'sendDigits="w*([0-9]{10})', "".join(r.answer.decode() for r in centre.line.requests)))
    keys = {
        word
        for value in Secrets.of(centre.account, centre.voiceit, centre.bankid).values.values()
        for word in value.split()
    }
    return {word for word in typed | dialled | keys if len(word) >= 10} | {KARINS_NUMBER, KARINS_NUMBER[1:]}


@HAND_BACK_FORM
def test_good_and_bad_calls_leave_no_secret_in_any_output(stage: Stage, hand_back: str) -> None:
    with stage.centre({"HAND_BACK": hand_back}) as centre:
        centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER)
        centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER)
        centre.dial_twilio(Caller([]), KARINS_NUMBER, "1234567890#")
        centre.voiceit.faults = VoiceItFaults(down=True)
        centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER)
        assert len(secrets(centre)) > 8
        for where, text in outputs(centre).items():
            assert text
            assert not [word for word in secrets(centre) if word in text], where


def test_what_is_typed_in_confidence_is_readable_nowhere(stage: Stage) -> None:
    typed = ["5555555555554444", "5555555555554445", "378282246310005"]
    with stage.centre() as centre:
        runs = [
            centre.call(Typist([f"{digits}#"]), KARINS_NUMBER, PAYMENT_NUMBER)  # good, with a wrong digit, good
            for digits in typed
        ]
        centre.connect.circumstances = Circumstances(
            faults=LambdaFaults({1: Fault.RAISES_AFTER_COMMIT}), encrypts_nothing_typed=True
        )
        runs.append(centre.call(Typist([f"{typed[0]}#"]), KARINS_NUMBER, PAYMENT_NUMBER))
        runs.append(centre.call(Typist([]), KARINS_NUMBER, PAYMENT_NUMBER))
        centre.redeem(runs[0].contact_id, runs[0].attributes["input_token"])
        told = outputs(centre) | {"transcript": repr(centre.transcript.lines), "traces": repr(runs)}
    assert [run.attributes["input_result"] for run in runs] == ["ok", "no_input", "ok", "ok", "no_input"]
    for where, text in told.items():
        assert not [digits for digits in typed if digits in text], where
    for token in (run.attributes["input_token"] for run in runs):
        assert token == "none" or token not in told["table"] + told["log"]


def test_while_digits_are_typed_nothing_is_logged_or_recorded(stage: Stage) -> None:
    with stage.centre() as centre:
        run = centre.call(Typist(["4111111111111111#"]), KARINS_NUMBER, PAYMENT_NUMBER)
    typing = [step for step in run.trace if step.type in {"GetParticipantInput", "InvokeLambdaFunction"}]
    assert typing
    assert not [step for step in typing if step.logged or step.recorded]


def test_the_engines_name_for_a_caller_stands_in_the_table_alone(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        [user] = centre.voiceit.engine.enrolled
        found = {where for where, text in outputs(centre).items() if user in text}
    assert found == {"table"}


def test_an_item_stays_under_a_kilobyte(stage: Stage) -> None:
    with stage.centre() as centre:
        centre.call(Caller(voice("mallory", (1, 2, 3, 4))), KARINS_NUMBER)
        items = content(centre)
    assert items
    for item in items:
        assert sum(len(name) + len(next(iter(value.values()))) for name, value in item.items()) < 1024
