"""Calls with a login on the web that go another way than the demo shows: nobody is ever taken for another."""

from __future__ import annotations

import pytest

from flows.prompts import catalogue
from local.aws.tap import TableFaults
from local.centre import ASSURANCE_ARN, WEB_LOGIN_ARN
from local.connect import Circumstances, Fault, LambdaFaults, Unset
from local.connect.actions import keys as storing
from local.demo.stage import Stage, no_dead_air, reaches, verified
from local.demo.web_login import KARIN, agents_do, hears, logs_in, looks, phones, sees, types
from local.people import AppUser, Typist

IN_THE_END = (Fault.THROTTLED, Fault.RAISES, Fault.RAISES_AFTER_COMMIT, Fault.TIMES_OUT_AFTER_COMMIT)


@pytest.mark.parametrize("language", ["sv-SE", "nl-NL"])
def test_the_flow_speaks_the_language_of_the_call(stage: Stage, language: str) -> None:
    says = catalogue(language).prompts
    with stage.centre(language=language) as centre:
        shown = logs_in(centre)
        karin = AppUser({says["web_login.ask"]: [shown.code]})
        verified(phones(centre, karin, shown))
        hears(karin, says["web_login.linked"])
        no_dead_air(centre)


@pytest.mark.parametrize("fault", IN_THE_END)
def test_a_link_that_is_asked_for_again_links_the_same_call_again(stage: Stage, fault: Fault) -> None:
    with stage.centre() as centre:
        centre.connect.circumstances = Circumstances(faults=LambdaFaults(functions={WEB_LOGIN_ARN: {1: fault}}))
        pages = agents_do(centre, looks)
        shown = logs_in(centre)
        verified(phones(centre, types(shown.code), shown))
        sees(pages[0], KARIN)


@pytest.mark.parametrize("unset", list(Unset))
def test_however_connect_writes_what_is_not_set_a_guide_has_its_handle(stage: Stage, unset: Unset) -> None:
    with stage.centre() as centre:
        centre.connect.circumstances = Circumstances(unset=unset)
        shown = logs_in(centre)
        verified(phones(centre, types(shown.code), shown))
        assert centre.agents["verified"].views[-1].data["Heading"] == "Identified"


def test_while_the_table_is_down_an_agent_takes_over_who_sees_nothing(stage: Stage) -> None:
    with stage.centre() as centre:
        shown = logs_in(centre)
        centre.tap.faults = TableFaults(code="ProvisionedThroughputExceededException")
        karin = types(shown.code)
        run = phones(centre, karin, shown)
        reaches(run, "not verified", "unavailable")
        hears(karin, "cannot use your login")
        assert run.attributes["auth_view"] == "none"
        assert centre.agents["not_verified"].views[-1].data["Heading"] == "Not identified"


def test_a_function_that_gives_no_handle_keeps_nobody_from_an_agent(stage: Stage) -> None:
    with stage.centre() as centre:
        times = dict.fromkeys(range(1, 5), Fault.RAISES)
        centre.connect.circumstances = Circumstances(faults=LambdaFaults(functions={ASSURANCE_ARN: times}))
        run = phones(centre, Typist([]), logs_in(centre))
        reaches(run, "not verified", "no_input")
        assert run.attributes["auth_view"] == "none"


def test_a_code_that_is_not_encrypted_is_not_taken(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_encrypted", lambda typed, *_: typed)
    with stage.centre() as centre:
        shown = logs_in(centre)
        reaches(phones(centre, types(shown.code), shown), "not verified", "undecryptable")
        assert any("input_not_encrypted" in line for line in centre.log.lines)


def test_half_a_code_is_none_and_a_hash_behind_a_whole_one_does_not_matter(stage: Stage) -> None:
    with stage.centre() as centre:
        shown = logs_in(centre)
        verified(phones(centre, types(f"{shown.code[:5]}#", f"{shown.code}#"), shown))
        assert not any("web_login_wrong_code" in line for line in centre.log.lines)


def test_a_code_that_is_dialled_wrongly_may_be_typed(stage: Stage) -> None:
    """A `#` behind what was dialled is no empty second try."""
    with stage.centre() as centre:
        shown = logs_in(centre)
        wrong = f"{(int(shown.code) + 1) % 10**8:08}"
        person = types(shown.code)
        verified(centre.call(person, None, shown.number, f",,,{wrong}#"))
        hears(person, "We do not know that code")
