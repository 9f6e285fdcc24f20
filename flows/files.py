"""Reading the files that people name: what cannot be read is told in one line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LARGEST_BYTES = 2_000_000
"""A flow holds 250 actions, and a module's content 256,000 characters; nothing larger is one."""
DEEPEST = 100
"""Levels of objects and lists. A view's data may go deep, and is handed on as it is."""
_LONGEST_SHOWN = 100


class UnreadableError(ValueError):
    """A file that holds no JSON, or none that is meant; the text names it."""


def read_json(file: Path) -> Any:
    """What the JSON file holds. Raises UnreadableError, also for JSON that not everybody reads alike."""
    text = read_text(file)
    try:
        content = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        json.dumps(content, ensure_ascii=False).encode()  # half of a character, by an escape, cannot be written again
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{file}: not JSON: {error}") from None
    if _depth(content) > DEEPEST:
        raise UnreadableError(f"{file}: nested too deep for a flow: more than {DEEPEST} levels")
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values under one name counts, each reader of JSON decides for itself."""
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise ValueError(f"the name {name[:_LONGEST_SHOWN]!r} stands twice in one object")
        content[name] = value
    return content


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _depth(content: Any) -> int:
    depth, level = 0, [content]
    while level and depth <= DEEPEST:
        depth += 1
        level = [inner for one in level for inner in _inside(one)]
    return depth


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def read_text(file: Path) -> str:
    """The file's text, a byte order mark left out. Raises UnreadableError."""
    try:
        if not file.is_file():
            raise UnreadableError(f"{file}: {'not a file' if file.exists() else 'there is no such file'}")
        if file.stat().st_size > LARGEST_BYTES:
            raise UnreadableError(f"{file}: too large for a flow: more than {LARGEST_BYTES:,} bytes")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError(f"{file}: not a text file in UTF-8") from None
    except OSError as error:
        raise UnreadableError(f"{file}: cannot be read: {error.strerror}") from None
