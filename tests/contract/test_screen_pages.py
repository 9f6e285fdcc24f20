"""The pages of the agent's screen, and what they make browsers keep to."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from chalicelib import settings
from chalicelib.agent_screen import pages
from chalicelib.agent_screen.pages import Pages
from chalicelib.routes import refusal
from tests.contract.wiring import INSTANCE, NUMBER

WORKSPACE, DOMAIN = "https://example.my.connect.aws", "https://example.auth.eu-central-1.amazoncognito.com"
CONFIG = settings.load(
    {
        "TABLE_NAME": "table",
        "HASH_KEY_NAME": "/hash",
        "CONNECT_INSTANCE_ARN": INSTANCE,
        "TWILIO_NUMBER": NUMBER,
        "WORKSPACE_ORIGIN": WORKSPACE,
        "COGNITO_DOMAIN": DOMAIN,
        "COGNITO_CLIENT_ID": "client",
        "CCP_URL": f"{WORKSPACE}/ccp-v2",
        "DEFAULT_LANGUAGE": "sv-SE",
        "DECRYPTION_KEYS_NAME": "/secret/name",
    },
    settings.CONNECT,
)
PAGES = Pages(CONFIG)
KEPT_TO = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {domain}; img-src 'self'; "
    "{frames}frame-ancestors {framed_by}; base-uri 'none'; form-action 'none'"
)
TEXT_STAYS_TEXT = "; trusted-types 'none'; require-trusted-types-for 'script'"
HTTPS_ALONE = "max-age=31536000"


def test_the_screen_may_be_framed_by_the_workspace_and_by_us() -> None:
    assert dict(PAGES.agent().headers) == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": KEPT_TO.format(domain=DOMAIN, frames="", framed_by=f"{WORKSPACE} 'self'")
        + TEXT_STAYS_TEXT,
        "Strict-Transport-Security": HTTPS_ALONE,
    }


@pytest.mark.parametrize(
    ("name", "frames", "more"),
    [("signed_in", "", TEXT_STAYS_TEXT), ("ccp", f"frame-src 'self' {WORKSPACE}; ", "")],
)
def test_pages_of_their_own_window_may_be_framed_by_nobody(name: str, frames: str, more: str) -> None:
    headers = getattr(PAGES, name)().headers
    policy = KEPT_TO.format(domain=DOMAIN, frames=frames, framed_by="'none'") + more
    assert headers["Content-Security-Policy"] == policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Strict-Transport-Security"] == HTTPS_ALONE


def test_without_a_user_pool_the_screen_talks_to_us_alone() -> None:
    policy = Pages(replace(CONFIG, agent_login="handle")).agent().headers["Content-Security-Policy"]
    assert "connect-src 'self';" in policy


@pytest.mark.parametrize("name", ["agent", "signed_in", "ccp"])
def test_pages_hold_neither_scripts_nor_styles_and_ask_for_files_that_there_are(name: str) -> None:
    page = getattr(PAGES, name)().body
    assert re.findall(r"<script[^>]*>", page)
    assert re.fullmatch(r"(?s)(?!.*(<style|\sstyle=|\son[a-z]+=|<script[^>]*>[^<]|javascript:)).*", page)
    asked = re.findall(r'(?:src|href)="(?:agent/)?static/([^"?]+)', page)
    assert asked
    assert set(asked) <= set(pages.FILES)


@pytest.mark.parametrize("name", pages.FILES)
def test_files_are_what_they_say_and_are_kept_for_an_hour(name: str) -> None:
    served = PAGES.file(name)
    kind = {"js": "text/javascript", "css": "text/css", "txt": "text/plain"}[name.rpartition(".")[2]]
    assert dict(served.headers) == {
        "Content-Type": f"{kind}; charset=utf-8",
        "Cache-Control": "public, max-age=3600",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    assert served.status == 200
    assert served.body


@pytest.mark.parametrize(
    "name", ["", "page.html", "../pages.py", "..%2fpages.py", "/etc/passwd", "style.css\n", "AGENT.JS"]
)
def test_no_other_file_is_served(name: str) -> None:
    assert PAGES.file(name) == refusal(404)


def test_the_page_learns_what_it_needs_and_no_more() -> None:
    told = PAGES.told()
    assert json.loads(told.body) == {
        "login": "cognito",
        "domain": DOMAIN,
        "client_id": "client",
        "workspace_origin": WORKSPACE,
        "ccp_url": f"{WORKSPACE}/ccp-v2",
        "language": "sv",
        "region": "eu-central-1",
    }
    assert dict(told.headers) == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def test_without_a_login_the_page_learns_of_no_user_pool() -> None:
    told = json.loads(Pages(replace(CONFIG, agent_login="handle")).told().body)
    assert (told["login"], told["domain"], told["client_id"]) == ("handle", "", "")


def test_without_the_workspaces_origin_there_are_no_pages_and_without_a_ccp_no_page_for_it() -> None:
    assert pages.build(replace(CONFIG, workspace_origin="")) is None
    assert pages.build(CONFIG) == PAGES
    assert Pages(replace(CONFIG, ccp_url="")).ccp() == refusal(404)
