"""Figures as a person reads them, and as JSON keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Effort:
    """How much is measured, and with which packages (as `make package` leaves them)."""

    rounds: int
    starts: int
    packages: Path


@dataclass(frozen=True)
class Row:
    """`value` is a median where there is a spread (`low` to `high`, the middle half), else simply so.

    `ratio` is to the table's yardstick, `target` what it should be.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    ratio: float | None = None
    target: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of one `unit`."""

    title: str
    unit: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        head = ("", self.unit, "middle half", "ratio", "target")
        lines = [head, *(_cells(row) for row in self.rows)]
        widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
        return "\n".join([self.title, *(_line(line, widths) for line in lines), *self.notes])


def _cells(row: Row) -> tuple[str, ...]:
    spread = "" if row.low is None or row.high is None else f"{row.low:,.3f} .. {row.high:,.3f}"
    return row.name, f"{row.value:,.3f}", spread, "" if row.ratio is None else f"{row.ratio:.2f}", row.target


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if at == 0 else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join((f"  {first}", *others)).rstrip()
