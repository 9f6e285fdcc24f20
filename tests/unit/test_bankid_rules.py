"""What ties an order to its call, and what a flow may be told of the person."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from itertools import product

import pytest

from chalicelib.bankid import binding, hints, judging
from chalicelib.bankid.answers import CallInitiator
from chalicelib.bankid.hints import Prompt, Result
from chalicelib.bankid.judging import Risk
from chalicelib.contact import Contact
from chalicelib.keyed_hash import KeyedHash
from chalicelib.prompts import LANGUAGES
from chalicelib.settings import LONGEST_ORGANISATION_NAME

HASHES = KeyedHash("k" * 32)
TODAY = date(2040, 6, 2)


@pytest.mark.parametrize(("language", "who"), list(product(LANGUAGES, CallInitiator)))
def test_the_app_shows_the_organisation_and_the_code_in_every_language(language: str, who: CallInitiator) -> None:
    organisation = "Å" * LONGEST_ORGANISATION_NAME
    text = binding.visible(language, organisation, "47", who)
    assert organisation in text
    assert " 47." in text
    assert len(b64encode(text.encode())) <= 1_500


def test_code_and_nonce_are_those_of_one_input_and_one_secret() -> None:
    handle = binding.handle(HASHES, "contact-1", "message")
    assert handle == binding.handle(HASHES, "contact-1", "message")
    others = [binding.handle(HASHES, "contact-2", "message"), binding.handle(HASHES, "contact-1", "another")]
    nonces = {binding.non_visible(HASHES, one) for one in (handle, *others)}
    nonces.add(binding.non_visible(KeyedHash("l" * 32), handle))
    assert len(nonces) == 4
    codes = {binding.spoken_code(HASHES, binding.handle(HASHES, "contact-1", str(n))) for n in range(500)}
    assert all(len(code) == 2 and code.isdigit() for code in codes)
    assert len(codes) > 80


def in_a_call(method: str, segment: str = "now", previous: str = "before") -> Contact:
    return Contact("call", None, {}, segment, method, previous)


@pytest.mark.parametrize("method", ["API", "", "WEBRTC_API", "user", "MONITOR"])
def test_who_called_is_never_guessed(method: str) -> None:
    assert binding.initiator(in_a_call(method), {"initiator": "user", "begun_in": "now"}) is None


@pytest.mark.parametrize("remembered", ["", "none", "USER", "rp"])
def test_a_transfer_without_a_memory_is_refused(remembered: str) -> None:
    assert binding.initiator(in_a_call("TRANSFER"), {}) is None
    assert binding.initiator(in_a_call("TRANSFER"), {"initiator": remembered, "begun_in": "before"}) is None


@pytest.mark.parametrize(
    ("begun_in", "by_user", "by_us"),
    [
        ("now", CallInitiator.USER, CallInitiator.RP),
        ("before", CallInitiator.USER, CallInitiator.RP),
        ("long before", None, CallInitiator.RP),
    ],
)
def test_that_the_user_has_called_is_remembered_for_one_segment_and_that_we_have_for_good(
    begun_in: str, by_user: CallInitiator | None, by_us: CallInitiator
) -> None:
    for method in ("TRANSFER", "QUEUE_TRANSFER", "DISCONNECT"):
        assert binding.initiator(in_a_call(method), {"initiator": "user", "begun_in": begun_in}) is by_user
        assert binding.initiator(in_a_call(method), {"initiator": "RP", "begun_in": begun_in}) is by_us


def test_unknown_hints_go_on_or_have_failed() -> None:
    assert hints.while_pending("brandNew") is Prompt.IN_PROGRESS
    assert hints.when_failed("brandNew").result is Result.FAILED


@pytest.mark.parametrize(
    ("given", "spoken"),
    [
        ("Karin", "Karin"),
        ("KARL-ERIK", "Karl-Erik"),
        (" Åsa Maria ", "Åsa Maria"),
        ("D'Arcy", "D'Arcy"),
        ("<speak>", ""),
        ("Karin 1", ""),
        ("", ""),
        ("x" * 41, ""),
    ],
)
def test_only_what_is_a_name_is_spoken(given: str, spoken: str) -> None:
    assert judging.spoken_name(given) == spoken


@pytest.mark.parametrize(
    ("issued", "risk"),
    [
        (date(2040, 6, 3), Risk.YOUNG_BANKID),
        (date(2040, 6, 1), Risk.YOUNG_BANKID),
        (date(2040, 5, 31), Risk.NONE),
        (None, Risk.YOUNG_BANKID),
    ],
)
def test_yesterday_is_young(issued: date | None, risk: Risk) -> None:
    assert judging.risk(issued, TODAY, 1) is risk
