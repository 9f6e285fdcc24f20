"""Journeys are played on the laptop's whole contact centre, one for each test, and swept for what was typed in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import tls
from local.aws.ministack import MiniStack
from local.demo.stage import Stage
from local.tls import Certificates
from tests.contract.patience import be_patient
from tests.journeys.sweep import SweptCentre, SweptStage


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder: Path = tmp_path_factory.mktemp("tls")
    return tls.certificates(folder)


@pytest.fixture
def stage(ministack: MiniStack, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Stage:
    be_patient(monkeypatch)
    return SweptStage(ministack, certificates, SweptCentre)
