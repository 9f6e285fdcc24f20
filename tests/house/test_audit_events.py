"""Every event that the code writes is in `shared.audit`, with just these fields, and none can hold free text."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from chalicelib import audit, errors
from chalicelib.errors import CountersignError
from shared.audit.documents import page, schema
from shared.audit.events import EVENTS, GROUPS
from shared.audit.kinds import TEXT, Kind
from tests.journeys.log_schema import definitions, misfits

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted((ROOT / "chalicelib").rglob("*.py")), ROOT / "connect_app" / "app.py", ROOT / "twilio_app" / "app.py"]
WRITERS = ("record", "count", "measure")
ERRORS = frozenset(
    name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, CountersignError)
)
CONTACT = "5f3c2a10-1111-4222-8333-0123456789ab"


@dataclass
class Call:
    """One call of the audit log's; `within` is the function around it."""

    where: str
    names: list[str]
    fields: dict[str, ast.expr]
    sometimes: set[str]
    within: ast.AST
    module: ast.Module
    by: str = ""
    number: str = ""
    counted: bool = field(default=False)


def calls_in(source: str, where: str) -> Iterator[Call]:
    module = ast.parse(source)
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"audit.{writer}" for writer in WRITERS}:
            around = [one for one in functions if one.lineno <= node.lineno <= (one.end_lineno or 0)]
            yield _call(node, max(around, key=lambda one: one.lineno), module, f"{where}:{node.lineno}")


def _call(node: ast.Call, within: ast.AST, module: ast.Module, where: str) -> Call:
    found = Call(where, _literals(node.args[0]), {}, set(), within, module)
    given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr != "record":
        parameters = ("event", "by", "metric", "value")
        given |= {parameters[place]: value for place, value in enumerate(node.args) if place}
        [found.by] = _literals(given.pop("by"))
        if "metric" in given:
            [found.number] = _literals(given.pop("metric"))
            given[found.number] = given.pop("value")
    found.fields = given
    for keyword in node.keywords:
        if keyword.arg is None:  # **facts, which must be made of literal dictionaries in the same function
            assert isinstance(keyword.value, ast.Name), where
            found.fields |= (more := dict(_spread(keyword.value.id, within)))
            found.sometimes |= more.keys()
            assert more, where
    return found


def _literals(node: ast.expr) -> list[str]:
    """The texts that an expression can be; it must be a literal, or a choice between literals."""
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    assert isinstance(node, ast.Constant), f"not a literal: {ast.unparse(node)}"
    assert isinstance(node.value, str)
    return [node.value]


def _spread(name: str, within: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(within):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            for one in ast.walk(node.value):
                if isinstance(one, ast.Dict):
                    yield from (
                        (str(ast.literal_eval(key)), value)
                        for key, value in zip(one.keys, one.values, strict=True)
                        if key
                    )


@cache
def calls() -> list[Call]:
    return [call for file in FILES for call in calls_in(file.read_text(encoding="utf-8"), str(file.relative_to(ROOT)))]


def faults(call: Call) -> Iterator[str]:
    """What is wrong with one call; nothing if it is as the schema says."""
    for name in call.names:
        event = EVENTS.get(name)
        if event is None:
            yield f"{name} is not in shared/audit"
            continue
        always = call.fields.keys() - call.sometimes
        if not set(event.required) <= always or not call.fields.keys() <= event.fields.keys():
            yield f"{name} has other fields: {sorted(call.fields)}"
        if (call.by, call.number) != (event.counted_by, event.number):
            yield f"{name} is counted by {call.by or 'nothing'}"
        for one, value in call.fields.items():
            if one in event.fields and not holds(event.kind(one), value, call):
                yield f"{name}: {one} can be {ast.unparse(value)}"


def holds(kind: Kind, value: ast.expr, call: Call) -> bool:
    """Whether what is written can be of the kind, as far as the source tells: text is composed for `TEXT` alone."""
    if isinstance(value, ast.IfExp):
        return holds(kind, value.body, call) and holds(kind, value.orelse, call)
    if isinstance(value, ast.Constant):
        return value.value in kind.words or kind is TEXT
    if kind is TEXT:
        return ast.unparse(value) in _told(call) or ast.unparse(value).endswith((".__name__", ".value"))
    if _raised_words(value, call) is not None:
        return set(_raised_words(value, call) or ()) <= set(kind.words)
    composed = any(isinstance(node, ast.JoinedStr | ast.BinOp) for node in ast.walk(value))
    return not composed and ast.unparse(value) not in _told(call)


def _told(call: Call) -> set[str]:
    """`str(x)` for every x in the function that is an error of our tree."""
    names: set[str] = set()
    for node in ast.walk(call.within):
        if isinstance(node, ast.ExceptHandler) and node.name and node.type and _classes(node.type) <= ERRORS:
            names.add(node.name)
        if isinstance(node, ast.arg) and node.annotation and ast.unparse(node.annotation) in ERRORS:
            names.add(node.arg)
        if isinstance(node, ast.Assign) and "isinstance(error, CountersignError)" in ast.unparse(node.value):
            names.add(ast.unparse(node.targets[0]))
    return {f"str({name})" for name in names}


def _classes(caught: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(caught) if isinstance(one, ast.Name)}


def _raised_words(value: ast.expr, call: Call) -> list[str] | None:
    """Every text with which the module makes the error, of no tree, that `value` is the text of; None for another."""
    for node in ast.walk(call.within):
        if isinstance(node, ast.ExceptHandler) and node.type and f"str({node.name})" == ast.unparse(value):
            made = [one for one in ast.walk(call.module) if isinstance(one, ast.Call) and one.args]
            return [
                word for one in made if _classes(one.func) == _classes(node.type) for word in _literals(one.args[0])
            ]
    return None


# --- the code -------------------------------------------------------------------------------------------------


def test_every_event_is_written_as_the_schema_says() -> None:
    assert [f"{call.where}: {fault}" for call in calls() for fault in faults(call)] == []


def test_every_event_of_the_schema_is_written_somewhere() -> None:
    assert EVENTS.keys() - {name for call in calls() for name in call.names} == set()


def test_every_field_of_the_schema_is_written_somewhere() -> None:
    written = {(name, one) for call in calls() for name in call.names for one in call.fields}
    assert {(name, one) for name, event in EVENTS.items() for one in event.fields} - written == set()


def test_nobody_writes_to_the_log_past_these_calls() -> None:
    for file in FILES:
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        named = {
            ast.unparse(node) for node in nodes if isinstance(node, ast.ImportFrom) and node.module == audit.__name__
        }
        assert not named, file
        if file.name not in {"audit.py", "settings.py"}:  # settings.py prints a page when run as a module
            spoken = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
            assert not [one for one in spoken if one.startswith(("print", "logging.", "sys.stdout", "logger."))], file


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("audit.record('nothing_known')", "nothing_known is not in shared/audit"),
        ("audit.record('redeem_refused')", "redeem_refused has other fields: []"),
        ("audit.record('redeem_refused', contact=c, name=n)", "redeem_refused has other fields: ['contact', 'name']"),
        ("audit.record('redeem_refused', contact=f'{c}')", "redeem_refused: contact can be f'{c}'"),
        ("audit.record('voice_consent', result='maybe')", "voice_consent: result can be 'maybe'"),
        ("audit.record('input_opened', key_id=k)", "input_opened is counted by nothing"),
        ("audit.record('bankid_evidence_not_kept', reason=typed)", "bankid_evidence_not_kept: reason can be typed"),
    ],
)
def test_a_call_that_does_not_fit_is_told(source: str, fault: str) -> None:
    [call] = calls_in(f"def f() -> None:\n    {source}\n", "a.py")
    assert list(faults(call)) == [fault]


def test_an_errors_text_may_be_told_if_the_error_is_ours() -> None:
    source = (
        "def f() -> None:\n try:\n  g()\n except {} as e:\n  audit.record('bankid_evidence_not_kept', reason=str(e))"
    )
    ours, others = (next(calls_in(source.format(name), "a.py")) for name in ("EvidenceUnavailable", "ValueError"))
    assert list(faults(ours)) == []
    assert list(faults(others)) == ["bankid_evidence_not_kept: reason can be str(e)"]


def test_a_name_that_is_made_up_as_it_runs_is_refused() -> None:
    with pytest.raises(AssertionError, match="not a literal"):
        list(calls_in("def f() -> None:\n    audit.record(f'{what}_stale')\n", "a.py"))


# --- what is made of it ----------------------------------------------------------------------------------------


def test_the_page_and_the_schema_are_current() -> None:
    assert (ROOT / "docs" / "audit.md").read_text(encoding="utf-8") == page(), "run `make docs`"
    assert (ROOT / "docs" / "audit.schema.json").read_text(encoding="utf-8") == schema(), "run `make docs`"


def test_no_event_is_told_twice() -> None:
    assert sum(len(group) for group in GROUPS.values()) == len(EVENTS)


def test_kinds_of_one_name_are_one() -> None:
    kinds = [event.kind(one) for event in EVENTS.values() for one in event.fields]
    for kind in kinds:
        assert all(kind == other for other in kinds if kind.name and other.name == kind.name)
        assert kind.name or kind.words, "what is no list of words needs a name, and a line in the page"


def test_the_schema_names_every_event_once() -> None:
    document = json.loads(schema())
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["oneOf"] == [{"$ref": f"#/$defs/{name}"} for name in EVENTS]
    assert [definitions()[name]["properties"]["event"] for name in EVENTS] == [{"const": name} for name in EVENTS]


def written(capsys: pytest.CaptureFixture[str], **facts: str) -> str:
    audit.record("relay_failed", **facts)
    return capsys.readouterr().out.strip()


def test_a_line_that_fits_is_taken_and_any_other_told(capsys: pytest.CaptureFixture[str]) -> None:
    fit = {"consumer": "crm", "reason": "no answer", "contact": CONTACT}
    assert misfits(written(capsys, **fit)) == []
    assert misfits(written(capsys, **fit, name="Karin")) == ["relay_failed: name is not in the schema"]
    assert misfits(written(capsys, **fit | {"contact": "198112189876"})) == ["relay_failed: contact"]
    assert misfits(written(capsys, consumer="crm", contact=CONTACT)) == ["relay_failed: no reason"]
    assert misfits('{"event": "made_up"}') == ["made_up: not in the schema"]
    assert misfits("START RequestId: 1") == []
