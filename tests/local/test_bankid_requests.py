import json
from collections.abc import Mapping

import pytest

from tests.local.bankid_client import KARIN, NOBODY, TEXT, Bank, b64

_JSON = {"Content-Type": "application/json"}
_REQUIRED: Mapping[str, object] = {"personalNumber": KARIN.personal_number, "callInitiator": "user"}


def test_an_order_by_phone_answers_with_its_reference_and_nothing_else(bank: Bank) -> None:
    got = bank.client.auth()

    assert got.status == 200
    assert list(got.json) == ["orderRef"]


@pytest.mark.parametrize("path", ["/auth", "/phone/auth", "/phone/sign", "/collect", "/cancel"])
def test_get_is_not_allowed_and_has_no_body(bank: Bank, path: str) -> None:
    got = bank.client.send("GET", path, b"", {})

    assert (got.status, got.body) == (405, b"")


@pytest.mark.parametrize("path", ["/auth", "/sign", "/payment", "/phone", "/phone/auth/", "/collect/x", "/"])
def test_what_is_not_for_phone_calls_is_not_found(bank: Bank, path: str) -> None:
    assert bank.client.send("POST", path, b"{}", _JSON).error == (404, "notFound")


@pytest.mark.parametrize("of", ["application/json; charset=utf-8", "application/json;charset=UTF-8", "text/plain", ""])
def test_only_one_content_type_is_taken_and_no_charset(bank: Bank, of: str) -> None:
    body = json.dumps(dict(_REQUIRED)).encode()

    assert bank.client.send("POST", "/phone/auth", body, {"Content-Type": of}).error == (415, "unsupportedMediaType")
    assert bank.client.send("POST", "/phone/auth", body, {}).error == (415, "unsupportedMediaType")
    assert bank.client.send("POST", "/phone/auth", body, _JSON).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff", b"null", b" " * 300_001])
def test_a_body_that_is_no_object_is_invalid(bank: Bank, body: bytes) -> None:
    for path in ("/phone/auth", "/phone/sign", "/collect", "/cancel"):
        assert bank.client.send("POST", path, body, _JSON).error == (400, "invalidParameters")


@pytest.mark.parametrize(
    "fields",
    [
        {"personalNumber": "9908072391"},
        {"personalNumber": "19990807-2391"},
        {"personalNumber": "199908072392"},
        {"personalNumber": "19990807239١"},
        {"personalNumber": 199908072391},
        {"personalNumber": None},
        {"callInitiator": "User"},
        {"callInitiator": "rp"},
        {"callInitiator": None},
        {"userVisibleData": ""},
        {"userVisibleData": "not base64!"},
        {"userVisibleData": b64("x")[:-1]},
        {"userVisibleData": b64(b"\xff\xfe")},
        {"userVisibleData": b64("x" * 1126)},
        {"userNonVisibleData": ""},
        {"userNonVisibleData": "%%%%"},
        {"userNonVisibleData": b64(b"x" * 1126)},
        {"userVisibleDataFormat": "markdown"},
        {"requirement": []},
        {"requirement": {"pinCode": "yes"}},
        {"requirement": {"certificatePolicies": []}},
        {"requirement": {"certificatePolicies": "1.2.752.78.1.5"}},
        {"requirement": {"certificatePolicies": ["1.2.*"]}},
        {"requirement": {"certificatePolicies": ["1.2.752.*.5"]}},
        {"requirement": {"cardReader": "class1"}},
        {"requirement": {"cardReader": "class3", "certificatePolicies": ["1.2.752.78.1.2"]}},
        {"requirement": {"mrtd": True}},
        {"requirement": {"personalNumber": KARIN.personal_number}},
        {"requirement": {"risk": "LOW"}},
        {"endUserIp": "192.0.2.1"},
        {"returnRisk": True},
        {"pinCode": True},
    ],
    ids=str,
)
def test_an_order_that_breaks_a_rule_is_invalid_and_not_made(bank: Bank, fields: Mapping[str, object]) -> None:
    assert bank.client.auth(**fields).error == (400, "invalidParameters")
    assert list(bank.orders) == []


@pytest.mark.parametrize("missing", sorted(_REQUIRED))
def test_number_and_initiator_must_be_given(bank: Bank, missing: str) -> None:
    fields = {name: value for name, value in _REQUIRED.items() if name != missing}

    assert bank.client.post("/phone/auth", **fields).error == (400, "invalidParameters")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"callInitiator": "RP"},
        {"userVisibleData": b64("x" * 1125), "userNonVisibleData": b64(bytes(1125))},
        {"userVisibleDataFormat": "plaintext"},
        {"userVisibleDataFormat": "simpleMarkdownV1"},
        {"requirement": {"pinCode": True, "certificatePolicies": ["1.2.752.78.1.5", "1.2.752.78.*"]}},
        {"requirement": {"cardReader": "class2", "certificatePolicies": ["1.2.752.78.1.2"]}},
    ],
    ids=str,
)
def test_an_order_up_to_the_limits_is_made(bank: Bank, fields: Mapping[str, object]) -> None:
    assert bank.client.auth(**fields).status == 200


def test_an_identification_needs_no_text_and_a_signature_does(bank: Bank) -> None:
    assert bank.client.post("/phone/auth", **_REQUIRED).status == 200
    assert bank.client.post("/phone/sign", **{**_REQUIRED, "personalNumber": NOBODY}).error[1] == "invalidParameters"


def test_a_signature_may_be_of_a_longer_text(bank: Bank) -> None:
    longest = {"userVisibleData": b64("x" * 30_000), "userNonVisibleData": b64(bytes(150_000))}

    assert bank.client.post("/phone/sign", **_REQUIRED, **longest).status == 200
    longer = {"userVisibleData": b64("x" * 30_001)}
    assert bank.client.post("/phone/sign", **{**_REQUIRED, "personalNumber": NOBODY}, **longer).status == 400


@pytest.mark.parametrize("fields", [{}, {"orderRef": ""}, {"orderRef": 1}, {"orderRef": "131daac9", "x": 1}], ids=str)
def test_collect_and_cancel_want_a_reference_alone(bank: Bank, fields: Mapping[str, object]) -> None:
    for path in ("/collect", "/cancel"):
        assert bank.client.post(path, **fields).error == (400, "invalidParameters")


def test_requests_are_recorded_without_what_stands_in_them(bank: Bank) -> None:
    bank.client.hint(bank.client.begin())
    bank.client.send("GET", "/auth", b"", {})

    assert [(asked.path, asked.status) for asked in bank.requests] == [
        ("/phone/auth", 200),
        ("/collect", 200),
        ("/auth", 405),
    ]
    told = " ".join(line.what for line in bank.story.lines)
    assert told == "phone/auth: done collect: pending, outstandingTransaction auth: 405"
    assert TEXT not in told
