"""What the function `secure_input` works with, put together once per process."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.clock import Clock
from chalicelib.customer_input.keys import PrivateKeys
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal
from chalicelib.secure_input.posting import Posting
from chalicelib.secure_input.registry import Registry
from chalicelib.secure_input.writers import Writers
from chalicelib.settings import Settings
from chalicelib.table.items import Items


@dataclass(frozen=True)
class InputParts:
    """Everything outside is reached through these."""

    settings: Settings
    clock: Clock
    hashes: KeyedHash
    items: Items
    seal: Seal
    private_keys: PrivateKeys
    registry: Registry
    writers: Writers
    posting: Posting

    def preload(self) -> None:
        """Keys and consumers are fetched ahead, and what these need is loaded: in a call there would be no time."""
        self.private_keys.preload()
        consumers = self.registry.preload()
        self.writers.prepare(consumers)
        self.posting.prepare(consumers)
