"""Our canonical form is the one that others write, and reading it again changes nothing."""

from __future__ import annotations

import contextlib
import html
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.bankid.evidence import canonical
from chalicelib.bankid.evidence.canonical import Element
from chalicelib.errors import EvidenceRefused

# Not "", which the standard library's writer gets wrong; the examples below have it.
NAMESPACES = ("urn:a", "http://www.w3.org/2000/09/xmldsig#", "urn:with&<\"' \t")
NAMES = st.sampled_from(["Signature", "a", "Z", "srvInfo", "å"])
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\t\n\r <>&'\""), max_size=6
)


@st.composite
def written(draw: st.DrawFn, depth: int = 2) -> str:
    """An element, written in one of the many ways."""
    name = draw(NAMES)
    attributes = draw(st.dictionaries(st.sampled_from(["Id", "URI", "Algorithm", "b", "ä"]), TEXT, max_size=2))
    if draw(st.booleans()):
        attributes["xmlns"] = draw(st.sampled_from(NAMESPACES))
    parts = [f" {draw(GAPS)}{key}{draw(GAPS)}={draw(GAPS)}{draw(quoted(value))}" for key, value in attributes.items()]
    start = f"<{name}{''.join(parts)}{draw(GAPS)}"
    inside = st.one_of(TEXT.map(_escaped), written(depth=depth - 1) if depth else st.nothing())
    content = "".join(draw(st.lists(inside, max_size=3)))
    return f"{start}/>" if not content and draw(st.booleans()) else f"{start}>{content}</{name}{draw(GAPS)}>"


GAPS = st.sampled_from(["", " ", "\n", "\r\n", "\t "])


@st.composite
def quoted(draw: st.DrawFn, value: str) -> str:
    mark = draw(st.sampled_from("'\""))
    escaped = _escaped(value).replace(mark, f"&#{ord(mark)};")
    if draw(st.booleans()):
        escaped = escaped.replace("\n", "&#10;").replace("\t", "&#x9;")
    return f"{mark}{escaped}{mark}"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("\r", "&#xD;")


@given(written())
@settings(deadline=None)
def test_the_canonical_form_is_what_the_standard_library_writes(document: str) -> None:
    # Canonical XML 2.0, which for documents without prefixes and comments is the same as 1.0.
    assert canonical.canonical(canonical.read(document.encode())).decode() == ET.canonicalize(document)


@given(written())
@settings(deadline=None)
def test_what_is_canonical_stays_as_it_is(document: str) -> None:
    once = canonical.canonical(canonical.read(document.encode()))
    assert canonical.canonical(canonical.read(once)) == once


@given(written())
@settings(deadline=None)
def test_a_part_has_the_form_that_it_would_have_alone(document: str) -> None:
    for part in _all(canonical.read(document.encode())):
        alone = canonical.canonical(part)
        assert canonical.canonical(canonical.read(alone)) == alone
        assert ET.canonicalize(alone.decode()) == alone.decode()


def _all(element: Element) -> list[Element]:
    return [element, *(one for child in element.children for one in _all(child))]


@given(st.binary(max_size=200) | st.text(st.sampled_from("<>/!?-[]&;#x\"'= aI:"), max_size=60).map(str.encode))
@settings(deadline=None)
def test_whatever_the_bytes_they_are_read_or_refused(raw: bytes) -> None:
    for document in (raw, b"<" + raw, b"<a>" + raw + b"</a>"):
        with contextlib.suppress(EvidenceRefused):
            canonical.canonical(canonical.read(document))


@pytest.mark.parametrize(
    ("document", "form"),
    [
        ("<a/>", "<a></a>"),
        ('<a b="2"  a="1" xmlns="urn:x"/>', '<a xmlns="urn:x" a="1" b="2"></a>'),
        ('<a xmlns="urn:x"><b xmlns="urn:x"/></a>', '<a xmlns="urn:x"><b></b></a>'),
        ('<a xmlns="urn:x"><b xmlns=""/></a>', '<a xmlns="urn:x"><b xmlns=""></b></a>'),
        ('<a xmlns=""><b xmlns=""/></a>', "<a><b></b></a>"),
        ("<a>\r\n&#13;&#xA;>'\"&gt;&apos;&quot;</a>", "<a>\n&#xD;\n&gt;'\"&gt;'\"</a>"),
        ("<a b='\t\n\"&#9;&#10;&#13;&lt;&amp;>'/>", '<a b="  &quot;&#x9;&#xA;&#xD;&lt;&amp;>"></a>'),
        ("<a> \n <b/> \t</a>", "<a> \n <b></b> \t</a>"),
        ("<?xml version='1.0' encoding='utf-8'?>\n<a/>\n", "<a></a>"),
    ],
)
def test_examples_of_the_form(document: str, form: str) -> None:
    assert canonical.canonical(canonical.read(document.encode())).decode() == form


def test_deep_and_wide_documents_are_refused() -> None:
    for document in (
        "<a>" * 17 + "</a>" * 17,
        f"<a>{'<b/>' * 256}</a>",
        "<a>" + " " * canonical.LARGEST_BYTES + "</a>",
    ):
        with pytest.raises(EvidenceRefused, match=": size"):
            canonical.read(document.encode())
    canonical.read(("<a>" * 16 + "</a>" * 16).encode())
    canonical.read(f"<a>{'<b/>' * 255}</a>".encode())
