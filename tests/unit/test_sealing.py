from __future__ import annotations

import pytest

from chalicelib.errors import Misconfigured
from chalicelib.keyed_hash import KeyedHash
from chalicelib.sealing import Seal

SEAL = Seal(KeyedHash("k" * 32), "input key")


def test_what_was_sealed_opens_for_its_own_item_alone() -> None:
    sealed = SEAL.close("4111111111111111", "item")
    assert SEAL.open(sealed, "item") == "4111111111111111"
    for item in ("", "item2", "Item"):
        with pytest.raises(Misconfigured) as refused:
            SEAL.open(sealed, item)
        assert "4111" not in str(refused.value)


def test_the_same_value_never_looks_the_same() -> None:
    assert SEAL.close("1234", "item") != SEAL.close("1234", "item")


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "wiped", "A" * 40, "Ä", "A" * 5])
def test_what_was_never_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(Misconfigured):
        SEAL.open(sealed, "item")


def test_another_hash_key_opens_nothing() -> None:
    with pytest.raises(Misconfigured, match="hash key"):
        Seal(KeyedHash("j" * 32), "input key").open(SEAL.close("1234", "item"), "item")


def test_each_purpose_has_a_key_of_its_own() -> None:
    with pytest.raises(Misconfigured):
        Seal(KeyedHash("k" * 32), "ticket key").open(SEAL.close("1234", "item"), "item")
