"""The step `link`: from the code that the caller typed to the login that then belongs to the call."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib import agent_view, audit
from chalicelib.assurance import Method, Proof
from chalicelib.clock import Deadline, utc
from chalicelib.contact import Contact, answer
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.customer_input.opening import opened
from chalicelib.errors import SecretsUnavailable, TableUnavailable, Undecryptable
from chalicelib.table import keys
from chalicelib.table.items import ATTEMPT_SECONDS
from chalicelib.web_login import budget, codes, feedback, session
from chalicelib.web_login.budget import Budgets, Limits
from chalicelib.web_login.feedback import Feedback
from chalicelib.web_login.parts import LoginParts, note_another_subject
from chalicelib.web_login.session import Answered, Link, Linking, LookAgain, Refused, Word

LIMITS = Limits()
_GIVEN = frozenset({Word.LINKED, Word.WAITING, Word.NOT_AUTHENTICATED})
_NOTHING = frozenset({"", "Timeout"})
_ROUND_SECONDS = 3 * ATTEMPT_SECONDS
"""What must be left for one more look and what follows it."""


@dataclass(frozen=True)
class LinkParts:
    """What the function works with. `feedback` is None where no website is told of anything."""

    login: LoginParts
    private_keys: PrivateKeys
    feedback: Feedback | None


def link(work: LinkParts, contact: Contact, deadline: Deadline) -> dict[str, str]:
    """The word for the code that was typed; where it has a login, the contact's handle for the agent's screen."""
    typed = _typed(work.private_keys, contact)
    if isinstance(typed, Word):
        return answer(typed)
    code = codes.typed(typed, work.login.settings.dtmf_length)
    if not code:  # no session has it, and nobody learns anything
        audit.record("web_login_no_code", contact=contact.id)
        return answer(Word.UNKNOWN)
    # Whoever tells the website has to be asked within the same time.
    ends = deadline.ends - (feedback.LONGEST_SECONDS if work.feedback else 0)
    try:
        told = _Link(work.login, contact, code, Deadline(ends, deadline.now)).take()
    except TableUnavailable as trouble:
        audit.record("web_login_trouble", step="link", reason=trouble.code, contact=contact.id)
        return answer(Word.UNAVAILABLE)
    if told.word not in _GIVEN:
        return answer(told.word)
    if work.feedback and told.word is not Word.NOT_AUTHENTICATED:
        work.feedback.ask(contact.id, feedback.USER_ACTIVE)
    view = agent_view.handle(work.login.hashes, contact.id)
    return answer(told.word, auth_view=view, **(_proved(told.proof) if told.proof else {}))


def _typed(private_keys: PrivateKeys, contact: Contact) -> str | Word:
    """The keys that the caller typed. Plain ones count in a flow that says that they are (`digits`)."""
    plain = contact.parameters.get("digits", "")
    if plain and "encrypted" not in contact.parameters:
        return Word.NO_INPUT if plain.removesuffix(codes.END) in _NOTHING else plain
    try:
        typed = opened(contact, private_keys)
    except Undecryptable as refused:
        audit.record("web_login_input_refused", reason=refused.fault, contact=contact.id)
        return Word.NO_INPUT if refused.nothing_typed else Word.UNDECRYPTABLE
    except SecretsUnavailable as trouble:
        audit.record("web_login_trouble", step="link", reason=trouble.code, contact=contact.id)
        return Word.UNAVAILABLE
    return typed if typed.removesuffix(codes.END) else Word.NO_INPUT


def _proved(proof: Proof) -> dict[str, str]:
    return {
        "auth_method": Method.WEB_LOGIN,
        "auth_level": proof.level.word,
        "auth_until": utc(proof.until),
        "subject": proof.subject,
    }


class _Link:
    """One delivery of one event."""

    def __init__(self, parts: LoginParts, contact: Contact, code: str, deadline: Deadline) -> None:
        self._parts, self._contact, self._deadline = parts, contact, deadline
        hashes = parts.hashes
        self._handle = codes.session_handle(hashes, code)
        self._attempt = codes.attempt(hashes, contact.id, code)
        caller = keys.wrong_codes("caller", hashes.of("caller", contact.caller)) if contact.caller else None
        self._limits = replace(LIMITS, system=parts.settings.wrong_codes_per_hour)
        self._budgets = (keys.wrong_codes("contact", contact.id), caller, keys.wrong_codes("system"))

    def take(self) -> Answered:
        """Look and write until nobody was in between. Raises TableUnavailable, also when there is no time left."""
        while True:
            told = self._once()
            if told is not None:
                return told
            # Many calls count at once in a record that all of them have in common: not all again at the same moment.
            self._parts.pause()

    def _once(self) -> Answered | None:
        """None: somebody wrote between the look and the write."""
        parts, contact = self._parts, self._contact
        names = [keys.session(self._handle), keys.contact(contact.id), *(name for name in self._budgets if name)]
        record, on_contact, of_contact, *rest = parts.items.read_together(names, self._deadline)
        at = parts.now()  # not before: what was written while the table took its time would lie in the future
        given = agent_view.given_out(parts.hashes, contact.id, contact.segment, at)
        step = Link(at, contact.id, parts.worth, given)
        found = session.look(step, self._handle, record, on_contact)
        if isinstance(found, Answered):
            return found
        if isinstance(found, LookAgain):
            return None
        budgets = Budgets(of_contact, rest[0] if len(rest) > 1 else None, rest[-1])
        barred = budget.barred(budgets, self._attempt, at, self._limits)
        if barred:
            return Answered(barred)
        return self._write(found) if isinstance(found, Linking) else self._count(found, budgets, at)

    def _write(self, found: Linking) -> Answered | None:
        if self._parts.write(self._handle, found.writes, self._deadline) is not None:
            return None
        if found.subject_changed:
            note_another_subject(self._contact.id)
        return found.answer

    def _count(self, why: Refused, budgets: Budgets, at: int) -> Answered | None:
        """Count a wrong code. Of many who do so at once DynamoDB turns some away: they try again if there is time."""
        wrong = budget.wrong(budgets, self._attempt, at)
        assert wrong is not None  # one that is counted is barred
        writes = (wrong.contact, wrong.caller, wrong.system)
        named = [(name, write) for name, write in zip(self._budgets, writes, strict=True) if name and write]
        try:
            stood = self._parts.items.write_together(named, self._deadline)
        except TableUnavailable:
            if self._deadline.remaining() < _ROUND_SECONDS:
                raise
            return None
        if stood is not None:
            return None
        audit.record("web_login_wrong_code", reason=why.reason, contact=self._contact.id)
        return Answered(Word.UNKNOWN)
