"""Times of several things, taken in turns, so that whatever else the machine does falls on all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.bench.table import Row


@dataclass(frozen=True)
class Sample:
    """Times in milliseconds, one for each round."""

    times: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    def row(self, name: str, yardstick: Sample | None = None, target: str = "") -> Row:
        """With the median of the rounds' own ratios: both times of a round were taken under the same load."""
        low, _, high = statistics.quantiles(self.times, n=4) if len(self.times) > 1 else self.times * 3
        return Row(name, self.median, low, high, None if yardstick is None else self._ratio(yardstick), target)

    def _ratio(self, yardstick: Sample) -> float:
        return statistics.median(one / other for one, other in zip(self.times, yardstick.times, strict=True))


def interleaved(rounds: int, timed: Mapping[str, Callable[[], float]]) -> dict[str, Sample]:
    """Each of `timed`, which return milliseconds, once a round, every round beginning with another of them."""
    names = list(timed)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(timed[name]())
    return {name: Sample(tuple(times)) for name, times in taken.items()}
