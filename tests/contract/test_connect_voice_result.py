from __future__ import annotations

from typing import Any

import pytest

from chalicelib import assurance
from chalicelib.assurance import Level, Method
from chalicelib.handoff import Verdict
from chalicelib.table import keys
from tests.contract.flow_calls import (
    CONTACT,
    OTHER_CONTACT,
    PERSON,
    Flow,
    soon,
)

pytestmark = pytest.mark.usefixtures("_connect_settings")


def test_a_verified_voice_is_told_with_its_level_and_becomes_a_proof_on_the_contact(flow: Flow) -> None:
    flow.profile("enrolled")
    leg = flow.start()["leg"]
    flow.reported(leg, Verdict.VERIFIED)
    told = flow.result(leg=leg)
    assert told == {"result": "verified", "level": "low", "until": "2040-06-02T04:12:02Z", "subject": PERSON}
    (proof,) = assurance.proofs(flow.parts.items.read(keys.contact(CONTACT), soon()))
    assert (proof.method, proof.level, proof.subject) == (Method.VOICE, Level.LOW, PERSON)
    assert proof.until - proof.at == 900_000


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.VERIFIED])
def test_any_other_verdict_is_told_and_proves_nothing(flow: Flow, verdict: Verdict) -> None:
    flow.profile("enrolled")
    leg = flow.start()["leg"]
    flow.reported(leg, verdict)
    assert flow.result(leg=leg) == {"result": verdict}
    assert flow.parts.items.read(keys.contact(CONTACT), soon()) == {}


def test_a_repeated_question_gets_the_same_answer_and_the_same_proof(flow: Flow) -> None:
    flow.profile("enrolled")
    leg = flow.start()["leg"]
    flow.reported(leg, Verdict.VERIFIED)
    first = flow.result(leg=leg)
    flow.clock.at += 9
    assert flow.result(leg=leg) == first
    flow.clock.at += 2
    assert flow.result(leg=leg) == {"result": "expired"}


def test_a_verdict_that_comes_too_late_has_expired(flow: Flow) -> None:
    flow.profile("enrolled")
    leg = flow.start()["leg"]
    flow.reported(leg, Verdict.VERIFIED)
    flow.clock.at += 10.1
    assert flow.result(leg=leg) == {"result": "expired"}
    assert flow.parts.items.read(keys.contact(CONTACT), soon()) == {}


def test_a_leg_that_nobody_answered_is_unavailable_and_one_left_early_abandoned(flow: Flow) -> None:
    flow.profile("enrolled")
    unanswered, left = flow.start()["leg"], flow.start()["leg"]
    flow.claimed(left)
    assert flow.result(leg=unanswered) == {"result": "unavailable"}
    assert flow.result(leg=left) == {"result": "abandoned"}
    flow.reported(left, Verdict.VERIFIED)
    assert flow.result(leg=left) == {"result": "abandoned"}, "a late report turns nothing"


def test_the_leg_of_another_contact_is_worth_nothing(flow: Flow) -> None:
    flow.profile("enrolled")
    leg = flow.start()["leg"]
    flow.reported(leg, Verdict.VERIFIED)
    assert flow.result(OTHER_CONTACT, leg=leg) == {"result": "unavailable"}
    assert flow.parts.items.read(keys.contact(OTHER_CONTACT), soon()) == {}
    assert flow.result(leg=leg)["result"] == "verified"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"leg": None},
        {"leg": ""},
        {"leg": "x" * 43},
        {"leg": "x" * 44},
        {"leg": "../contact#x"},
        {"code": "0123456789#"},
        {"code": "012345678"},
        {"code": "\u0661" * 10},
        {"code": "0123456789##"},
    ],
)
def test_a_handle_or_a_code_that_stands_for_nothing_is_unavailable(flow: Flow, parameters: dict[str, Any]) -> None:
    assert flow.result(**parameters) == {"result": "unavailable"}
