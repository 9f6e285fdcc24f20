"""The two apps, loaded in this process as Lambda would load them: their own module, their own environment.

Only the clock is handed in. Everything else they find where they find it in production: in the environment.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from local.clock import VirtualClock

Json = dict[str, Any]

_ROOT = Path(__file__).resolve().parents[1]
_serial = itertools.count()
_one_at_a_time = threading.RLock()


def load(app: str, parts: str, environment: Mapping[str, str], clock: VirtualClock) -> ModuleType:
    """The module `app`.app, new, with its `parts` function already run in `environment`, and preloaded if it can be."""
    module = new_module(app)
    with inside(environment):
        vars(module)["clock"] = clock
        made = vars(module)[parts]()
        if hasattr(made, "preload"):
            made.preload()
    return module


def new_module(app: str) -> ModuleType:
    """The module alone: what an app is, with nothing put together."""
    spec = importlib.util.spec_from_file_location(f"{app}_{next(_serial)}", _ROOT / app / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{app}/app.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Instances:
    """A function's instances: each takes one event at a time, as Lambda has it, and there are as many as are needed."""

    def __init__(self, new: Callable[[], Callable[[Json], object]]) -> None:
        self._new = new
        self._idle: list[Callable[[Json], object]] = []
        self._lock = threading.Lock()

    def invoke(self, event: Json) -> object:
        with self._lock:
            instance = self._idle.pop() if self._idle else self._new()
        try:
            return instance(event)
        finally:
            with self._lock:
                self._idle.append(instance)


@contextmanager
def inside(environment: Mapping[str, str]) -> Iterator[None]:
    """This process's environment is `environment` for a moment, and nothing else. Nobody may wait for time in there."""
    with _one_at_a_time:
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
