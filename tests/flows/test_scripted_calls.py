"""Our own flows, played call by call as tests/flows/scripts say: every branch of every template is taken.

Nothing but the flows is real here: functions give scripted answers, time is virtual, input is encrypted for a key whose
private half was thrown away. Each call is played once more with no message that can be spoken, and in each language.
"""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from flows import templates
from flows.prompts import LANGUAGES, catalogue
from flows.render import render
from local.flowtool import coverage
from local.flowtool.playing import Played, play
from local.flowtool.script import Script, read
from local.flowtool.scripts import flows_of, scripts_in

SCRIPTS = Path(__file__).parent / "scripts"
SUCCESSES = {"verified", "linked"}
CANNOT_BE_TAKEN: Mapping[tuple[str, str, str], str] = {}
"""Template, block and branch, with the reason for which no call can take it."""


def rendered(language: str, folder: Path) -> None:
    """Lay flows and scripts side by side, as somebody would who plays them by hand."""
    values = json.loads((SCRIPTS / "values.json").read_text())
    for name in templates.NAMES:
        (folder / f"{name}.json").write_text(json.dumps(render(templates.load(name), language, values)))
    for file in SCRIPTS.iterdir():
        shutil.copy(file, folder)


@functools.cache
def calls(language: str) -> tuple[Played, ...]:
    """Every call of every script, in this order."""
    with tempfile.TemporaryDirectory() as folder:
        rendered(language, Path(folder))
        scripts = [script for file in scripts_in(Path(folder)) for script in read(file)]
        return tuple(play(script, flows_of(script)) for script in scripts)


@functools.cache
def mute_calls() -> tuple[Played, ...]:
    """The same with every message failing, but for those in which the caller hangs up at some moment."""
    return tuple(play(_mute(one.script), one.flows) for one in calls("en-GB") if one.script.hangs_up_after is None)


def _mute(script: Script) -> Script:
    failing = {"MessageParticipant": "NoMatchingError", **script.circumstances.failing}
    return replace(script, circumstances=replace(script.circumstances, failing=failing))


def every_call() -> Iterator[Played]:
    yield from mute_calls()
    for language in LANGUAGES:
        yield from calls(language)


def not_as_expected(played: tuple[Played, ...]) -> dict[str, tuple[str, ...]]:
    return {Path(one.script.name).name: one.differences for one in played if one.differences}


def answers(played: Played) -> list[str]:
    """What the functions said that can prove anything, in order."""
    return [one["result"] for one in played.events if one["what"] == "lambda" and one["function"] != "assurance"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_call_ends_as_its_script_says_in_every_language(language: str) -> None:
    assert not_as_expected(calls(language)) == {}


def test_every_call_ends_the_same_when_no_message_can_be_spoken() -> None:
    assert not_as_expected(mute_calls()) == {}


def test_together_they_take_every_branch_of_every_template() -> None:
    found = coverage.of([*calls("en-GB"), *mute_calls()])
    assert {one.file.stem for one in found} == set(templates.NAMES)
    missed = {(one.file.stem, *branch) for one in found for branch in one.missed}
    assert missed == CANNOT_BE_TAKEN.keys()


def test_nobody_is_verified_unless_the_function_that_was_asked_last_said_so() -> None:
    verified = 0
    for one in every_call():
        attributes = one.run.attributes
        if attributes.get("auth_result") == "verified":
            verified += 1
            assert answers(one)[-1] in SUCCESSES, one.script.name
            assert attributes["auth_subject"] == "a-subject"
        else:
            assert one.run.queue != "verified", one.script.name
            assert attributes.get("auth_level", "none") == "none"
            assert attributes.get("auth_subject", "none") == "none"
    assert verified


def test_no_token_and_no_digit_reaches_the_agent_unless_the_function_gave_it() -> None:
    given = [one for one in every_call() if one.run.attributes.get("input_token", "none") != "none"]
    assert given
    assert [one.script.name for one in given if answers(one)[-1] != "ok"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_prompt_is_there_and_heard_or_shown_in_some_call(language: str) -> None:
    heard = "\n".join({says for one in calls(language) for says in (*_said(one), *one.shown)})
    assert [key for key, words in catalogue(language).prompts.items() if words not in heard] == []


def _said(played: Played) -> list[str]:
    return [str(event["says"]) for event in played.events if event["what"] == "prompt"]


def test_the_course_of_a_call_does_not_depend_on_its_language() -> None:
    for same in zip(*map(calls, LANGUAGES), strict=True):
        # Words of another length make a caller who hangs up at some moment do it elsewhere.
        if same[0].script.hangs_up_after is None:
            assert len({tuple((step.action, step.branch) for step in one.run.trace) for one in same}) == 1


def test_blocks_are_made_to_fail_only_with_errors_that_they_declare_and_that_their_type_can_have() -> None:
    for one in calls("en-GB"):
        blocks = {action.identifier: action for flow in one.flows.flows for action in flow.actions}
        for name, error in one.script.circumstances.failing.items():
            assert error in blocks[name].errors, (one.script.name, name)
            assert blocks[name].type not in {"Compare", "Loop"}, (one.script.name, name)
