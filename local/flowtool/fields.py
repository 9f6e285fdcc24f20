"""Reading the tables of a script: each field once, with words for what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")


class ScriptError(ValueError):
    """A script that cannot be followed; the message says where."""


class Fields:
    """A table whose fields are taken one by one; `done` refuses what nobody asked for. Raises ScriptError."""

    def __init__(self, table: object, where: str) -> None:
        if not isinstance(table, Mapping):
            raise ScriptError(f"{where} must be a table")
        self._left: dict[str, Any] = dict(table)
        self._where = where

    def text(self, name: str, default: str | None = None) -> str:
        return str(self._take(name, str, "text", default))

    def number(self, name: str, default: float | None = None) -> float:
        return float(self._take(name, (int, float), "a number", default))

    def flag(self, name: str) -> bool:
        return bool(self._take(name, bool, "true or false", False))

    def word(self, name: str, words: Mapping[str, Value], default: str | None = None) -> Value:
        """What the word stands for."""
        return word(self.text(name, default), words, self.at(name))

    def items(self, name: str) -> list[Any]:
        return list(self._take(name, list, "a list", []))

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(checked(item, str, "text", self.at(name)) for item in self.items(name))

    def numbers(self, name: str) -> tuple[float, ...]:
        return tuple(float(checked(item, (int, float), "a number", self.at(name))) for item in self.items(name))

    def table(self, name: str) -> dict[str, Any]:
        return dict(self._take(name, dict, "a table", {}))

    def tables(self, name: str) -> list[Fields]:
        return [Fields(item, f"{self.at(name)}[{number}]") for number, item in enumerate(self.items(name))]

    def any(self, name: str) -> object:
        return self._left.pop(name)

    def has(self, name: str) -> bool:
        return name in self._left

    def at(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def done(self) -> None:
        for name in self._left:
            raise ScriptError(f"{self.at(name)} is not known here")

    def _take(self, name: str, kind: Any, told: str, default: Any) -> Any:
        value = self._left.pop(name, default)
        if value is None:
            raise ScriptError(f"{self.at(name)} is missing")
        return checked(value, kind, told, self.at(name))


def checked(value: Any, kind: Any, told: str, where: str) -> Any:
    """`value`, if it is of the kind; true and false are no numbers. Raises ScriptError."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ScriptError(f"{where} must be {told}")
    return value


def word(given: object, words: Mapping[str, Value], where: str) -> Value:
    """What the word stands for. Raises ScriptError, which lists the words."""
    if given not in words:
        raise ScriptError(f"{where} must be one of: {', '.join(words)}")
    return words[str(given)]
