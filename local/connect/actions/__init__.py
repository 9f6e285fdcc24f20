"""How each type of action is executed: one small piece per type, gathered in `PIECES`.

To add an action: write its piece in the module of its kind (or a new one named below), and its type in
`flows.language`. What is beyond a call is said there, too, and refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping

from local.connect.actions import (
    behaviour,
    branching,
    calling_back,
    contact_data,
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
from local.connect.actions.piece import Piece

_KINDS = (
    behaviour,
    branching,
    calling_back,
    contact_data,
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

PIECES: Mapping[str, Piece] = {piece.type: piece for kind in _KINDS for piece in kind.PIECES}

__all__ = ["PIECES", "Piece"]
