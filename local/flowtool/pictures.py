"""`python -m local.flowtool.pictures` draws docs/images/flows anew, a picture for each flow that ships."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows import templates
from flows.document import parse
from local.flowtool.picture.svg import svg

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images" / "flows"


def pictures() -> Iterator[tuple[Path, str]]:
    """Each file, and what is to be in it."""
    for name in templates.NAMES:
        yield FOLDER / f"{name}.svg", svg(parse(templates.load(name)), name)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, picture in pictures():
        file.write_text(picture, encoding="utf-8")
