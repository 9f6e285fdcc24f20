"""The port to a voice-biometrics engine: what any provider must be able to do, and how its answers are told.

An engine that answers anything it does not document raises EngineUnavailable: nothing unknown ever counts as a match.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from chalicelib.clock import Deadline


class Outcome(StrEnum):
    """What the engine made of one recording."""

    MATCH = "match"
    ENROLLED = "enrolled"
    NO_MATCH = "no_match"
    WRONG_PHRASE = "wrong_phrase"
    REPLAYED = "replayed"
    TOO_QUIET = "too_quiet"
    TOO_LOUD = "too_loud"
    UNCLEAR = "unclear"
    DISSIMILAR = "dissimilar"
    TOO_FEW_ENROLMENTS = "too_few_enrolments"


MISMATCHES = frozenset({Outcome.NO_MATCH, Outcome.WRONG_PHRASE, Outcome.REPLAYED})
"""Outcomes that speak against the caller; the rest say that the recording cannot be judged."""


class Engine(Protocol):
    """A provider. Each call ends by its deadline and raises EngineUnavailable when it cannot be answered."""

    def create(self, deadline: Deadline) -> str:
        """Make a user without any recordings; the provider's name for it."""

    def enrolments(self, user: str, deadline: Deadline) -> int | None:
        """How many recordings the user is enrolled with; None for a user that the engine does not have."""

    def enrol(self, user: str, recording: bytes, phrase: str, content_language: str, deadline: Deadline) -> Outcome:
        """Add a recording (a WAV file) to the user's enrolments: ENROLLED, or why not."""

    def verify(self, user: str, recording: bytes, phrase: str, content_language: str, deadline: Deadline) -> Outcome:
        """Compare a recording with the user's enrolments: MATCH, or why not."""

    def clear(self, user: str, deadline: Deadline) -> None:
        """Delete the user's enrolments; the user stays."""

    def delete(self, user: str, deadline: Deadline) -> None:
        """Delete the user with all that belongs to it; a user that is not there is deleted already."""
