"""The caller's end of a call that somebody makes from the page: what they press, say and do there."""

from __future__ import annotations

import threading
from pathlib import Path

from local import wav
from local.clock import VirtualClock
from local.phone.events import Feed
from local.telephone import Asked, HangUp, Press, Reaction, Say, Stay

SPEAKS_WITHIN_SECONDS = 20.0
"""Who has not begun to speak by then stays silent."""
SPEAKS_FOR_SECONDS = 120.0
"""Even a slow microphone, on a fast clock, has something by then."""
_LOOKS_EVERY_SECONDS = 0.05


class Handset:
    """Really there: keys, words and the hook take effect whenever they are used, by a thread of the page's server.

    Time passes for everybody while it waits for its user. Recordings stand in `folder`, which whoever made it removes
    after the call; `language` is that of the prompts.
    """

    def __init__(self, clock: VirtualClock, feed: Feed, folder: Path, language: str) -> None:
        self._clock = clock
        self._feed = feed
        self._folder = folder
        self._language = language
        self._lock = threading.Lock()
        self._keys = ""
        self._speaking = False
        self._said: Path | None = None
        self._recordings = 0
        self._hung_up = False

    # --- what its user does ---------------------------------------------------------------------------------------

    def press(self, keys: str) -> None:
        with self._lock:
            self._keys += keys

    def begin_to_speak(self) -> None:
        """They have opened their mouth; what they say comes when they are done."""
        self._speaking = True

    def speak(self, sound: bytes) -> None:
        """What they have said, a WAV file of 8 kHz. Raises UnreadableAudio."""
        samples = wav.read(sound)
        with self._lock:
            self._recordings += 1
            said = self._folder / f"{self._recordings}.wav"
            said.write_bytes(wav.linear(samples))
            self._said = said

    def play(self, recording: Path) -> None:
        """Let somebody else speak, for as long as that takes."""
        self.begin_to_speak()
        self.speak(recording.read_bytes())

    def hang_up(self) -> None:
        self._hung_up = True

    # --- what the line asks ---------------------------------------------------------------------------------------

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        if self._hung_up:
            return HangUp()
        if asked is Asked.NOTHING:
            return Stay()
        # Whoever is told may answer at once.
        self._speaking, self._said = False, None
        self._feed.add("asked", self._clock.now(), what=asked.value)
        return self._speaks() if asked is Asked.VOICE else Stay()

    def hears(self, spoken: str) -> None:
        self._feed.add("spoken", self._clock.now(), text=spoken, language=self._language)

    def pressed(self) -> str:
        with self._lock:
            keys, self._keys = self._keys, ""
        return keys

    def has_hung_up(self) -> bool:
        return self._hung_up

    def _speaks(self) -> Reaction:
        """Wait for what is said, a key instead, or the end of anybody's patience."""
        started = self._clock.now()
        reaction: Reaction | None = None
        while reaction is None:
            self._clock.sleep(_LOOKS_EVERY_SECONDS)
            limit = SPEAKS_FOR_SECONDS if self._speaking else SPEAKS_WITHIN_SECONDS
            reaction = self._done(self._clock.now() - started >= limit)
        self._feed.add("asked", self._clock.now(), what=Asked.NOTHING.value)
        return reaction

    def _done(self, too_late: bool) -> Reaction | None:
        if self._hung_up:
            return HangUp()
        if keys := self.pressed():
            return Press(keys)
        if self._said:
            return Say(self._said)
        return Stay() if too_late else None
