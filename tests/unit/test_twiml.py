from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib import prompts
from chalicelib.voice import codes, dialogue, twiml
from chalicelib.voice.dialogue import PHRASE, Line, Move, Standing, Then
from local.twilio import verbs
from local.twilio.twiml import parse
from local.twilio.verbs import Verb
from tests.unit.standings import LEG, enrolling, task, verifying

BASE = "https://example.org/api"
SPOKEN = (verbs.Say, verbs.Play, verbs.Pause)
every_language = pytest.mark.parametrize("language", prompts.LANGUAGES)


def address(step: str) -> str:
    return f"{BASE}/voice/ticket/{step}"


def of(move: Move, dial: tuple[str, str] | None = None) -> tuple[Verb, ...]:
    return parse(twiml.of(move, address, dial).encode())


def speaking(language: str, phrase: str = "", content_language: str = "en-US") -> Standing:
    spoken = task(language=language, content_language=content_language)
    return Standing(LEG, replace(spoken, phrase=phrase or spoken.phrase), recording=1)


@every_language
def test_every_prompt_is_valid_in_every_language_in_a_voice_that_speaks_it(language: str) -> None:
    for prompt in prompts.catalogue(language):
        (said, after) = of(Move((Line(prompt),), Then.END, speaking(language)))
        assert isinstance(said, verbs.Say)
        assert said.language == language
        assert said.voice == prompts.VOICES[language]
        assert said.text == prompts.text(language, prompt)
        assert isinstance(after, verbs.Redirect)


def test_the_consent_question_takes_one_key_and_asks_again_without_one() -> None:
    gather, otherwise = of(dialogue.claimed(enrolling(""), 0))
    assert isinstance(gather, verbs.Gather)
    assert (gather.input, gather.num_digits, gather.finish_on_key) == ("dtmf", 1, "")
    assert gather.action == address("consent")
    assert isinstance(gather.nested[0], verbs.Say)
    assert otherwise == verbs.Redirect(address("no-key"))


def test_a_recording_is_announced_bounded_and_kept_whole() -> None:
    *said, record, otherwise = of(dialogue.claimed(verifying(), 0))
    assert all(isinstance(verb, verbs.Say) for verb in said)
    assert isinstance(record, verbs.Record)
    assert record.action == address("recorded")
    assert record.max_length <= 10
    assert record.trim == "do-not-trim"
    assert record.play_beep
    assert not record.transcribe
    assert (record.recording_status_callback or "").partition("#")[0] == address("recording-status")
    assert record.recording_status_callback_event == ("completed",)
    assert otherwise == verbs.Redirect(address("silence"))


@pytest.mark.parametrize(
    ("language", "content_language", "spoken_in"),
    [
        ("sv-SE", "en-US", "en-US"),
        ("sv-SE", "sv-SE", "sv-SE"),
        ("sv-SE", "no-STT", "sv-SE"),
        ("nl-NL", "fi-FI", "nl-NL"),
    ],
)
def test_the_phrase_is_spoken_in_its_own_language_where_there_is_a_voice_for_it(
    language: str, content_language: str, spoken_in: str
) -> None:
    verb = of(Move((PHRASE,), Then.RECORD, speaking(language, content_language=content_language)))[0]
    assert isinstance(verb, verbs.Say)
    assert (verb.language, verb.text) == (spoken_in, task().phrase)


def test_a_phrase_cannot_become_a_verb() -> None:
    hostile = '"/><Dial>+46900123456</Dial><Say x="'
    verb = of(Move((PHRASE,), Then.RECORD, speaking("en-GB", phrase=hostile)))[0]
    assert isinstance(verb, verbs.Say)
    assert verb.text == hostile


def test_who_waits_comes_back_by_themselves() -> None:
    silent = of(Move((), Then.WAIT, verifying(recording=1)))
    assert [type(verb) for verb in silent] == [verbs.Pause, verbs.Redirect]
    told = of(Move((Line("voice.still_checking"),), Then.WAIT, verifying(recording=1)))
    assert isinstance(told[0], verbs.Say)
    assert silent[-1] == told[-1] == verbs.Redirect(address("wait"))


def test_nothing_is_spoken_between_a_report_and_the_hang_up() -> None:
    assert of(Move((), Then.HAND_BACK, verifying())) == (verbs.Hangup(),)


def test_nothing_is_spoken_between_a_report_and_the_dialled_hand_back() -> None:
    (dial,) = of(Move((), Then.HAND_BACK, verifying()), ("+46101234567", "0123456789"))
    assert isinstance(dial, verbs.Dial)
    (number,) = dial.numbers
    assert number.number == "+46101234567"
    assert re.fullmatch(r"w+0123456789#", number.send_digits)


def test_why_there_is_no_verdict_is_said_before_it_is_reported() -> None:
    assert [type(verb) for verb in of(dialogue.failed(verifying()))] == [verbs.Say, verbs.Redirect]


def test_the_first_answer_listens_at_once_in_silence() -> None:
    gather, otherwise = parse(twiml.listen_for_code(BASE).encode())
    assert isinstance(gather, verbs.Gather)
    assert gather.nested == ()
    assert (gather.input, gather.finish_on_key, gather.action) == ("dtmf", "#", f"{BASE}/voice/claim")
    assert (gather.num_digits or 0) > codes.DIGITS
    assert otherwise == verbs.Redirect(f"{BASE}/voice/no-code")


@every_language
def test_an_apology_is_said_and_the_call_ends(language: str) -> None:
    said, end = parse(twiml.apology(language, "voice.trouble").encode())
    assert isinstance(said, verbs.Say)
    assert end == verbs.Hangup()


def test_an_answer_that_nobody_hears_is_empty() -> None:
    assert parse(twiml.nothing().encode()) == ()


def test_every_address_is_absolute_and_without_a_query() -> None:
    moves = [
        dialogue.claimed(enrolling(""), 0),
        dialogue.claimed(verifying(), 0),
        dialogue.recorded(verifying(recording=1)),
        dialogue.failed(verifying()),
    ]
    documents = [twiml.listen_for_code(BASE), *(twiml.of(move, address) for move in moves)]
    found = [url for text in documents for url in re.findall(r'(?:action|Callback)="([^"]*)"|<Redirect>([^<]*)<', text)]
    addresses = [one or other for one, other in found]
    assert len(addresses) >= 8
    assert all(re.fullmatch(rf"{BASE}/voice/[a-z/-]+(#[a-z0-9=&;,]+)?", url) for url in addresses)
