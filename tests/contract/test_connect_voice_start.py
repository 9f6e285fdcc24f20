from __future__ import annotations

import re

import pytest

from chalicelib.assurance import Level
from chalicelib.voice.flow_steps import FlowParts
from tests.contract.flow_calls import (
    CALLER,
    CONTACT,
    ENGINE_USER,
    OTHER_CONTACT,
    PERSON,
    Flow,
    event,
    soon,
)
from tests.contract.wiring import NUMBER

pytestmark = pytest.mark.usefixtures("_connect_settings")


def test_a_known_caller_is_transferred_to_be_recognised(flow: Flow) -> None:
    flow.profile("enrolled")
    told = flow.start(language="sv-SE")
    assert set(told) == {"result", "number", "dtmf", "leg"}
    assert (told["result"], told["number"]) == ("transfer", NUMBER)
    assert re.fullmatch(r",,[0-9]{10}#", told["dtmf"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", told["leg"])
    leg = flow.parts.legs.look(told["leg"], soon())
    assert (leg["purpose"], leg["language"], leg["subject"]) == ("verify", "sv-SE", PERSON)
    assert (leg["phrase"], leg["content_language"]) == ("Kept phrase", "sv-SE"), "a caller keeps their phrase"
    assert leg["owner"] == CONTACT


def test_a_new_caller_with_a_proof_is_transferred_to_enrol(flow: Flow) -> None:
    flow.proved(Level.SUBSTANTIAL)
    leg = flow.parts.legs.look(flow.start()["leg"], soon())
    assert (leg["purpose"], leg["language"], leg["subject"]) == ("enrol", "en-GB", PERSON)
    assert "engine_user" not in leg


def test_a_new_caller_without_a_proof_has_to_prove_who_they_are(flow: Flow) -> None:
    assert flow.start() == {"result": "proof_needed"}


@pytest.mark.parametrize(("level", "until"), [(Level.LOW, 900), (Level.NONE, 900), (Level.HIGH, 0), (Level.HIGH, -1)])
def test_a_proof_that_is_too_weak_or_over_allows_no_enrolment(flow: Flow, level: Level, until: int) -> None:
    flow.proved(level, until=until)
    assert flow.start() == {"result": "proof_needed"}


def test_a_proof_counts_only_in_its_own_contact(flow: Flow) -> None:
    flow.proved(contact=OTHER_CONTACT)
    assert flow.start() == {"result": "proof_needed"}


def test_an_enrolment_that_somebody_else_began_is_not_theirs_to_finish(flow: Flow) -> None:
    flow.profile("enrolling")
    flow.proved(subject="somebody else")
    assert flow.start() == {"result": "proof_needed"}


def test_an_interrupted_enrolment_is_taken_up_by_the_person_who_began_it(flow: Flow) -> None:
    flow.profile("enrolling")
    flow.proved()
    leg = flow.parts.legs.look(flow.start()["leg"], soon())
    assert (leg["purpose"], leg["engine_user"]) == ("enrol", ENGINE_USER)


def test_whoever_opted_out_is_left_alone_whatever_they_prove(flow: Flow) -> None:
    flow.profile("opted_out")
    flow.proved()
    assert flow.start() == {"result": "opted_out"}


@pytest.mark.parametrize("caller", [None, "", "Anonymous", "0701234567"])
def test_a_caller_without_a_number_has_no_voice_profile(flow: Flow, caller: str | None) -> None:
    assert flow.invoke(event({"step": "start"}, caller=caller)) == {"result": "no_number"}


def test_trust_on_first_use_is_there_only_under_its_insecure_name(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSECURE_TRUST_ON_FIRST_USE", "yes")
    leg = flow.parts.legs.look(flow.start()["leg"], soon())
    assert leg["purpose"] == "enrol"
    assert CALLER not in str(leg)


@pytest.mark.parametrize("language", ["fi-FI", "../en_gb", "", None, 7])
def test_a_language_that_is_not_offered_is_the_default(flow: Flow, language: object) -> None:
    flow.profile("enrolled")
    assert flow.parts.legs.look(flow.start(language=language)["leg"], soon())["language"] == "en-GB"


def test_a_retried_start_makes_another_leg_and_both_can_be_used(flow: Flow) -> None:
    flow.profile("enrolled")
    first, second = flow.start(), flow.start()
    assert first["leg"] != second["leg"]
    assert first["dtmf"] != second["dtmf"]


def test_two_contacts_never_share_a_code(flow: Flow) -> None:
    flow.profile("enrolled")
    vars(flow.module)["voice_parts"] = lambda parts=flow.parts: _with_digits(parts, "0123456789")
    assert flow.start()["result"] == "transfer"
    assert flow.start(OTHER_CONTACT) == {"result": "unavailable"}


def _with_digits(parts: FlowParts, digits: str) -> FlowParts:
    from dataclasses import replace

    return replace(parts, random_digits=lambda count: digits)
