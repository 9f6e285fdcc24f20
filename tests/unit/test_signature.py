from __future__ import annotations

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from chalicelib.voice.signature import is_genuine, posted_fields

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def genuine(
    signature: str = SIGNATURE,
    url: str = URL,
    fields: dict[str, str] | list[tuple[str, str]] = FIELDS,
    tokens: tuple[str, ...] = (TOKEN,),
) -> bool:
    return is_genuine(signature, url, list(fields.items()) if isinstance(fields, dict) else fields, tokens)


# Made by Twilio's own libraries, in whose tests they stand.
@pytest.mark.parametrize(
    ("url", "fields", "signature"),
    [
        (URL, list(FIELDS.items()), SIGNATURE),
        (URL.replace(".com", ".com:443"), list(FIELDS.items()), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL, list(FIELDS.items()), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (
            URL.replace("https", "http").replace(".com", ".com:80"),
            list(FIELDS.items()),
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        (
            URL.replace("https", "http").replace(".com", ".com:1234"),
            list(FIELDS.items()),
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
        ),
        (
            URL,
            [("Sid", "CA123"), ("SidAccount", "AC123"), *(("Digits", digits) for digits in ("5678", "1234", "1234"))],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_published_signatures_are_genuine(url: str, fields: list[tuple[str, str]], signature: str) -> None:
    assert genuine(signature, url, fields)


def test_any_other_signature_is_not() -> None:
    for at, character in enumerate(SIGNATURE):
        other = SIGNATURE[:at] + ("A" if character != "A" else "B") + SIGNATURE[at + 1 :]
        assert not genuine(other)
    for wrong in (
        "",
        " " + SIGNATURE,
        SIGNATURE + " ",
        SIGNATURE.lower(),
        "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=",
    ):
        assert not genuine(wrong)


@pytest.mark.parametrize("header", ["å" + SIGNATURE[1:], SIGNATURE + "\u0661", "\ud800", "\x00"])
def test_a_header_that_is_no_ascii_is_refused_without_an_error(header: str) -> None:
    assert not genuine(header)


@pytest.mark.parametrize(
    "changed",
    [
        {**FIELDS, "Digits": "1235"},
        {**FIELDS, "Extra": "1"},
        {**FIELDS, "Digits ": "1234"},
        {name: value for name, value in FIELDS.items() if name != "Digits"},
        {},
    ],
)
def test_a_field_changed_added_or_left_out_is_noticed(changed: dict[str, str]) -> None:
    assert not genuine(fields=changed)


@pytest.mark.parametrize(
    "url",
    [
        URL.replace("foo=1&bar=2", "bar=2&foo=1"),
        URL + "&added=1",
        URL.partition("?")[0],
        URL.replace("/myapp", "/api/myapp"),
        URL.replace("mycompany", "other"),
        URL.replace("https", "http"),
    ],
)
def test_the_signature_of_one_address_is_none_for_another(url: str) -> None:
    assert not genuine(url=url)


def test_the_order_of_the_fields_does_not_matter() -> None:
    assert genuine(fields=list(reversed(FIELDS.items())))


def test_each_of_several_tokens_will_do() -> None:
    assert genuine(tokens=("other", TOKEN))
    assert genuine(tokens=(TOKEN, "other"))
    assert not genuine(tokens=("other", "another"))
    assert not genuine(tokens=())


@pytest.mark.parametrize("signed_with", ["https://example.org:8443/api/x", "https://example.org/api/x"])
def test_twilio_may_sign_with_the_port_or_without(signed_with: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(signed_with, FIELDS)
    assert genuine(signature, "https://example.org:8443/api/x")


def test_only_the_standard_port_stands_for_none() -> None:
    signature = RequestValidator(TOKEN).compute_signature("https://example.org:8443/api/x", FIELDS)
    assert not genuine(signature, "https://example.org/api/x")


def test_empty_fields_are_signed_too() -> None:
    fields = posted_fields(b"CallSid=CA1&FromCity=&FromState=&ToCity=")
    assert fields == [("CallSid", "CA1"), ("FromCity", ""), ("FromState", ""), ("ToCity", "")]
    assert genuine(RequestValidator(TOKEN).compute_signature(URL, dict(fields)), fields=fields)
    assert not genuine(RequestValidator(TOKEN).compute_signature(URL, {"CallSid": "CA1"}), fields=fields)


def test_no_body_has_no_fields() -> None:
    assert posted_fields(b"") == []


@pytest.mark.parametrize(
    "body",
    [
        b"From",
        b'{"From": "+46101234567"}',
        b"From=%ff",
        b"From=\xff",
        b"%e5=1",
        b"a=1&&b=2",
        b"&".join(b"Field%d=" % number for number in range(500)),
    ],
)
def test_a_body_that_twilio_would_not_send_is_no_form(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"bad query field|can't decode|Max number"):
        posted_fields(body)


class Form(dict[str, str | list[str]]):
    """A form in which a field may come several times, in the way that Twilio's library asks for it."""

    def getall(self, name: str) -> list[str]:
        values = self[name]
        return values if isinstance(values, list) else [values]


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = text.filter(bool)


@given(
    fields=st.dictionaries(names, text | st.lists(text, min_size=1, max_size=3), max_size=8),
    path=st.text("abcdefghijklmnopqrstuvwxyz0123456789-_/", max_size=30),
    port=st.none() | st.integers(1, 65535),
    token=st.text("0123456789abcdef", min_size=1, max_size=32),
    upside_down=st.booleans(),
)
def test_what_twilios_own_library_signs_is_genuine_and_only_then(
    fields: dict[str, str | list[str]], path: str, port: int | None, token: str, upside_down: bool
) -> None:
    url = f"https://example.org{'' if port is None else f':{port}'}/{path}"
    signature = RequestValidator(token).compute_signature(url, Form(fields))
    pairs = [(name, value) for name in fields for value in Form(fields).getall(name)]
    if upside_down:
        pairs.reverse()
    body = urlencode(pairs, quote_via=quote_plus).encode()
    received = posted_fields(body)
    assert received == pairs
    assert is_genuine(signature, url, received, (token,))
    assert not is_genuine(signature, url, [*received, ("Extra", "1")], (token,))
    assert not is_genuine(signature, url + "x", received, (token,))
    assert not is_genuine(signature, url, received, (token + "x",))
