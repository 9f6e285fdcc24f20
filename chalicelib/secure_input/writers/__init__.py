"""How digits are written for a consumer: one module for each format, loaded when a consumer needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chalicelib.secure_input.consumer import Consumer, Delivery, Format

Write = Callable[[str, Delivery, Consumer], str]

CONTENT_TYPES = {
    Format.CONNECT: "text/plain; charset=us-ascii",
    Format.JWE: "application/jose",
    Format.KMS: "application/json",
}

LONGEST_SECONDS = 1.5
"""What writing may take: KMS's time-outs."""


class Writers:
    """The writers of all formats; each is made once."""

    def __init__(self) -> None:
        self._made: dict[Format, Write] = {}

    def prepare(self, consumers: Iterable[Consumer]) -> None:
        """Load what these need, before anybody waits for it."""
        for form in {consumer.format for consumer in consumers}:
            self._writer(form)

    def write(self, typed: str, delivery: Delivery, consumer: Consumer) -> str:
        """`typed` as `consumer` alone can read it.

        Raises:
            Unavailable: KMS gave no data key.
        """
        return self._writer(consumer.format)(typed, delivery, consumer)

    def _writer(self, form: Format) -> Write:
        if form not in self._made:
            self._made[form] = _made(form)
        return self._made[form]


def _made(form: Format) -> Write:
    match form:
        case Format.CONNECT:
            from chalicelib.secure_input.writers import connect

            return connect.write
        case Format.JWE:
            from chalicelib.secure_input.writers import jwe

            return jwe.write
        case Format.KMS:
            from chalicelib.secure_input.writers import kms

            return kms.KmsWriter().write
