"""The Lambda functions: one per method, which Amazon Connect's flows invoke; one for who may read what was typed; one
that hears from Connect when a contact is over; one that looks every day at what will expire. And the routes: of logins
on the web, and of the agent's screen.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from chalice import Chalice, Rate
from chalice.app import ChaliceUnhandledError, CloudWatchEvent, Request, Response

from chalicelib import audit, routes, settings, start
from chalicelib.clock import ANSWER_SECONDS, ROUTE_SECONDS, Clock, Deadline, SystemClock
from chalicelib.errors import CountersignError, Unavailable, Unexpected

if TYPE_CHECKING:
    from chalicelib.agent_screen.pages import Pages
    from chalicelib.agent_screen.parts import ScreenParts
    from chalicelib.bankid.flow_steps import BankIDParts
    from chalicelib.contact_end import EndParts
    from chalicelib.expiry.watch import WatchParts
    from chalicelib.secure_input.parts import InputParts
    from chalicelib.secure_input.redemption import RedemptionParts
    from chalicelib.settings import Settings
    from chalicelib.standing.flow_steps import StandingParts
    from chalicelib.voice.flow_steps import FlowParts
    from chalicelib.web_login.linking import LinkParts
    from chalicelib.web_login.receiving import ReceivingParts
    from chalicelib.web_login.telling import TellingParts

Parts = TypeVar("Parts")

app = Chalice(app_name="countersign-connect")
clock: Clock = SystemClock()
_asked: ContextVar[Request] = ContextVar("asked")
"""The request that is being answered. Chalice keeps one for the whole app, which is too few where threads share it."""


@app.middleware("scheduled")
@app.middleware("pure_lambda")
@app.middleware("cloudwatch")
def last_resort(event: Any, get_response: Callable[[Any], object]) -> object:
    """What fails is counted and raised, so that the flow takes its error branch: the caller is not verified."""
    try:
        return get_response(event)
    except Exception as error:  # noqa: BLE001 (last resort: told to Connect without its text)
        raise _counted(error) from None


@app.middleware("http")
def without_a_word(request: Request, get_response: Callable[[Any], Response]) -> Response:
    """What fails is counted, and answered without a word of why: whoever calls a route may be a stranger."""
    _asked.set(request)
    try:
        return get_response(request)
    except Exception as error:  # noqa: BLE001 (last resort)
        failed = error.__cause__ if isinstance(error, ChaliceUnhandledError) else None
        trouble = _counted(failed or error)
        return _written(routes.refusal(503 if isinstance(trouble, Unavailable) else 500))


def _counted(error: BaseException) -> CountersignError:
    """The error as it may be told; one that is not of our tree might tell too much."""
    trouble = error if isinstance(error, CountersignError) else Unexpected(type(error).__name__)
    audit.record("function_failed", code=trouble.code, reason=str(trouble))
    return trouble


def _served(
    parts: Callable[[], Parts | None], take: Callable[[Parts, routes.Request, Deadline], routes.Response]
) -> Response:
    """A route's answer; 404 where what it belongs to is not set up, and so has no parts."""
    deadline = Deadline.after(ROUTE_SECONDS, clock)  # before all else, as in the functions
    asked = _asked.get()
    try:
        made, body = parts(), asked.raw_body
        given = routes.Request(dict(asked.headers), body if isinstance(body, bytes) else body.encode())
        return _written(routes.refusal(404) if made is None else take(made, given, deadline))
    except Exception as error:  # Chalice would write it to the log, with its text
        raise ChaliceUnhandledError from error


def _written(answer: routes.Response) -> Response:
    return Response(answer.body, dict(answer.headers), answer.status)


@app.lambda_function()
def voice(event: dict[str, Any], context: object) -> dict[str, str]:
    """Recognise the caller by voice: `step` is `start` or `result`."""
    from chalicelib.voice import flow_steps

    return flow_steps.take_step(voice_parts(), event)


@app.lambda_function()
def secure_input(event: dict[str, Any], context: object) -> dict[str, str]:
    """Open what the caller typed and keep it for who may read it, or hand it on: `step` is `open` or `relay`."""
    from chalicelib.secure_input import flow_steps

    return flow_steps.take_step(secure_input_parts(), event)


@app.lambda_function()
def secure_input_redeem(event: dict[str, Any], context: object) -> dict[str, str]:
    """Give out what a caller typed, once. For systems that IAM lets in; Connect must never be one of them."""
    from chalicelib.secure_input import redemption

    return redemption.redeem(secure_input_redeem_parts(), event)


@app.schedule(Rate(1, unit=Rate.DAYS), description="How long certificates and keys still last")
def expiry_watch(event: object) -> dict[str, str]:
    """See when certificates and consumers' keys end; EventBridge starts it every day, and Connect never does."""
    from chalicelib.expiry import watch

    return watch.look(watch_parts())


@app.lambda_function()
def bankid(event: dict[str, Any], context: object) -> dict[str, str]:
    """Have the caller prove who they are in the BankID app: `step` is `start`, `collect` or `cancel`."""
    deadline = Deadline.after(ANSWER_SECONDS, clock)  # before all else: the first call may have to fetch the secrets
    from chalicelib.bankid import flow_steps

    return flow_steps.take_step(bankid_parts(), event, deadline)


@app.lambda_function()
def web_login(event: dict[str, Any], context: object) -> dict[str, str]:
    """Link the login on the web whose code the caller typed to the call: `step` is `link`."""
    deadline = Deadline.after(ANSWER_SECONDS, clock)
    from chalicelib.web_login import flow_steps

    return flow_steps.take_step(web_login_parts(), event, deadline)


@app.lambda_function()
def assurance(event: dict[str, Any], context: object) -> dict[str, str]:
    """What the caller's proofs add up to, and the agent's view of them: `step` is `read`, `require` or `view`."""
    deadline = Deadline.after(ANSWER_SECONDS, clock)
    from chalicelib.standing import flow_steps

    return flow_steps.take_step(assurance_parts(), event, deadline)


@app.on_cw_event(
    {
        "source": ["aws.connect"],
        "detail-type": ["Amazon Connect Contact Event"],
        "detail": {
            "channel": ["VOICE"],
            "$or": [
                {"eventType": ["DISCONNECTED"]},
                {"eventType": ["INITIATED"], "initiationMethod": ["TRANSFER", "QUEUE_TRANSFER"]},
            ],
        },
    }
)
def contact_ended(event: CloudWatchEvent) -> None:
    """Tell every method that a call, or a segment of it, is over, or that it goes on in another one."""
    deadline = Deadline.after(ANSWER_SECONDS, clock)
    from chalicelib import contact_end

    contact_end.take_event(contact_ended_parts(), event.to_dict(), deadline)


@app.lambda_function()
def session_feedback(event: dict[str, Any], context: object) -> None:
    """Tell the website where a caller logged in how their call goes, asked by functions of ours, never by Connect."""
    deadline = Deadline.after(ANSWER_SECONDS, clock)
    from chalicelib.web_login import telling

    telling.tell(session_feedback_parts(), event, deadline)


@app.route("/start_communication", methods=["POST"], content_types=["*/*"])
def start_communication() -> Response:
    """ID Contact's core begins a session: somebody wants to log in on the web and call."""
    from chalicelib.web_login import receiving

    return _served(receiving_parts, receiving.start_communication)


@app.route("/session_result/{address}", methods=["POST"], content_types=["*/*"])
def session_result(address: str) -> Response:
    """A login brings its result."""
    from chalicelib.web_login import receiving

    return _served(receiving_parts, lambda parts, *asked: receiving.session_result(parts, address, *asked))


@app.route("/agent", methods=["GET"])
def agent() -> Response:
    """The agent's screen, a page in the Agent Workspace."""
    return _served(agent_pages, lambda pages, *asked: pages.agent())


@app.route("/agent/signed-in", methods=["GET"])
def agent_signed_in() -> Response:
    """Where the window in which an agent logs in ends up."""
    return _served(agent_pages, lambda pages, *asked: pages.signed_in())


@app.route("/ccp", methods=["GET"])
def ccp() -> Response:
    """The agent's screen beside the CCP, for agents who work without the Agent Workspace."""
    return _served(agent_pages, lambda pages, *asked: pages.ccp())


@app.route("/agent/static/{file}", methods=["GET"])
def agent_static(file: str) -> Response:
    """What these pages are made of."""
    return _served(agent_pages, lambda pages, *asked: pages.file(file))


@app.route("/agent/settings", methods=["GET"])
def agent_settings() -> Response:
    """What these pages must know of the installation; public."""
    return _served(agent_pages, lambda pages, *asked: pages.told())


@app.route("/agent/view", methods=["POST"], content_types=["*/*"])
def agent_view() -> Response:
    """Who is calling, for an agent who may know."""
    from chalicelib.agent_screen import views

    return _served(screen_parts, views.view)


def _settings() -> Settings:
    return settings.load(os.environ, settings.CONNECT)


@cache
def voice_parts() -> FlowParts:
    """What `voice` works with; this and all of these once per process."""
    from chalicelib.voice import flow_steps

    return flow_steps.build(_settings(), clock)


@cache
def secure_input_parts() -> InputParts:
    """What `secure_input` works with."""
    from chalicelib.secure_input import flow_steps

    return flow_steps.build(_settings(), clock)


@cache
def secure_input_redeem_parts() -> RedemptionParts:
    """What `secure_input_redeem` works with."""
    from chalicelib.secure_input import redemption

    return redemption.build(_settings(), clock)


@cache
def watch_parts() -> WatchParts:
    """What `expiry_watch` works with."""
    from chalicelib.expiry import watch

    return watch.build(_settings(), clock)


@cache
def bankid_parts() -> BankIDParts:
    """What `bankid` works with."""
    from chalicelib.bankid import flow_steps

    return flow_steps.build(_settings(), clock)


@cache
def web_login_parts() -> LinkParts:
    """What `web_login` works with."""
    from chalicelib.web_login import flow_steps

    return flow_steps.build(_settings(), clock)


@cache
def assurance_parts() -> StandingParts:
    """What `assurance` works with."""
    from chalicelib.standing import flow_steps

    return flow_steps.build(_settings(), clock)


@cache
def contact_ended_parts() -> EndParts:
    """What `contact_ended` works with."""
    from chalicelib import contact_end

    return contact_end.build(_settings(), clock)


@cache
def session_feedback_parts() -> TellingParts:
    """What `session_feedback` works with."""
    from chalicelib.web_login import telling

    return telling.build(_settings(), clock)


@cache
def receiving_parts() -> ReceivingParts | None:
    """What receives logins on the web; None where there are none."""
    from chalicelib.web_login import receiving

    return receiving.build(_settings(), clock)


@cache
def agent_pages() -> Pages | None:
    """The pages of the agent's screen; None where there is none."""
    from chalicelib.agent_screen import pages

    return pages.build(_settings())


@cache
def screen_parts() -> ScreenParts | None:
    """What looking at a caller works with; None where there is no agent's screen."""
    from chalicelib.agent_screen import parts, views  # noqa: F401  (loaded now, while the function starts)

    return parts.build(_settings(), clock)


def _prepare_routes() -> None:
    """What cannot be put together is tried again by the first request for it, and does not keep the rest from work."""
    for preparation in (agent_pages, screen_parts, receiving_parts):
        with suppress(CountersignError):
            preparation()


start.prepare(
    os.environ.get("_HANDLER", ""),
    {
        "voice": voice_parts,
        "secure_input": lambda: secure_input_parts().preload(),
        "secure_input_redeem": secure_input_redeem_parts,
        "expiry_watch": watch_parts,
        "bankid": lambda: bankid_parts().private_keys.preload(),
        "web_login": lambda: web_login_parts().private_keys.preload(),
        "assurance": assurance_parts,
        "app": _prepare_routes,
        "contact_ended": contact_ended_parts,
        "session_feedback": session_feedback_parts,
    },
)
