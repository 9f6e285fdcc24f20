"""What the functions and routes of this method work with, and a session's steps taken on the table."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib import audit, parameters
from chalicelib.assurance import Level, Method
from chalicelib.clock import Clock, Deadline, milliseconds
from chalicelib.conditional_write import Record
from chalicelib.errors import TableUnavailable
from chalicelib.keyed_hash import KeyedHash
from chalicelib.personal_number import twelve_digits
from chalicelib.sealing import Seal
from chalicelib.settings import Settings
from chalicelib.table import keys
from chalicelib.table.items import Items, Stood
from chalicelib.web_login import codes, session
from chalicelib.web_login.session import Again, Done, Meeting, Outcome, Refused, Result, Start, Worth, Writes

if TYPE_CHECKING:
    from chalicelib.web_login.claims import AuthResult

_TRIES = 4
_LONGEST_PAUSE_MS = 50
_TWELVE_DIGITS = re.compile(r"([0-9]{8})-?([0-9]{4})")


@dataclass(frozen=True)
class Claims:
    """What a login's result says of a person, and where the login wants to hear of the session."""

    attributes: Mapping[str, str] = field(repr=False)
    session_url: str | None = field(repr=False)


@dataclass(frozen=True)
class LoginParts:
    """`random_bytes(n)` gives n bytes, and `below(n)` a number from 0 to n - 1, that nobody can foretell."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    items: Items
    seal: Seal
    random_bytes: Callable[[int], bytes] = os.urandom
    below: Callable[[int], int] = secrets.randbelow

    @property
    def worth(self) -> Worth:
        """Of a login, as the settings have it."""
        level = Level[self.settings.web_login_level.upper()]
        return Worth(level, self.settings.web_login_proof_life_seconds * 1000)

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return milliseconds(self.clock.now())

    def outcome(self, handle: str, result: AuthResult) -> Outcome:
        """What the session `handle` keeps of a verified result."""
        told = {"attributes": dict(result.attributes), "session_url": result.session_url}
        return Outcome(
            result.status == "succeeded",
            codes.token_handle(self.hashes, result.digest),
            result.expires_at,
            self.subject(result),
            self.seal.close(json.dumps(told, ensure_ascii=False, separators=(",", ":")), handle),
        )

    def claims(self, handle: str, record: Record) -> Claims | None:
        """What the result of the session `handle` says, by its `record`; None for a session that has not succeeded.

        Raises:
            Misconfigured: the hash key was changed meanwhile.
        """
        if "sealed" not in record:
            return None
        told = json.loads(self.seal.open(str(record["sealed"]), handle))
        return Claims(told["attributes"], told["session_url"])

    def subject(self, result: AuthResult) -> str:
        """Whom a result is of: by the attribute that the settings name; without it, all of them together.

        A Swedish personal number of twelve digits gives the subject that BankID gives the same person. Ten digits do
        not say which century, and a number that is none of a person may look like them. A result that says nothing of
        anybody is its own subject alone.
        """
        name = self.settings.web_login_subject_attribute
        value = result.attributes.get(name, "")
        number = self._personal_number(value)
        if number:
            return self.hashes.of("personal number", number)
        told: object = {name: value} if value else dict(result.attributes) or result.digest
        return self.hashes.of("web login subject", json.dumps(told, sort_keys=True))

    def _personal_number(self, value: str) -> str | None:
        found = _TWELVE_DIGITS.fullmatch(value)
        today = datetime.fromtimestamp(self.clock.now(), UTC).date()
        return twelve_digits(found[1] + found[2], today, coordination=True) if found and value.isascii() else None

    def take(self, handle: str, step: Start | Result, deadline: Deadline) -> Done | Refused:
        """Begin the session `handle`, or give it its result. Raises TableUnavailable."""
        while True:
            stood = self.write(handle, session.writes_for(step, handle), deadline)
            if stood is None:
                _note(step)
                return Done()
            answer = session.refused(step, stood.record)
            if not isinstance(answer, Again):
                return answer
            step = answer.step

    def write(self, handle: str, writes: Writes, deadline: Deadline) -> Stood | None:
        """None: all of them took effect; else what stood in the way of the session's own, {} for nothing there.

        DynamoDB turns a write away while another one to the same items is under way. Most logins post their result
        once and never again, so it is tried a few times, while there is time. Raises TableUnavailable.
        """
        for _ in range(_TRIES - 1):
            with suppress(TableUnavailable):
                return self._write(handle, writes, deadline)
            self.pause()
        return self._write(handle, writes, deadline)

    def pause(self) -> None:
        """Briefly, and not for as long as whoever else tries again at the same moment."""
        self.clock.sleep((1 + self.below(_LONGEST_PAUSE_MS)) / 1000)

    def _write(self, handle: str, writes: Writes, deadline: Deadline) -> Stood | None:
        together = [(keys.session(handle), writes.session)]
        if writes.token:
            together.append((keys.used_token(writes.token[0]), writes.token[1]))
        if writes.contact:
            together.append((keys.contact(writes.contact[0]), writes.contact[1]))
        if len(together) > 1:
            return self.items.write_together(together, deadline)
        done = self.items.write(*together[0], deadline)
        return done if isinstance(done, Stood) else None


def _note(step: Start | Result) -> None:
    if isinstance(step, Result) and step.linked and step.linked.meeting is Meeting.REPLACES:
        note_another_subject(step.linked.contact)


def note_another_subject(contact: str) -> None:
    """For an alarm: somebody logged in for a call in which somebody else had logged in before."""
    audit.record("subject_changed", method=Method.WEB_LOGIN, contact=contact)


def fetch(config: Settings, *also: str) -> dict[str, str]:
    """The secret that `build` needs, and the parameters named in `also`, by name, in one request.

    Raises:
        Misconfigured: a parameter does not exist.
        SecretsUnavailable: SSM did not answer, or refused.
    """
    return parameters.fetch([config.hash_key_name, *also])


def build(config: Settings, clock: Clock, found: Mapping[str, str] | None = None) -> LoginParts:
    """`found` is what was fetched already; without it the secret is fetched. Raises as `fetch` does."""
    hashes = KeyedHash((found or fetch(config))[config.hash_key_name])
    return LoginParts(config, clock, hashes, Items(config.table_name), Seal(hashes, session.RESULTS))
