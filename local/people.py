"""People who call: they speak with the voices in `local.callers`, press keys when told to, and sometimes hang up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import callers
from local.telephone import Asked, HangUp, Press, Reaction, Say, Stay

AGREES: Mapping[str, str] = {"press 1": "1", "Tryck 1": "1", "toets dan 1": "1", "Toets 1": "1"}


@dataclass
class Caller:
    """A person with a list of things to say, in order, one for each time that they are asked to speak.

    `presses` are keys for when words are heard; `hangs_up_at` are words that make them leave, the nth time they are
    heard. Nothing left to say is silence. `typed` is what they have pressed.
    """

    says: list[Path]
    presses: Mapping[str, str] = field(default_factory=lambda: AGREES)
    hangs_up_at: str = ""
    patience: int = 1
    heard: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        self.heard.append(heard)
        if self.hangs_up_at and self.hangs_up_at in heard:
            self.patience -= 1
            if self.patience == 0:
                return HangUp()
        if asked is Asked.VOICE and self.says:
            return Say(self.says.pop(0))
        keys = next((keys for words, keys in self.presses.items() if words in heard), "")
        return _press(keys, self.typed) if asked is Asked.KEYS and keys else Stay()


@dataclass
class Typist:
    """A person with keys to press, one run of them for each time that they are asked for keys; then they do nothing.

    `typed` is what they have pressed.
    """

    types: list[str]
    heard: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        self.heard.append(heard)
        return _press(self.types.pop(0), self.typed) if asked is Asked.KEYS and self.types else Stay()


def _press(keys: str, typed: list[str]) -> Press:
    typed.append(keys)
    return Press(keys)


@dataclass
class AppUser:
    """A person with the BankID app in their other hand: they type, press and leave when they hear certain words.

    `presses` are runs of keys by words, one for each time that those are heard and keys are asked for; then they do
    nothing. `hangs_up_at` are words that make them leave. `typed` is what they have pressed.
    """

    presses: Mapping[str, list[str]]
    hangs_up_at: str = ""
    heard: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def reacts(self, heard: str, asked: Asked) -> Reaction:
        self.heard.append(heard)
        if self.hangs_up_at and self.hangs_up_at in heard:
            return HangUp()
        waiting = next((keys for words, keys in self.presses.items() if words in heard and keys), None)
        if asked is not Asked.KEYS or waiting is None:
            return Stay()
        self.typed.append(waiting.pop(0))
        return Press(self.typed[-1])


Anybody = Caller | Typist | AppUser
"""People who remember what they typed, so that it can be looked for where it should not be."""


def voice(name: str, takes: Iterable[int]) -> list[Path]:
    """That caller's takes of the phrase, by number from 1."""
    recordings = callers.takes(name)
    return [recordings[take - 1] for take in takes]
