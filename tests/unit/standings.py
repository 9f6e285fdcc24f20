"""Legs to test with: what they are for, and where their dialogue stands."""

from __future__ import annotations

from chalicelib.voice.dialogue import Standing
from chalicelib.voice.profile import Purpose, Task

CALL = "CA" + "0" * 32
LEG = "l" * 43
CALLER = "c" * 43
SUBJECT = "s" * 43
ENGINE_USER = "usr_" + "1" * 32


def task(purpose: Purpose = Purpose.VERIFY, engine_user: str = ENGINE_USER, **other: str) -> Task:
    facts = {
        "language": "en-GB",
        "caller": CALLER,
        "phrase": "Never forget tomorrow is a new day",
        "content_language": "en-US",
        "hand_back": "resume",
        "subject": SUBJECT,
    }
    return Task(purpose=purpose, engine_user=engine_user, **{**facts, **other})


def verifying(**counts: int) -> Standing:
    return Standing(LEG, task(), **counts)


def enrolling(engine_user: str = ENGINE_USER, **counts: int) -> Standing:
    return Standing(LEG, task(Purpose.ENROL, engine_user), **counts)
