from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib import prompts
from chalicelib.voice import dialogue
from chalicelib.voice.engine import Outcome

ROOT = Path(__file__).resolve().parents[2]
CODE = [path for path in (ROOT / "chalicelib").rglob("*.py") if path.parent.name != "prompts"]
KEY = re.compile(r'"(voice(?:\.[a-z_]+)+)"')
# A match ends the leg; a recording that was kept is no fault; too few enrolments end the leg.
NEVER_HINTED = {Outcome.MATCH, Outcome.ENROLLED, Outcome.TOO_FEW_ENROLMENTS}

every_language = pytest.mark.parametrize("language", prompts.LANGUAGES)


def spoken_keys() -> set[str]:
    """Every key that stands in the code, and those that are put together there."""
    written = {key for path in CODE for key in KEY.findall(path.read_text(encoding="utf-8"))}
    return written | {f"voice.hint.{outcome}" for outcome in Outcome if outcome not in NEVER_HINTED}


@every_language
def test_every_language_has_the_same_prompts(language: str) -> None:
    assert set(prompts.catalogue(language)) == set(prompts.catalogue("en-GB"))


@every_language
def test_every_prompt_that_can_be_spoken_is_there_and_no_other(language: str) -> None:
    assert set(prompts.catalogue(language)) == spoken_keys()


@every_language
def test_a_prompt_is_plain_text_that_twilio_can_speak(language: str) -> None:
    for key, text in prompts.catalogue(language).items():
        assert text == text.strip(), key
        assert text.isprintable(), key
        assert not re.search(r"[<>&{}%$\[\]|_*#]", text), key
        assert text[-1] in ".!?:", key
        assert len(text) < 400, key


@every_language
def test_the_consent_question_names_both_keys_and_nothing_else_to_press(language: str) -> None:
    for key in ("voice.consent", "voice.consent_again"):
        assert re.findall(r"[0-9]+", prompts.text(language, key)) == ["1", "2"]


@every_language
def test_a_hint_does_not_tell_an_impostor_what_the_engine_thought(language: str) -> None:
    hints = [prompts.text(language, f"voice.hint.{outcome}") for outcome in (Outcome.NO_MATCH, Outcome.REPLAYED)]
    assert hints[0] == hints[1]


@every_language
def test_every_language_has_a_voice(language: str) -> None:
    assert prompts.VOICES[language]


def test_every_catalogue_belongs_to_a_language_that_is_offered() -> None:
    found = {path.stem for path in (ROOT / "chalicelib" / "prompts").glob("*.py")} - {"__init__"}
    assert found == {language.lower().replace("-", "_") for language in prompts.LANGUAGES}


def test_a_prompt_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        prompts.text("en-GB", "voice.nothing_of_the_kind")


def test_the_phrase_itself_has_no_key() -> None:
    assert dialogue.PHRASE.prompt not in prompts.catalogue("en-GB")
