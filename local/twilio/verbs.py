"""TwiML's voice verbs, as values: attributes in their Python names, with Twilio's defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """Speak `text`; `loop` 0 is for ever. Without a `language` it is the voice's own, or en-US."""

    text: str
    voice: str = "man"
    language: str | None = None
    loop: int = 1


@dataclass(frozen=True)
class Play:
    """Play the sound at `url`, or send `digits`."""

    url: str = ""
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True)
class Pause:
    """Silence, seconds. As the first verb of a call it delays the answer."""

    length: int = 1


@dataclass(frozen=True)
class Gather:
    """Collect keys while and after the nested verbs sound; seconds. `action` None is the current document's URL."""

    nested: tuple[Say | Play | Pause, ...] = ()
    action: str | None = None
    method: str = "POST"
    timeout: int = 5
    finish_on_key: str = "#"
    num_digits: int | None = None
    action_on_empty_result: bool = False
    input: str = "dtmf"
    language: str = "en-US"
    hints: str = ""
    speech_timeout: str = ""
    barge_in: bool = True


@dataclass(frozen=True)
class Record:
    """Record what the caller says; seconds. `timeout` is the silence that ends it, 0 for none."""

    action: str | None = None
    method: str = "POST"
    timeout: int = 5
    finish_on_key: str = "1234567890*#"
    max_length: int = 3600
    play_beep: bool = True
    trim: str = "trim-silence"
    recording_status_callback: str | None = None
    recording_status_callback_method: str = "POST"
    recording_status_callback_event: tuple[str, ...] = ("completed",)
    transcribe: bool = False


@dataclass(frozen=True)
class Redirect:
    """Go on with the document at `url`."""

    url: str
    method: str = "POST"


@dataclass(frozen=True)
class Number:
    """Somebody to dial, E.164; `send_digits` (`0-9*#wW`) are sent when they answer."""

    number: str
    send_digits: str = ""


@dataclass(frozen=True)
class Dial:
    """Connect the caller to the first of `numbers` that answers."""

    numbers: tuple[Number, ...] = ()
    action: str | None = None
    method: str = "POST"
    timeout: int = 30
    time_limit: int = 14400
    caller_id: str | None = None
    answer_on_bridge: bool = False
    hangup_on_star: bool = False
    record: str = "do-not-record"


@dataclass(frozen=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True)
class Reject:
    """Do not answer; only as the first verb."""

    reason: str = "rejected"


Verb = Say | Play | Pause | Gather | Record | Redirect | Dial | Hangup | Reject
