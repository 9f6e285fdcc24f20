"""The laptop's telephone network: who can be dialled, who is calling, and what a person does when spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol, runtime_checkable


class Asked(Enum):
    """What the far end waits for once a prompt has been spoken."""

    NOTHING = "nothing"
    KEYS = "keys"
    VOICE = "voice"


@dataclass(frozen=True)
class Press:
    """Keys, as the person types them: `0-9*#`, the first `after_seconds` and then one every `apart_seconds`.

    A `,` in between is 750 ms of thought, a `w` 500 ms. Only a Connect line minds the times.
    """

    keys: str
    after_seconds: float = 0.0
    apart_seconds: float = 0.2


@dataclass(frozen=True)
class Say:
    """Speech: a WAV file, 8 kHz mono."""

    recording: Path


@dataclass(frozen=True)
class Stay:
    """Do nothing: listen, or keep silent."""


@dataclass(frozen=True)
class HangUp:
    """Put the receiver down."""


Reaction = Press | Say | Stay | HangUp


class Person(Protocol):
    """Somebody at the other end of a call."""

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        """What the person does after `heard` (everything spoken since the last reaction, "" for nothing)."""


@runtime_checkable
class Live(Person, Protocol):
    """A person who is really there: hears words from the first one on, and acts in the midst of whatever goes on."""

    def hears(self, spoken: str) -> None:
        """Somebody begins to say this."""

    def pressed(self) -> str:
        """The keys that have been pressed since this was asked last, `0-9*#`."""

    def has_hung_up(self) -> bool: ...


def live(person: Person) -> Live | None:
    """The same person, if really there."""
    return person if isinstance(person, Live) else None


@dataclass(frozen=True)
class Call:
    """One leg, as the network puts it through.

    `caller_id` is E.164, or None when withheld. `digits` are touch-tones that the calling *machine* sends as soon as
    the far end answers: `0-9*#`, with `,` for 750 ms (Connect) and `w` for 500 ms (Twilio) of silence.
    `presses` are keys that the caller types whatever is going on, at times that count from when the call is answered.
    At `hangs_up_at` (virtual seconds since the epoch) the caller puts the receiver down, whatever is going on.
    """

    to: str
    caller_id: str | None
    person: Person
    digits: str = ""
    ring_limit_seconds: float = 30.0
    hangs_up_at: float | None = None
    presses: tuple[Press, ...] = ()


class Ended(Enum):
    """How a leg ended, seen from the side that dialled."""

    FAR_END_HUNG_UP = "far end hung up"
    CALLER_HUNG_UP = "caller hung up"
    NO_ANSWER = "no answer"
    FAILED = "failed"


class Subscriber(Protocol):
    """Whatever a number rings at: a Connect instance, a Twilio account."""

    def answer(self, call: Call) -> Ended: ...


class Exchange:
    """Puts calls through by number. A number that nobody has fails."""

    def __init__(self) -> None:
        self._subscribers: dict[str, Subscriber] = {}

    def connect(self, number: str, subscriber: Subscriber) -> None:
        self._subscribers[number] = subscriber

    def dial(self, call: Call) -> Ended:
        subscriber = self._subscribers.get(call.to)
        return subscriber.answer(call) if subscriber else Ended.FAILED
