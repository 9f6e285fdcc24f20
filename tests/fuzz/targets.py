"""The targets by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.fuzz import key_texts, messages, texts, tokens
from tests.fuzz.keyring import Keyring
from tests.fuzz.target import Target

TARGETS: Mapping[str, Callable[[Keyring], Target]] = {
    "messages": messages.target,
    "texts": texts.target,
    "keys": key_texts.target,
    "tokens": tokens.target,
}
