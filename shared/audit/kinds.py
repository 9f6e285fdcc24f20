"""What a field of an event can hold: a word from a closed list, an operator's name, a number, an id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from chalicelib import errors
from chalicelib.errors import AgentFault, BankIDFault, CountersignError, EvidenceFault, InputFault, TokenFault


@dataclass(frozen=True)
class Kind:
    """`schema` is JSON Schema for one value. `name` is what several events call it; "" for an event's own list."""

    schema: Mapping[str, Any]
    name: str = ""
    means: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.schema.get("enum", ()))


@dataclass(frozen=True)
class Sometimes:
    """A field that some events of a name lack."""

    kind: Kind


def words(*lists: str | type[Enum] | tuple[str, ...], name: str = "", means: str = "") -> Kind:
    """One of the words, and of the values of the enumerations."""
    return Kind({"enum": sorted({word for one in lists for word in _words(one)})}, name, means)


def _words(given: str | type[Enum] | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(given, str):
        return (given,)
    return tuple(str(one.value) for one in given) if isinstance(given, type) else given


def _tree(trunk: type[CountersignError]) -> Iterator[str]:
    for branch in trunk.__subclasses__():
        if branch.__module__ == errors.__name__:
            yield branch.code
            yield from _tree(branch)


def _matching(pattern: str, name: str, means: str) -> Kind:
    return Kind({"type": "string", "pattern": f"^{pattern}$"}, name, means)


CONTACT = _matching(
    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "contact id",
    "Connect's `InitialContactId`: a call with all its transfers",
)
COUNT = _matching("-?[0-9]{1,6}", "count", "a whole number, as text")
NUMBER = Kind({"type": "integer"}, "number", "a whole number, and a metric of its own")
KEY_ID = _matching("[0-9A-Za-z][0-9A-Za-z-]{0,99}", "key id", "Connect's id of a security key")
CONSUMER = _matching("[0-9A-Za-z][0-9A-Za-z_-]{0,62}", "consumer", "the name of an entry in the registry of consumers")
PURPOSE = _matching("[0-9A-Za-z_.-]{1,64}", "purpose", "a name in the policy file, or `otherwise`")
THING = _matching(
    "[a-z ]{1,40} [0-9A-Za-z/_.-]{1,512}", "thing", "what can end, or where it stands: what it is, and its id or name"
)
AGENT = _matching(
    "(handle|[0-9A-Za-z_-]{16})",
    "agent",
    "the beginning of their user name's keyed hash; `handle` where `AGENT_LOGIN` is that",
)
SDK_CODE = _matching("[A-Za-z][0-9A-Za-z.]{0,99}", "AWS code", "the service's or the SDK's word for what went wrong")
TWILIO_CODE = _matching("([0-9]{1,5}|none)", "Twilio code", "the number of an error in Twilio's documentation")
TEXT = Kind(
    {"type": "string", "maxLength": 4_000},
    "text",
    "for the operator: the text of an error of ours, or the name of an unexpected one. Composed in the code of names "
    "of parameters and settings, HTTP statuses and the like; never of what a caller said, typed or is called",
)
CODE = words(tuple(_tree(CountersignError)), name="code", means="the stable code of an error of ours")
INPUT_FAULT = words(InputFault, name="input fault", means="why encrypted input was refused")
EVIDENCE_FAULT = words(EvidenceFault, name="evidence fault", means="why BankID's evidence was refused")
TOKEN_FAULT = words(TokenFault, name="token fault", means="why the result of a web login was refused")
AGENT_FAULT = words(AgentFault, name="agent fault", means="why an agent's access token was refused")
BANKID_FAULT = words(
    BankIDFault, tuple(_tree(CountersignError)), name="BankID fault", means="BankID's error, or the code of ours"
)
