from collections.abc import Iterator

import pytest

from tests.local.bankid_client import Bank


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A BankID that is open for business, where nobody has one yet."""
    bank = Bank()
    with bank.server:
        yield bank
    assert bank.server.failures == []
