"""XML, as little of it as BankID's signatures need, and its canonical form.

A reader that knows all of XML is what attacks on signatures live on: entities, comments that split a text, prefixes
that stand for the same name. None of that is in BankID's profile, so a document that has any of it is refused. What is
left has one canonical form, which is that of Canonical XML 1.0 (https://www.w3.org/TR/2001/REC-xml-c14n-20010315).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from chalicelib.errors import EvidenceFault, EvidenceRefused

LARGEST_BYTES = 64 * 1024
"""Four times what BankID's limits for the two data and four certificates add up to."""
DEEPEST = 16
MOST_ELEMENTS = 256

_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_IN_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"})
_DECLARATION = "xmlns"


@dataclass(slots=True)
class Element:
    """An element: names without prefixes, attributes without namespace declarations, content in its order."""

    name: str
    namespace: str
    attributes: dict[str, str]
    content: list[Element | str] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        return [part for part in self.content if isinstance(part, Element)]

    @property
    def text(self) -> str:
        return "".join(part for part in self.content if isinstance(part, str))


def read(raw: bytes) -> Element:
    """The root element of the document `raw`.

    Raises:
        EvidenceRefused: not well-formed XML 1.0 in UTF-8, larger or deeper than any signature of BankID's, or with
            markup that those never have.
    """
    if len(raw) > LARGEST_BYTES:
        raise EvidenceRefused(EvidenceFault.SIZE)
    # expat finds UTF-16 out by itself, whatever it is told.
    if not raw.startswith(b"<") or b"\0" in raw:
        raise EvidenceRefused(EvidenceFault.ENCODING)
    return _Reader().read(raw)


def canonical(element: Element) -> bytes:
    """The canonical form of `element` and all that is in it, as if cut out of its document."""
    written: list[str] = []
    _write(element, "", written)
    return "".join(written).encode()


def _write(element: Element, namespace: str, written: list[str]) -> None:
    """`namespace` is the one that was declared last around the element, in what is written."""
    written.append(f"<{element.name}")
    if element.namespace != namespace:
        written.append(f' {_DECLARATION}="{element.namespace.translate(_IN_ATTRIBUTE)}"')
    written += [f' {name}="{element.attributes[name].translate(_IN_ATTRIBUTE)}"' for name in sorted(element.attributes)]
    written.append(">")
    for part in element.content:
        if isinstance(part, str):
            written.append(part.translate(_IN_TEXT))
        else:
            _write(part, element.namespace, written)
    written.append(f"</{element.name}>")


class _Reader:
    """Builds the tree while expat reads. One document each."""

    def __init__(self) -> None:
        parser = self._parser = expat.ParserCreate("UTF-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.XmlDeclHandler = _declared
        parser.StartDoctypeDeclHandler = _forbidden
        parser.EntityDeclHandler = _forbidden
        parser.CommentHandler = _forbidden
        parser.ProcessingInstructionHandler = _forbidden
        parser.StartCdataSectionHandler = _forbidden
        self._open: list[Element] = []
        self._count = 0
        self._root: Element | None = None

    def read(self, raw: bytes) -> Element:
        try:
            self._parser.Parse(raw, True)
        except expat.ExpatError:
            raise EvidenceRefused(EvidenceFault.NOT_XML) from None
        finally:
            # Handlers and parser hold one another: nobody should have to wait for the collector.
            del self._parser
        assert self._root is not None, "expat has read a document to its end"
        return self._root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise EvidenceRefused(EvidenceFault.SIZE)
        if any(":" in one for one in (name, *attributes)):
            _forbidden()
        around = self._open[-1] if self._open else None
        namespace = attributes.pop(_DECLARATION, around.namespace if around else "")
        element = Element(name, namespace, attributes)
        if around:
            around.content.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].content.append(text)


def _declared(version: str, encoding: str | None, _: int) -> None:
    if version != "1.0" or (encoding or "UTF-8").upper() != "UTF-8":
        raise EvidenceRefused(EvidenceFault.ENCODING)


def _forbidden(*_: object) -> NoReturn:
    raise EvidenceRefused(EvidenceFault.FORBIDDEN_MARKUP)
