"""The Flow language as data: one small piece per action type, gathered in `ACTIONS`.

To add an action: write its `ActionType` in the module of its kind (or a new one named below). The checker then
knows it; the runner of the laptop contact centre needs its own piece to execute it.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.language import (
    behaviour,
    branching,
    calling_back,
    contact_data,
    endings,
    functions,
    hooks,
    keys,
    modules,
    other_services,
    routing,
    speech,
    transfers,
    views,
    waiting,
)
from flows.language.action_type import ActionType
from flows.language.beyond import BEYOND

_KINDS = (
    behaviour,
    branching,
    calling_back,
    contact_data,
    endings,
    functions,
    hooks,
    keys,
    modules,
    other_services,
    routing,
    speech,
    transfers,
    views,
    waiting,
)

ACTIONS: Mapping[str, ActionType] = {piece.name: piece for kind in _KINDS for piece in kind.ACTIONS}

__all__ = ["ACTIONS", "BEYOND", "ActionType"]
