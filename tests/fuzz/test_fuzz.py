"""A few seconds of `make fuzz`, the same inputs each time but for the keys; and that it would notice a fault."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import InputFault, Misconfigured, TokenFault, TokenRefused, Undecryptable
from chalicelib.web_login.claims import AuthResult, Status
from tests.fuzz import __main__ as command
from tests.fuzz import campaign, child, key_texts, messages, texts, tokens
from tests.fuzz.campaign import Record
from tests.fuzz.keyring import Keyring
from tests.fuzz.target import Broken, Target
from tests.fuzz.targets import TARGETS

RUNS = 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def keyring(folder: Path) -> Keyring:
    return Keyring.kept_in(folder)


def test_no_input_breaks_a_promise_and_the_run_is_on_record(folder: Path, keyring: Keyring) -> None:
    whole = [sys.executable, "-m", "tests.fuzz", "--minutes", "5", "--runs", str(RUNS), "--folder", str(folder)]
    done = subprocess.run(whole, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    records: list[dict[str, Any]] = json.loads((folder / "record.json").read_text())
    assert [record["target"] for record in records] == list(TARGETS)
    for record in records:
        assert record["well"]
        assert record["runs"] >= RUNS
        assert (record["edges"] is not None) is (importlib.util.find_spec("atheris") is not None)
        assert list((folder / record["target"] / "corpus").iterdir())
    # The layers below the signature are reached, and the bottom too.
    assert {"opened", "wrong_key", "data_key", "header", "content", "not_keys"} <= set(records[0]["reached"])
    assert {"wrong_key", "envelope", "signature", "claims", "status", "succeeded"} <= set(records[-1]["reached"])


@pytest.mark.parametrize(
    ("module", "patched", "replacement"),
    [
        (messages, "decrypt", lambda message, keys, expected: "12a"),
        (messages, "decrypt", lambda message, keys, expected: _escape()),
        (messages, "decrypt", lambda message, keys, expected: _refuse(InputFault.CUT)),
        (texts.text, "raw", lambda message: b"A"),
        (texts.text, "raw", lambda message: _refuse(InputFault.CUT)),
        (key_texts, "parsed", lambda text, name: ()),
        (key_texts, "parsed", lambda text, name: _misconfigure(text)),
        (tokens, "verify", lambda *given: _escape()),
        (tokens, "verify", lambda *given: _refuse_token(TokenFault.UNEXPECTED)),
        (tokens, "verify", lambda *given: _refuse_token(TokenFault.SIGNATURE)),
        (tokens, "verify", lambda *given: AuthResult(Status.SUCCEEDED, 0, {}, None, "digest")),
    ],
)
def test_a_fault_is_noticed_and_its_input_kept_and_seen_again(
    keyring: Keyring,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: Any,
    patched: str,
    replacement: Any,
) -> None:
    name = {messages: "messages", texts.text: "texts", key_texts: "keys", tokens: "tokens"}[module]
    (tmp_path / "crashes").mkdir()
    target = TARGETS[name](keyring)
    monkeypatch.setattr(module, patched, replacement)
    with pytest.raises((Broken, KeyError)):
        child._at_random(target, tmp_path, seed=1, seconds=0, runs=1_000)
    record = Record(name, 1, "")
    record.read(capsys.readouterr().out.strip(), 0.0)
    (kept,) = record.crashes
    told = campaign._told(record, folder)
    assert f"-m tests.fuzz --folder {folder} --target {name} --input {kept}" in told
    again = told.partition("tests.fuzz ")[2].split()
    with pytest.raises((Broken, KeyError)):
        command.main(again)
    monkeypatch.undo()
    assert command.main(again) == 0


def _refuse(fault: InputFault) -> str:
    raise Undecryptable(fault)


def _refuse_token(fault: TokenFault) -> AuthResult:
    raise TokenRefused(fault)


def _escape() -> str:
    raise KeyError("something that the product never meant to raise")


def _misconfigure(text: str) -> None:
    raise Misconfigured(f"no key in {text}")


def test_without_coverage_mutations_reach_the_bottom_too(
    keyring: Keyring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = messages.target(keyring)
    telling = Target(child._telling(whole.check), whole.seeds, whole.longest, whole.share)
    child._at_random(telling, tmp_path, seed=1, seconds=0, runs=600)
    record = Record("messages", 1, "")
    for line in capsys.readouterr().out.splitlines():
        record.read(line, 1.0)
    assert (record.runs, record.edges) == (600, None)
    assert {"opened", "signature", "wrong_key", "content"} <= set(record.reached)


def test_the_lines_of_libfuzzer_are_understood() -> None:
    record = Record("texts", 1, "")
    for line in (
        "engine: atheris",
        "#64\tINITED cov: 70 ft: 108 corp: 12/556b exec/s: 0 rss: 86Mb",
        "#534\tNEW    cov: 74 ft: 140 corp: 17/225b lim: 169 exec/s: 0 rss: 87Mb L: 21/169 MS: 4 CopyPart-",
        "#4096\tpulse  cov: 74 ft: 140 corp: 17/193b lim: 176 exec/s: 2048 rss: 87Mb",
        "artifact_prefix='/f/crashes/'; Test unit written to /f/crashes/crash-da51",
    ):
        record.read(line, 2.0)
    assert (record.engine, record.runs, record.edges, record.corpus) == ("atheris", 4096, 74, 17)
    assert record.growth == [(2.0, 64, 70), (2.0, 534, 74)]
    assert record.crashes == ["/f/crashes/crash-da51"]
    assert re.search(r"4,096 runs in 2 s, 74 edges", campaign._told(record, Path("/f")))
