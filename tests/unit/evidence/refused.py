"""What tests of refusals share."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cryptography import x509

from chalicelib.bankid.answers import Complete
from chalicelib.bankid.evidence.content import Expected
from chalicelib.bankid.evidence.verify import verify
from chalicelib.errors import EvidenceFault, EvidenceRefused
from tests.unit.evidence.signing import EXPECTED, NOW, root


def fault(
    made: Complete,
    expected: Expected = EXPECTED,
    roots: Sequence[x509.Certificate] | None = None,
    now: float = NOW,
) -> EvidenceFault:
    """Why `made` is refused, with our root unless others are given."""
    with pytest.raises(EvidenceRefused) as told:
        verify(made, expected, [root().certificate] if roots is None else roots, now)
    assert told.value.__suppress_context__ or told.value.__context__ is None
    return told.value.fault
