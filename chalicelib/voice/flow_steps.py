"""What a Connect flow asks of the voice method: `start` a leg, and tell the `result` of one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib import agent_view, assurance, audit, parameters
from chalicelib.assurance import Level, Method, Proof
from chalicelib.clock import Clock, Deadline, milliseconds, utc
from chalicelib.conditional_write import Record
from chalicelib.contact import Contact, answer
from chalicelib.errors import BadEvent
from chalicelib.handoff import HAND_BACK_LIFE_MS, Answered, Done, Issue, Redeem, Verdict, Word
from chalicelib.keyed_hash import KeyedHash
from chalicelib.prompts import LANGUAGES
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items
from chalicelib.table.legs import Legs
from chalicelib.voice import codes, profile
from chalicelib.voice.profile import Purpose, State, Task

ANSWER_SECONDS = 6.5


@dataclass(frozen=True)
class FlowParts:
    """What the function works with; `random_digits` gives that many decimal digits that nobody can foretell."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    items: Items
    legs: Legs
    random_digits: Callable[[int], str]


def random_digits(count: int) -> str:
    """From the system's cryptographic generator."""
    return str(secrets.randbelow(10**count)).zfill(count)


def build(config: Settings, clock: Clock) -> FlowParts:
    """Fetches the secret. Raises Misconfigured or SecretsUnavailable."""
    found = parameters.fetch([config.hash_key_name])
    items = Items(config.table_name)
    return FlowParts(config, clock, KeyedHash(found[config.hash_key_name]), items, Legs(items), random_digits)


def take_step(parts: FlowParts, event: object) -> dict[str, str]:
    """The function `voice`: the flow's event in, the flat answer out.

    Raises:
        BadEvent: not an event of this instance, or no step that there is.
        Unavailable: the table cannot be reached at `start`; the flow's error branch leads to an agent.
    """
    contact = Contact.from_event(event, parts.settings.connect_instance_arn)
    match contact.parameters.get("step"):
        case "start":
            told = start(parts, contact)
        case "result":
            told = result(parts, contact)
        case _:
            raise BadEvent("the parameter step must be start or result")
    audit.record("voice_step", step=contact.parameters["step"], result=told["result"], contact=contact.id)
    return told


def start(parts: FlowParts, contact: Contact) -> dict[str, str]:
    """Issue a leg: `transfer` with where to and what to type there; or why there is none."""
    if contact.caller is None:
        return answer("no_number")
    deadline = Deadline.after(ANSWER_SECONDS, parts.clock)
    caller = parts.hashes.of("caller", contact.caller)
    known, proved = parts.items.read_together([keys.caller(caller), keys.contact(contact.id)], deadline)
    if profile.state(known) is State.OPTED_OUT:
        return answer("opted_out")
    task = _task(parts, contact, caller, known, proved)
    if task is None:
        return answer("proof_needed")
    code = parts.random_digits(codes.DIGITS)
    handle = codes.leg_handle(parts.hashes, code)
    at = milliseconds(parts.clock.now())
    if not isinstance(parts.legs.take(Issue(contact.id, at, task.facts()), handle, deadline), Done):
        return answer("unavailable")
    return answer(
        "transfer", number=parts.settings.twilio_number, dtmf=f"{parts.settings.code_lead}{code}{codes.END}", leg=handle
    )


def _task(parts: FlowParts, contact: Contact, caller: str, known: Record, proved: Record) -> Task | None:
    """What the leg is for; None when the caller would have to enrol and may not. A caller keeps their phrase."""
    settings = parts.settings
    enrolled = profile.state(known) is State.ENROLLED
    subject = str(known["subject"]) if enrolled else _enrolling_subject(parts, caller, known, proved)
    if not subject:
        return None
    language = contact.parameters.get("language", settings.default_language)
    return Task(
        purpose=Purpose.VERIFY if enrolled else Purpose.ENROL,
        language=language if language in LANGUAGES else settings.default_language,
        caller=caller,
        phrase=str(known.get("phrase", settings.phrase)),
        content_language=str(known.get("content_language", settings.voiceit_content_language)),
        hand_back=settings.hand_back,
        subject=subject,
        engine_user=str(known.get("engine_user", "")),
    )


def _enrolling_subject(parts: FlowParts, caller: str, known: Record, proved: Record) -> str:
    """Who may enrol for this number, "" for nobody: a voice is bound to a person who has proved who they are, in the
    same contact, and an enrolment that somebody else began is not theirs to finish.
    """
    begun_by = str(known.get("subject", ""))
    if parts.settings.insecure_trust_on_first_use:
        return begun_by or parts.hashes.of("voice subject", caller)
    subject = assurance.proved_subject(assurance.proofs(proved), Level.SUBSTANTIAL, milliseconds(parts.clock.now()))
    return subject if begun_by in ("", subject) else ""


def result(parts: FlowParts, contact: Contact) -> dict[str, str]:
    """Redeem the verdict of the contact's `leg`, or of the hand-back `code` that the caller's call brought along."""
    deadline = Deadline.after(ANSWER_SECONDS, parts.clock)
    at = milliseconds(parts.clock.now())
    life = parts.settings.verdict_life_seconds * 1000
    leg, code = contact.parameters.get("leg", ""), codes.typed(contact.parameters.get("code", ""))
    if codes.is_handle(leg):
        outcome = parts.legs.redeem(Redeem(contact.id, at, life), leg, deadline)
    elif code:
        handle = codes.hand_back_handle(parts.hashes, code)
        outcome = parts.legs.redeem(Redeem(contact.id, at, HAND_BACK_LIFE_MS, by_code=True), handle, deadline)
    else:
        return answer(Word.UNAVAILABLE)
    if not isinstance(outcome, Answered):
        audit.record("redeem_refused", contact=contact.id)
        return answer(Word.UNAVAILABLE)
    if outcome.answer != Verdict.VERIFIED:
        return answer(outcome.answer)
    return _verified(parts, contact, outcome.record, deadline)


def _verified(parts: FlowParts, contact: Contact, leg: Record, deadline: Deadline) -> dict[str, str]:
    """Put the proof on the contact, then say so. Dated by the first answer, so asking again changes nothing."""
    at = int(leg["answered_at"])
    until = at + parts.settings.voice_proof_life_seconds * 1000
    proof = Proof(Method.VOICE, Level.LOW, str(leg["subject"]), at, until)
    write = agent_view.given_with(assurance.recorded(proof), parts.hashes, contact.id, contact.segment, at)
    parts.items.write(keys.contact(contact.id), write, deadline)
    return answer(
        Verdict.VERIFIED,
        level=proof.level.word,
        until=utc(until),
        subject=proof.subject,
    )
