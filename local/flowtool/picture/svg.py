"""The picture itself, as SVG text: the same bytes each time for the same flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from flows.document import Flow
from local.flowtool.picture.chart import NOWHERE, START, Block, Chart, Line, chart
from local.flowtool.picture.kinds import KINDS, kind_of
from local.flowtool.picture.layers import Layers, Strand, layered
from local.flowtool.picture.places import places
from local.flowtool.picture.pulling import drawn_together
from local.flowtool.picture.words import ERROR, NOTE, TITLE, TYPE, Face, fitted, width

_MARGIN = 24.0
_GAP = 16.0
_BETWEEN_LAYERS = 34.0
_PADDING = 12.0
_WIDEST_TEXT = 220.0
_NARROWEST = 96.0
_LABEL_LINE = 14.0

_LINES = {"w": "#454b54", "e": "#a3232b"}
"""The colours of ways, and of errors."""
_STYLE = """\
text{font-family:Helvetica,Arial,"Liberation Sans",sans-serif;fill:#1c1f23;text-anchor:middle}
.t{font-size:13px;font-weight:bold}.y{font-size:11px;fill:#454b54}.n{font-size:11px}.n.e{fill:#a3232b}
.l{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}.l.e{fill:#a3232b}
path.w,path.e{fill:none;stroke:#454b54;stroke-width:1.3}path.e{stroke:#a3232b;stroke-dasharray:5 3}
.k{text-anchor:start}"""


@dataclass(frozen=True)
class _Card:
    """A block as it is drawn: its words, and the room that it takes."""

    block: Block
    words: tuple[tuple[Face, str], ...]

    @property
    def width(self) -> float:
        widest = max(width(text, face) for face, text in self.words)
        return max(_NARROWEST, round(widest + 2 * _PADDING, 1))

    @property
    def height(self) -> float:
        return sum(face.line for face, _ in self.words) + _PADDING


def svg(flow: Flow, name: str = "") -> str:
    """The picture. Its title is the flow's own, else `name`; its description says in words what it shows."""
    drawn = chart(flow, flow.name or name or "flow")
    layers = layered([block.key for block in drawn.blocks], [(line.source, line.target) for line in drawn.lines])
    return "\n".join(_Picture(drawn, layers).text()) + "\n"


class _Picture:
    """Everything in its place."""

    def __init__(self, drawn: Chart, layers: Layers) -> None:
        self._chart, self._layers = drawn, layers
        self._cards = {block.key: _card(block) for block in drawn.blocks}
        self._labels = {strand.label: line for line, strand in zip(drawn.lines, layers.strands, strict=True)}
        widths = {key: card.width for key, card in self._cards.items()}
        widths |= {point: _label_width(line) for point, line in self._labels.items() if line.label}
        strengths = [_strength(line, strand) for line, strand in zip(drawn.lines, layers.strands, strict=True)]
        at = drawn_together(places(layers, widths, _GAP), layers, strengths, widths, _GAP)
        self._x = {name: x + _MARGIN for name, x in at.items()}
        self._right = max(x + widths.get(name, 0.0) / 2 for name, x in self._x.items())
        self._top, self._bottom, self._end = self._heights()

    def _heights(self) -> tuple[dict[str, float], dict[str, float], float]:
        """Where the layer of each begins and ends, and where the last does."""
        top: dict[str, float] = {}
        bottom: dict[str, float] = {}
        y = _MARGIN
        for layer in self._layers.order:
            height = max(self._height(name) for name in layer)
            top |= dict.fromkeys(layer, y)
            bottom |= dict.fromkeys(layer, y + height)
            y += height + (_BETWEEN_LAYERS if any(name in self._cards for name in layer) else _BETWEEN_LAYERS / 2)
        return top, bottom, y

    def _height(self, name: str) -> float:
        if name in self._cards:
            return self._cards[name].height
        return len(self._labels[name].label) * _LABEL_LINE if name in self._labels else 0.0

    def text(self) -> Iterator[str]:
        legend = list(self._legend())
        wide = max(self._right + _MARGIN, 560.0)
        high = self._end + 22.0 * (len(legend) and 2) + _MARGIN
        size = f"{wide:.0f} {high:.0f}"
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{wide:.0f}" height="{high:.0f}" '
            'role="img" aria-labelledby="title description">'
        )
        yield f'<title id="title">{_safe(self._chart.title)}</title>'
        yield f'<desc id="description">{_safe(" ".join(_told(self._chart)))}</desc>'
        yield f"<style>{_STYLE}</style>"
        yield from (_head(kind, colour) for kind, colour in _LINES.items())
        yield f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#fff"/>'
        for line, strand in zip(self._chart.lines, self._layers.strands, strict=True):
            yield self._line(line, strand)
        for card in self._cards.values():
            yield from self._block(card)
        for point, line in self._labels.items():
            yield from self._label(point, line)
        yield from legend
        yield "</svg>"

    def _line(self, line: Line, strand: Strand) -> str:
        """Curved between layers, straight down through those that it only passes."""
        points = list(self._points(strand))
        if strand.backward:
            points.reverse()
        (x, y), *rest = points
        path = [f"M{x:.1f} {y:.1f}"]
        for to_x, to_y in rest:
            middle = (y + to_y) / 2
            straight = abs(to_x - x) < 0.05
            path.append(
                f"V{to_y:.1f}" if straight else f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
            )
            x, y = to_x, to_y
        kind = "e" if line.is_error else "w"
        told = f"{_name(line.source)} to {_name(line.target)}: {', '.join(line.branches)}"
        return f'<path class="{kind}" d="{"".join(path)}" marker-end="url(#{kind})"><title>{_safe(told)}</title></path>'

    def _points(self, strand: Strand) -> Iterator[tuple[float, float]]:
        first, *inner, last = strand.stops
        yield self._port(first, strand, below=True), self._top[first] + self._cards[first].height
        if self._top[first] + self._cards[first].height < self._bottom[first]:
            yield self._port(first, strand, below=True), self._bottom[first]
        for point in inner:
            yield self._x[point], self._top[point]
            if self._bottom[point] > self._top[point]:
                yield self._x[point], self._bottom[point]
        yield self._port(last, strand, below=False), self._top[last]

    def _port(self, block: str, strand: Strand, *, below: bool) -> float:
        """Lines that meet at one side of a block keep apart there, in the order in which they come."""
        own, next_to = (0, 1) if below else (-1, -2)
        sharing = [one for one in self._layers.strands if one.stops[own] == block]
        sharing.sort(key=lambda one: self._x[one.stops[next_to]])
        room = min(self._cards[block].width - 24.0, 16.0 * (len(sharing) - 1))
        step = room / (len(sharing) - 1) if len(sharing) > 1 else 0.0
        return self._x[block] - room / 2 + step * sharing.index(strand)

    def _block(self, card: _Card) -> Iterator[str]:
        key, block = card.block.key, card.block
        left, top = self._x[key] - card.width / 2, self._top[key]
        fill, border, _ = KINDS[kind_of(block.type)]
        around = card.height / 2 if key in (START, NOWHERE) else 5
        yield f"<g><title>{_safe(f'{_name(key)}: {block.type}' if block.type else 'start')}</title>"
        yield (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{card.width:.1f}" height="{card.height:.1f}" rx="{around:g}" '
            f'fill="{fill}" stroke="{border}"/>'
        )
        y = top + _PADDING / 2
        for face, text in card.words:
            y += face.line
            yield f'<text class="{face.name}" x="{self._x[key]:.1f}" y="{y - 4:.1f}">{_safe(text)}</text>'
        yield "</g>"

    def _label(self, point: str, line: Line) -> Iterator[str]:
        kind = "l e" if line.is_error else "l"
        for number, text in enumerate(line.label, start=1):
            y = self._top[point] + number * _LABEL_LINE - 3
            yield f'<text class="{kind}" x="{self._x[point]:.1f}" y="{y:.1f}">{_safe(fitted(text, NOTE, 140.0))}</text>'

    def _legend(self) -> Iterator[str]:
        used = {kind_of(card.block.type) for card in self._cards.values() if card.block.type}
        x, y = _MARGIN, self._end + 8.0
        for kind, (fill, border, meaning) in KINDS.items():
            if kind in used:
                room = 30.0 + width(meaning, NOTE)
                if x + room > max(self._right, 560.0 - _MARGIN):
                    x, y = _MARGIN, y + 20.0
                yield (
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="14" height="12" rx="3" fill="{fill}" stroke="{border}"/>'
                    f'<text class="y k" x="{x + 20:.1f}" y="{y + 10:.1f}">{meaning}</text>'
                )
                x += room


def _head(kind: str, colour: str) -> str:
    return (
        f'<marker id="{kind}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 .8 8 4 0 7.2z" fill="{colour}"/></marker>'
    )


def _card(block: Block) -> _Card:
    notes = ((ERROR if note.is_error else NOTE, note.text) for note in block.notes)
    words = [(TITLE, block.title), (TYPE, block.type), *notes]
    return _Card(block, tuple((face, fitted(text, face, _WIDEST_TEXT)) for face, text in words if text))


def _strength(line: Line, strand: Strand) -> float:
    """How much a line pulls at its ends: the next block most, what leads back or goes wrong hardly."""
    if strand.backward or line.is_error:
        return 0.1
    return 1.0 if line.label else 3.0


def _label_width(line: Line) -> float:
    return max(width(fitted(text, NOTE, 140.0), NOTE) for text in line.label) + 4.0


def _told(drawn: Chart) -> Iterator[str]:
    """The picture in words: where each block leads."""
    yield f"A flow of {len(drawn.blocks) - 1} blocks."
    ways: dict[str, list[str]] = {}
    for line in drawn.lines:
        ways.setdefault(line.source, []).append(f"{', '.join(line.branches)} to {_name(line.target)}")
    for block in drawn.blocks:
        told = (*ways.get(block.key, ()), *(note.text for note in block.notes))
        yield f"{_name(block.key)}{f' ({block.type})' if block.type else ''}: {'; '.join(told) or 'ends'}."


def _name(key: str) -> str:
    return {START: "Start", NOWHERE: "nowhere"}.get(key, key)


def _safe(text: str) -> str:
    """Without what XML cannot hold."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
