"""What a Connect flow asks of a contact's standing: `read` it, what its purpose would `require`, or have the agent's
`view` of it opened.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import agent_view, assurance, audit, parameters, policy
from chalicelib.assurance import SWEPT_AFTER_SECONDS, Level, Standing
from chalicelib.clock import Clock, Deadline, milliseconds, utc
from chalicelib.conditional_write import Absent, AnyOf, First, Is, Record, Write
from chalicelib.contact import Contact, answer
from chalicelib.errors import BadEvent, Misconfigured
from chalicelib.keyed_hash import KeyedHash
from chalicelib.parameters import ParameterStore
from chalicelib.policy import OTHERWISE, Judgement, Word
from chalicelib.settings import Settings
from chalicelib.standing.needs import Needs
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood

STEPS = ("read", "require", "view")
_VERIFIED = "verified"
"""What flows set the attribute `auth_result` to when a function has said who is calling."""


@dataclass(frozen=True)
class StandingParts:
    """What the function works with."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    items: Items
    needs: Needs


def build(config: Settings, clock: Clock) -> StandingParts:
    """Fetches the secret, and the policy if it can. Raises Misconfigured or SecretsUnavailable."""
    found = parameters.fetch([config.hash_key_name])
    needs = Needs(config, ParameterStore(), clock)
    needs.preload()
    return StandingParts(config, clock, KeyedHash(found[config.hash_key_name]), Items(config.table_name), needs)


def take_step(parts: StandingParts, event: object, deadline: Deadline) -> dict[str, str]:
    """The function `assurance`: the flow's event in, the flat answer out by the deadline.

    Raises:
        BadEvent: not an event of this instance, no step that there is, or no purpose where one is judged.
        TableUnavailable: the flow's error branch knows of no proof.
        Misconfigured: at `view` alone, the hash key was changed since the contact's handle was first given out.
    """
    contact = Contact.from_event(event, parts.settings.connect_instance_arn)
    step = contact.parameters.get("step", "")
    match step:
        case "read":
            told = read(parts, contact, deadline)
        case "require":
            told = require(parts, contact, deadline)
        case "view":
            told = view(parts, contact, deadline)
        case _:
            raise BadEvent(f"the parameter step must be one of {', '.join(STEPS)}")
    audit.record("assurance_step", step=step, result=told["result"], contact=contact.id)
    return told


def read(parts: StandingParts, contact: Contact, deadline: Deadline) -> dict[str, str]:
    """The level, and for all but `none` the `method` that gives it, for whom, since when and for how long.

    With the parameter `auth_view`, the handle that some contact gave out, the standing of that contact, as long as its
    view is open: a guide for agents runs in a contact of its own. A handle that opens nothing is `none`.
    """
    at = milliseconds(parts.clock.now())
    found = _standing(parts, contact, at, deadline)
    if found.method is None:
        return answer(found.level.word)
    return answer(
        found.level.word,
        method=found.method,
        age_seconds=str(max(0, at - found.at) // 1000),
        minutes_left=str((found.until - at) // 60_000),
        subject=found.subject,
        until=utc(found.until),
    )


def _standing(parts: StandingParts, contact: Contact, at: int, deadline: Deadline) -> Standing:
    given = contact.parameters.get("auth_view")
    whose = contact.id if given is None else agent_view.contact_of(parts.hashes, given)
    if whose is None:
        audit.count("agent_view_refused", by="reason", reason="handle", contact=contact.id)
        return Standing(Level.NONE)
    record = parts.items.read(keys.contact(whose), deadline)
    if given is not None and not _is_open(parts, whose, record, contact.segment, at):
        audit.count("agent_view_refused", by="reason", reason="closed", contact=whose)
        return Standing(Level.NONE)
    found = assurance.standing(assurance.proofs(record), at)
    if found.conflict:
        audit.record("subjects_differ", contact=whose)
    return found


def _is_open(parts: StandingParts, whose: str, record: Record, segment: str, at: int) -> bool:
    return agent_view.is_open(parts.hashes, whose, record, segment, at, parts.settings.view_life_seconds * 1000)


def require(parts: StandingParts, contact: Contact, deadline: Deadline) -> dict[str, str]:
    """Whether the contact's proofs are enough for the parameter `purpose`: `enough`; `step_up`, with the `methods` that
    can give what is missing, in the order in which to offer them; or `impossible`.

    It is of the flow's own contact alone, whatever handle is passed: attributes get copied to other calls.
    """
    purpose = contact.parameters.get("purpose")
    if not purpose:
        raise BadEvent("the step require needs the parameter purpose")
    in_force = parts.needs.policy()
    proofs = assurance.proofs(parts.items.read(keys.contact(contact.id), deadline))
    at = milliseconds(parts.clock.now())
    if assurance.standing(proofs, at).conflict:
        audit.record("subjects_differ", contact=contact.id)
    found, name = Judgement(Word.IMPOSSIBLE), OTHERWISE
    if in_force is not None:
        found = policy.judged(proofs, in_force.need(purpose), at, policy.methods_in_use(parts.settings))
        name = in_force.name_of(purpose)
    audit.count("assurance_required", by="result", result=found.word, purpose=name, contact=contact.id)
    return answer(found.word, methods=",".join(found.methods)) if found.methods else answer(found.word)


def view(parts: StandingParts, contact: Contact, deadline: Deadline) -> dict[str, str]:
    """`open`, with the handle `auth_view` of the contact: the same each time, and never for longer than from the first.

    With the parameter `auth_result`, the flow's attribute, `verified`, the table is not asked: the handle was given out
    with the proof, and if there is none, it opens nothing. Otherwise nothing else on the contact's record changes. A
    record that had nothing on it is swept away a day later; one that had keeps its time, since what was first on it may
    be a proof that must last.
    """
    opens = answer("open", auth_view=agent_view.handle(parts.hashes, contact.id))
    if contact.parameters.get("auth_result") == _VERIFIED:
        return opens
    at = milliseconds(parts.clock.now())
    sets = agent_view.given_out(parts.hashes, contact.id, contact.segment, at)
    ours = AnyOf((Absent("view"), Is("view", str(sets["view"]))))
    sets["expires_at"] = First(at // 1000 + SWEPT_AFTER_SECONDS)
    done = parts.items.write(keys.contact(contact.id), Write(ours, sets), deadline)
    if isinstance(done, Stood):
        raise Misconfigured("a contact's handle was given out under another hash key: was it changed meanwhile?")
    return opens
