"""Templates become flows, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows import templates
from flows.__main__ import main
from flows.prompts import LANGUAGES, UnknownLanguageError, catalogue
from flows.render import (
    RenderError,
    UnfilledPlaceholderError,
    UnknownPlaceholderError,
    UnusableValueError,
    placeholders,
    render,
    to_be_given,
)

VOICE = "arn:aws:lambda:eu-central-1:111122223333:function:countersign-connect-dev-voice"


def test_placeholders_are_filled_wherever_a_string_stands() -> None:
    template = {"a": ["{{lambda:voice}}", {"b": "to {{queue:verified}} in {{language}}"}], "c": 1}
    rendered = render(template, "sv-SE", {"lambda:voice": VOICE, "queue:verified": "arn:q"})
    assert rendered == {"a": [VOICE, {"b": "to arn:q in sv-SE"}], "c": 1}


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


@pytest.mark.parametrize("value", ["foo", "voice", VOICE.replace(":lambda:", ":s3:"), VOICE + " ", "$.Attributes.f"])
def test_a_function_is_given_by_its_arn(value: str) -> None:
    with pytest.raises(UnusableValueError, match="lambda:voice must be the ARN of a Lambda function"):
        render({"a": "{{lambda:voice}}"}, "en-GB", {"lambda:voice": value})


@pytest.mark.parametrize("arn", [VOICE, VOICE + ":live", VOICE + ":$LATEST", VOICE.replace("arn:aws:", "arn:aws-cn:")])
def test_every_form_of_a_functions_arn_is_taken(arn: str) -> None:
    assert render({"a": "{{lambda:voice}}"}, "en-GB", {"lambda:voice": arn}) == {"a": arn}


@pytest.mark.parametrize("kind", ["queue", "flow", "module", "hours"])
def test_what_the_instance_holds_is_not_given_by_its_display_name(kind: str) -> None:
    with pytest.raises(UnusableValueError, match=f"{kind}:x must be an ARN or an id"):
        render({"a": f"{{{{{kind}:x}}}}"}, "en-GB", {f"{kind}:x": "Verified callers"})


def test_a_value_is_not_rendered_again() -> None:
    assert render({"a": "{{setting:x}}"}, "en-GB", {"setting:x": "{{setting:y}}"}) == {"a": "{{setting:y}}"}


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownLanguageError, match="xx-XX"):
        render({}, "xx-XX", {})


def test_a_template_tells_what_it_asks_for() -> None:
    assert placeholders({"a": ["{{lambda:voice}} {{language}}"]}) == {"lambda:voice", "language"}


def test_a_template_tells_what_a_person_must_give_for_it() -> None:
    template = {"a": "{{queue:q}} {{lambda:voice}} {{language}} {{speaker}} {{engine}} {{prompt:welcome}}"}
    assert to_be_given(template) == ("lambda:voice", "queue:q")


@pytest.mark.parametrize("error", [UnknownPlaceholderError, UnfilledPlaceholderError, UnusableValueError])
def test_whoever_renders_can_catch_one_error(error: type[Exception]) -> None:
    assert issubclass(error, RenderError)


GOES_ON = {"bankid.open", "bankid.code", "bankid.thanks"}
"""Where the flow goes on with a name or a code."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_prompts_all_of_them_speakable(language: str) -> None:
    prompts = catalogue(language).prompts
    assert prompts.keys() == catalogue("en-GB").prompts.keys()
    for key, text in prompts.items():
        assert text.strip() == text, key
        assert text.endswith((".", "?")) or key in GOES_ON or _labels(key), key
        assert len(text) <= 160, key
        assert not {"\u2014", "\u2013", "<", "{", "$"} & set(text), key


def _labels(key: str) -> bool:
    """Headings and labels of an agent's guide are no sentences."""
    return key.startswith("guide.") and not key.endswith("_means")


def test_no_prompt_was_left_in_english() -> None:
    english = catalogue("en-GB").prompts
    for language in ("sv-SE", "nl-NL"):
        assert not {key for key, text in catalogue(language).prompts.items() if text == english[key]}


def test_the_command_writes_the_flow(tmp_path: Path) -> None:
    values, output = tmp_path / "values.json", tmp_path / "flow.json"
    values.write_text(json.dumps({"lambda:voice": VOICE, "queue:of another template": "q"}))
    assert main(["render", "voice", "--language", "en-GB", "--values", str(values), "--output", str(output)]) == 0
    assert VOICE in output.read_text()


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


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that the command says when it fails."""
    assert main(arguments) == 1
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert line.count("\n") == 1
    return line


@pytest.mark.parametrize("name", ["lambda:voise", "language", "prompt:welcome", "anything"])
def test_the_command_refuses_a_single_value_that_nothing_asks_for(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    values = ("--set", f"{name}=x", "--set", f"lambda:voice={VOICE}")
    line = refusal(capsys, "render", "voice", "--language", "en-GB", *values)
    assert f"does not ask for {name}; it asks for lambda:voice" in line


def test_the_command_refuses_a_function_without_an_arn(capsys: pytest.CaptureFixture[str]) -> None:
    assert "ARN" in refusal(capsys, "render", "voice", "--language", "en-GB", "--set", "lambda:voice=foo")


def test_the_command_lists_the_templates_when_it_knows_no_such(capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal(capsys, "render", "voise", "--language", "en-GB")
    assert all(name in line for name in ("voise", *templates.NAMES))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{", b"[1]", b'"text"', b'{"lambda:voice": 1}'])
def test_the_command_names_the_file_whose_values_cannot_be_read(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "values.json"
    file.write_bytes(content)
    assert str(file) in refusal(capsys, "render", "voice", "--language", "en-GB", "--values", str(file))
