"""How the core shows that it is the core: the worked example of the documentation, and what a parameter may hold."""

from __future__ import annotations

import pytest

from chalicelib.errors import Misconfigured
from chalicelib.routes import Request
from chalicelib.web_login.core_authentication import Mode, is_core, secrets_in

SECRET = "correct-horse-battery-staple-0001"
BODY = b'{"purpose":"report_move"}'
SIGNATURE = "9ff292648fe73df2b3be7aea73dc48c2152834d0eacd998fcf70c906f0dade0c"
"""By `openssl dgst -sha256 -hmac "$SECRET"` over POST, the path, 2208988800 and the body, with line feeds between."""


@pytest.mark.parametrize(("now", "genuine"), [(2208988800.0, True), (2208988860.0, True), (2208988860.5, False)])
def test_the_example_of_a_signed_request(now: float, genuine: bool) -> None:
    request = Request({"x-countersign-time": "2208988800", "x-countersign-signature": SIGNATURE}, BODY)
    assert is_core(Mode.HMAC, [SECRET], request, "POST", "/start_communication", now) is genuine


def test_secrets_stand_between_white_space() -> None:
    assert secrets_in(f"\n{'a' * 32}\t {'b' * 40}\r\n", "/core") == ("a" * 32, "b" * 40)


@pytest.mark.parametrize("text", ["", " \n", "a" * 31, f"{'a' * 32} short", "é" * 32, f"{'a' * 32}\x00"])
def test_what_is_no_secret_is_said_by_the_name_of_its_parameter(text: str) -> None:
    with pytest.raises(Misconfigured, match="the parameter /core must hold secrets") as raised:
        secrets_in(text, "/core")
    assert not [word for word in text.split() if word in str(raised.value)]
