"""The engine behind VoiceIt's API: users, their enrolments, and what it says to a recording."""

from __future__ import annotations

import functools
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from local import callers, wav
from local.voiceit import compare

# Chosen on the shipped callers. Two takes of one person lie below 0.8 and the nearest of three below 0.6, those of
# other people above 1.0; other words above 1.1.
SAME_VOICE = 0.82
SAME_WORDS = 0.85
ENROLMENTS_NEEDED = 3
_LEAST_SPEECH = 1.0  # seconds
_LONGEST = 10.0  # seconds
_QUIETEST, _LOUDEST = 200.0, 20000.0  # root mean square
NO_PHRASE_CHECK = "no-STT"


class Code(Enum):
    """VoiceIt's response codes that the stand-in gives, each with its HTTP status on failure and its sentence."""

    SUCC = (200, "Success")
    FAIL = (200, "Failed to match")
    PDNM = (400, "The spoken phrase does not match the given phrase")
    SSTQ = (400, "Speaker is speaking too quietly")
    SSTL = (400, "Speaker is speaking too loudly")
    SRNR = (400, "Sound recording does not meet the requirements")
    NEHSD = (400, "Not enough human speech detected")
    NVDT = (400, "No voice detected")
    RWPU = (400, "The recording was previously used")
    NSPE = (400, "Not similar to previous enrollments")
    PNTE = (400, "User needs three voice enrollments")
    IFAD = (400, "Incorrect format of the audio data")
    EMPF = (400, "Empty file")
    INPP = (400, "Phrase is not one of the account's phrases")
    INCP = (400, "Incorrect content language parameter")
    MISP = (400, "Missing parameters")
    UNFD = (404, "User not found")
    DDNE = (404, "Data does not exist")
    UNAC = (401, "Unauthorized access")
    INVT = (404, "Invalid request type")
    GERR = (500, "General error")

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Finding:
    """What came of a recording. `distance` is to the nearest enrolment, None when it never came to a comparison."""

    code: Code
    distance: float | None = None
    enrolment: int = 0

    @property
    def confidence(self) -> float:
        """0 to 100, over 85 for a match, as VoiceIt scales it."""
        return 0.0 if self.distance is None else round(max(0.0, 100.0 - 15.0 * self.distance / SAME_VOICE), 2)


@dataclass
class _User:
    enrolments: dict[int, compare.Utterance] = field(default_factory=dict)
    heard: list[compare.Utterance] = field(default_factory=list)  # everything ever accepted, to know a replay


class Engine:
    """Remembers users and judges recordings; safe to share between threads.

    `phrases` are the account's, by content language. With `no-STT` any phrase goes and words are not compared.
    """

    def __init__(self, phrases: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.phrases = phrases or {"en-US": (callers.PHRASE,), NO_PHRASE_CHECK: (callers.PHRASE,)}
        self._users: dict[str, _User] = {}
        self._enrolments = 0
        self._lock = threading.Lock()

    @property
    def enrolled(self) -> Mapping[str, int]:
        """How many enrolments are kept, by user id: what must be gone after an erasure."""
        with self._lock:
            return {user_id: len(user.enrolments) for user_id, user in self._users.items()}

    def create_user(self) -> str:
        """The new user's id."""
        user_id = f"usr_{secrets.token_hex(16)}"
        with self._lock:
            self._users[user_id] = _User()
        return user_id

    def exists(self, user_id: str) -> bool:
        with self._lock:
            return user_id in self._users

    def delete_user(self, user_id: str) -> Code:
        with self._lock:
            return Code.SUCC if self._users.pop(user_id, None) else Code.UNFD

    def forget_everybody(self) -> None:
        """Lose every user, as an engine does whose customer's data went elsewhere."""
        with self._lock:
            self._users.clear()

    def enrolments(self, user_id: str) -> list[int] | None:
        """Ids of the user's enrolments, None for an unknown user."""
        with self._lock:
            user = self._users.get(user_id)
            return list(user.enrolments) if user else None

    def delete_enrolments(self, user_id: str) -> Code:
        with self._lock:
            user = self._users.get(user_id)
            if user is None:
                return Code.UNFD
            user.enrolments.clear()
            user.heard.clear()
            return Code.SUCC

    def enrol(self, user_id: str, language: str, phrase: str, recording: bytes) -> Finding:
        """Keep the recording as an enrolment if it will do."""
        with self._lock:
            spoken = self._heard(user_id, language, phrase, recording)
            if isinstance(spoken, Code):
                return Finding(spoken)
            user = self._users[user_id]
            distance = _nearest(spoken, user)
            if distance is not None and distance > SAME_VOICE:
                return Finding(Code.NSPE, distance)
            self._enrolments += 1
            user.enrolments[self._enrolments] = spoken
            user.heard.append(spoken)
            return Finding(Code.SUCC, distance, self._enrolments)

    def verify(self, user_id: str, language: str, phrase: str, recording: bytes) -> Finding:
        """Compare the recording with the user's enrolments."""
        with self._lock:
            spoken = self._heard(user_id, language, phrase, recording)
            if isinstance(spoken, Code):
                return Finding(spoken)
            user = self._users[user_id]
            if len(user.enrolments) < ENROLMENTS_NEEDED:
                return Finding(Code.PNTE)
            distance = _nearest(spoken, user)
            if distance is None or distance > SAME_VOICE:
                return Finding(Code.FAIL, distance)
            user.heard.append(spoken)
            return Finding(Code.SUCC, distance)

    def _heard(self, user_id: str, language: str, phrase: str, recording: bytes) -> compare.Utterance | Code:
        """What was said, or why the recording will not do."""
        user = self._users.get(user_id)
        if user is None:
            return Code.UNFD
        wrong = self._wrong_parameter(language, phrase)
        spoken = wrong or _speech(recording)
        if isinstance(spoken, Code):
            return spoken
        if language != NO_PHRASE_CHECK and not _says(spoken, phrase, user):
            return Code.PDNM
        if any(compare.same_audio(spoken, before) for before in user.heard):
            return Code.RWPU
        return spoken

    def _wrong_parameter(self, language: str, phrase: str) -> Code | None:
        known = self.phrases.get(language)
        if known is None:
            return Code.INCP
        return None if phrase.lower() in {text.lower() for text in known} else Code.INPP


@functools.lru_cache(maxsize=128)  # a laptop's few callers say the same few things in every call
def _speech(recording: bytes) -> compare.Utterance | Code:
    if not recording:
        return Code.EMPF
    try:
        samples = wav.read(recording)
    except wav.UnreadableAudio:
        return Code.IFAD
    spoken = compare.utterance(samples)
    checks = (
        (Code.EMPF, not len(samples)),
        (Code.NVDT, not len(spoken.samples)),
        (Code.SSTQ, spoken.loudness < _QUIETEST),
        (Code.SSTL, spoken.loudness > _LOUDEST),
        (Code.NEHSD, spoken.speech_seconds < _LEAST_SPEECH),
        (Code.SRNR, wav.seconds(spoken.samples) > _LONGEST),
    )
    return next((code for code, applies in checks if applies), spoken)


def _nearest(spoken: compare.Utterance, user: _User) -> float | None:
    return min((compare.voice_distance(spoken, known) for known in user.enrolments.values()), default=None)


def _says(spoken: compare.Utterance, phrase: str, user: _User) -> bool:
    """Whether these are the words. For a phrase that no shipped caller says, the user's first take sets what it is."""
    examples = _examples() if phrase.lower() == callers.PHRASE.lower() else tuple(user.enrolments.values())
    return not examples or any(compare.words_distance(spoken, example) < SAME_WORDS for example in examples)


@functools.cache
def _examples() -> tuple[compare.Utterance, ...]:
    """The phrase as the shipped callers say it: the nearest thing to speech recognition here."""
    paths = [path for caller in callers.CALLERS for path in callers.takes(caller)[:2]]
    return tuple(compare.utterance(wav.read(path.read_bytes())) for path in paths)
