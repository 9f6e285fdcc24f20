"""The webhooks of the voice leg: each takes a form that Twilio has signed and answers with TwiML."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice, Request, Response

from chalicelib import audit, start
from chalicelib.clock import Clock, SystemClock
from chalicelib.errors import CountersignError, Unexpected

if TYPE_CHECKING:
    from chalicelib.voice.leg_parts import LegParts

FORM = "application/x-www-form-urlencoded"

app = Chalice(app_name="countersign-twilio")
clock: Clock = SystemClock()
_received: ContextVar[float] = ContextVar("received")
"""When the request arrived: the time for an answer runs from here, whatever it takes to check the signature."""


@app.middleware("http")
def only_twilio(request: Request, get_response: Callable[[Any], Response]) -> Response:
    """Before anything else: whatever Twilio has not signed gets 403 and not a word, and touches nothing."""
    _received.set(clock.now())
    if _is_signed(request):
        return get_response(request)
    return Response(body="", status_code=403, headers={"Content-Type": "text/plain"})


def _is_signed(request: Request) -> bool:
    """Whatever keeps a signature from being checked is as good as a wrong one."""
    from chalicelib.voice import signature

    try:
        parts = leg_parts()
        genuine = _is_plain_form(request) and signature.is_genuine(
            request.headers.get("x-twilio-signature", ""),
            parts.settings.public_base_url + request.path.format(**request.uri_params or {}),
            signature.posted_fields(_body(request)),
            parts.auth_tokens,
        )
    except CountersignError as trouble:
        audit.record("webhook_refused", code=trouble.code, reason=str(trouble))
        return False
    except Exception as error:  # noqa: BLE001 (last resort: refuse)
        audit.record("webhook_refused", code=Unexpected.code, reason=type(error).__name__)
        return False
    if not genuine:
        audit.record("webhook_refused", reason="signature")
    return genuine


def _is_plain_form(request: Request) -> bool:
    """Our webhooks carry their state in the path: a query, or a body of another kind, is none of Twilio's making."""
    return not request.query_params and request.headers.get("content-type", "").startswith(FORM)


@app.route("/voice/{step}", methods=["POST"], content_types=[FORM])
def call(step: str) -> Response:
    """Before a leg is claimed: `answer`, `claim`, `no-code`, `fallback`."""
    return _twiml(step)


@app.route("/voice/{ticket}/{step}", methods=["POST"], content_types=[FORM])
def leg(ticket: str, step: str) -> Response:
    """On a claimed leg, whose dialogue stands where the ticket says."""
    return _twiml(step, ticket)


def _body(request: Request | None) -> bytes:
    body = request.raw_body if request else b""
    return body if isinstance(body, bytes) else body.encode()


def _twiml(step: str, ticket: str = "") -> Response:
    from chalicelib.voice import signature, webhooks

    fields = dict(signature.posted_fields(_body(app.current_request)))
    body = webhooks.twiml_for(leg_parts(), step, webhooks.Webhook(fields, _received.get(), ticket))
    return Response(body=body, headers={"Content-Type": "text/xml; charset=utf-8"})


@cache
def leg_parts() -> LegParts:
    """Put together once per process."""
    from chalicelib import settings
    from chalicelib.voice import leg_parts as parts
    from chalicelib.voice import signature, webhooks  # noqa: F401  (loaded now, while the function starts)

    return parts.build(settings.load(os.environ, settings.TWILIO), clock)


start.prepare(os.environ.get("_HANDLER", ""), {"app": leg_parts})
