"""What is kept about a caller's voice, and what a leg is for.

The profile holds no voice: only who the engine knows the caller as, the phrase they enrolled with, and their consent.
How many enrolments there are is asked of the engine, which is the one that has them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from chalicelib.conditional_write import Absent, Is, Record, Write
from chalicelib.prompts import CONSENT_VERSION

NEEDED_ENROLMENTS = 3


class State(StrEnum):
    """How far a caller has come."""

    ENROLLING = "enrolling"
    ENROLLED = "enrolled"
    OPTED_OUT = "opted_out"


class Purpose(StrEnum):
    """What a leg is to do."""

    ENROL = "enrol"
    VERIFY = "verify"


@dataclass(frozen=True)
class Task:
    """What travels with a leg, decided when it was issued.

    `caller` is the keyed hash of the number that the profile is kept under, `subject` the person whose voice it is:
    the subject of the proof that allowed the enrolment, so that a spoofed number never turns into somebody else.
    `engine_user` is "" until the caller has consented.
    """

    purpose: Purpose
    language: str
    caller: str
    phrase: str
    content_language: str
    hand_back: str
    subject: str
    engine_user: str = ""

    @property
    def dials_back(self) -> bool:
        """Whether Twilio brings the verdict to a new contact, because the flow of this one cannot go on."""
        return self.hand_back == "dial"

    def facts(self) -> dict[str, str]:
        """As fields of the leg's record."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, leg: Record) -> Task:
        """Of a claimed leg's record."""
        given = {name: str(leg[name]) for name in cls.__dataclass_fields__ if name != "purpose" and name in leg}
        return cls(purpose=Purpose(str(leg["purpose"])), **given)


def state(profile: Record) -> State | None:
    """Of a caller's record; None when nothing is kept about them."""
    return State(str(profile["voice_state"])) if "voice_state" in profile else None


def agreed(task: Task, engine_user: str, at: int) -> Write:
    """The caller consented, now, and the engine made them a user."""
    return Write(
        Absent("voice_state"),
        {
            "voice_state": State.ENROLLING,
            "engine_user": engine_user,
            "subject": task.subject,
            "phrase": task.phrase,
            "content_language": task.content_language,
            **_consent("given", task, at),
        },
    )


def declined(task: Task, at: int) -> Write:
    """The caller does not want to be recognised by voice."""
    return Write(Absent("voice_state"), {"voice_state": State.OPTED_OUT, **_consent("refused", task, at)})


def _consent(answer: str, task: Task, at: int) -> dict[str, str | int]:
    return {
        "consent": answer,
        "consent_at": at,
        "consent_text": CONSENT_VERSION,
        "consent_language": task.language,
        "consent_channel": "telephone",
    }


def renewed(lost_engine_user: str, engine_user: str) -> Write:
    """The engine has lost the user and made them a new one."""
    return Write(Is("engine_user", lost_engine_user), {"engine_user": engine_user, "voice_state": State.ENROLLING})


def enrolled(engine_user: str) -> Write:
    """The engine has all the enrolments it needs."""
    return Write(Is("engine_user", engine_user), {"voice_state": State.ENROLLED})


def unfinished(engine_user: str) -> Write:
    """The engine has fewer enrolments than it needs: the next leg enrols."""
    return Write(Is("engine_user", engine_user), {"voice_state": State.ENROLLING})
