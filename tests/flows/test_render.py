"""Templates become flows, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.__main__ import main
from flows.prompts import LANGUAGES, UnknownLanguageError, catalogue
from flows.render import RenderError, UnfilledPlaceholderError, UnknownPlaceholderError, placeholders, render


def test_placeholders_are_filled_wherever_a_string_stands() -> None:
    template = {"a": ["{{lambda:voice}}", {"b": "to {{queue:verified}} in {{language}}"}], "c": 1}
    rendered = render(template, "sv-SE", {"lambda:voice": "arn:v", "queue:verified": "arn:q"})
    assert rendered == {"a": ["arn:v", {"b": "to arn:q in sv-SE"}], "c": 1}


def test_prompts_and_the_speaker_come_from_the_catalogue_of_the_language() -> None:
    rendered = render({"text": "{{prompt:voice.verified}}", "by": "{{speaker}}"}, "nl-NL", {})
    speech = catalogue("nl-NL")
    assert rendered == {"text": speech.prompts["voice.verified"], "by": speech.speaker}


def test_the_template_itself_is_left_as_it_was() -> None:
    template = {"a": ["{{setting:x}}"]}
    render(template, "en-GB", {"setting:x": "y"})
    assert template == {"a": ["{{setting:x}}"]}


def test_every_placeholder_that_is_not_filled_is_named() -> None:
    with pytest.raises(UnfilledPlaceholderError, match=r"\{\{lambda:voice\}\}, \{\{queue:verified\}\}"):
        render({"a": "{{queue:verified}}", "b": "{{lambda:voice}}"}, "en-GB", {})


def test_an_empty_value_does_not_fill_a_placeholder() -> None:
    with pytest.raises(UnfilledPlaceholderError, match="setting:x"):
        render({"a": "{{setting:x}}"}, "en-GB", {"setting:x": ""})


@pytest.mark.parametrize("text", ["{{colour:red}}", "{{lambda}}", "{{lambda:}}", "{{nonsense}}", "{{}}"])
def test_an_unknown_placeholder_is_named_even_when_a_value_is_given(text: str) -> None:
    with pytest.raises(UnknownPlaceholderError) as raised:
        render({"a": text}, "en-GB", {text.strip("{}"): "value"})
    assert text in str(raised.value)


@pytest.mark.parametrize("text", ["{{lambda:voice}", "lambda:voice}}"])
def test_broken_braces_are_refused(text: str) -> None:
    with pytest.raises(UnknownPlaceholderError):
        render({"a": text}, "en-GB", {"lambda:voice": "arn"})


def test_a_value_is_not_rendered_again() -> None:
    assert render({"a": "{{setting:x}}"}, "en-GB", {"setting:x": "{{setting:y}}"}) == {"a": "{{setting:y}}"}


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownLanguageError, match="xx-XX"):
        render({}, "xx-XX", {})


def test_a_template_tells_what_it_asks_for() -> None:
    assert placeholders({"a": ["{{lambda:voice}} {{language}}"]}) == {"lambda:voice", "language"}


@pytest.mark.parametrize("error", [UnknownPlaceholderError, UnfilledPlaceholderError])
def test_whoever_renders_can_catch_one_error(error: type[Exception]) -> None:
    assert issubclass(error, RenderError)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_prompts_all_of_them_speakable(language: str) -> None:
    prompts = catalogue(language).prompts
    assert prompts.keys() == catalogue("en-GB").prompts.keys()
    for key, text in prompts.items():
        assert text.strip() == text, key
        assert text.endswith((".", "?")), key
        assert len(text) <= 160, key
        assert not {"\u2014", "\u2013", "<", "{", "$"} & set(text), key


def test_no_prompt_was_left_in_english() -> None:
    english = catalogue("en-GB").prompts
    for language in ("sv-SE", "nl-NL"):
        assert not {key for key, text in catalogue(language).prompts.items() if text == english[key]}


def test_the_command_writes_the_flow(tmp_path: Path) -> None:
    values, output = tmp_path / "values.json", tmp_path / "flow.json"
    values.write_text('{"lambda:voice": "arn:v"}')
    assert main(["render", "voice", "--language", "en-GB", "--values", str(values), "--output", str(output)]) == 0
    assert "arn:v" in output.read_text()


def test_the_command_takes_single_values_and_files_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "own.json"
    template.write_text('{"a": "{{setting:x}}"}')
    assert main(["render", str(template), "--language", "sv-SE", "--set", "setting:x=1=2"]) == 0
    assert json.loads(capsys.readouterr().out) == {"a": "1=2"}


@pytest.mark.parametrize("extra", [[], ["--set", "lambda:voice"], ["--values", "/nowhere/at/all.json"]])
def test_the_command_says_what_is_missing_and_fails(extra: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "voice", "--language", "en-GB", *extra]) == 1
    assert capsys.readouterr().err.startswith("error: ")
