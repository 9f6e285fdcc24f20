"""Nothing that was damaged is accepted, and nothing but a refusal comes out of it."""

from __future__ import annotations

from base64 import b64decode, b64encode

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.bankid.answers import Complete
from chalicelib.bankid.evidence.verify import verify
from chalicelib.errors import EvidenceRefused
from tests.unit.evidence import signing
from tests.unit.evidence.signing import EXPECTED, NOW, root

ROOTS = [root().certificate]
DOCUMENT = b64decode(signing.genuine().signature)
ANSWER = b64decode(signing.genuine().ocsp_response)
SIGNATURE_BEGINS = bytes.fromhex("0382010100")  # BIT STRING, of 257 bytes, of which the first says: no unused bits


def with_document(raw: bytes) -> Complete:
    return signing.around(b64encode(raw).decode(), signing.genuine().ocsp_response)


def with_answer(raw: bytes) -> Complete:
    return signing.around(signing.genuine().signature, b64encode(raw).decode())


def is_refused(made: Complete, roots: bool) -> bool:
    try:
        verify(made, EXPECTED, ROOTS if roots else [], NOW)
    except EvidenceRefused:
        return True
    return False


def test_undamaged_they_are_accepted() -> None:
    assert not is_refused(with_document(DOCUMENT), roots=True)
    assert not is_refused(with_answer(ANSWER), roots=True)


def test_every_changed_byte_of_a_document_is_noticed_even_without_roots() -> None:
    for place in range(len(DOCUMENT)):
        damaged = bytearray(DOCUMENT)
        damaged[place] ^= 1
        assert is_refused(with_document(bytes(damaged)), roots=False), place


def test_every_changed_byte_of_an_ocsp_answer_is_noticed() -> None:
    """But for the two that say how many bits of a signature do not count, where those are nought anyway."""
    for place in range(len(ANSWER)):
        damaged = bytearray(ANSWER)
        damaged[place] ^= 1
        assert is_refused(with_answer(bytes(damaged)), roots=True) or ANSWER[: place + 1].endswith(SIGNATURE_BEGINS)


@given(st.integers(0, len(DOCUMENT) - 1), st.integers(0, 7))
@settings(deadline=None)
def test_every_flipped_bit_of_a_document_is_noticed(place: int, bit: int) -> None:
    damaged = bytearray(DOCUMENT)
    damaged[place] ^= 1 << bit
    assert is_refused(with_document(bytes(damaged)), roots=False)


@given(st.integers(0, len(DOCUMENT) - 1), st.integers(0, len(ANSWER) - 1))
@settings(deadline=None, max_examples=50)
def test_what_was_cut_is_refused(document: int, answer: int) -> None:
    assert is_refused(with_document(DOCUMENT[:document]), roots=True)
    assert is_refused(with_answer(ANSWER[:answer]), roots=True)


@given(st.text(max_size=60), st.text(max_size=60), st.booleans())
@settings(deadline=None)
def test_any_text_is_refused_and_nothing_else_escapes(signature: str, answer: str, roots: bool) -> None:
    assert is_refused(signing.around(signature, answer), roots)


@given(st.data(), st.booleans())
@settings(deadline=None, max_examples=50)
def test_any_bytes_in_the_place_of_any_others_are_refused(data: st.DataObject, roots: bool) -> None:
    start = data.draw(st.integers(0, len(DOCUMENT) - 1))
    end = data.draw(st.integers(start, min(start + 40, len(DOCUMENT))))
    piece = data.draw(st.binary(max_size=20).filter(lambda raw: raw != DOCUMENT[start:end] and raw.strip()))
    assert is_refused(with_document(DOCUMENT[:start] + piece + DOCUMENT[end:]), roots)


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_certificates_of_any_bytes_are_refused(data: st.DataObject) -> None:
    """Signed by nobody: what is under test is that odd DER raises nothing else."""
    der = bytearray(signing.karin().certificate.public_bytes(signing.Encoding.DER))
    for place in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=4)):
        der[place] = data.draw(st.integers(0, 255))
    odd = b64encode(bytes(der)).decode()

    def replaced(text: str) -> str:
        first = text.index("<X509Certificate>") + len("<X509Certificate>")
        return text[:first] + odd + text[text.index("<", first) :]

    text = signing.document(signing.Recipe(key_info=replaced))
    if bytes(der) != signing.karin().certificate.public_bytes(signing.Encoding.DER):
        assert is_refused(with_document(text.encode()), roots=True)
