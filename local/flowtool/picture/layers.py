"""In which layer each block stands, and in which order within it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 24
Pair = tuple[str, str]


@dataclass(frozen=True)
class Strand:
    """A line on its way down: `stops` are its ends and a point in each layer in between.

    `backward`: the line leads up, from the last stop to the first. Its label stands at `label`, beside the block that
    it comes from.
    """

    stops: tuple[str, ...]
    backward: bool

    @property
    def label(self) -> str:
        return self.stops[-2] if self.backward else self.stops[1]


@dataclass(frozen=True)
class Layers:
    """`order` has the blocks and points of each layer, from the left; there is a strand for each line."""

    order: tuple[tuple[str, ...], ...]
    strands: tuple[Strand, ...]


def layered(blocks: Sequence[str], lines: Sequence[Pair]) -> Layers:
    """Every line spans two layers or more, so that its label has one to stand in. The first block is the start."""
    backward = _backward(blocks, lines)
    downward = [(target, source) if way in backward else (source, target) for way in lines for source, target in [way]]
    depth = _depths(blocks, downward)
    strands = [
        Strand((above, *(f"\0{number}.{at}" for at in range(depth[above] + 1, depth[below])), below), line in backward)
        for number, (line, (above, below)) in enumerate(zip(lines, downward, strict=True))
    ]
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for block in blocks:
        layers[depth[block]].append(block)
    for strand in strands:
        for at, point in enumerate(strand.stops[1:-1], start=depth[strand.stops[0]] + 1):
            layers[at].append(point)
    return Layers(_ordered(layers, strands), tuple(strands))


def _backward(blocks: Sequence[str], lines: Sequence[Pair]) -> frozenset[Pair]:
    """The lines that lead back to a block on the way to their own, found by going depth first."""
    ways: dict[str, list[str]] = {block: [] for block in blocks}
    for source, target in lines:
        ways[source].append(target)
    found: set[Pair] = set()
    done: set[str] = set()
    for first in blocks:
        on_the_way: dict[str, Iterator[str]] = {} if first in done else {first: iter(ways[first])}
        while on_the_way:
            block, left = next(reversed(on_the_way.items()))
            following = next(left, None)
            if following is None:
                done.add(block)
                del on_the_way[block]
            elif following in on_the_way:
                found.add((block, following))
            elif following not in done:
                on_the_way[following] = iter(ways[following])
    return frozenset(found)


def _depths(blocks: Sequence[str], downward: Sequence[Pair]) -> Mapping[str, int]:
    """As high as each can stand below everything that leads to it."""
    waiting = dict.fromkeys(blocks, 0)
    below: dict[str, list[str]] = {block: [] for block in blocks}
    for source, target in downward:
        below[source].append(target)
        waiting[target] += 1
    depth = dict.fromkeys(blocks, 0)
    ready = [block for block in blocks if waiting[block] == 0]
    for block in ready:
        for target in below[block]:
            depth[target] = max(depth[target], depth[block] + 2)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return depth


def _ordered(layers: list[list[str]], strands: Sequence[Strand]) -> tuple[tuple[str, ...], ...]:
    """Each sweep sets every layer by the middle of its neighbours in the one before; the best of all sweeps is kept."""
    above: dict[str, list[str]] = {name: [] for layer in layers for name in layer}
    below: dict[str, list[str]] = {name: [] for layer in layers for name in layer}
    for strand in strands:
        for upper, lower in pairwise(strand.stops):
            below[upper].append(lower)
            above[lower].append(upper)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    for sweep in range(_SWEEPS):
        neighbours, way = (above, layers) if sweep % 2 == 0 else (below, layers[::-1])
        for fixed, moving in pairwise(way):
            _arrange(moving, fixed, neighbours)
        crossings = _crossings(layers, below)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return tuple(tuple(layer) for layer in best)


def _arrange(moving: list[str], fixed: Sequence[str], neighbours: Mapping[str, Sequence[str]]) -> None:
    place = {name: at for at, name in enumerate(fixed)}
    now = {name: at for at, name in enumerate(moving)}

    def wanted(name: str) -> float:
        places = sorted(place[one] for one in neighbours[name])
        return sum(places) / len(places) if places else now[name]

    moving.sort(key=wanted)


def _crossings(layers: Sequence[Sequence[str]], below: Mapping[str, Sequence[str]]) -> int:
    total = 0
    for upper, lower in pairwise(layers):
        place = {name: at for at, name in enumerate(lower)}
        ends = [end for name in upper for end in sorted(place[one] for one in below[name])]
        total += sum(1 for at, end in enumerate(ends) for later in ends[at + 1 :] if later < end)
    return total
