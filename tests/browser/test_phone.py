import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FrameLocator, Page, expect

from local import callers, wav
from local.aws.ministack import MiniStack
from local.centre import BANKID_NUMBER, CONNECT_NUMBER, PAYMENT_NUMBER
from local.demo.stage import KARINS_NUMBER
from local.people import Caller, voice
from local.phone.live_centre import LiveCentre
from local.telephone import Call
from local.tls import Certificates
from tests.browser.running_phone import Phone, running_phone

_AXE = Path(__file__).parents[2] / "agent_page" / "node_modules" / "axe-core" / "axe.min.js"
_CARD = "4111111111111111"
_PERSONAL_NUMBER = "199908072391"
_SLOW_MS = 12_000  # a call takes its time


def known_by_voice(centre: LiveCentre) -> None:
    """Karin has enrolled in an earlier call."""
    centre.connect.run(Call(CONNECT_NUMBER, KARINS_NUMBER, Caller(voice("karin", (3, 4, 5, 6)))))


@pytest.fixture(scope="module")
def running(ministack: MiniStack, certificates: Certificates) -> Iterator[Phone]:
    with running_phone(ministack, certificates) as phone:
        phone.beforehand(known_by_voice)
        yield phone


class Desk:
    """Somebody at the page, in a browser; `complaints` is what its console says, but for answers that are no 200."""

    def __init__(self, context: BrowserContext, phone: Phone) -> None:
        self.complaints: list[str] = []
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = context.new_page()
        self.page.goto(phone.url)
        expect(self.page.locator("#number option")).to_have_count(4)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def dial(self, number: str) -> None:
        self.page.get_by_label("Number to call").select_option(number)
        self.page.get_by_role("button", name="Call", exact=True).click()

    def hears(self, words: str) -> None:
        expect(self.page.get_by_role("log").get_by_text(words).last).to_be_attached(timeout=_SLOW_MS)

    def types(self, keys: str) -> None:
        self.page.get_by_role("button", name="1", exact=True).focus()
        self.page.keyboard.type(keys)

    def state(self, words: str) -> None:
        expect(self.page.locator("#state")).to_contain_text(words, timeout=_SLOW_MS)

    def reaches_the_agent(self) -> None:
        self.state("You are with the agent.")

    def hangs_up(self, how: str) -> None:
        self.page.get_by_role("button", name="Hang up").click()
        self.state(f"The call is over: {how}")

    def draws(self, lane: str, words: str) -> None:
        rows = self.page.locator("#lanes li", has=self.page.get_by_text(lane, exact=True)).filter(has_text=words)
        expect(rows.first).to_be_attached(timeout=_SLOW_MS)

    @property
    def agents_screen(self) -> FrameLocator:
        return self.page.frame_locator("#workspace").frame_locator("iframe:not([hidden])")


@pytest.fixture
def desk(context: BrowserContext, running: Phone) -> Iterator[Desk]:
    context.set_default_timeout(_SLOW_MS)
    desk = Desk(context, running)
    desk.page.set_viewport_size({"width": 1440, "height": 1000})
    yield desk
    running.put_down()
    assert desk.complaints == []


def test_digits_typed_in_confidence_are_counted_and_not_drawn(desk: Desk) -> None:
    desk.dial(PAYMENT_NUMBER)
    desk.hears("end with the hash key")
    desk.types(f"{_CARD}#")
    desk.reaches_the_agent()

    desk.draws("Caller", "types 17 keys")
    desk.draws("Flow", "16 digits")
    desk.draws("Lambda", "secure_input open: ok")
    assert _CARD not in desk.page.locator("body").inner_text()
    desk.hangs_up("the caller hung up")


def test_bankid_is_confirmed_in_the_app_beside_the_telephone(desk: Desk, running: Phone) -> None:
    desk.dial(BANKID_NUMBER)
    desk.hears("personal number")
    desk.types(f"{_PERSONAL_NUMBER}#")
    desk.hears("must show you the code")
    order = running.centre.bankid.app_of(_PERSONAL_NUMBER).waiting
    assert order is not None
    phones = desk.page.frame_locator("#phones")
    for button in ("Open the app", "Yes, I am in the call", "Enter the security code"):
        phones.get_by_role("button", name=button).click()
    desk.hears("Thank you, Karin.")
    desk.reaches_the_agent()

    desk.draws("Outside", "enters the security code")
    desk.draws("Lambda", "bankid collect: verified")
    assert _PERSONAL_NUMBER not in desk.page.locator("#lanes").inner_text()
    assert "Karin" not in desk.page.locator("#lanes").inner_text()
    desk.hangs_up("the caller hung up: verified")


def test_a_web_login_that_ends_during_the_call_appears_on_the_agents_screen(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Get a code").click()
    expect(desk.page.locator("#code")).to_contain_text("and type")
    code = (desk.page.locator("#code").text_content() or "").split()[-1].rstrip(".")
    desk.page.get_by_role("button", name="Call and type it for me").click()
    desk.reaches_the_agent()
    heading = desk.agents_screen.get_by_role("heading", level=1)
    expect(heading).to_have_text("Not identified", timeout=_SLOW_MS)

    desk.page.get_by_role("button", name="Log in").click()
    expect(heading).to_have_text("Identified", timeout=_SLOW_MS)
    expect(desk.agents_screen.get_by_text("Karin Testsson")).to_be_visible()
    desk.draws("Outside", "posts a result: HTTP 200")
    assert code not in desk.page.locator("#lanes").inner_text()
    desk.hangs_up("the caller hung up: not verified")


def test_a_shipped_caller_is_recognised_by_voice(desk: Desk) -> None:
    desk.page.get_by_label("somebody else’s, spoofed").check()
    desk.dial(CONNECT_NUMBER)
    desk.state("Speak.")
    expect(desk.page.get_by_role("button", name="Speak")).to_be_focused()
    desk.page.keyboard.press("Enter")
    desk.hears("We recognised your voice.")
    desk.reaches_the_agent()

    desk.draws("Twilio", "TwiML: Gather, Redirect")
    desk.draws("Table", "UpdateItem leg")
    desk.draws("Lambda", "voice result: verified")
    desk.hangs_up("the caller hung up: verified")


def test_all_is_done_with_the_keyboard_alone(desk: Desk) -> None:
    desk.page.get_by_role("heading", name="The phone").click()  # the window has the focus now, and no part of it
    keyboard = desk.page.keyboard
    keyboard.press("Tab")
    keyboard.type(PAYMENT_NUMBER)
    for _ in range(3):
        keyboard.press("Tab")
    expect(desk.page.get_by_role("button", name="Call", exact=True)).to_be_focused()
    keyboard.press("Enter")
    desk.hears("end with the hash key")
    expect(desk.page.get_by_role("button", name="1", exact=True)).to_be_focused()
    keyboard.type(f"{_CARD}#")
    desk.reaches_the_agent()
    keyboard.press("Shift+Tab")
    while desk.page.locator("#hang-up:focus").count() == 0:
        keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    desk.state("The call is over")
    expect(desk.page.get_by_role("button", name="Call", exact=True)).to_be_focused()


def test_a_trouble_is_told_and_a_second_page_follows_the_same_call(desk: Desk, context: BrowserContext) -> None:
    desk.page.get_by_label("somebody else’s, spoofed").check()
    desk.page.get_by_label("The number to spoof").fill("nobody")
    desk.dial(PAYMENT_NUMBER)
    expect(desk.page.get_by_role("alert")).to_contain_text("A caller id begins with +")
    desk.page.get_by_label("withheld").check()
    desk.dial(PAYMENT_NUMBER)
    desk.draws("Flow", "caller id withheld")

    desk.page.reload()
    desk.hears("end with the hash key")
    desk.hangs_up("the caller hung up")


def test_a_page_that_was_left_alone_begins_anew_with_the_next_phone(desk: Desk) -> None:
    desk.page.evaluate("window.before = true")
    desk.page.route("**/events*", lambda route: route.abort())
    desk.dial(PAYMENT_NUMBER)
    expect(desk.page.get_by_role("alert")).to_contain_text("Nothing answers", timeout=_SLOW_MS)
    desk.page.unroute("**/events*")
    desk.hears("end with the hash key")
    assert desk.page.evaluate("window.before") is None
    expect(desk.page.get_by_role("alert")).to_be_empty()
    desk.hangs_up("the caller hung up")


def test_a_microphone_that_is_allowed_too_late_is_closed_at_once(desk: Desk) -> None:
    closed = desk.page.evaluate(
        """async () => {
          const { Recording } = await import("/microphone.js");
          let closed = 0, allow;
          const stream = { getTracks: () => [{ stop: () => closed++ }] };
          navigator.mediaDevices.getUserMedia = () => new Promise((resolve) => { allow = () => resolve(stream); });
          const recording = new Recording(() => {});
          const begun = recording.begin();
          await recording.end();
          allow();
          await begun;
          return closed;
        }"""
    )
    assert closed == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(desk: Desk, scheme: str) -> None:
    if not _AXE.exists():
        pytest.skip("needs agent_page/node_modules: npm ci")
    desk.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    desk.dial(PAYMENT_NUMBER)
    desk.draws("Flow", "says")
    desk.page.evaluate(_AXE.read_text())
    found = desk.page.evaluate("() => axe.run(document, {iframes: false, resultTypes: ['violations']})")
    assert [f"{one['id']}: {json.dumps([node['html'] for node in one['nodes']])}" for one in found["violations"]] == []
    desk.page.set_viewport_size({"width": 360, "height": 800})
    assert desk.page.evaluate("() => document.documentElement.scrollWidth") <= 360


@pytest.fixture
def speaking_browser(launch: Callable[..., Browser], tmp_path: Path) -> Iterator[Browser]:
    """Chromium with a microphone into which Karin says her sentence, once for each time that it is opened."""
    said = tmp_path / "said.wav"
    said.write_bytes(wav.linear(wav.read(callers.takes("karin")[7].read_bytes())))
    browser = launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={said}%noloop",
    )
    yield browser
    browser.close()


def test_what_is_said_into_the_microphone_is_recognised_too(speaking_browser: Browser, running: Phone) -> None:
    context = speaking_browser.new_context()
    desk = Desk(context, running)
    desk.page.get_by_label("somebody else’s, spoofed").check()
    desk.page.get_by_label("Who speaks").select_option("")
    desk.dial(CONNECT_NUMBER)
    desk.state("Speak.")
    desk.page.get_by_role("button", name="Speak").click()
    desk.state("Speak now.")
    desk.hears("We recognised your voice.")
    desk.hangs_up("the caller hung up")
    assert desk.complaints == []
    running.put_down()
