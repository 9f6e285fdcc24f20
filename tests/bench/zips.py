"""How much a cold start has to carry."""

from __future__ import annotations

import zipfile

from shared.package import APPS, LARGEST_BYTES
from tests.bench.table import Effort, Row, Table


def table(effort: Effort) -> Table:
    """Each app's zip, as uploaded and as unpacked."""
    rows: list[Row] = []
    for app in APPS:
        file = effort.packages / f"{app}.zip"
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        rows += [
            Row(f"{app}.zip", file.stat().st_size / 1e6, target=f"<= {LARGEST_BYTES / 1e6:.0f}"),
            Row(f"{app}, unpacked", unpacked / 1e6),
        ]
    return Table("Zips", "MB", rows)
