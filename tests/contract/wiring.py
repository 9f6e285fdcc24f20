"""The apps as Lambda loads them, and a clock that moves only when told to."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from types import ModuleType

from chalicelib.clock import Clock
from local.clock import WallClock

BASE = "https://voice.example.org/api"
INSTANCE = "arn:aws:connect:eu-central-1:111122223333:instance/12345678-90ab-cdef-1234-567890abcdef"
NUMBER = "+46103333333"
_ROOT = Path(__file__).resolve().parents[2]
_serial = itertools.count()


class SteppingClock(WallClock):
    """Sleeping takes no time and moves the clock."""

    def __init__(self, at: float = 2_222_222_222.0) -> None:
        self.at = at
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def load(app: str, clock: Clock) -> ModuleType:
    """The module `app`.app, new, in this process's environment; its parts are put together by its first call."""
    spec = importlib.util.spec_from_file_location(f"contract_{app}_{next(_serial)}", _ROOT / app / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module)["clock"] = clock
    return module
