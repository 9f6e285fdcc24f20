"""The page and the real routes together: an agent signs in, Connect says whose call it is, a caller logs in."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from local.aws.ministack import MiniStack
from local.gateway import Api, Gateway, in_process, routes_of
from local.tls import Certificates
from local.web import Request, Response, WebServer
from local.workspace import Contact, Workspace
from tests.browser.signing import sign_in
from tests.browser.stage import heading
from tests.contract import screen_calls
from tests.contract.screen_calls import ERIK, KARIN, Screen, World
from tests.contract.wiring import load


@pytest.fixture(scope="module")
def world(ministack: MiniStack, certificates: Certificates) -> Iterator[World]:
    with screen_calls.world(ministack, certificates) as made:
        yield made


@pytest.fixture
def call(
    world: World, workspace: Workspace, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Screen]:
    """Karin's call, of which nobody knows anything yet, on both agents' desks."""
    call = screen_calls.screen(world).opened()
    for name, value in screen_calls.environ(world.pool, WORKSPACE_ORIGIN=workspace.origin).items():
        monkeypatch.setenv(name, value)
    app = load("connect_app", call.clock).app
    gateway, one_at_a_time = Gateway(Api(routes_of(app)), in_process(app)), threading.Lock()

    def respond(request: Request) -> Response:
        with one_at_a_time:  # as each process of Lambda
            return gateway.respond(request)

    with WebServer(respond, certificates.server_context()) as server:
        workspace.access_url = f"{server.url}/api/agent"
        world.pool.callbacks.append(f"{server.url}/api/agent/signed-in")
        for desk in workspace.desks.values():
            desk.give(Contact(call.contact, call.contact, {"auth_view": call.handle}))
        yield call
    assert server.failures == []


def test_the_agent_who_has_the_call_sees_a_caller_who_logs_in_during_it(
    context: BrowserContext, workspace: Workspace, call: Screen
) -> None:
    page = context.new_page()
    page.goto(workspace.origin)
    screen = page.frame_locator(f"iframe[title='App for contact {call.contact}']")
    sign_in(page, screen, KARIN, "k")
    heading(screen, "Not identified")

    call.logged_in({"fullname": "Karin Testsson"})
    heading(screen, "Identified")
    expect(screen.get_by_role("definition").filter(has_text="Karin Testsson")).to_be_visible()


def test_an_agent_who_has_another_call_sees_nobody(browser: Browser, workspace: Workspace, call: Screen) -> None:
    call.logged_in({"fullname": "Karin Testsson"})
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(workspace.origin)
    screen = page.frame_locator(f"iframe[title='App for contact {call.contact}']")
    sign_in(page, screen, ERIK, "e")

    heading(screen, "Nothing to see")
    expect(screen.get_by_text("Karin Testsson")).to_have_count(0)
    context.close()
