"""Reading the files that people name: what cannot be read is told in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LARGEST_BYTES = 2_000_000
"""A flow holds 250 actions, and a module's content 256,000 characters; nothing larger is one."""


class UnreadableError(ValueError):
    """A file that holds no JSON, or none that is meant; the text names it."""


def read_json(file: Path) -> Any:
    """What the JSON file holds. Raises UnreadableError."""
    text = read_text(file)
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableError(f"{file}: not JSON: {error}") from None


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
