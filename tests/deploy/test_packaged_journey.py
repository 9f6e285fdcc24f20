"""Four of the demo's journeys on the zips, each function in processes of its own under Lambda's runtime."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from local import tls
from local.aws.ministack import MiniStack
from local.demo import web_login
from local.demo.bankid import identified
from local.demo.journeys import returning_caller, typed_card
from local.demo.stage import Stage
from local.packaged import PackagedCentre


def test_a_returning_caller_is_verified_by_the_packaged_apps(
    ministack: MiniStack, packages: Path, tmp_path: Path
) -> None:
    stage = Stage(ministack, tls.certificates(tmp_path / "tls"), partial(PackagedCentre, build=packages))
    assert returning_caller(stage).startswith("verified")


def test_a_card_number_is_taken_and_redeemed_by_the_packaged_apps(
    ministack: MiniStack, packages: Path, tmp_path: Path
) -> None:
    stage = Stage(ministack, tls.certificates(tmp_path / "tls"), partial(PackagedCentre, build=packages))
    assert typed_card(stage).startswith("token and last four")


def test_a_caller_is_identified_by_bankid_with_the_packaged_apps(
    ministack: MiniStack, packages: Path, tmp_path: Path
) -> None:
    stage = Stage(ministack, tls.certificates(tmp_path / "tls"), partial(PackagedCentre, build=packages))
    assert "greeted by name" in identified(stage)


def test_a_caller_who_logged_in_on_the_web_is_seen_by_an_agent_with_the_packaged_apps(
    ministack: MiniStack, packages: Path, tmp_path: Path
) -> None:
    stage = Stage(ministack, tls.certificates(tmp_path / "tls"), partial(PackagedCentre, build=packages))
    assert "on the agent's screen at once" in web_login.identified(stage)
