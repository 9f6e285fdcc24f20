"""What ID Contact's core and the logins post: that a session begins, and how its login ended.

| route                    | from     | answer                                                                       |
|--------------------------|----------|------------------------------------------------------------------------------|
| start_communication      | the core | 200 `client_url`, and `attr_url` unless the result came along; 401; 400; 503 |
| session_result/{address} | a login  | 200; 404; 400; 503                                                           |

400 is whatever cannot be used, first of all a token; 404 every address under which no result is wanted: one that never
was, one that has its result, one that is over. Each has one body, and why is for our own log alone. A token is verified
before its address is looked for: so a stranger, who has no token, gets the same 400 for every address, and a login,
which has one, the same 404 whatever is wrong with its address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from chalicelib import audit
from chalicelib.clock import Clock, Deadline
from chalicelib.errors import TokenFault, TokenRefused
from chalicelib.parameters import ParameterStore
from chalicelib.routes import Request, Response, json_response, refusal
from chalicelib.settings import Settings
from chalicelib.web_login import codes, compact, parts, trust
from chalicelib.web_login.claims import AuthResult
from chalicelib.web_login.parts import LoginParts
from chalicelib.web_login.session import Done, Reason, Refused, Result, Start
from chalicelib.web_login.trust import Trust

START, RESULT = "/start_communication", "/session_result"
TRIES = 10
"""Codes that are tried before there is none left to give out."""
LONGEST_BODY = 32_768
LONGEST_PURPOSE = 200

_LINE_END = re.compile(rb"\r?\n\Z")


@dataclass(frozen=True)
class ReceivingParts:
    """Everything outside is reached through these."""

    login: LoginParts
    trust: Trust


@dataclass(frozen=True)
class Wanted:
    """What the core asks for; `token` brings the result of a login that came first."""

    purpose: str
    token: str | None = field(repr=False)


def start_communication(work: ReceivingParts, request: Request, deadline: Deadline) -> Response:
    """Begin a session; `client_url` is what the person is to call, `attr_url` where its result is to be posted.

    Raises:
        Unavailable: the table or SSM did not answer in time, or not a code was free.
        Misconfigured: a parameter cannot be used.
    """
    if not work.trust.is_core(request, "POST", START):
        audit.record("web_login_start_refused", reason="not_the_core")
        return refusal(401)
    wanted = _wanted(request.body)
    if wanted is None:
        audit.record("web_login_start_refused", reason="form")
        return refusal(400)
    result = None
    if wanted.token is not None:
        result = _proved(work, wanted.token)  # before anything is written: a bad token begins no session
        if result is None:
            return refusal(400)
    return _started(work.login, wanted.purpose, result, deadline)


def session_result(work: ReceivingParts, address: str, request: Request, deadline: Deadline) -> Response:
    """Take a login's result, for the session whose result address ends in `address`. Raises as above."""
    place = codes.from_result_address(address)
    if place is None:
        return _unwanted(Reason.UNKNOWN)
    result = _proved(work, _LINE_END.sub(b"", request.body).decode(errors="replace"))
    if result is None:
        return refusal(400)
    login, (handle, secret) = work.login, place
    hashed = codes.secret_hash(login.hashes, secret)
    step = Result(login.now(), hashed, login.outcome(handle, result), login.worth)
    answer = login.take(handle, step, deadline)
    if isinstance(answer, Refused):
        return _unwanted(answer.reason)
    audit.record("web_login_result", result=result.status)
    return Response(200, headers={"Content-Type": "text/plain", "Cache-Control": "no-store"})


def _started(login: LoginParts, purpose: str, result: AuthResult | None, deadline: Deadline) -> Response:
    for _ in range(TRIES):
        code = codes.new_code(login.below, login.settings.dtmf_length)
        handle, secret = codes.session_handle(login.hashes, code), codes.new_secret(login.random_bytes)
        outcome = login.outcome(handle, result) if result else None
        hashed = codes.secret_hash(login.hashes, secret)
        answer = login.take(handle, Start(login.now(), hashed, {"purpose": purpose}, outcome), deadline)
        if isinstance(answer, Done):
            audit.record("web_login_started", result=result.status if result else "to_come")
            return json_response(200, _addresses(login.settings, code, handle, secret, at_hand=result is not None))
        if answer.reason is not Reason.TAKEN:
            audit.record("web_login_start_refused", reason=answer.reason)
            return refusal(400)
    audit.record("web_login_start_refused", reason="no_free_code")
    return refusal(503)


def _addresses(config: Settings, code: str, handle: str, secret: str, *, at_hand: bool) -> dict[str, str]:
    addresses = {"client_url": f"tel:{config.phonenumber}{config.dtmf_pauses}{code}"}
    if not at_hand:
        addresses["attr_url"] = f"{config.internal_url}{RESULT}/{codes.result_address(handle, secret)}"
    return addresses


def _wanted(body: bytes) -> Wanted | None:
    """None for what is no start; fields that nobody has told us of are left alone."""
    if len(body) > LONGEST_BODY:
        return None
    try:
        asked = compact.json_object(body, TokenFault.FORM)
    except TokenRefused:
        return None
    purpose, token = asked.get("purpose"), asked.get("auth_result")
    if not isinstance(purpose, str) or not 0 < len(purpose) <= LONGEST_PURPOSE or not purpose.isprintable():
        return None
    return Wanted(purpose, token) if token is None or isinstance(token, str) else None


def _proved(work: ReceivingParts, token: str) -> AuthResult | None:
    """The result in a token; None for one that is none to rely on. Which fault it has nobody else is told."""
    try:
        return work.trust.result(token)
    except TokenRefused as refused:
        audit.count("web_login_token_refused", "reason", reason=refused.fault)
        return None


def _unwanted(reason: Reason) -> Response:
    audit.record("web_login_result_refused", reason=reason)
    return refusal(404)


def build(config: Settings, clock: Clock) -> ReceivingParts | None:
    """None where web logins are not set up. Raises as `parts.fetch` and `parts.build` do."""
    needed = (config.phonenumber, config.internal_url, config.decryption_keys_name, config.signature_keys_name)
    if not all(needed):
        return None
    found = parts.fetch(config, *trust.named(config))
    trusted = Trust(config, ParameterStore(), clock)
    trusted.take(found)
    return ReceivingParts(parts.build(config, clock, found), trusted)
