"""What an agent sees of a caller, from what the table holds of their contact and of its login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib import assurance
from chalicelib.agent_screen.names import Kind, Shown
from chalicelib.assurance import Proof, Standing
from chalicelib.conditional_write import Record
from chalicelib.policy import Judgement, Need
from chalicelib.routes import Response, json_response
from chalicelib.web_login import session
from chalicelib.web_login.parts import LoginParts
from chalicelib.web_login.session import Answered, Link, Word

NO_LOGIN = "none"
UNKNOWN = "unknown"
"""What is required where nobody can say: no level reaches it."""


@dataclass(frozen=True)
class Look:
    """A contact (its InitialContactId), its record, its login's handle and record (either empty: none), and when."""

    contact: str
    record: Record = field(repr=False)
    login: str = field(repr=False)
    session: Record = field(repr=False)
    at: int


@dataclass(frozen=True)
class Caller:
    """Who is calling, as far as that is known at `at`. `login` is a word of a session's, or `none`."""

    at: int
    standing: Standing
    proofs: tuple[Proof, ...]
    login: str
    purpose: str
    attributes: Mapping[str, str] = field(repr=False)

    @property
    def is_linked(self) -> bool:
        return self.login == Word.LINKED


def caller(logins: LoginParts, look: Look) -> Caller:
    """The caller of a contact. What a login says of a person is shown while its proof counts, and nobody disagrees."""
    proofs = assurance.living(assurance.proofs(look.record), look.at)
    standing = assurance.standing(proofs, look.at)
    state = _state(logins, look)
    counts = state == Word.LINKED and not standing.conflict
    claims = logins.claims(look.login, look.session) if counts else None
    purpose = "" if state == NO_LOGIN else str(look.session.get("purpose", ""))
    return Caller(look.at, standing, tuple(proofs), state, purpose, claims.attributes if claims else {})


def _state(logins: LoginParts, look: Look) -> str:
    """What the contact itself would be told of its login; `waiting` also while a result is just coming in."""
    if look.session.get("contact") != look.contact:
        return NO_LOGIN
    known = session.look(Link(look.at, look.contact, logins.worth), look.login, look.session, look.record)
    return known.word if isinstance(known, Answered) else Word.WAITING


def told(caller: Caller, shown: Shown, need: Need | None, judgement: Judgement) -> Response:
    """As JSON, with what the caller's purpose needs, if that is known; times in whole seconds since the epoch."""
    content: Mapping[str, Any] = {
        "level": caller.standing.level.word,
        **_required(need),
        "conflict": caller.standing.conflict,
        "now": caller.at // 1000,
        "proofs": [_proof(proof) for proof in sorted(caller.proofs, key=lambda proof: proof.at)],
        "missing": judgement.methods,
        "login": {
            "state": caller.login,
            "purpose": caller.purpose,
            "purpose_name": shown(Kind.PURPOSE, caller.purpose),
            "attributes": [
                {"name": name, "label": shown(Kind.ATTRIBUTE, name), "value": value}
                for name, value in caller.attributes.items()
            ],
        },
    }
    return json_response(200, content)


def _required(need: Need | None) -> dict[str, str | int]:
    if need is None:
        return {"required": UNKNOWN}
    young = need.younger_than_seconds
    return {"required": need.level.word} | ({} if young is None else {"younger_than_seconds": young})


def _proof(proof: Proof) -> dict[str, str | int]:
    return {
        "method": proof.method,
        "level": proof.level.word,
        "at": proof.at // 1000,
        "until": proof.until // 1000,
    }
