"""The agent's page: what is served is what its sources make."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.agent_screen.pages import FILES

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "agent_page"
STATIC = ROOT / "chalicelib" / "agent_screen" / "static"


def made(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.skipif(not (SOURCES / "node_modules").exists(), reason="`make page` sets its tools up")
def test_what_is_committed_is_what_the_sources_make(tmp_path: Path) -> None:
    subprocess.run([Path(sys.executable).with_name("node"), SOURCES / "build.mjs", tmp_path], check=True)

    assert made(tmp_path) == made(STATIC), "run `make page`"


def test_every_file_is_a_page_or_can_be_asked_for() -> None:
    assert {name for name in made(STATIC) if not name.endswith(".html")} == set(FILES)


def test_pages_fetch_only_files_that_are_served_and_hold_no_script_or_style_of_their_own() -> None:
    pages = list(STATIC.glob("*.html"))
    assert pages
    for page in pages:
        html = page.read_text()
        asked = re.findall(r'(?:src|href)="([^"]*)"', html)
        assert asked
        assert all(re.fullmatch(r"(agent/)?static/[a-z.-]+\?v=[0-9a-f]{12}", address) for address in asked)
        assert {address.partition("?")[0].rpartition("/")[2] for address in asked} <= set(FILES)
        assert not re.search(r"<style|<script>|\son[a-z]+=|\sstyle=", html)


def test_the_two_packages_that_speak_to_the_workspace_share_one_core() -> None:
    locked = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    versions = {name: locked[f"node_modules/@amazon-connect/{name}"]["version"] for name in ("app", "contact", "core")}

    assert set(versions.values()) == {"1.0.11"}


def test_every_package_is_locked_to_its_bytes() -> None:
    locked = json.loads((SOURCES / "package-lock.json").read_text())["packages"]

    assert [name for name, package in locked.items() if name and "integrity" not in package] == []
