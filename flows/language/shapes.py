"""The shapes that parameters take, each able to say what is wrong with a value in the service's own words.

Every scalar in a flow is a string, numbers and booleans too. Empty strings are refused everywhere; that is one rule for
the whole action (`flows.rules.actions`), so the shapes pass over them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flows.references import is_reference, names_a_value


class Shape(Protocol):
    """What a parameter may be."""

    def problems(self, value: object, path: str) -> Iterator[str]:
        """The service's messages about `value`, which stands at `path` (`Actions[3].Parameters.Text`)."""
        ...


def _bad_value(path: str) -> str:
    return f"Invalid Action property value. Path: {path}"


@dataclass(frozen=True)
class Text:
    """Any text of at most `longest` characters, references inside it included."""

    longest: int = 256_000

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str) or len(value) > self.longest:
            yield _bad_value(path)


@dataclass(frozen=True)
class Reference:
    """Exactly one identifier that names a value: no literal, and no bare `$.External`."""

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str) or (value and not names_a_value(value)):
            yield _bad_value(path)


@dataclass(frozen=True)
class Pattern:
    """A reference, or text that the regular expression matches whole."""

    expression: str

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str) or not (
            value == "" or is_reference(value) or re.fullmatch(self.expression, value)
        ):
            yield _bad_value(path)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: frozenset[str]

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str) or (value and value not in self.words):
            yield _bad_value(path)


def choice(*words: str) -> Choice:
    return Choice(frozenset(words))


BOOLEAN = choice("True", "False", "true", "false", "TRUE", "FALSE")


@dataclass(frozen=True)
class Whole:
    """A whole number written as text, within bounds, or a reference to one."""

    least: int
    most: int

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _bad_value(path)
        elif value and not is_reference(value):
            number = int(value) if re.fullmatch(r"[0-9]{1,9}", value) else -1
            if not self.least <= number <= self.most:
                yield _bad_value(path)


@dataclass(frozen=True)
class MapOf:
    """An object whose keys the author chooses."""

    values: Shape

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield _bad_value(path)
            return
        for name, item in value.items():
            yield from self.values.problems(item, f"{path}.{name}")


@dataclass(frozen=True)
class ListOf:
    """A list of things of one shape."""

    items: Shape

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _bad_value(path)
            return
        for number, item in enumerate(value):
            yield from self.items.problems(item, f"{path}[{number}]")


@dataclass(frozen=True)
class Anything:
    """Whatever JSON can hold: what goes into a module, and what comes out of it."""

    def problems(self, value: object, path: str) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True)
class Record:
    """An object with known keys: some must be there, exactly one of each group in `one_of`, no others."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    one_of: tuple[frozenset[str], ...] = ()

    def problems(self, value: object, path: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield _bad_value(path)
            return
        known = {**self.required, **self.optional}
        for name in self.required:
            if name not in value:
                yield f"Action is missing required property. Path: {path}.{name}"
        for name, item in value.items():
            if name in known:
                yield from known[name].problems(item, f"{path}.{name}")
            else:
                yield f"Invalid Action property name. Path: {path}.{name}"
        yield from self._alternatives(value, path)

    def _alternatives(self, value: Mapping[str, object], path: str) -> Iterator[str]:
        for group in self.one_of:
            given = sorted(group & value.keys())
            if not given:
                yield f"Action is missing required property. Path: {path}.{' or '.join(sorted(group))}"
            for name in given[1:]:
                yield f"Invalid Action property name. Path: {path}.{name}"


@dataclass(frozen=True)
class Forms:
    """One of several records; `form` tells from the object itself which."""

    form: Callable[[Mapping[str, object]], Record]

    def problems(self, value: object, path: str) -> Iterator[str]:
        if isinstance(value, Mapping):
            yield from self.form(value).problems(value, path)
        else:
            yield _bad_value(path)


@dataclass(frozen=True)
class OneOf:
    """An object with exactly one of the known keys."""

    entries: Mapping[str, Shape]

    def problems(self, value: object, path: str) -> Iterator[str]:
        if isinstance(value, Mapping) and len(value) != 1:
            yield _bad_value(path)
        else:
            yield from Record(optional=self.entries).problems(value, path)
