"""An agent's browser with the screen in it, and the calls that reach the agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, FrameLocator, Page, expect

from local.workspace import Contact, Workspace
from tests.browser.scripted import ScriptedApi, view

FIRST = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
SECRET = "p" * 64


def handle(initial: str = FIRST) -> str:
    return f"{initial}.{SECRET}"


class Stage:
    """`complaints` are errors on the console of any page, but for answers that are no 200."""

    def __init__(self, context: BrowserContext, workspace: Workspace, api: ScriptedApi) -> None:
        self.context = context
        self.workspace = workspace
        self.api = api
        self.complaints: list[str] = []
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def call(
        self, shown: Mapping[str, Any] | None = None, contact: str = FIRST, initial: str = FIRST, agent: str = "anna"
    ) -> Contact:
        """A call reaches an agent; of whom the server shows `shown`, or nothing."""
        if shown:
            self.api.views[handle(initial), contact] = shown
        made = Contact(contact, initial, {"auth_view": handle(initial)})
        self.workspace.desks[agent].give(made)
        return made

    def shows(self, shown: Mapping[str, Any], contact: str = FIRST, initial: str = FIRST) -> None:
        """What the server shows from now on."""
        self.api.views[handle(initial), contact] = shown

    def open(self, language: str = "", agent: str = "anna") -> Page:
        """The workspace, in a new tab."""
        self.workspace.access_url = f"{self.api.url}/agent" + (f"?lang={language}" if language else "")
        page = self.context.new_page()
        page.goto(f"{self.workspace.origin}/sign-in/{agent}")
        return page

    def screen(self, page: Page, contact: str = FIRST) -> FrameLocator:
        """The screen in the workspace for a contact; "" for none."""
        title = f"App for contact {contact}" if contact else "App for no contact"
        return page.frame_locator(f"iframe[title='{title}']")

    def frame(self, page: Page, contact: str = FIRST) -> Frame:
        """The same as a frame, which can be asked anything."""
        title = f"App for contact {contact}" if contact else "App for no contact"
        expect(page.locator(f"iframe[title='{title}']")).to_be_attached()
        found = page.locator(f"iframe[title='{title}']").element_handle().content_frame()
        assert found is not None
        return found

    def opened(self, shown: Mapping[str, Any] | None = None, language: str = "") -> FrameLocator:
        """The screen of a call that has reached the agent."""
        self.call(shown if shown is not None else view())
        return self.screen(self.open(language))


def settle(screen: FrameLocator) -> None:
    """Wait until what the screen has asked for by now has been served."""
    screen.locator("main").evaluate("() => fetch('agent/settings')")


def heading(screen: FrameLocator, text: str) -> None:
    """Wait until the screen's heading is `text`."""
    expect(screen.get_by_role("heading", level=1)).to_have_text(text)
