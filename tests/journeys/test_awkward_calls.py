"""The line is awkward: callbacks come early, late, twice and out of order; callers leave; services answer late."""

from __future__ import annotations

import itertools

import pytest

from local import callers
from local.connect.circumstances import Circumstances, Fault, LambdaFaults
from local.demo.stage import KARINS_NUMBER, Stage, enrol_karin, reaches, verified
from local.people import Caller, voice
from local.twilio.faults import LineFaults, Repeat, RequestKind, Signature, StatusOrder
from local.twilio.recordings import RecordingFaults
from local.voiceit import VoiceItFaults

AWKWARD = {
    "status before the action": LineFaults(recording_status=StatusOrder.BEFORE),
    "status late": LineFaults(recording_status_delay=6.0),
    "status twice": LineFaults(repeats={RequestKind.RECORDING_STATUS: Repeat.TWICE}),
    "status twice at once": LineFaults(repeats={RequestKind.RECORDING_STATUS: Repeat.TWICE_AT_ONCE}),
    "claim twice": LineFaults(repeats={RequestKind.GATHER: Repeat.TWICE}),
    "claim twice at once": LineFaults(repeats={RequestKind.GATHER: Repeat.TWICE_AT_ONCE}),
    "action twice": LineFaults(repeats={RequestKind.RECORD: Repeat.TWICE}),
    "polls twice": LineFaults(repeats={RequestKind.REDIRECT: Repeat.TWICE}),
    "signed with the port": LineFaults(signature=Signature.WITH_PORT),
    "signed with the next token": LineFaults(signature=Signature.SECOND_TOKEN),
    "no RecordingUrl": LineFaults(left_out=frozenset({"RecordingUrl"})),
    "no idempotency token": LineFaults(idempotency_token=False),
}


@pytest.mark.parametrize("faults", AWKWARD.values(), ids=AWKWARD)
def test_an_awkward_line_neither_keeps_a_caller_out_nor_lets_an_impostor_in(stage: Stage, faults: LineFaults) -> None:
    with stage.centre() as centre:
        centre.line.faults = faults
        enrol_karin(centre)
        verified(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER))
        reaches(centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER), "not verified", "not_verified")


@pytest.mark.parametrize("seconds", [0.3, 2.0])
def test_a_file_that_comes_late_is_waited_for(stage: Stage, seconds: float) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.recordings.faults = RecordingFaults(appears_after=seconds)
        verified(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER))


def test_a_file_that_never_comes_leads_to_an_agent(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.recordings.faults = RecordingFaults(appears_after=3600.0)
        run = centre.call(Caller(voice("karin", (5, 6, 7))), KARINS_NUMBER)
        reaches(run, "not verified", "inconclusive")
        centre.clock.sleep(3600.0)


@pytest.mark.parametrize("said", ["silence", "too_short", "noise", "wrong_phrase"])
def test_what_is_no_voice_is_never_verified(stage: Stage, said: str) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        run = centre.call(Caller([callers.bad(said)] * 4), KARINS_NUMBER)
        assert run.queue == "not verified"
        assert run.attributes["auth_result"] in {"inconclusive", "not_verified"}


def test_who_says_nothing_is_helped_and_reaches_an_agent(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        silent = Caller([])
        reaches(centre.call(silent, KARINS_NUMBER), "not verified", "inconclusive")
        assert any("did not hear anything" in heard for heard in silent.heard)


def test_who_declines_is_asked_no_more(stage: Stage) -> None:
    with stage.centre() as centre:
        declines = {"press 2": "2"}
        reaches(centre.call(Caller([], presses=declines), KARINS_NUMBER), "not verified", "opted_out")
        again = Caller([], presses=declines)
        reaches(centre.call(again, KARINS_NUMBER), "not verified", "opted_out")
        assert not any("press 1" in heard for heard in again.heard)
        assert not centre.voiceit.calls


def test_who_presses_nothing_enrols_nothing(stage: Stage) -> None:
    with stage.centre() as centre:
        reaches(centre.call(Caller([], presses={}), KARINS_NUMBER), "not verified", "inconclusive")
        assert not centre.voiceit.calls


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_faulty_invocation_never_verifies_an_impostor(stage: Stage, fault: Fault, attempt: int) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.connect.circumstances = Circumstances(faults=LambdaFaults({attempt: fault}))
        run = centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER)
        assert run.queue == "not verified"


@pytest.mark.parametrize("fault", [fault for fault in Fault if not fault.leaves_no_answer])
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_retried_invocation_still_verifies_the_caller(stage: Stage, fault: Fault, attempt: int) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.connect.circumstances = Circumstances(faults=LambdaFaults({attempt: fault}))
        verified(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER))


@pytest.mark.parametrize("request_number", range(1, 6))
def test_a_hang_up_at_any_request_leaves_nothing_behind(stage: Stage, request_number: int) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.line.faults = LineFaults(hang_up_at_request=request_number)
        centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER)
        centre.line.faults = LineFaults()
        reaches(centre.call(Caller(voice("mallory", (1, 2, 3))), KARINS_NUMBER), "not verified", "not_verified")
        verified(centre.call(Caller(voice("karin", (6,))), KARINS_NUMBER))


ENGINE_FAULTS = {
    "down": VoiceItFaults(down=True),
    "garbage": VoiceItFaults(body=b"<html>"),
    "oversize": VoiceItFaults(oversize=True),
    "unknown code": VoiceItFaults(code="XXXX"),
    "unknown code as a success": VoiceItFaults(code="XXXX", status=200),
    "success as a failure": VoiceItFaults(code="SUCC", status=400),
    "credentials": VoiceItFaults(code="UNAC", status=401),
    "call limit": VoiceItFaults(code="ACLR", status=400),
}


@pytest.mark.parametrize("faults", ENGINE_FAULTS.values(), ids=ENGINE_FAULTS)
def test_an_engine_in_trouble_never_verifies(stage: Stage, faults: VoiceItFaults) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.voiceit.faults = faults
        reaches(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER), "not verified", "inconclusive")


@pytest.mark.parametrize("faults", ENGINE_FAULTS.values(), ids=ENGINE_FAULTS)
def test_an_engine_in_trouble_enrols_nobody(stage: Stage, faults: VoiceItFaults) -> None:
    with stage.centre() as centre:
        centre.voiceit.faults = faults
        reaches(centre.call(Caller(voice("karin", (1, 2, 3))), KARINS_NUMBER), "not verified", "inconclusive")


def test_an_engine_that_has_lost_a_caller_gets_them_back_with_a_new_enrolment(stage: Stage) -> None:
    with stage.centre() as centre:
        enrol_karin(centre)
        centre.voiceit.engine.forget_everybody()
        reaches(centre.call(Caller(voice("karin", (5,))), KARINS_NUMBER), "not verified", "inconclusive")
        verified(centre.call(Caller(voice("karin", (1, 2, 3, 6))), KARINS_NUMBER))


@pytest.mark.parametrize(("language", "greeting"), [("sv-SE", "Säg efter tonen"), ("nl-NL", "Zeg na de toon")])
def test_the_language_of_the_flow_travels_with_the_leg(stage: Stage, language: str, greeting: str) -> None:
    with stage.centre(language=language) as centre:
        caller = Caller(voice("karin", (1, 2, 3, 4)))
        verified(centre.call(caller, KARINS_NUMBER))
        assert any(greeting in heard for heard in caller.heard)


def test_two_callers_at_the_table_never_meet(stage: Stage) -> None:
    numbers = [f"+4670174060{last}" for last in range(3)]
    with stage.centre() as centre:
        people = ("karin", "erik", "anna")
        for person, number in zip(people, numbers, strict=True):
            verified(centre.call(Caller(voice(person, (1, 2, 3, 4))), number))
        for (person, own), number in itertools.product(zip(people, numbers, strict=True), numbers):
            run = centre.call(Caller(voice(person, (5, 6, 5))), number)
            assert (run.queue == "verified") is (number == own), (person, number)
