"""What BankID takes in a request body, and what it refuses.

Field names, limits and case after BankID's relying-party API v6.0. BankID does not say whether it refuses fields that
it does not know; here it does, so that a slip of the pen is seen.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_POLICY = re.compile(r"[0-9]+(\.[0-9]+){3,}(\.\*)?")  # a star from the fifth place on
_ON_CARD = frozenset({"1.2.752.78.1.2", "1.2.3.4.10"})


class InvalidParameters(Exception):
    """The message is what stands in `details`."""


@dataclass(frozen=True)
class Requirement:
    """`policies` None: any. `pin_code`: fingers and faces do not do."""

    pin_code: bool = False
    policies: tuple[str, ...] | None = None

    def met_by(self, policy: str) -> bool:
        return self.policies is None or any(_covers(wanted, policy) for wanted in self.policies)

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """As they stand in what is signed."""
        return tuple(("CertificatePolicies", policy) for policy in self.policies or ())


@dataclass(frozen=True)
class NewOrder:
    """What /phone/auth and /phone/sign are asked for. Texts in base64, as they came."""

    personal_number: str
    call_initiator: str
    visible: str | None = None
    hidden: str | None = None
    form: str | None = None
    requirement: Requirement = field(default_factory=Requirement)

    @property
    def shown(self) -> str:
        """The text that the app shows; "" where none was sent."""
        return base64.b64decode(self.visible or "").decode()


@dataclass(frozen=True)
class Limits:
    """Characters of base64; and whether there must be a text at all."""

    visible: int
    hidden: int
    must_show: bool


AUTH, SIGN = Limits(1_500, 1_500, must_show=False), Limits(40_000, 200_000, must_show=True)


def new_order(body: bytes, limits: Limits) -> NewOrder:
    """Raises InvalidParameters."""
    given = _object(body)
    _known(given, "personalNumber callInitiator userVisibleData userNonVisibleData userVisibleDataFormat requirement")
    personal_number = _checked(given, "personalNumber", _personal_number)
    call_initiator = _checked(given, "callInitiator", lambda value: value in ("user", "RP"))
    if limits.must_show and "userVisibleData" not in given:
        raise InvalidParameters("Missing userVisibleData")
    return NewOrder(
        personal_number,
        call_initiator,
        _optional(given, "userVisibleData", lambda value: _base64(value, limits.visible, text=True)),
        _optional(given, "userNonVisibleData", lambda value: _base64(value, limits.hidden, text=False)),
        _optional(given, "userVisibleDataFormat", lambda value: value in ("plaintext", "simpleMarkdownV1")),
        _requirement(given.get("requirement", {})),
    )


def order_ref(body: bytes) -> str:
    """Of /collect and /cancel. Raises InvalidParameters."""
    given = _object(body)
    _known(given, "orderRef")
    return _checked(given, "orderRef", bool)


def _object(body: bytes) -> Mapping[str, object]:
    try:
        given = json.loads(body)
    except ValueError:
        raise InvalidParameters("Invalid request") from None
    if not isinstance(given, dict):
        raise InvalidParameters("Invalid request")
    return given


def _known(given: Mapping[str, object], names: str) -> None:
    if unknown := sorted(given.keys() - set(names.split())):
        raise InvalidParameters(f"Unknown {unknown[0]}")


def _checked(given: Mapping[str, object], name: str, right: Callable[[str], bool]) -> str:
    value = given.get(name)
    if isinstance(value, str) and right(value):
        return value
    raise InvalidParameters(f"Invalid {name}" if name in given else f"Missing {name}")


def _optional(given: Mapping[str, object], name: str, right: Callable[[str], bool]) -> str | None:
    return _checked(given, name, right) if name in given else None


def _personal_number(value: str) -> bool:
    return bool(re.fullmatch("[0-9]{12}", value)) and _luhn(value[2:])


def _luhn(digits: str) -> bool:
    weighed = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return sum(sum(divmod(product, 10)) for product in weighed) % 10 == 0


def _base64(value: str, longest: int, *, text: bool) -> bool:
    if not 1 <= len(value) <= longest:
        return False
    try:
        decoded = base64.b64decode(value, validate=True)
        return not text or bool(decoded.decode())
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return False


def _requirement(given: object) -> Requirement:
    if not isinstance(given, dict):
        raise InvalidParameters("Invalid requirement")
    _known(given, "pinCode certificatePolicies cardReader")
    pin_code, policies = given.get("pinCode", False), given.get("certificatePolicies")
    if not isinstance(pin_code, bool):
        raise InvalidParameters("Invalid pinCode")
    if policies is not None and not _policies(policies):
        raise InvalidParameters("Invalid certificatePolicies")
    if "cardReader" in given and not _card_reader(given["cardReader"], policies):
        raise InvalidParameters("Invalid cardReader")
    return Requirement(pin_code, None if policies is None else tuple(policies))


def _policies(given: object) -> bool:
    return (
        isinstance(given, list)
        and bool(given)
        and all(isinstance(policy, str) and _POLICY.fullmatch(policy) for policy in given)
    )


def _card_reader(given: object, policies: list[str] | None) -> bool:
    """A reader is asked for together with cards."""
    wanted = policies or []
    return given in ("class1", "class2") and any(_covers(policy, card) for policy in wanted for card in _ON_CARD)


def _covers(wanted: str, policy: str) -> bool:
    return policy.startswith(wanted[:-1]) if wanted.endswith("*") else policy == wanted
