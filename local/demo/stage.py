"""Where journeys are played: centres on one MiniStack, and what must be true of how a call went."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from local.aws.ministack import MiniStack
from local.centre import Centre
from local.connect.record import ContactRun
from local.people import Caller, voice
from local.tls import Certificates
from local.transcript import Transcript

KARINS_NUMBER = "+46701740605"  # from the numbers that the Swedish regulator keeps for fiction
SILENCE_LIMIT = 4.0


class NotAsItShould(Exception):
    """A journey did not go as it should; the text says in which way."""


@dataclass
class Stage:
    """`transcripts` are those of the centres played on so far; `centre_type` says how the apps run."""

    aws: MiniStack
    certificates: Certificates
    centre_type: Callable[..., Centre] = Centre
    transcripts: list[Transcript] = field(default_factory=list)

    @contextmanager
    def centre(self, settings: Mapping[str, str] | None = None, *, language: str = "en-GB") -> Iterator[Centre]:
        with self.centre_type(self.aws, self.certificates, settings or {}, language) as centre:
            self.transcripts.append(centre.transcript)
            yield centre
            must(not centre.recordings.remaining, "every recording is deleted at Twilio")
            must(not centre.bankid.too_soon, f"BankID is never asked too soon: {centre.bankid.too_soon}")
            must(not centre.line.errors, f"Twilio has nothing to complain about: {centre.line.errors}")


@dataclass(frozen=True)
class Journey:
    """`play` returns the outcome in a sentence, or raises NotAsItShould.

    `apart` says why it cannot be played with the zips, whose clock is the real one and whose logs are their own.
    """

    title: str
    play: Callable[[Stage], str]
    apart: str = ""


def must(fact: bool, claim: str) -> None:
    if not fact:
        raise NotAsItShould(f"it is not so that {claim}")


def reaches(run: ContactRun, queue: str, result: str) -> None:
    """The caller ended in that queue, with that word on the agent's screen."""
    must(run.queue == queue, f"the caller reaches the queue '{queue}' ({run.ending.value}, {run.queue}, {run.defect})")
    must(run.attributes.get("auth_result") == result, f"the agent sees '{result}' ({dict(run.attributes)})")


def verified(run: ContactRun) -> None:
    reaches(run, "verified", "verified")


def no_dead_air(centre: Centre) -> None:
    longest = centre.transcript.longest_silence()
    must(longest <= SILENCE_LIMIT, f"nobody hears nothing for more than {SILENCE_LIMIT} s (it was {longest:.1f} s)")


def enrol_karin(centre: Centre) -> None:
    """Set the scene: Karin is known by her voice."""
    verified(centre.call(Caller(voice("karin", (1, 2, 3, 4))), KARINS_NUMBER))
    begin(centre, "Karin has enrolled in an earlier call")


def begin(centre: Centre, before: str) -> None:
    """What happened so far was only to set the scene; `before` says what it was."""
    centre.tap.requests.clear()
    centre.transcript.forget()
    centre.say("before", before)
