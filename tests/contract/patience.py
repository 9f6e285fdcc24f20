"""Time for a busy machine: an adapter that waits longer for an answer than it does in production."""

from __future__ import annotations

import pytest
from botocore.config import Config

from chalicelib.table import items

SECONDS = 30


def be_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which only the faults that they make themselves may count. Applies to `Items` made from now on."""
    patient = items._CONFIG.merge(Config(connect_timeout=SECONDS, read_timeout=SECONDS))
    monkeypatch.setattr(items, "_CONFIG", patient)
