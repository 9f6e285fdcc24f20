"""The caller's end of a contact: what they hear, how they react, and the touch-tones that come in.

Tones come from the person, or from a machine that dialled with digits to send. Those that arrive while no block waits
for input are lost, as they are in the service.
"""

from __future__ import annotations

from collections import deque
from typing import NoReturn

from local.clock import VirtualClock, WallClock
from local.connect.speech import Speech
from local.telephone import Asked, Call, HangUp, Press
from local.transcript import Transcript

Clock = VirtualClock | WallClock

TONE_SECONDS = 0.2
_PAUSES = {",": 0.75, "w": 0.5}


class CallerHungUp(Exception):
    """The caller put the receiver down; the contact ends wherever it was."""


class Line:
    """Raises CallerHungUp from any method that lets the caller hear or answer."""

    def __init__(self, call: Call, clock: Clock, transcript: Transcript) -> None:
        self._person = call.person
        self._hangs_up_at = call.hangs_up_at
        self._clock = clock
        self._transcript = transcript
        self._tones: deque[tuple[float, str]] = deque()
        self._person_has_the_turn = False
        self._arrive(call.digits)

    def say(self, speech: Speech) -> None:
        """Speak to the end, and let the person react, who may hang up; keys pressed now may be lost."""
        self._speak(speech, speech.seconds)
        self._react(speech.text, Asked.NOTHING)

    def ask_for_keys(self, speech: Speech, first_key_within: float) -> None:
        """Speak until a key is pressed, then leave the turn to a machine that still sends, or else to the person."""
        now = self._clock.now()
        while self._tones and self._tones[0][0] < now:
            self._tones.popleft()
        coming = self._tones[0][0] - now if self._tones else None
        self._person_has_the_turn = coming is None or coming > speech.seconds + first_key_within
        if self._person_has_the_turn:
            self._speak(speech, speech.seconds)
            self._react(speech.text, Asked.KEYS)
        elif coming is not None:
            self._speak(speech, min(speech.seconds, coming))

    def next_key(self, within: float) -> str | None:
        """The next key, or None when none comes `within` that many seconds."""
        start = self._clock.now()
        coming = self._tones[0][0] - start if self._tones else None
        in_time = coming is not None and coming <= within
        self._wait(max(coming, 0.0) if coming is not None and in_time else within)
        if self._person_has_the_turn:
            self._transcript.busy(start, self._clock.now())
        return self._tones.popleft()[1] if in_time else None

    def music(self, seconds: float) -> None:
        start = self._clock.now()
        self._wait(seconds)
        self._transcript.heard(start, self._clock.now())

    def _speak(self, speech: Speech, seconds: float) -> None:
        start = self._clock.now()
        if speech.written:
            self._transcript.add(start, "connect", f"says: {speech.written}")
        self._wait(seconds)
        if speech.text:
            self._transcript.heard(start, self._clock.now())

    def _react(self, heard: str, asked: Asked) -> None:
        reaction = self._person.reacts(heard, asked)
        if isinstance(reaction, HangUp):
            self._hang_up()
        if isinstance(reaction, Press):
            self._transcript.add(self._clock.now(), "caller", f"types {len(reaction.keys)} keys")
            self._arrive(reaction.keys, reaction.after_seconds, reaction.apart_seconds)

    def _wait(self, seconds: float) -> None:
        """Let time pass, at most until the caller has had enough."""
        left = None if self._hangs_up_at is None else self._hangs_up_at - self._clock.now()
        if left is None or left > seconds:
            self._clock.sleep(seconds)
            return
        self._clock.sleep(left)
        self._hang_up()

    def _hang_up(self) -> NoReturn:
        self._transcript.add(self._clock.now(), "caller", "hangs up")
        raise CallerHungUp

    def _arrive(self, keys: str, after: float = 0.0, apart: float = TONE_SECONDS) -> None:
        at = self._clock.now() + after
        for key in keys:
            at += _PAUSES.get(key, apart)
            if key not in _PAUSES:
                self._tones.append((at, key))
