"""How far to the right each block and each point of a line stands, the order in each layer being given.

After Brandes and Koepf, "Fast and simple horizontal coordinate assignment" (2002): each is set under the middle of what
leads to it, so that lines through several layers are straight. That is done from above and from below, leaning left and
leaning right, and of the four places the two in the middle are averaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from local.flowtool.picture.layers import Layers

Order = Sequence[Sequence[str]]
Neighbours = Mapping[str, Sequence[str]]


def places(layers: Layers, widths: Mapping[str, float], gap: float) -> dict[str, float]:
    """The middle of each. `widths` are those of blocks and labels; any other point has the width of a line."""
    above, below = _neighbours(layers)
    crossed = _crossed(layers, below)
    found = []
    for order, neighbours in ((layers.order, above), (layers.order[::-1], below)):
        found.append(_leaning(order, neighbours, crossed, widths, gap))
        mirrored = _leaning([layer[::-1] for layer in order], neighbours, crossed, widths, gap)
        found.append({name: -x for name, x in mirrored.items()})
    narrowest = min(found, key=lambda at: max(at.values()) - min(at.values()))
    for number, at in enumerate(found):
        end = max if number % 2 else min
        shift = end(narrowest.values()) - end(at.values())
        found[number] = {name: x + shift for name, x in at.items()}
    middle = {name: sum(sorted(at[name] for at in found)[1:3]) / 2 for name in narrowest}
    left = min(middle[name] - widths.get(name, 0.0) / 2 for name in middle)
    return {name: x - left for name, x in middle.items()}


def _neighbours(layers: Layers) -> tuple[Neighbours, Neighbours]:
    """Above and below each, from the left."""
    above: dict[str, list[str]] = {name: [] for layer in layers.order for name in layer}
    below: dict[str, list[str]] = {name: [] for layer in layers.order for name in layer}
    for strand in layers.strands:
        for upper, lower in pairwise(strand.stops):
            below[upper].append(lower)
            above[lower].append(upper)
    at = _at(layers.order)
    for beside in (above, below):
        for names in beside.values():
            names.sort(key=at.__getitem__)
    return above, below


def _at(order: Order) -> dict[str, int]:
    return {name: number for layer in order for number, name in enumerate(layer)}


def _crossed(layers: Layers, below: Neighbours) -> set[tuple[str, str]]:
    """Ends of lines that cross the middle of a longer line, which is the one that is to be straight."""
    inner = {point for strand in layers.strands for point in strand.stops[1:-1]}
    at = _at(layers.order)
    crossed: set[tuple[str, str]] = set()
    for layer in layers.order:
        ways = [(upper, lower) for upper in layer for lower in below[upper]]
        long = [(at[upper], at[lower]) for upper, lower in ways if upper in inner and lower in inner]
        for upper, lower in ways:
            is_long = upper in inner and lower in inner
            if not is_long and any((x - at[upper]) * (y - at[lower]) < 0 for x, y in long):
                crossed |= {(upper, lower), (lower, upper)}
    return crossed


def _leaning(
    order: Order, neighbours: Neighbours, crossed: set[tuple[str, str]], widths: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Everything as far to the left as what stands there lets it, but what is in line stays in line."""
    head = _in_line(order, neighbours, crossed)
    before: dict[str, dict[str, float]] = {one: {} for one in head.values()}
    after: dict[str, dict[str, float]] = {one: {} for one in head.values()}
    for layer in order:
        for left, right in pairwise(layer):
            room = (widths.get(left, 0.0) + widths.get(right, 0.0)) / 2 + gap
            here, there = head[left], head[right]
            before[there][here] = max(room, before[there].get(here, 0.0))
            after[here][there] = before[there][here]
    x: dict[str, float] = {}
    ready = _sorted(before, after)
    for one in ready:
        x[one] = max((x[left] + room for left, room in before[one].items()), default=0.0)
    for one in reversed(ready):
        if after[one]:
            x[one] = max(x[one], min(x[right] - room for right, room in after[one].items()))
    return {name: x[one] for name, one in head.items()}


def _in_line(order: Order, neighbours: Neighbours, crossed: set[tuple[str, str]]) -> dict[str, str]:
    """The first of those that stand in one line with each."""
    head = {name: name for layer in order for name in layer}
    taken: set[str] = set()
    at = _at(order)
    for layer in order:
        last = -1
        for name in layer:
            beside = sorted(neighbours[name], key=at.__getitem__)
            for middle in sorted({(len(beside) - 1) // 2, len(beside) // 2}) if beside else ():
                other = beside[middle]
                if other in taken or (other, name) in crossed or at[other] <= last:
                    continue
                head[name], last = head[other], at[other]
                taken.add(other)
                break
    return head


def _sorted(before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Each after all that must stand to its left."""
    waiting = {one: len(left) for one, left in before.items()}
    ready = [one for one, count in waiting.items() if count == 0]
    for one in ready:
        for right in after[one]:
            waiting[right] -= 1
            if waiting[right] == 0:
                ready.append(right)
    return ready
