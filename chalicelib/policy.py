"""What a purpose needs before it may be served: the policy, and whether a contact's proofs are enough for it.

    {"purposes": {"balance": {"level": "low"}, "transfer": {"level": "substantial", "younger_than_seconds": 300}},
     "otherwise": {"level": "substantial"}}

A policy is read strictly: what is misspelt there would otherwise ask for less than somebody meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib import strict_json
from chalicelib.assurance import Level, Method, Proof, living, standing
from chalicelib.errors import Misconfigured
from chalicelib.settings import Settings
from chalicelib.strict_json import NamedTwice

OTHERWISE = "otherwise"
YOUNGEST_SECONDS, OLDEST_SECONDS = 30, 14_400
"""What `younger_than_seconds` may be: a caller who has just proved who they are can be served, and no proof that
settings allow is older than that."""

_PURPOSE = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_LEVELS = {level.word: level for level in Level if level > Level.NONE}


@dataclass(frozen=True)
class Need:
    """One living proof of at least `level`, made less than `younger_than_seconds` ago; None for of whatever age."""

    level: Level
    younger_than_seconds: int | None = None


@dataclass(frozen=True)
class Policy:
    """Needs by purpose, and that of every other one."""

    purposes: Mapping[str, Need]
    otherwise: Need

    def need(self, purpose: str) -> Need:
        return self.purposes.get(purpose, self.otherwise)

    def name_of(self, purpose: str) -> str:
        """The purpose as it may be written to the log: flows and websites choose its name, and the policy knows few."""
        return purpose if purpose in self.purposes else OTHERWISE


class Word(StrEnum):
    """Whether a contact's proofs are enough."""

    ENOUGH = "enough"
    STEP_UP = "step_up"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Judgement:
    """The word, and with `step_up` the methods that can give what is missing, those that the caller has used first."""

    word: Word
    methods: tuple[Method, ...] = ()


def judged(proofs: Iterable[Proof], need: Need, now: int, in_use: Mapping[Method, Level]) -> Judgement:
    """Whether `proofs`, all that a contact has had, are enough at `now`, in milliseconds since the epoch.

    `in_use` are the methods that are set up and the level that each gives, in the order in which to offer them. Proofs
    of different subjects are never enough, and a further one mends nothing: that is for a person to look into.
    """
    known = list(proofs)
    if standing(known, now).conflict:
        return Judgement(Word.IMPOSSIBLE)
    if any(_meets(proof, need, now) for proof in living(known, now)):
        return Judgement(Word.ENOUGH)
    used = {proof.method for proof in known}
    able = sorted((method for method, gives in in_use.items() if gives >= need.level), key=lambda one: one not in used)
    return Judgement(Word.STEP_UP, tuple(able)) if able else Judgement(Word.IMPOSSIBLE)


def _meets(proof: Proof, need: Need, now: int) -> bool:
    young = need.younger_than_seconds is None or now - proof.at < need.younger_than_seconds * 1000
    return young and proof.level >= need.level > Level.NONE


def methods_in_use(settings: Settings) -> dict[Method, Level]:
    """The methods that are set up and can be offered to any caller, the surest first, and the level that each gives.

    A voice is not among them: whether a caller has enrolled one is not known here. Where it was heard it counts.
    """
    levels = {
        Method.BANKID: Level.HIGH if settings.bankid_certificate_name else Level.NONE,
        Method.WEB_LOGIN: Level[settings.web_login_level.upper()] if settings.phonenumber else Level.NONE,
    }
    return {method: level for method, level in levels.items() if level > Level.NONE}


def parsed(text: str, parameter: str) -> Policy:
    """The policy that the parameter holds.

    Raises:
        Misconfigured: names the parameter, and what is wrong with it.
    """
    try:
        return _policy(strict_json.parsed(text))
    except (ValueError, RecursionError) as wrong:
        reason = str(wrong) if isinstance(wrong, _Wrong | NamedTwice) else "it is no JSON"
        raise Misconfigured(f"the parameter {parameter} is no policy: {reason}") from None


class _Wrong(ValueError):
    """It cannot be used; the text says why."""


def _policy(given: Any) -> Policy:
    if not isinstance(given, dict) or given.keys() != {"purposes", OTHERWISE}:
        raise _Wrong(f"it must be an object with purposes and {OTHERWISE}, and nothing else")
    purposes = given["purposes"]
    if not isinstance(purposes, dict) or not all(map(_PURPOSE.fullmatch, purposes)):
        raise _Wrong("purposes must be an object, with names of 1 to 64 letters, digits and . _ -")
    needs = {name: _need(one, f"the purpose {name}") for name, one in purposes.items()}
    return Policy(needs, _need(given[OTHERWISE], OTHERWISE))


def _need(given: Any, what: str) -> Need:
    if not isinstance(given, dict) or not {"level"} <= given.keys() <= {"level", "younger_than_seconds"}:
        raise _Wrong(f"{what} must be an object with level, perhaps younger_than_seconds, and nothing else")
    level, young = given["level"], given.get("younger_than_seconds", OLDEST_SECONDS)
    if not isinstance(level, str) or level not in _LEVELS:
        raise _Wrong(f"the level of {what} must be one of {', '.join(_LEVELS)}")
    if type(young) is not int or not YOUNGEST_SECONDS <= young <= OLDEST_SECONDS:
        wanted = f"a whole number from {YOUNGEST_SECONDS} to {OLDEST_SECONDS}"
        raise _Wrong(f"the younger_than_seconds of {what} must be {wanted}")
    return Need(_LEVELS[level], given.get("younger_than_seconds"))
