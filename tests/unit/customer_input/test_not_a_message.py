"""The texts that come where a message should: each is told by its own name."""

from __future__ import annotations

from string import ascii_letters, digits

import pytest

from chalicelib.errors import InputFault
from tests.unit.customer_input.messages import fault_of, message, message_bytes, written

MESSAGE = message()
DIGIT_STRINGS = ("1" * length for length in range(1, 31))
KNOWN: dict[InputFault, list[object]] = {
    InputFault.NOTHING_TYPED: [None, "", "Timeout"],
    InputFault.NOT_ENCRYPTED: ["1234", "12345678", "1", "4444444444444448", "0" * 300, "12#", "*", "#", "1*2*3#"],
    InputFault.UNRESOLVED_REFERENCE: [
        "$.StoredCustomerInput",
        "$.External.encrypted",
        "$['StoredCustomerInput']",
        "$",
    ],
    InputFault.LOWER_CASED: [MESSAGE.lower(), MESSAGE.lower()[:400], message(size=4096).lower()],
    InputFault.MASKED: ["****", "*" * 16, "xxxxxxxx", "XXXX", "•" * 12],
    InputFault.CUT: [MESSAGE[:-4], MESSAGE[:-1], MESSAGE[:500], MESSAGE[:403], MESSAGE[:8], MESSAGE[:9]],
    InputFault.TOO_LONG: [MESSAGE * 2, "1" * 5000, "$" * 5000, "A" * 10_000_000],
    InputFault.DAMAGED_TEXT: [
        MESSAGE[:76] + "\n" + MESSAGE[76:],
        MESSAGE[:76] + "\r\n" + MESSAGE[76:],
        MESSAGE[:76] + " " + MESSAGE[76:],
        MESSAGE + "\n",
        MESSAGE[:80] + "-_" + MESSAGE[82:],
        MESSAGE[:80] + "%2B" + MESSAGE[83:],
        MESSAGE[:80] + "====" + MESSAGE[84:],
        MESSAGE[:80] + "é" + MESSAGE[81:],
    ],
    InputFault.NOT_A_MESSAGE: [
        " ",
        " " + MESSAGE,
        "timeout",
        "null",
        "AAAA",
        "AYAD",
        "12 34",
        "eyJhbGciOiJkaXIifQ..YQ",
        "../../etc/passwd",
        "\u0661\u0662\u0663",
        "\ud800",
        "\x00",
        "not a message",
        b"",
        b"1234",
        MESSAGE.encode(),
        1234,
        0,
        [],
        {},
        [MESSAGE],
        object(),
    ],
}


@pytest.mark.parametrize("fault", KNOWN)
def test_a_text_that_is_no_message_is_told_by_its_name(fault: InputFault) -> None:
    assert [fault_of(text) for text in KNOWN[fault]] == [fault] * len(KNOWN[fault])


def test_a_message_is_none_of_them() -> None:
    assert MESSAGE not in [text for texts in KNOWN.values() for text in texts]


def test_only_one_base64_stands_for_a_message() -> None:
    """The last letter of a text has bits that nobody reads, where the bytes do not fill it: they must be zero."""
    bits_left = "=="
    text = written(next(raw for raw in map(message_bytes, DIGIT_STRINGS) if len(raw) % 3 == 1))
    at = text.index(bits_left) - 1
    for last in ascii_letters + digits + "+/":
        other = text[:at] + last + bits_left
        if other != text:
            assert fault_of(other) in {InputFault.DAMAGED_TEXT, InputFault.SIGNATURE}
    assert fault_of(text.rstrip("=")) is InputFault.CUT


class _Hostile:
    """An object that answers nothing."""

    def __bool__(self) -> bool:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


def test_no_object_is_asked_anything() -> None:
    assert fault_of(_Hostile()) is InputFault.NOT_A_MESSAGE
