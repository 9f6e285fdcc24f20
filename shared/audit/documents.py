"""docs/audit.md for people, docs/audit.schema.json for machines: both from `events`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.audit import NAMESPACE
from shared.audit.event import Event
from shared.audit.events import EVENTS, GROUPS
from shared.audit.kinds import Kind, Sometimes

_HEAD = f"""\
# Events

<!-- Made by `make docs` from shared/audit; change it there. -->

Everything that happens is one JSON line in CloudWatch Logs, in the log group of the function that did it, and a metric
in the namespace `{NAMESPACE}`: `Events`, by `event`. Some events are counted for each value of one of their fields
besides, and one brings a number of its own. A line says what was done and how it came out, never who.

[audit.schema.json](audit.schema.json), a JSON Schema (2020-12), says which fields an event has and what each can hold,
so that a SIEM can refuse anything else. Lambda's own lines stand in the same log groups, and have no field `event`.
"""

_NAMED: Mapping[str, Kind] = {
    event.kind(field).name: event.kind(field)
    for event in EVENTS.values()
    for field in event.fields
    if event.kind(field).name
}
"""Kinds that have a name, those that come first in docs/audit.md first."""

_NOTE = {
    "title": "An event of Countersign's log",
    "description": "Made by `make docs` from shared/audit. Lines without the field `event` are Lambda's own.",
}


def page() -> str:
    """docs/audit.md."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield _HEAD
    for title, events in GROUPS.items():
        yield f"## {title}\n"
        yield "| event | fields | means | what to do |"
        yield "|---|---|---|---|"
        for name, event in events.items():
            fields = "; ".join(_field(event, field) for field in event.fields) or "none"
            yield f"| `{name}` | {fields} | {event.means} | {event.act} |"
        yield ""
    yield from _kinds()


def _field(event: Event, name: str) -> str:
    kind = event.kind(name)
    told = kind.name or ", ".join(f"`{word}`" for word in kind.words)
    sometimes = ", not always" if isinstance(event.fields[name], Sometimes) else ""
    counted = ", counted by it" if name == event.counted_by else ""
    return f"`{name}` ({told}{sometimes}{counted})"


def _kinds() -> Iterator[str]:
    yield "## What fields hold\n"
    yield "| kind | what it is | values |"
    yield "|---|---|---|"
    for kind in _NAMED.values():
        pattern = str(kind.schema.get("pattern", "")).replace("|", "\\|")
        values = ", ".join(f"`{word}`" for word in kind.words) or (f"`{pattern}`" if pattern else "")
        yield f"| {kind.name} | {kind.means} | {values} |"
    yield ""


def schema() -> str:
    """docs/audit.schema.json."""
    listed = [{"$ref": f"#/$defs/{name}"} for name in EVENTS]
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_NOTE,
        "oneOf": listed,
        "$defs": {
            **{name: _event(name, event) for name, event in EVENTS.items()},
            **{_slug(name): {"description": kind.means, **kind.schema} for name, kind in _NAMED.items()},
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _event(name: str, event: Event) -> Mapping[str, Any]:
    own = {"_aws": {"type": "object"}, "event": {"const": name}, "Events": {"const": 1}}
    return {
        "description": event.means,
        "type": "object",
        "properties": {**own, **{field: _value(event.kind(field)) for field in event.fields}},
        "required": [*own, *event.required],
        "additionalProperties": False,
    }


def _value(kind: Kind) -> Mapping[str, Any]:
    return {"$ref": f"#/$defs/{_slug(kind.name)}"} if kind.name else kind.schema


def _slug(name: str) -> str:
    """No event is called so: they are in small letters throughout."""
    return "".join(word.title() for word in name.split())
