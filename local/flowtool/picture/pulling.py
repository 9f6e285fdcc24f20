"""Draws a layout together: what is connected is pulled towards each other as far as the order in each layer allows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from local.flowtool.picture.layers import Layers

_ROUNDS = 120


@dataclass
class _Unit:
    """A block, or a stretch of a line that stays straight. `pulls` are other units, with how strongly they pull."""

    names: list[str]
    x: float
    pulls: list[tuple[_Unit, float]] = field(default_factory=list)


def drawn_together(
    places: Mapping[str, float], layers: Layers, strengths: Sequence[float], widths: Mapping[str, float], gap: float
) -> dict[str, float]:
    """New places, from those of a layout without overlaps. `strengths` are those of the strands."""
    unit_of = _units(places, layers)
    for strand, strength in zip(layers.strands, strengths, strict=True):
        for upper, lower in pairwise(strand.stops):
            one, other = unit_of[upper], unit_of[lower]
            if one is not other:
                one.pulls.append((other, strength))
                other.pulls.append((one, strength))
    room = _room(layers, widths, gap)
    units = list({id(unit): unit for unit in unit_of.values()}.values())
    for number in range(_ROUNDS):
        for unit in sorted(units, key=lambda one: one.x, reverse=number % 2 == 0):
            _move(unit, unit_of, room)
    left = min(unit.x - widths.get(name, 0.0) / 2 for name, unit in unit_of.items())
    return {name: unit.x - left for name, unit in unit_of.items()}


def _units(places: Mapping[str, float], layers: Layers) -> dict[str, _Unit]:
    """Straight stretches stay so: those of a line, and those of blocks that only lead to each other."""
    unit_of = {name: _Unit([name], x) for name, x in places.items()}
    forward = [strand for strand in layers.strands if not strand.backward]
    leaving = Counter(strand.stops[0] for strand in forward)
    entering = Counter(strand.stops[-1] for strand in forward)
    for strand in layers.strands:
        alone = not strand.backward and leaving[strand.stops[0]] == entering[strand.stops[-1]] == 1
        stops = strand.stops if alone else strand.stops[1:-1]
        for upper, lower in pairwise(stops):
            one, other = unit_of[upper], unit_of[lower]
            if one is not other and abs(places[upper] - places[lower]) < 0.01:
                one.names += other.names
                unit_of |= dict.fromkeys(other.names, one)
    return unit_of


Beside = Mapping[str, tuple[str, float]]


def _room(layers: Layers, widths: Mapping[str, float], gap: float) -> tuple[Beside, Beside]:
    """What stands to the left and to the right of each, and how far away it must stay."""
    left: dict[str, tuple[str, float]] = {}
    right: dict[str, tuple[str, float]] = {}
    for layer in layers.order:
        for one, other in pairwise(layer):
            apart = (widths.get(one, 0.0) + widths.get(other, 0.0)) / 2 + gap
            right[one], left[other] = (other, apart), (one, apart)
    return left, right


def _move(unit: _Unit, unit_of: Mapping[str, _Unit], room: tuple[Beside, Beside]) -> None:
    weight = sum(strength for _, strength in unit.pulls)
    if not weight:
        return
    wanted = sum(other.x * strength for other, strength in unit.pulls) / weight
    left, right = room
    least = max((unit_of[left[name][0]].x + left[name][1] for name in unit.names if name in left), default=-math.inf)
    most = min((unit_of[right[name][0]].x - right[name][1] for name in unit.names if name in right), default=math.inf)
    if least <= most:
        unit.x = min(max(wanted, least), most)
