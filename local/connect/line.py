"""The caller's end of a contact: what they hear, how they react, and the touch-tones that come in.

Tones come from the person, or from a machine that dialled with digits to send. The same end, held to an agent's ear,
plays what only the agent hears.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from local.clock import VirtualClock, WallClock
from local.connect.interruption import Interrupted, Interruption
from local.connect.speech import Speech
from local.connect.tones import Tones
from local.telephone import Asked, Call, HangUp, Press, live
from local.transcript import Transcript


class Beside:
    """A clock of its own for what goes on at the same time as something else: its sleep takes nobody else's time."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += max(seconds, 0.0)


Clock = VirtualClock | WallClock | Beside

LOOKS_EVERY_SECONDS = 0.05


class CallerHungUp(Exception):
    """The caller put the receiver down; the contact ends wherever it was."""


class Line:
    """Raises CallerHungUp from any method that lets somebody hear or answer, and Interrupted inside `until`.

    With `hears` the speech goes to somebody other than the caller, for whom the line is silent.
    """

    def __init__(self, call: Call, clock: Clock, transcript: Transcript, hears: str = "") -> None:
        self._person = call.person
        self._live = live(call.person)
        self._hangs_up_at = call.hangs_up_at
        self._clock = clock
        self._transcript = transcript
        self._hears = hears
        self._interruptions: list[Interruption] = []
        self._tones = Tones()
        self._person_has_the_turn = False
        self._tones.send(Press(call.digits), clock.now())
        for press in call.presses:
            self._tones.send(press, clock.now())

    def now(self) -> float:
        """For who listens: on hold, agent and caller each have a time of their own."""
        return self._clock.now()

    def say(self, speech: Speech, *, skippable: bool = False) -> str:
        """Speak to the end, and let the person react, who may hang up; keys pressed now may be lost.

        With `skippable` and a buffer, keys that were typed make it "skipped", and a key that comes "interrupted".
        """
        now = self._settle()
        if not (skippable and self._tones.buffering):
            self._speak(speech, speech.seconds)
            self._react(speech.text, Asked.NOTHING)
            return ""
        if self._tones.any_kept():
            return "skipped"
        coming = self._tones.next_at()
        if coming is not None and coming - now <= speech.seconds:
            self._speak(speech, coming - now)
            return "interrupted"
        if self._speak(speech, speech.seconds, until_a_key=True):
            return "interrupted"
        self._react(speech.text, Asked.NOTHING)
        return ""

    def ask_for_keys(self, speech: Speech, first_key_within: float) -> None:
        """Speak until a key is pressed, then leave the turn to a machine that still sends, or else to the person.

        Nothing is spoken to somebody whose keys are in the buffer.
        """
        now = self._settle()
        self._person_has_the_turn = False
        if self._tones.any_kept():
            return
        at = self._tones.next_at()
        coming = None if at is None else at - now
        self._person_has_the_turn = coming is None or coming > speech.seconds + first_key_within
        if self._person_has_the_turn:
            if not self._speak(speech, speech.seconds, until_a_key=True):
                self._react(speech.text, Asked.KEYS)
        elif coming is not None:
            self._speak(speech, min(speech.seconds, coming))

    def next_key(self, within: float) -> str | None:
        """The next key, or None when none comes `within` that many seconds."""
        kept = self._tones.kept()
        if kept is not None:
            return kept
        start = self._clock.now()
        at = self._tones.next_at()
        coming = None if at is None else at - start
        in_time = coming is not None and coming <= within
        pressed = self._wait(max(coming, 0.0) if coming is not None and in_time else within, until_a_key=True)
        if self._person_has_the_turn:
            self._transcript.busy(start, self._clock.now())
        return self._tones.take() if in_time or pressed else None

    def talk_with_a_machine(self, speech: Speech) -> None:
        """Speak, and let the person answer in words; keys that they type are not the flow's to see."""
        self._speak(speech, speech.seconds)
        self._react(speech.text, Asked.VOICE)

    def buffer(self, on: bool) -> str:
        """Keep touch-tones from now on, or no longer; what the buffer held is given out and gone."""
        self._settle()
        kept = "" if on else self._tones.clear()
        self._tones.buffering = on
        return kept

    def forget_keys(self) -> None:
        """Empty the buffer, as the service does when the caller is handed on."""
        self._settle()
        self._tones.clear()

    def lose_keys(self) -> None:
        """What was typed since the last block went elsewhere: to whoever the caller was speaking with."""
        self._tones.lose(self._clock.now())

    def music(self, seconds: float) -> None:
        start = self._clock.now()
        try:
            self._wait(seconds)
        finally:
            self._hear(start)

    def silence(self, seconds: float) -> None:
        self._wait(seconds)

    @contextmanager
    def until(self, interruption: Interruption) -> Iterator[None]:
        """Whatever is played inside stops, by Interrupted, when `interruption` is due."""
        self._interruptions.append(interruption)
        try:
            yield
        finally:
            self._interruptions.remove(interruption)

    def mind_interruptions(self) -> None:
        """Raises Interrupted where one is due: between two actions, none of which may have let anybody hear."""
        if any(interruption.is_due(self._clock.now()) for interruption in self._interruptions):
            raise Interrupted

    def _settle(self) -> float:
        now = self._clock.now()
        self._tones.settle(now)
        return now

    def _speak(self, speech: Speech, seconds: float, *, until_a_key: bool = False) -> bool:
        """Whether a key cut it short."""
        start = self._clock.now()
        if speech.written:
            to = f"to the {self._hears}, " if self._hears else ""
            self._transcript.add(start, "connect", f"{to}says: {speech.written}")
        if self._live and speech.text:
            self._live.hears(speech.text)
        try:
            return self._wait(seconds, until_a_key=until_a_key)
        finally:
            if speech.text:
                self._hear(start)

    def _hear(self, start: float) -> None:
        if not self._hears:
            self._transcript.heard(start, self._clock.now())

    def _react(self, heard: str, asked: Asked) -> None:
        reaction = self._person.reacts(heard, asked)
        if isinstance(reaction, HangUp):
            self._hang_up()
        if isinstance(reaction, Press):
            self._transcript.add(self._clock.now(), "caller", f"types {len(reaction.keys)} keys")
            if asked is not Asked.VOICE:
                self._tones.send(reaction, self._clock.now())

    def _wait(self, seconds: float, *, until_a_key: bool = False) -> bool:
        """Let time pass, at most until the caller has had enough, or what is played is interrupted.

        Somebody who is really there may press keys meanwhile: whether they have, with `until_a_key` at once.
        """
        pressed = False
        end = self._clock.now() + seconds
        while True:
            self.mind_interruptions()
            now = self._clock.now()
            stops = [interruption.at for interruption in self._interruptions]
            if self._live or any(interruption.happened for interruption in self._interruptions):
                stops.append(now + LOOKS_EVERY_SECONDS)
            until = min([end, *stops])
            left = None if self._hangs_up_at is None else self._hangs_up_at - now
            if left is not None and left <= until - now:
                self._clock.sleep(left)
                self._hang_up()
            self._clock.sleep(until - now)
            pressed = self._presses() or pressed
            if until >= end or (pressed and until_a_key):
                return pressed

    def _presses(self) -> bool:
        """Whether somebody who is really there has pressed keys just now. They may also have hung up."""
        if self._live is None:
            return False
        if self._live.has_hung_up():
            self._hang_up()
        keys = self._live.pressed()
        if keys:
            self._transcript.add(self._clock.now(), "caller", f"types {len(keys)} keys")
            self._tones.send(Press(keys, apart_seconds=0.0), self._clock.now())
        return bool(keys)

    def _hang_up(self) -> NoReturn:
        self._transcript.add(self._clock.now(), "caller", "hangs up")
        raise CallerHungUp
