"""What the checker says about a flow: one line for each thing found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """`ERROR`: the service refuses the flow, or it lets callers in unproved.

    `WARNING`: a caller would regret it, or no call is played through it here.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """`action` is the identifier of the block concerned; None when the whole document is."""

    severity: Severity
    message: str
    action: str | None = None

    def __str__(self) -> str:
        where = f" [{self.action}]" if self.action else ""
        return f"{self.severity.value}: {self.message}{where}"
