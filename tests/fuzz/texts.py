"""`text.raw`: any text, and what befalls the text of a message on its way."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from chalicelib.customer_input import layout, text
from chalicelib.errors import InputFault, Undecryptable
from local.encrypt import encrypt
from tests.fuzz.choices import Choices
from tests.fuzz.keyring import Keyring
from tests.fuzz.target import Target, must
from tests.unit.customer_input.messages import KEY_ID

ANY, BEFALLEN = range(2)
_LONGEST = 2_000
_MOST_LETTERS = 4 * -(-layout.LONGEST // 3)
# The states that can be told without looking further. Each is (is it so?, what must be said of it), the first counts.
_STATES: tuple[tuple[Callable[[str], object], InputFault], ...] = (
    (lambda given: given in ("", "Timeout"), InputFault.NOTHING_TYPED),
    (lambda given: len(given) > _MOST_LETTERS, InputFault.TOO_LONG),
    (lambda given: given.startswith("$"), InputFault.UNRESOLVED_REFERENCE),
    (re.compile(r"[*xX•]{4,}").fullmatch, InputFault.MASKED),
    (re.compile(r"[0-9*#]+").fullmatch, InputFault.NOT_ENCRYPTED),
)
_BEFALLS: tuple[Callable[[str, Choices], str], ...] = (
    lambda given, choices: given.lower(),
    lambda given, choices: given.replace("+", "-").replace("/", "_"),
    lambda given, choices: given.replace("+", " "),
    lambda given, choices: "\n".join(re.findall(".{1,76}", given)),
    lambda given, choices: given[: choices.number(len(given) + 1)],
    lambda given, choices: given[choices.number(len(given) + 1) :],
    lambda given, choices: re.sub("[A-Za-z0-9+/=]", choices.one_of("*xX•"), given),
    lambda given, choices: choices.some_bytes(20).decode("latin-1") + given,
    lambda given, choices: given + choices.some_bytes(20).decode("latin-1"),
    lambda given, choices: choices.patch()(given.encode(errors="surrogateescape")).decode(errors="surrogateescape"),
)


def target(keyring: Keyring) -> Target:
    """What is read is written in one way only; of what is not, the state is told."""
    message = encrypt("197003149292", keyring.own.public_key(), KEY_ID)
    seeds = [bytes((ANY,)) + given.encode() for given in (message, "Timeout", "$.StoredCustomerInput", "1234#", "****")]
    seeds += [bytes((BEFALLEN, 0, number, number, 0, 9)) for number in range(len(_BEFALLS))]
    return Target(lambda data: _check(_text(data, message)), seeds, _LONGEST, 0.15)


def _text(data: bytes, message: str) -> str:
    choices = Choices(data[1:])
    if not data or data[0] % 2 == ANY:
        return choices.rest().decode(errors="surrogateescape")
    for _ in range(choices.number(3) + 1):
        message = choices.one_of(_BEFALLS)(message, choices)
    return message


def _check(given: str) -> str:
    told = next((fault for is_so, fault in _STATES if is_so(given)), None)
    try:
        read = text.raw(given)
    except Undecryptable as refused:
        must(told in (None, refused.fault), f"{refused.fault} is said of no text that is {told}")
        return refused.fault
    must(told is None, f"what is {told} is not read")
    must(base64.b64encode(read).decode() == given, "there is one text for the same bytes")
    return "read"
