"""Holds lines of the log against docs/audit.schema.json, as a SIEM would, with what the file uses of JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "docs" / "audit.schema.json"
_UNDERSTOOD = {"$ref", "const", "description", "enum", "maxLength", "pattern", "type"}
_UNDERSTOOD |= {"additionalProperties", "properties", "required"}
_TYPES: Mapping[str, type] = {"object": dict, "string": str, "integer": int}


class UnknownEvent(Exception):
    """Names the event, and the fields that do not fit; never what they hold."""


def check(lines: list[str]) -> None:
    """Raises UnknownEvent."""
    if found := {misfit for line in lines for misfit in misfits(line)}:
        raise UnknownEvent("; ".join(sorted(found)))


def misfits(line: str) -> list[str]:
    """What of one line is not as the schema says; nothing for a line that is none of the product's."""
    try:
        event = json.loads(line)
    except ValueError:
        return []
    if not isinstance(event, dict) or "event" not in event:
        return []
    schema = definitions().get(str(event["event"]))
    return [f"{event['event']}: not in the schema"] if schema is None else list(_misfits(schema, event, event["event"]))


@cache
def definitions() -> Mapping[str, Mapping[str, Any]]:
    schemas: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["$defs"]
    for name, schema in schemas.items():
        assert schema.keys() <= _UNDERSTOOD, name
    return schemas


def _misfits(schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = definitions()[schema["$ref"].rpartition("/")[2]]
    if not _fits(schema, value):
        yield where
    elif isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        yield from (f"{where}: no {name}" for name in schema["required"] if name not in value)
        yield from (f"{where}: {name} is not in the schema" for name in value if name not in known)
        for name in known.keys() & value.keys():
            yield from _misfits(known[name], value[name], f"{where}: {name}")


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
        return False
    if "type" in schema and not isinstance(value, _TYPES[schema["type"]]):
        return False
    if not isinstance(value, str):
        return True
    return len(value) <= schema.get("maxLength", len(value)) and re.search(schema.get("pattern", ""), value) is not None
