"""XML that is canonical by construction: a tree of elements, the bytes that are hashed, and the text that is sent.

Canonical XML 1.0 of what this profile holds: attributes in order, no empty tags, a namespace declared on the element
that is hashed. What is sent may be laid out otherwise, as BankID's own documents are.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Element:
    """`namespace` is what the element declares as the default one; "" where it has its parent's."""

    name: str
    content: str | tuple[Element, ...] = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    namespace: str = ""


@dataclass(frozen=True)
class Layout:
    """How a document is sent; none of it changes what is signed."""

    declaration: bool = True  # begins with <?xml ...?>
    self_closed: bool = True  # <Transform/>
    redeclared: bool = True  # a namespace is declared again where it is already in force


PLAIN = Layout(declaration=False, self_closed=False, redeclared=False)


def canonical(element: Element) -> bytes:
    """The bytes that a digest is made of."""
    return _written(element, "", PLAIN).encode()


def document(root: Element, layout: Layout) -> str:
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>' if layout.declaration else ""
    return declaration + _written(root, "", layout)


def _written(element: Element, in_force: str, layout: Layout) -> str:
    declares = element.namespace and (layout.redeclared or element.namespace != in_force)
    attributes = {"xmlns": element.namespace} if declares else {}
    attributes |= dict(sorted(element.attributes.items()))
    start = element.name + "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    if not element.content and layout.self_closed:
        return f"<{start}/>"
    return f"<{start}>{_content(element, element.namespace or in_force, layout)}</{element.name}>"


def _content(element: Element, in_force: str, layout: Layout) -> str:
    if isinstance(element.content, str):
        return html.escape(element.content, quote=False)
    return "".join(_written(child, in_force, layout) for child in element.content)
