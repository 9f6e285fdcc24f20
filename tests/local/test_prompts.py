"""`python -m local prompts`: what a caller can ever hear is all there, and right, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import prompts as leg
from flows import prompts as flow
from local.prompts.check import INTERNAL, LONGEST, wrong_actions, wrong_texts
from local.prompts.command import faults, main
from local.prompts.spoken import LANGUAGES, LEG, Prompt, every

CODE = "<speak>{{prompt:bankid.code}} %s</speak>"


def prompt(sv: str, en: str = "Please type it.", *, where: tuple[str, ...] = ("voice",)) -> Prompt:
    return Prompt("a.key", {"en-GB": en, "sv-SE": sv, "nl-NL": en}, where)


def says(**parameters: str) -> list[dict[str, Any]]:
    return [{"Identifier": "say", "Parameters": parameters}]


def test_what_ships_is_without_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(faults()) == []
    assert main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_every_prompt_is_listed_in_every_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    listed = capsys.readouterr().out.splitlines()
    for language in LANGUAGES:
        for texts in (flow.catalogue(language).prompts, leg.catalogue(language)):
            assert [text for text in texts.values() if f"  {language}  {text}" not in listed] == []


def test_one_language_may_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "sv-SE"]) == 0
    told = capsys.readouterr().out
    assert "welcome (spoken: authenticate-by-bankid, authenticate-by-web-login, authenticate-caller)\n  sv-SE  " in told
    assert "en-GB" not in told


def test_what_an_agent_reads_is_told_from_what_a_caller_hears() -> None:
    shown = {one.key for one in every() if one.shown}
    assert shown == {key for key in flow.catalogue("en-GB").prompts if key.startswith("guide.")}
    assert {one.key for one in every() if one.where == (LEG,)} == set(leg.catalogue("en-GB"))


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (prompt(""), "a.key, sv-SE: there is none"),
        (prompt("Slå in {{setting:name}}."), "a.key, sv-SE: other placeholders than in English"),
        (prompt("Slå in $.External.code."), "a.key, sv-SE: other placeholders than in English"),
        (prompt("Tryck 1."), "a.key, sv-SE: other keys to press than in English"),
        (prompt("Tryck 2.", "Press 1."), "a.key, sv-SE: other keys to press than in English"),
        (prompt("Avsluta med stjärna.", "End with the hash key."), "a.key, sv-SE: other keys to press than in English"),
        (prompt("Ring 112.", "Call 112."), "a.key, sv-SE: digits that are read as one number"),
        (prompt("a" * (LONGEST + 1)), f"a.key, sv-SE: longer than {LONGEST} characters"),
        (prompt("Slå <break/in."), "a.key, sv-SE: no XML: not well-formed (invalid token): line 1, column 18"),
        (prompt("Slå in <audio/>."), "a.key, sv-SE: Polly does not know <audio>"),
        (prompt("Svaret är not_verified."), "a.key, sv-SE: says not_verified"),
        (prompt("Svaret är Inconclusive."), "a.key, sv-SE: says inconclusive"),
        (prompt("Din token är slut."), "a.key, sv-SE: says token"),
        (prompt("Slå in det.", where=()), "a.key: no flow has it"),
    ],
)
def test_a_text_that_will_not_do_is_told(wrong: Prompt, fault: str) -> None:
    found: Iterator[str] = wrong_texts([wrong])
    assert fault in found


def test_words_that_callers_use_too_are_no_fault() -> None:
    texts = ("End with the hash key. It is open.", "Avsluta med fyrkant. Den är öppen.", "Sluit af met een hekje.")
    assert list(wrong_texts([Prompt("a.key", dict(zip(LANGUAGES, texts, strict=True)), ("voice",))])) == []
    assert "hash" in INTERNAL


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"SSML": CODE % "$.FlowAttributes.code"}, "$.FlowAttributes.code is not spoken digit by digit"),
        (
            {"SSML": CODE % "<say-as interpret-as='cardinal'>$.External.x</say-as>"},
            "$.External.x is not spoken digit by digit",
        ),
        (
            {"SSML": CODE % "<say-as interpret-as='digits'>1</say-as>$.External.x"},
            "$.External.x is not spoken digit by digit",
        ),
        ({"SSML": "<speak>{{prompt:bankid.code}}"}, "no XML: no element found: line 1, column "),
        (
            {"Text": "{{prompt:bankid.code}} $.External.spoken_code."},
            "$.External.spoken_code is not spoken digit by digit",
        ),
        ({"Text": "a" * (LONGEST + 1)}, f"longer than {LONGEST} characters"),
    ],
)
def test_an_action_that_says_it_wrongly_is_told(given: dict[str, str], fault: str) -> None:
    found = list(wrong_actions("bankid", says(**given)))
    assert [one.partition(f": {fault}")[0] for one in found] == [f"bankid, say, {language}" for language in LANGUAGES]


def test_a_code_spoken_digit_by_digit_and_a_given_name_are_no_fault() -> None:
    code = CODE % '<say-as interpret-as="digits">$.FlowAttributes.code</say-as>.'
    assert (
        list(wrong_actions("bankid", says(SSML=code) + says(Text="{{prompt:bankid.thanks}} $.External.given_name.")))
        == []
    )
