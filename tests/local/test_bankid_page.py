import http.client
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.bankid import Holder, Stage
from local.bankid.__main__ import main
from local.bankid.page import Page
from tests.local.bankid_client import KARIN, Bank, Reply, b64, client_context

NUMBER = KARIN.personal_number


@pytest.fixture
def page(bank: Bank) -> Iterator[Page]:
    bank.add(KARIN)
    page = Page(bank)
    with page.server:
        yield page
    assert page.server.failures == []


def ask(page: Page, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> Reply:
    connection = http.client.HTTPConnection("localhost", page.server.port, timeout=10.0)
    try:
        connection.request(method, path, body or None, dict(headers or {}))
        got = connection.getresponse()
        return Reply(got.status, dict(got.getheaders()), got.read())
    finally:
        connection.close()


def shown(page: Page, language: str = "en") -> str:
    return ask(page, "GET", f"/phones?language={language}").body.decode()


def press(page: Page, button: str) -> int:
    return ask(page, "POST", f"/{NUMBER}", f"do={button}").status


def test_each_button_leads_to_the_next_screen(bank: Bank, page: Page) -> None:
    assert "No order is waiting" in shown(page)
    ref = bank.client.begin()
    assert "An order is waiting" in shown(page)
    assert "47" not in re.sub("<[^>]+>", "", shown(page))

    assert press(page, "open") == 303
    assert "Have you called Exempelbolaget?" in shown(page)
    assert "Kod i samtalet: 47." in shown(page)
    assert press(page, "confirm") == 303
    assert "Identify yourself to Exempelbolaget" in shown(page)
    assert press(page, "code") == 303

    assert "The last order was completed" in shown(page)
    assert bank.client.hint(ref) == "complete"


def test_who_called_whom_and_why_are_asked_as_the_order_says(bank: Bank, page: Page) -> None:
    text = {"userVisibleData": b64("Jag skriver under.")}
    bank.client.post("/phone/sign", personalNumber=NUMBER, callInitiator="RP", **text)

    press(page, "open")
    assert "Har Exempelbolaget ringt till dig?" in shown(page, "sv")
    press(page, "confirm")
    assert "Skriv under hos Exempelbolaget" in shown(page, "sv")


@pytest.mark.parametrize(
    ("buttons", "hint"),
    [
        (["open", "decline"], "userDeclinedCall"),
        (["open", "confirm", "cancel"], "userCancel"),
        (["open", "confirm", "wrong", "wrong", "wrong"], "certificateErr"),
        (["approve"], "complete"),
    ],
)
def test_buttons_end_an_order_as_they_say(bank: Bank, page: Page, buttons: list[str], hint: str) -> None:
    ref = bank.client.begin()

    assert [press(page, button) for button in buttons] == [303] * len(buttons)
    assert bank.client.hint(ref) == hint
    assert hint == "complete" or f"failed: {hint}" in shown(page)
    assert ("This BankID is blocked" in shown(page)) is (hint == "certificateErr")


def test_a_button_that_is_not_there_does_nothing(bank: Bank, page: Page) -> None:
    bank.client.begin()

    assert press(page, "code") == 409
    assert press(page, "explode") == 404
    assert ask(page, "POST", "/198112189876", "do=open").status == 404
    assert bank.app_of(NUMBER).stage is Stage.WAITING


def test_what_a_relying_party_writes_is_text_and_no_markup(bank: Bank, page: Page) -> None:
    bank.add(Holder(NUMBER, "<i>Karin</i>", "Testsson"))
    bank.client.begin(userVisibleData=b64("<script>alert(1)</script>"))
    press(page, "open")

    assert "&lt;script&gt;" in shown(page)
    assert "<script>" not in shown(page)
    assert "<i>" not in shown(page)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}],
    ids=str,
)
def test_another_site_cannot_press_buttons_or_look(bank: Bank, page: Page, headers: Mapping[str, str]) -> None:
    bank.client.begin()

    assert ask(page, "POST", f"/{NUMBER}", "do=approve", headers).status == 403
    assert ask(page, "GET", "/", headers=headers).status == 403
    assert bank.app_of(NUMBER).stage is Stage.WAITING


def test_the_page_s_own_forms_may_press(bank: Bank, page: Page) -> None:
    bank.client.begin()
    origin = {"Origin": f"http://localhost:{page.server.port}"}

    assert ask(page, "POST", f"/{NUMBER}?language=sv", "do=open", origin).headers["Location"] == "/?language=sv"


def test_the_page_fetches_nothing_from_elsewhere(page: Page) -> None:
    got = ask(page, "GET", "/")
    addresses = re.findall(r'(?:href|src|action)="([^"]+)"', got.body.decode())

    assert addresses
    assert all(address.startswith("/") and not address.startswith("//") for address in addresses)
    assert got.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert [ask(page, "GET", path).status for path in ("/page.css", "/page.js", "/page.py")] == [200, 200, 404]


@pytest.mark.parametrize(
    ("query", "prefers", "language"),
    [("", "sv-SE,sv;q=0.9", "sv"), ("", "nl", "en"), ("?language=sv", "en", "sv"), ("?language=xx", "en", "en")],
)
def test_the_language_is_the_chosen_one_or_the_browser_s(page: Page, query: str, prefers: str, language: str) -> None:
    body = ask(page, "GET", f"/{query}", headers={"Accept-Language": prefers}).body.decode()

    assert f'<html lang="{language}">' in body


def test_the_command_presses_buttons_too(bank: Bank, page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    ref = bank.client.begin()
    port = ["--page-port", str(page.server.port)]

    assert main(["approve", NUMBER, *port]) == 0
    assert bank.client.hint(ref) == "complete"
    assert main(["approve", NUMBER, *port]) == 1
    assert "there is no order" in capsys.readouterr().err


def test_the_command_says_when_nothing_runs(bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    page = Page(bank)
    port = page.server.port
    page.server.stop()

    assert main(["open", "--page-port", str(port)]) == 1
    assert "is `python -m local bankid` running?" in capsys.readouterr().err


def test_the_command_runs_it_and_says_what_a_relying_party_must_know() -> None:
    command = [sys.executable, "-m", "local", "bankid", "--port", "0", "--page-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            told = dict(running.stdout.readline().strip().split(": ", 1) for _ in range(6))
            told = {name: value.strip() for name, value in told.items()}
            root, ours = (Path(told[name]).read_text(encoding="ascii") for name in ("trust for TLS", "relying party"))
            url, phones = urlsplit(told["API"]), urlsplit(told["phones"])
            api = http.client.HTTPSConnection("localhost", url.port, context=client_context(root, ours), timeout=10.0)
            api.request("GET", f"{url.path}/auth")
            assert api.getresponse().status == 405
            api.close()
            page = http.client.HTTPConnection("localhost", phones.port, timeout=10.0)
            page.request("GET", "/")
            assert b"Karin Testsson" in page.getresponse().read()
            page.close()
        finally:
            running.terminate()


def test_two_browsers_may_look_at_once(bank: Bank, page: Page) -> None:
    bank.client.begin()
    pressed: list[int] = []
    threads = [threading.Thread(target=lambda: pressed.append(press(page, "open"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10.0)

    assert sorted(pressed) == [303, 409, 409, 409]
