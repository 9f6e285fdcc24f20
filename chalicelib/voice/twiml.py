"""A move of the dialogue as TwiML. All addresses are absolute, since a relative one would lose the gateway's stage."""

from __future__ import annotations

from collections.abc import Callable

from twilio.twiml.voice_response import Gather, VoiceResponse

from chalicelib import prompts
from chalicelib.voice import codes
from chalicelib.voice.dialogue import PHRASE, Line, Move, Then

HAND_BACK_LEAD = "ww"
"""Half a second each, before Twilio types the hand-back code into Connect."""

_RETRIES = "#rc=2&rp=ct,rt,5xx"
"""How Twilio repeats a status request that found nobody there; a fragment, so it is never sent nor signed."""


def listen_for_code(base_url: str) -> str:
    """The very first answer: listen at once and in silence, since the code is typed as soon as the call is answered."""
    response = VoiceResponse()
    response.append(
        Gather(
            input="dtmf",
            timeout=10,
            finish_on_key=codes.END,
            num_digits=codes.DIGITS + 1,
            action=f"{base_url}/voice/claim",
        )
    )
    response.redirect(f"{base_url}/voice/no-code")
    return str(response)


def apology(language: str, prompt: str) -> str:
    """Say what went wrong and hang up."""
    response = VoiceResponse()
    _say(response, language, prompts.text(language, prompt))
    response.hangup()
    return str(response)


def nothing() -> str:
    """For requests whose answer nobody hears."""
    return str(VoiceResponse())


def of(move: Move, address: Callable[[str], str], dial: tuple[str, str] | None = None) -> str:
    """The TwiML of a move.

    `address` gives the URL of a step of this leg, with the ticket in it. `dial` is the Connect number and the code for
    a leg that is handed back by dialling; None for one that ends by hanging up.
    """
    response = VoiceResponse()
    match move.then:
        case Then.ASK_CONSENT:
            gather = Gather(input="dtmf", timeout=6, num_digits=1, finish_on_key="", action=address("consent"))
            _say_all(gather, move)
            response.append(gather)
            response.redirect(address("no-key"))
        case Then.RECORD:
            _say_all(response, move)
            response.record(
                action=address("recorded"),
                timeout=2,
                max_length=8,
                finish_on_key="#",
                play_beep=True,
                trim="do-not-trim",
                recording_status_callback=address("recording-status") + _RETRIES,
                recording_status_callback_event="completed",
            )
            response.redirect(address("silence"))
        case Then.WAIT:
            _say_all(response, move)
            if not move.says:
                response.pause(length=1)
            response.redirect(address("wait"))
        case Then.END:
            _say_all(response, move)
            response.redirect(address("end"))
        case Then.HAND_BACK if dial is not None:
            number, code = dial
            response.dial().number(number, send_digits=f"{HAND_BACK_LEAD}{code}{codes.END}")
        case Then.HAND_BACK:
            response.hangup()
    return str(response)


def _say_all(response: VoiceResponse | Gather, move: Move) -> None:
    for line in move.says:
        _say_line(response, line, move)


def _say_line(response: VoiceResponse | Gather, line: Line, move: Move) -> None:
    task = move.standing.task
    if line == PHRASE:
        spoken_in = task.content_language if task.content_language in prompts.VOICES else task.language
        _say(response, spoken_in, task.phrase)
    else:
        _say(response, task.language, prompts.text(task.language, line.prompt))


def _say(response: VoiceResponse | Gather, language: str, words: str) -> None:
    response.say(words, language=language, voice=prompts.VOICES.get(language))
