"""Telling the website where a caller logged in that they are active on the telephone, or that the call is over.

ID Contact's and Verder Helpen's logins give a `session_url` along with their result, and take a POST there without a
body, `type=user_active` or `type=logout` in its query.

A `session_url` comes out of a signed token, and is foreign all the same. Its host and port must be one of
SESSION_URL_HOSTS, letter by letter, and what is connected to is the setting's host, never the address's own; TLS is
checked, and a redirection is not followed. To which network address an allowed name leads is the operator's own choice:
it may well be an internal one. Neither the address nor what it answers is in any event or answer of ours.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib import audit
from chalicelib.clock import Clock, Deadline
from chalicelib.conditional_write import Absent, AllOf, AnyOf, Between, Is, Write
from chalicelib.contact import IDENTIFIER
from chalicelib.errors import BadEvent, CountersignError, NoAnswer
from chalicelib.outbound import Site
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Stood
from chalicelib.web_login import parts
from chalicelib.web_login.feedback import LOGOUT, USER_ACTIVE
from chalicelib.web_login.parts import LoginParts

PACE_MS = 60_000
"""A website is told of activity at most so often; of the end once."""
POST_SECONDS = 2.0

_ADDRESS = re.compile(r"https://([a-z0-9.-]+)(?::([0-9]{1,5}))?([/?][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
_HTTPS = "443"
_LARGEST_ANSWER = 16 * 1024


@dataclass(frozen=True)
class TellingParts:
    """What the function works with. `sites` are the allowed ones, by host and port."""

    login: LoginParts
    sites: Mapping[tuple[str, str], Site]


def build(config: Settings, clock: Clock) -> TellingParts:
    """Fetches the secret. Raises Misconfigured or SecretsUnavailable."""
    return TellingParts(parts.build(config, clock), sites(config.session_url_hosts))


class _Untold(Exception):
    """Nothing was told; the text is a word for our own log."""


def sites(hosts: str) -> dict[tuple[str, str], Site]:
    """Of what SESSION_URL_HOSTS says; nothing is connected to yet."""
    roots = ssl.create_default_context()
    allowed = [entry.partition(":") for entry in hosts.split(",") if entry]
    named = {(host, port or _HTTPS) for host, _, port in allowed}
    return {(host, port): Site(f"https://{host}:{port}", tls=roots) for host, port in named}


def tell(work: TellingParts, event: object, deadline: Deadline) -> None:
    """The function `session_feedback`: what `feedback.Feedback` asks for, once or several times.

    Whatever keeps the website from being told is an event `feedback_not_told`, and no error: it is not tried again.

    Raises:
        BadEvent: not exactly what `Feedback` sends.
    """
    contact, kind = _asked(event)
    try:
        _tell(work, contact, kind, deadline)
    except _Untold as untold:
        audit.record("feedback_not_told", type=kind, reason=str(untold), contact=contact)
    except CountersignError as trouble:
        audit.record("feedback_not_told", type=kind, reason=trouble.code, contact=contact)
    else:
        audit.record("feedback_told", type=kind, contact=contact)


def _asked(event: object) -> tuple[str, str]:
    if not isinstance(event, dict) or event.keys() != {"contact", "type"}:
        raise BadEvent("session_feedback takes what our own functions ask of it, and nothing else")
    contact, kind = event["contact"], event["type"]
    if not isinstance(contact, str) or not IDENTIFIER.fullmatch(contact):
        raise BadEvent("the event has no contact id")
    if kind not in (USER_ACTIVE, LOGOUT):
        raise BadEvent(f"type must be {USER_ACTIVE} or {LOGOUT}")
    return contact, kind


def _tell(work: TellingParts, contact: str, kind: str, deadline: Deadline) -> None:
    handle, address = _session(work.login, contact, deadline)
    site, path = _allowed(work.sites, address)
    noted = _noted(contact, kind, work.login.now())
    # Before the post: of two askings at once one posts, and a website that does not answer is not asked the more often.
    if isinstance(work.login.items.write(keys.session(handle), noted, deadline), Stood):
        raise _Untold("told_before")
    _post(site, f"{path}{'&' if '?' in path else '?'}type={kind}", deadline)


def _session(login: LoginParts, contact: str, deadline: Deadline) -> tuple[str, str]:
    """The handle of the contact's session, and where its login wants to hear of it."""
    handle = str(login.items.read(keys.contact(contact), deadline).get("login", ""))
    if not handle:
        raise _Untold("no_login")
    record = login.items.read(keys.session(handle), deadline)
    claims = login.claims(handle, record)
    if record.get("contact") != contact or claims is None:
        raise _Untold("no_result")
    if not claims.session_url:
        raise _Untold("no_address")
    return handle, claims.session_url


def _allowed(sites: Mapping[tuple[str, str], Site], address: str) -> tuple[Site, str]:
    """The site of an address, and path and query."""
    parsed = _ADDRESS.fullmatch(address)
    site = sites.get((parsed[1], parsed[2] or _HTTPS)) if parsed else None
    if parsed is None or site is None:
        raise _Untold("host_not_allowed")
    path = parsed[3] or "/"
    return site, path if path.startswith("/") else f"/{path}"


def _noted(contact: str, kind: str, at: int) -> Write:
    """Also what the session must still be like: after its logout nothing is told of it any more."""
    ours = (Is("contact", contact), Absent("logged_out_at"))
    if kind == LOGOUT:
        return Write(AllOf(ours), {"logged_out_at": at})
    paced = AnyOf((Absent("active_at"), Between("active_at", 0, at - PACE_MS)))
    return Write(AllOf((*ours, paced)), {"active_at": at})


def _post(site: Site, path: str, deadline: Deadline) -> None:
    try:
        reply = site.request("POST", path, deadline.at_most(POST_SECONDS), body=b"", largest_body=_LARGEST_ANSWER)
    except NoAnswer:
        raise _Untold("no_answer") from None
    if reply.status // 100 != 2:
        raise _Untold("redirected" if reply.status // 100 == 3 else "refused")
