"""One look at the caller: `POST /agent/view`, which the agent's screen sends every few seconds while it is open.

    {"handle": <the contact's auth_view>, "contact": <ContactId of the agent's part of the call>, "language": "sv"}

Whoever asks shows first that they are an agent, and only then anything else: without that a handle is not even looked
at. After that, whatever is wrong gets the one same answer, 404: nobody learns which contacts there are.

How often anybody may ask is for API Gateway to limit (the stack's `ApiRequestsPerSecond`); nothing is counted in the
table, so that looking stays two reads.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from chalicelib import agent_view, assurance, audit, policy
from chalicelib.agent_screen import seen
from chalicelib.agent_screen.names import LANGUAGES
from chalicelib.agent_screen.pages import SECURITY_HEADERS
from chalicelib.agent_screen.parts import ScreenParts
from chalicelib.agent_screen.seen import Caller, Look
from chalicelib.clock import Deadline
from chalicelib.conditional_write import Record
from chalicelib.errors import AgentRefused
from chalicelib.policy import Judgement, Need, Word
from chalicelib.routes import Request, Response, refusal
from chalicelib.table import keys
from chalicelib.web_login.feedback import USER_ACTIVE
from chalicelib.web_login.parts import LoginParts

LONGEST_BODY = 4_096
ACTIVE_MS = 60_000
"""So long after the website was told that the caller is on the telephone it is told again."""

_CONTACT_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class _Asked:
    """A body that has what it should; `contact` is the InitialContactId that the handle is of."""

    contact: str
    segment: str
    language: str


class _NothingToSee(Exception):
    """For a reason that is for our own log alone; `contact` "" when the handle was none."""

    def __init__(self, reason: str, contact: str = "") -> None:
        super().__init__(reason)
        self.reason, self.contact = reason, contact


def view(parts: ScreenParts, request: Request, deadline: Deadline) -> Response:
    """The caller as the agent may see them; 401 for who is no agent, 404 for everything that there is not to see.

    Raises:
        Unavailable: the table, Connect or the user pool did not answer: 503.
    """
    try:
        agent = _agent(parts, request, deadline)
        answer = _seen(parts, agent, request, deadline)
    except AgentRefused as refused:
        audit.count("agent_view_refused", by="reason", reason=refused.fault)
        answer = refusal(401)
    except _NothingToSee as nothing:
        about = {"contact": nothing.contact} if nothing.contact else {}
        audit.count("agent_view_refused", by="reason", reason=nothing.reason, **about)
        answer = refusal(404)
    return Response(answer.status, answer.body, {**answer.headers, **SECURITY_HEADERS})


def _agent(parts: ScreenParts, request: Request, deadline: Deadline) -> str:
    """The login name of the agent; "" for whom the handle alone lets in."""
    if parts.agents is None:
        return ""
    return parts.agents().known(request.headers.get("authorization", ""), deadline).name


def _seen(parts: ScreenParts, agent: str, request: Request, deadline: Deadline) -> Response:
    asked, at = _asked(parts.login, request.body), parts.login.now()
    record = parts.login.items.read(keys.contact(asked.contact), deadline)
    # Before Connect is asked, which takes few requests: screens go on asking for a while when there is nothing left.
    life_ms = parts.login.settings.view_life_seconds * 1000
    if not agent_view.is_open(parts.login.hashes, asked.contact, record, asked.segment, at, life_ms):
        raise _NothingToSee("closed", asked.contact)
    if parts.owners is not None and not parts.owners.owns(agent, asked.contact, asked.segment, deadline):
        raise _NothingToSee("not_owner", asked.contact)
    look = Look(asked.contact, record, *_login(parts.login, record, deadline), at)
    caller = seen.caller(parts.login, look)
    _note(parts, agent, look, caller)
    return seen.told(caller, parts.names.shown_in(asked.language), *_judged(parts, look, caller.purpose))


def _asked(login: LoginParts, body: bytes) -> _Asked:
    try:
        given = json.loads(body) if len(body) <= LONGEST_BODY else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not isinstance(given.get("handle"), str):
        raise _NothingToSee("body")
    contact = agent_view.contact_of(login.hashes, given["handle"])
    if contact is None:
        raise _NothingToSee("handle")
    segment = given.get("contact") or contact
    if not isinstance(segment, str) or not _CONTACT_ID.fullmatch(segment):
        raise _NothingToSee("body", contact)
    language = given.get("language")
    return _Asked(contact, segment, language if language in LANGUAGES else login.settings.default_language[:2])


def _login(login: LoginParts, record: Record, deadline: Deadline) -> tuple[str, Record]:
    """The contact's login: its session's handle and record; ("", {}) without one."""
    handle = str(record.get("login", ""))
    return handle, login.items.read(keys.session(handle), deadline) if handle else {}


def _judged(parts: ScreenParts, look: Look, purpose: str) -> tuple[Need | None, Judgement]:
    """What the purpose needs, None where nobody can say; and whether the contact's proofs are enough for it."""
    in_force = parts.needs.policy()
    if in_force is None:
        return None, Judgement(Word.IMPOSSIBLE)
    need, in_use = in_force.need(purpose), policy.methods_in_use(parts.login.settings)
    return need, policy.judged(assurance.proofs(look.record), need, look.at, in_use)


def _note(parts: ScreenParts, agent: str, look: Look, caller: Caller) -> None:
    """That somebody saw the caller, and what; and the website where the caller logged in hears that they are on.

    Each once a minute, and at once when there is more to see. The agent stands in the log as a keyed hash, so that one
    can be found whom somebody asks for, and no other.
    """
    level, login = caller.standing.level.word, "shown" if caller.attributes else caller.login
    if parts.minute.first(look.at, "agent_view", agent, look.contact, level, login):
        who = parts.login.hashes.of("agent", agent)[:16] if agent else "handle"
        audit.record("agent_view", contact=look.contact, agent=who, level=level, login=login)
        if caller.standing.conflict:
            audit.record("subjects_differ", contact=look.contact)
    quiet = look.at - int(look.session.get("active_at", 0)) > ACTIVE_MS
    if not (caller.is_linked and quiet and parts.minute.first(look.at, "on", look.contact)):
        return
    feedback = parts.feedback()
    if feedback is not None:
        feedback.ask(look.contact, USER_ACTIVE)
