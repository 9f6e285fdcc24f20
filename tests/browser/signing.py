"""An agent signs in to the screen, in the window that it opens for that."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Page

NAME, PASSWORD = "anna", "correct horse"
SIGN_IN, AS_SOMEBODY_ELSE = "Sign in", "Sign in as somebody else"


def press(page: Page, screen: FrameLocator, button: str = SIGN_IN) -> Page:
    """The window that opens."""
    with page.expect_popup() as opened:
        screen.get_by_role("button", name=button, exact=True).click()
    return opened.value


def sign_in(
    page: Page, screen: FrameLocator, name: str = NAME, password: str = PASSWORD, button: str = SIGN_IN
) -> None:
    window = press(page, screen, button)
    window.get_by_label("Username").fill(name)
    window.get_by_label("Password").fill(password)
    with window.expect_event("close"):
        window.get_by_role("button", name="Sign in").click()
