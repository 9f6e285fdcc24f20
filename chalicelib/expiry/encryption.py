"""Which security keys a flow encrypts with: the parameter InputEncryption of its blocks "Store customer input"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Encryption:
    """One block's. Both as the flow has them: a reference such as `$.Attributes.key` is not what it stands for."""

    key_id: str
    certificate: str

    @property
    def is_dynamic(self) -> bool:
        """Whether only the call decides which key it is."""
        return self.key_id.startswith(("$", "{"))


def encryptions(content: str) -> tuple[Encryption, ...]:
    """What the flow in the JSON `content` encrypts with, each once. Raises ValueError for what is no JSON."""
    return tuple(dict.fromkeys(_found(json.loads(content))))


def _found(part: object) -> Iterator[Encryption]:
    if isinstance(part, dict):
        if "EncryptionKeyId" in part:
            yield Encryption(str(part["EncryptionKeyId"]), str(part.get("Key", "")))
        for one in part.values():
            yield from _found(one)
    elif isinstance(part, list):
        for one in part:
            yield from _found(one)
